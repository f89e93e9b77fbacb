package org.gpumediator.core.catalogue;

import org.jspecify.annotations.Nullable;

/** What happens to accesses of one dword: the rows that share it, merged. */
final class Rule<C> {

    /** The row with the lowest offset in the dword; absent where nothing is modelled. */
    final @Nullable Register<C> first;

    /** Bits that belong to some row. */
    int covered;

    int writable;
    int clearedByOne;
    int clearedByRead;
    boolean masked;
    boolean unaligned;
    boolean readsHardware;
    boolean writesHardware;
    boolean denied;

    /** Whether the row is 8 bytes wide and this is its low half. */
    boolean wide;

    @Nullable WriteHook<C> onWrite;
    @Nullable BeforeWriteHook<C> beforeWrite;
    @Nullable ReadHook<C> afterRead;

    Rule(@Nullable Register<C> first) {
        this.first = first;
    }

    /** Whether a read is answered by what is stored, with nothing else to do. */
    boolean plainRead() {
        return covered == -1
                && clearedByRead == 0
                && afterRead == null
                && !readsHardware
                && !denied;
    }

    /** Whether a write replaces writable bits, with nothing else to do than to tell its hook. */
    boolean plainWrite() {
        return covered == -1
                && clearedByOne == 0
                && !masked
                && beforeWrite == null
                && !writesHardware
                && !denied;
    }

    /** Returns what the access rules store when the bytes of {@code lanes} are written. */
    int candidate(int stored, int value, int lanes) {
        if (masked) {
            int enabled = (value >>> 16) & writable & lanes;
            return (stored & ~enabled) | (value & enabled);
        }
        int replaced = writable & lanes;
        int kept = stored & ~(value & clearedByOne & lanes);
        return (kept & ~replaced) | (value & replaced);
    }

    /** Merges a row that covers part of this dword. */
    void add(Register<C> register, long mask, int shift, int lanes) {
        covered |= lanes;
        int bits = (int) (shift >= 0 ? mask << shift : mask >>> -shift) & lanes;
        switch (register.access()) {
            case READ_WRITE -> writable |= bits;
            case WRITE_ONE_TO_CLEAR -> clearedByOne |= bits;
            case READ_TO_CLEAR -> clearedByRead |= bits;
            case MASKED -> {
                writable |= bits;
                masked = true;
            }
            case READ_ONLY -> {}
        }
        switch (register.policy()) {
            case PASS_THROUGH -> {
                readsHardware = true;
                writesHardware = true;
            }
            case READ_THROUGH -> readsHardware = true;
            case DENIED -> denied = true;
            case VIRTUALISED, TRANSLATED, PARTITIONED -> {}
        }
        unaligned |= register.has(RegisterFlag.UNALIGNED);
        onWrite = merge(register, onWrite, register.onWrite);
        beforeWrite = merge(register, beforeWrite, register.beforeWrite);
        afterRead = merge(register, afterRead, register.afterRead);
    }

    private <H> @Nullable H merge(Register<C> register, @Nullable H has, @Nullable H more) {
        if (has != null && more != null && has != more) {
            throw new IllegalArgumentException(
                    register + " and " + first + " share four bytes but not their hooks");
        }
        return more != null ? more : has;
    }
}
