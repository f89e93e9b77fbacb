package org.gpumediator.testkit.haswell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which registers do more than store what is written. Compiled once to arrays; everything not
 * listed is plain storage.
 */
final class RegisterRules {

    /** What reading a register gives. */
    @FunctionalInterface
    interface OnRead {
        int read(Chip chip, int offset, int stored);
    }

    /** What writing a register does; returns what is to be stored. */
    @FunctionalInterface
    interface OnWrite {
        int write(Chip chip, int offset, int stored, int value);
    }

    private static final int PAGE_SHIFT = 12;
    private static final byte[] PLAIN_PAGE = new byte[1024];

    private final byte[][] rules = new byte[RegisterFile.LENGTH >>> PAGE_SHIFT][];
    private final OnRead[] reads;
    private final OnWrite[] writes;

    private RegisterRules(Builder builder) {
        System.arraycopy(builder.rules, 0, rules, 0, rules.length);
        reads = builder.reads.toArray(new OnRead[0]);
        writes = builder.writes.toArray(new OnWrite[0]);
    }

    static Builder builder() {
        return new Builder();
    }

    int read(Chip chip, int offset) {
        int stored = chip.registers.get(offset);
        int rule = rules[offset >>> PAGE_SHIFT][offset >>> 2 & 1023] & 0xff;
        return rule == 0 ? stored : reads[rule].read(chip, offset, stored);
    }

    void write(Chip chip, int offset, int value) {
        int rule = rules[offset >>> PAGE_SHIFT][offset >>> 2 & 1023] & 0xff;
        if (rule == 0) {
            chip.registers.set(offset, value);
        } else {
            int stored = chip.registers.get(offset);
            int changed = writes[rule].write(chip, offset, stored, value);
            if (changed != stored) {
                chip.registers.set(offset, changed);
            }
        }
    }

    /** Collects rows. */
    static final class Builder {

        private final byte[][] rules = new byte[RegisterFile.LENGTH >>> PAGE_SHIFT][];
        private final List<OnRead> reads = new ArrayList<>();
        private final List<OnWrite> writes = new ArrayList<>();

        private Builder() {
            Arrays.fill(rules, PLAIN_PAGE);
            reads.add((chip, offset, stored) -> stored);
            writes.add((chip, offset, stored, value) -> value);
        }

        /** Declares one behaviour for registers at these offsets. */
        Builder at(OnRead read, OnWrite write, int... offsets) {
            int rule = reads.size();
            if (rule > 255) {
                throw new IllegalStateException("more than 255 register behaviours");
            }
            reads.add(read);
            writes.add(write);
            for (int offset : offsets) {
                put(offset, rule);
            }
            return this;
        }

        /** Declares one behaviour for a register of each of several blocks. */
        Builder each(int[] bases, int offset, OnRead read, OnWrite write) {
            int[] offsets = new int[bases.length];
            for (int i = 0; i < bases.length; i++) {
                offsets[i] = bases[i] + offset;
            }
            return at(read, write, offsets);
        }

        private void put(int offset, int rule) {
            int page = offset >>> PAGE_SHIFT;
            if (rules[page] == PLAIN_PAGE) {
                rules[page] = new byte[1024];
            }
            if (rules[page][offset >>> 2 & 1023] != 0) {
                throw new IllegalArgumentException(
                        String.format("register 0x%x is declared twice", offset));
            }
            rules[page][offset >>> 2 & 1023] = (byte) rule;
        }

        RegisterRules build() {
            return new RegisterRules(this);
        }
    }
}
