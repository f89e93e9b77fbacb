package org.gpumediator.testkit.ada;

import org.jspecify.annotations.Nullable;

/**
 * A copy engine as a channel of a guest drives it: copies and fills of lines, by addresses of the
 * guest's page tables or of its own framebuffer and memory, and a semaphore afterwards. At most 64
 * MiB in one launch, but for zeros over the guest's framebuffer, which may be all of it.
 *
 * <p>Source: public header of the Ampere copy class 0xc7b5.
 */
final class GuestCopies {

    // spotless:off
    private static final int CLASS_METHODS     = 0x1000;
    private static final int SEMAPHORE_HIGH    = 0x240;
    private static final int SEMAPHORE_LOW     = 0x244;
    private static final int PAYLOAD           = 0x248;
    private static final int SOURCE_PLACE      = 0x260;
    private static final int TARGET_PLACE      = 0x264;
    private static final int LAUNCH            = 0x300;
    private static final int SOURCE_HIGH       = 0x400;
    private static final int TARGET_HIGH       = 0x408;
    private static final int SOURCE_PITCH      = 0x410;
    private static final int TARGET_PITCH      = 0x414;
    private static final int LINE_LENGTH       = 0x418;
    private static final int LINE_COUNT        = 0x41c;
    private static final int CONSTANT_A        = 0x700;
    private static final int REMAP             = 0x708;

    private static final int TRANSFER          = 3;
    private static final int SEMAPHORE_SHIFT   = 3;
    private static final int INTERRUPT         = 3 << 5;
    private static final int PITCH_LAYOUTS     = 3 << 7;
    private static final int MANY_LINES        = 1 << 9;
    private static final int REMAPPED          = 1 << 10;
    private static final int SOURCE_PHYSICAL   = 1 << 12;
    private static final int TARGET_PHYSICAL   = 1 << 13;
    private static final int FROM_CONSTANT_A   = 4;
    private static final long MOST_BYTES       = 64 << 20;
    // spotless:on

    private final GuestTables tables;
    private final long instance;
    private final Runnable interrupt;
    private final int[] state = new int[CLASS_METHODS / 4];

    GuestCopies(GuestTables tables, long instance, Runnable interrupt) {
        this.tables = tables;
        this.instance = instance;
        this.interrupt = interrupt;
    }

    /** Takes a method; answers whether it could be carried out. */
    boolean method(int method, int value) {
        if (method < CLASS_METHODS) {
            state[method / 4] = value;
        }
        return method != LAUNCH || launch(value);
    }

    private int get(int method) {
        return state[method / 4];
    }

    private long wide(int high) {
        return (get(high) & 0x1_ffffL) << 32 | Integer.toUnsignedLong(get(high + 4));
    }

    private boolean launch(int flags) {
        if ((flags & TRANSFER) != 0 && !transfer(flags)) {
            return false;
        }
        int semaphore = flags >>> SEMAPHORE_SHIFT & 3;
        boolean told = semaphore == 0 || release(semaphore);
        if ((flags & INTERRUPT) != 0) {
            interrupt.run();
        }
        return told;
    }

    private boolean release(int kind) {
        long at =
                (get(SEMAPHORE_HIGH) & 0x1_ffffL) << 32
                        | Integer.toUnsignedLong(get(SEMAPHORE_LOW));
        boolean stamped = kind != 2 || tables.storeVirtual(instance, at + 8, 8, tables.nanoTime());
        return stamped && tables.storeVirtual(instance, at, 4, get(PAYLOAD));
    }

    private boolean transfer(int flags) {
        long lines = (flags & MANY_LINES) != 0 ? Integer.toUnsignedLong(get(LINE_COUNT)) : 1;
        boolean fills = (flags & REMAPPED) != 0;
        int element = fills ? (get(REMAP) >>> 16 & 3) + 1 : 1;
        boolean known =
                !fills || (get(REMAP) & 7) == FROM_CONSTANT_A && (get(REMAP) >>> 24 & 3) == 0;
        long line = Integer.toUnsignedLong(get(LINE_LENGTH)) * element;
        if (!known || (flags & PITCH_LAYOUTS) != PITCH_LAYOUTS) {
            return false;
        }
        if (fills && get(CONSTANT_A) == 0 && (lines == 1 || get(TARGET_PITCH) == line)) {
            return clear(flags, line * lines);
        }
        if (line != 0 && lines > MOST_BYTES / line) {
            return false;
        }
        for (long i = 0; i < lines; i++) {
            long from = wide(SOURCE_HIGH) + i * get(SOURCE_PITCH);
            long to = wide(TARGET_HIGH) + i * get(TARGET_PITCH);
            byte @Nullable [] bytes =
                    fills ? constant((int) line, element) : load(flags, from, (int) line);
            if (bytes == null || !store(flags, to, bytes)) {
                return false;
            }
        }
        return true;
    }

    private byte[] constant(int length, int element) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (get(CONSTANT_A) >>> 8 * (i % element));
        }
        return bytes;
    }

    private boolean clear(int flags, long bytes) {
        long at = wide(TARGET_HIGH);
        if ((flags & TARGET_PHYSICAL) != 0 && (get(TARGET_PLACE) & 3) == 0) {
            return tables.clear(at, bytes);
        }
        return bytes <= MOST_BYTES && store(flags, at, new byte[(int) bytes]);
    }

    private byte @Nullable [] load(int flags, long at, int length) {
        byte[] bytes = new byte[length];
        boolean physical = (flags & SOURCE_PHYSICAL) != 0;
        return tables.copy(instance, at, place(physical, SOURCE_PLACE), bytes, /* write= */ false)
                ? bytes
                : null;
    }

    private boolean store(int flags, long at, byte[] bytes) {
        boolean physical = (flags & TARGET_PHYSICAL) != 0;
        return tables.copy(instance, at, place(physical, TARGET_PLACE), bytes, /* write= */ true);
    }

    private GuestTables.Space place(boolean physical, int method) {
        return !physical
                ? GuestTables.Space.VIRTUAL
                : switch (get(method) & 3) {
                    case 0 -> GuestTables.Space.FRAMEBUFFER;
                    case 1, 2 -> GuestTables.Space.MEMORY;
                    default -> GuestTables.Space.NOWHERE;
                };
    }
}
