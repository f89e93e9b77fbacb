package org.gpumediator.core.catalogue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue as arrays.
 *
 * <p>Invariants: every dword of the region has a rule, rule 0 where nothing is modelled. Pages
 * without a row share one page of every table.
 */
final class CompiledRules<C> {

    /** Set in a kind where a write needs the rule. */
    static final int WRITE_BY_RULE = 1;

    /** The bits of a kind from here on name the hook that follows a write, {@code 0} for none. */
    static final int HOOK_SHIFT = 1;

    private static final int MOST_HOOKS = 0xffff >>> HOOK_SHIFT;

    private static final int PAGE_DWORDS = ResetImage.PAGE_DWORDS;

    /**
     * A bit per dword: set where a read needs the rule. Bits, so that what a driver polls stays in
     * the nearest cache whatever else it touches.
     */
    final int[] specialReads;

    /** A bit per dword: set where a write does anything else than replace the whole dword. */
    final int[] specialWrites;

    /** What a special write does, by dword. */
    final short[] kinds;

    final int[][] writable;
    final ResetImage image;
    private final short[][] ruleByDword;
    private final Rule<C>[] rules;
    private final WriteHook<C>[] hooks;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private CompiledRules(
            int[] specialReads,
            int[] specialWrites,
            short[] kinds,
            int[][] writable,
            ResetImage image,
            short[][] ruleByDword,
            List<Rule<C>> rules,
            List<WriteHook<C>> hooks) {
        this.specialReads = specialReads;
        this.specialWrites = specialWrites;
        this.kinds = kinds;
        this.writable = writable;
        this.image = image;
        this.ruleByDword = ruleByDword;
        this.rules = rules.toArray(new Rule[0]);
        this.hooks = hooks.toArray(new WriteHook[0]);
    }

    /** Returns the rule of a dword. */
    Rule<C> rule(int dword) {
        return rules[ruleByDword[dword >>> 10][dword & (PAGE_DWORDS - 1)] & 0xffff];
    }

    /** Returns the hook that a kind names; its number must not be {@code 0}. */
    WriteHook<C> hook(int kind) {
        return hooks[((kind & 0xffff) >>> HOOK_SHIFT) - 1];
    }

    static <C> CompiledRules<C> compile(int length, List<Register<C>> registers) {
        return new Compiler<C>(length).compile(registers);
    }

    /** Places rows one by one. */
    private static final class Compiler<C> {

        private final int length;
        private final int[] specialReads;
        private final int[] specialWrites;
        private final short[] kinds;
        private final int[][] writable;
        private final int[][] reset;
        private final short[][] ruleByDword;
        private final List<Rule<C>> rules = new ArrayList<>();
        private final List<WriteHook<C>> hooks = new ArrayList<>();
        private final IdentityHashMap<WriteHook<C>, Integer> hookNumbers = new IdentityHashMap<>();

        /** The rule of a dword that several narrow rows may share, by dword. */
        private final Map<Integer, Integer> shared = new HashMap<>();

        private final int[] allWritable = new int[PAGE_DWORDS];
        private final int[] allZero = new int[PAGE_DWORDS];
        private final short[] allUnmodelled = new short[PAGE_DWORDS];

        Compiler(int length) {
            this.length = length;
            int dwords = length / 4;
            int pages = length / 4096;
            specialReads = new int[dwords / 32];
            specialWrites = new int[dwords / 32];
            kinds = new short[dwords];
            Arrays.fill(specialReads, -1);
            Arrays.fill(specialWrites, -1);
            Arrays.fill(kinds, (short) WRITE_BY_RULE);
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
            return new CompiledRules<>(
                    specialReads,
                    specialWrites,
                    kinds,
                    writable,
                    new ResetImage(reset),
                    ruleByDword,
                    rules,
                    hooks);
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
            int hook = rule.plainWrite() ? hookNumber(rule.onWrite) : 0;
            boolean byRule = hook > MOST_HOOKS || !rule.plainWrite();
            kinds[dword] = (short) (byRule ? WRITE_BY_RULE : hook << HOOK_SHIFT);
            mark(specialReads, dword, !rule.plainRead());
            mark(specialWrites, dword, kinds[dword] != 0 || rule.writable != -1);
        }

        private static void mark(int[] bits, int dword, boolean special) {
            int bit = 1 << dword;
            bits[dword >>> 5] = special ? bits[dword >>> 5] | bit : bits[dword >>> 5] & ~bit;
        }

        /** Numbers hooks from 1; equal numbers are the same object. */
        private int hookNumber(@Nullable WriteHook<C> hook) {
            if (hook == null) {
                return 0;
            }
            Integer number = hookNumbers.get(hook);
            if (number == null) {
                hooks.add(hook);
                number = hooks.size();
                hookNumbers.put(hook, number);
            }
            return number;
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
