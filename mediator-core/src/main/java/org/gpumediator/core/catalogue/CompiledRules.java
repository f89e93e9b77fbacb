package org.gpumediator.core.catalogue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A catalogue as arrays.
 *
 * <p>Invariants: every dword of the region has a rule, rule 0 where nothing is modelled. Pages
 * without a row share one page of every table.
 */
final class CompiledRules<C> {

    /** Set in {@link #kinds} where a read needs the rule. */
    static final byte READ_BY_RULE = 1;

    /** Set in {@link #kinds} where a write needs the rule. */
    static final byte WRITE_BY_RULE = 2;

    private static final int PAGE_DWORDS = ResetImage.PAGE_DWORDS;

    final byte[] kinds;
    final int[][] writable;
    final ResetImage image;
    private final short[][] ruleByDword;
    private final List<Rule<C>> rules;

    private CompiledRules(
            byte[] kinds,
            int[][] writable,
            ResetImage image,
            short[][] ruleByDword,
            List<Rule<C>> rules) {
        this.kinds = kinds;
        this.writable = writable;
        this.image = image;
        this.ruleByDword = ruleByDword;
        this.rules = new ArrayList<>(rules);
    }

    /** Returns the rule of a dword. */
    Rule<C> rule(int dword) {
        return rules.get(ruleByDword[dword >>> 10][dword & (PAGE_DWORDS - 1)] & 0xffff);
    }

    static <C> CompiledRules<C> compile(int length, List<Register<C>> registers) {
        return new Compiler<C>(length).compile(registers);
    }

    /** Places rows one by one. */
    private static final class Compiler<C> {

        private final int length;
        private final byte[] kinds;
        private final int[][] writable;
        private final int[][] reset;
        private final short[][] ruleByDword;
        private final List<Rule<C>> rules = new ArrayList<>();

        /** The rule of a dword that several narrow rows may share, by dword. */
        private final Map<Integer, Integer> shared = new HashMap<>();

        private final int[] allWritable = new int[PAGE_DWORDS];
        private final int[] allZero = new int[PAGE_DWORDS];
        private final short[] allUnmodelled = new short[PAGE_DWORDS];

        Compiler(int length) {
            this.length = length;
            int dwords = length / 4;
            int pages = length / 4096;
            kinds = new byte[dwords];
            Arrays.fill(kinds, (byte) (READ_BY_RULE | WRITE_BY_RULE));
            Arrays.fill(allWritable, -1);
            writable = new int[pages][];
            reset = new int[pages][];
            ruleByDword = new short[pages][];
            Arrays.fill(writable, allWritable);
            Arrays.fill(reset, allZero);
            Arrays.fill(ruleByDword, allUnmodelled);
            Rule<C> unmodelled = new Rule<>(null);
            unmodelled.writable = -1;
            rules.add(unmodelled);
        }

        CompiledRules<C> compile(List<Register<C>> registers) {
            Register<C> before = null;
            for (Register<C> register : registers) {
                check(register, before);
                place(register);
                before = register;
            }
            for (int index : shared.values()) {
                Rule<C> rule = rules.get(index);
                rule.writable |= ~rule.covered;
            }
            shared.forEach(this::finish);
            return new CompiledRules<>(kinds, writable, new ResetImage(reset), ruleByDword, rules);
        }

        private void check(Register<C> register, @Nullable Register<C> before) {
            int align = Math.min(register.width(), 4);
            if (register.offset() % align != 0 || register.stride() % align != 0) {
                throw new IllegalArgumentException(
                        register + ": misaligned for a width of " + register.width());
            }
            long end =
                    register.offset()
                            + (long) (register.count() - 1) * register.stride()
                            + register.width();
            if (register.offset() < 0 || end > length) {
                throw new IllegalArgumentException(
                        register + ": outside the region of 0x" + Integer.toHexString(length));
            }
            if (before != null && before.offset() == register.offset()) {
                throw overlap(before, register);
            }
        }

        private void place(Register<C> register) {
            boolean narrow = register.width() < 4;
            int low = -1;
            int high = -1;
            for (int i = 0; i < register.count(); i++) {
                int offset = register.elementOffset(i);
                int dword = offset >>> 2;
                if (narrow) {
                    placeNarrow(register, offset);
                    continue;
                }
                low = placeWhole(register, dword, 0, low);
                if (register.width() == 8) {
                    high = placeWhole(register, dword + 1, 1, high);
                }
            }
        }

        /** Gives a dword to one row alone; all elements of a range share the rule. */
        private int placeWhole(Register<C> register, int dword, int half, int index) {
            Rule<C> taken = ruleAt(dword);
            if (taken.first != null) {
                throw overlap(taken.first, register);
            }
            int use = index;
            if (use < 0) {
                Rule<C> rule = new Rule<>(register);
                rule.add(register, register.writableMask(), -32 * half, -1);
                rule.wide = register.width() == 8 && half == 0;
                use = add(rule);
            }
            set(dword, use);
            finish(dword, use);
            resets(dword, (int) (register.reset() >>> (32 * half)));
            return use;
        }

        private void placeNarrow(Register<C> register, int offset) {
            int dword = offset >>> 2;
            int shift = 8 * (offset & 3);
            int lanes = (int) ((1L << (8 * register.width())) - 1) << shift;
            Rule<C> taken = ruleAt(dword);
            if (taken.first != null && (taken.covered & lanes) != 0) {
                throw overlap(taken.first, register);
            }
            Integer index = shared.get(dword);
            if (index == null) {
                index = add(new Rule<>(register));
                shared.put(dword, index);
                set(dword, index);
            }
            rules.get(index).add(register, register.writableMask(), shift, lanes);
            resets(dword, (int) register.reset() << shift);
        }

        private IllegalArgumentException overlap(Register<C> one, Register<C> other) {
            return new IllegalArgumentException(one + " and " + other + " overlap");
        }

        private Rule<C> ruleAt(int dword) {
            return rules.get(ruleByDword[dword >>> 10][dword & (PAGE_DWORDS - 1)] & 0xffff);
        }

        private int add(Rule<C> rule) {
            if (rules.size() > 0xffff) {
                throw new IllegalArgumentException("more than 65535 rows");
            }
            rules.add(rule);
            return rules.size() - 1;
        }

        private void set(int dword, int rule) {
            int page = dword >>> 10;
            if (ruleByDword[page] == allUnmodelled) {
                ruleByDword[page] = new short[PAGE_DWORDS];
            }
            ruleByDword[page][dword & (PAGE_DWORDS - 1)] = (short) rule;
        }

        private void finish(int dword, int index) {
            Rule<C> rule = rules.get(index);
            int page = dword >>> 10;
            if (writable[page] == allWritable) {
                writable[page] = allWritable.clone();
            }
            writable[page][dword & (PAGE_DWORDS - 1)] = rule.writable;
            kinds[dword] =
                    (byte)
                            ((rule.plainRead() ? 0 : READ_BY_RULE)
                                    | (rule.plainWrite() ? 0 : WRITE_BY_RULE));
        }

        /** Adds bits to a dword's value after reset. */
        private void resets(int dword, int bits) {
            int page = dword >>> 10;
            if (bits != 0 && reset[page] == allZero) {
                reset[page] = new int[PAGE_DWORDS];
            }
            reset[page][dword & (PAGE_DWORDS - 1)] |= bits;
        }
    }
}
