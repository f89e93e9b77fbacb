package org.gpumediator.testkit.ada;

import java.util.Arrays;
import java.util.Map;

/**
 * The register block of one function, physical or virtual: interrupt leaves, doorbells, time, plain
 * storage.
 *
 * <p>Source: open driver's virtual-function register map.
 */
final class FunctionRegisters extends DwordRegisters {

    static final int LENGTH = 256 << 10;
    static final int PRIVILEGED_DOORBELL = 0x2200;

    /** The block that the window to framebuffer goes through; bit 31: through its tables. */
    static final int FRAMEBUFFER_BLOCK = 0xf40;

    /** The same of the window to instance memory. */
    static final int INSTANCE_BLOCK = 0xf48;

    static final int SCRATCH_LOW = 0x2108;
    static final int SCRATCH_HIGH = 0x210c;

    /** Entries of the buffer of faults that are replayed, and of the other one behind it. */
    private static final int FAULT_BUFFER_SIZE = 0x3010;

    /** Drops translations that are kept; its trigger stands until that is done. */
    private static final int INVALIDATE = 0x30b0;

    private static final int INVALIDATE_TRIGGER = 1 << 31;
    private static final int FAULT_BUFFER_DEFAULT = 1 << 30;
    private static final int FAULT_BUFFER_FLAGS = 0xa000_0000;
    private static final int FAULT_ENTRIES = 0x1000;

    /** Whether a bind is under way: it is done as soon as it is written. */
    private static final int BIND_STATUS = 0xf50;

    private static final int LEAVES = 8;
    private static final int LEAF_PENDING = 0x1000;
    private static final int LEAF_ENABLE_SET = 0x1200;
    private static final int LEAF_ENABLE_CLEAR = 0x1400;
    private static final int TOP_PENDING = 0x1600;
    private static final int TOP_ENABLE_SET = 0x1608;
    private static final int TOP_ENABLE_CLEAR = 0x1610;

    /** Raises the interrupt of the vector that is written. */
    private static final int LEAF_TRIGGER = 0x1640;

    private static final int TIME_LOW = 0x30080;
    private static final int TIME_HIGH = 0x30084;

    /** Time goes on in steps of 32 ns: what reads otherwise is no time to a driver. */
    private static final int TICK = -32;

    private static final int CHANNEL_DOORBELL = 0x30090;

    private static final int PAGE_WORDS = 1024;
    private static final int[] NO_PAGE = new int[PAGE_WORDS];

    /** What a function does when its registers are used. */
    interface Effects {
        void privilegedDoorbell(int value);

        void channelDoorbell(int token);

        void interrupt(int vector);

        long nanoTime();
    }

    private final Effects effects;
    private final Map<Integer, Integer> constants;
    private final int[][] pages = new int[LENGTH / 4 / PAGE_WORDS][];
    private final int[] pending = new int[LEAVES];
    private final int[] enabled = new int[LEAVES];
    private int topEnabled;

    /**
     * Creates a block.
     *
     * @param constants registers that always read the same and take no writes
     */
    FunctionRegisters(Effects effects, Map<Integer, Integer> constants) {
        this.effects = effects;
        this.constants = Map.copyOf(constants);
        reset();
    }

    void reset() {
        Arrays.fill(pages, NO_PAGE);
        Arrays.fill(pending, 0);
        Arrays.fill(enabled, 0);
        topEnabled = 0;
    }

    int get(int offset) {
        return pages[offset >>> 12][offset >>> 2 & PAGE_WORDS - 1];
    }

    void set(int offset, int value) {
        int[] page = pages[offset >>> 12];
        if (page == NO_PAGE) {
            if (value == 0) {
                return;
            }
            page = new int[PAGE_WORDS];
            pages[offset >>> 12] = page;
        }
        page[offset >>> 2 & PAGE_WORDS - 1] = value;
    }

    private static int leaf(int offset, int base) {
        int index = offset - base >> 2;
        return index >= 0 && index < LEAVES ? index : -1;
    }

    @Override
    int read(int offset) {
        if (offset >= LEAF_PENDING && offset < TOP_PENDING + 0x20) {
            int leaf = leaf(offset, LEAF_PENDING);
            if (leaf >= 0) {
                return pending[leaf];
            }
            int enable = Math.max(leaf(offset, LEAF_ENABLE_SET), leaf(offset, LEAF_ENABLE_CLEAR));
            if (enable >= 0) {
                return enabled[enable];
            }
            return offset == TOP_PENDING
                    ? top()
                    : offset == TOP_ENABLE_SET || offset == TOP_ENABLE_CLEAR ? topEnabled : 0;
        }
        if (offset == TIME_LOW) {
            return (int) effects.nanoTime() & TICK;
        }
        if (offset == TIME_HIGH) {
            return (int) (effects.nanoTime() >>> 32);
        }
        Integer constant = constants.get(offset);
        return constant == null ? get(offset) : constant;
    }

    private int top() {
        int bits = 0;
        for (int i = 0; i < LEAVES; i++) {
            if ((pending[i] & enabled[i]) != 0) {
                bits |= 1 << (i >> 1);
            }
        }
        return bits;
    }

    @Override
    void write(int offset, int value) {
        int leaf = leaf(offset, LEAF_PENDING);
        if (leaf >= 0) {
            pending[leaf] &= ~value;
        } else if (leaf(offset, LEAF_ENABLE_SET) >= 0) {
            enabled[leaf(offset, LEAF_ENABLE_SET)] |= value;
        } else if (leaf(offset, LEAF_ENABLE_CLEAR) >= 0) {
            enabled[leaf(offset, LEAF_ENABLE_CLEAR)] &= ~value;
        } else if (offset == TOP_ENABLE_SET) {
            topEnabled |= value;
        } else if (offset == TOP_ENABLE_CLEAR) {
            topEnabled &= ~value;
        } else if (offset == LEAF_TRIGGER) {
            if (value >= 0 && value < 32 * LEAVES) {
                raise(value >>> 5, value & 31);
            }
        } else if (offset == PRIVILEGED_DOORBELL) {
            set(offset, value);
            effects.privilegedDoorbell(value);
        } else if (offset == CHANNEL_DOORBELL) {
            effects.channelDoorbell(value);
        } else if (offset == INVALIDATE) {
            set(offset, value & ~INVALIDATE_TRIGGER); // nothing is kept: done at once
        } else if (offset == FAULT_BUFFER_SIZE || offset == FAULT_BUFFER_SIZE + 0x20) {
            boolean wantsDefault = (value & FAULT_BUFFER_DEFAULT) != 0;
            set(offset, wantsDefault ? value & FAULT_BUFFER_FLAGS | FAULT_ENTRIES : value);
        } else if (offset != TOP_PENDING
                && offset != TIME_LOW
                && offset != TIME_HIGH
                && offset != BIND_STATUS
                && !constants.containsKey(offset)) {
            set(offset, value);
        }
    }

    /** Sets a pending bit, and interrupts if it is enabled. */
    void raise(int leaf, int bit) {
        pending[leaf] |= 1 << bit;
        if ((enabled[leaf] & 1 << bit) != 0 && (topEnabled & 1 << (leaf >> 1)) != 0) {
            effects.interrupt(0);
        }
    }

    @Override
    int held(int offset) {
        return get(offset);
    }
}
