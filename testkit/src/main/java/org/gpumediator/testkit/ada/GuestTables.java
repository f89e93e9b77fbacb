package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.gpumediator.api.AccessWidth;

/**
 * The page tables of a guest, as its virtual function walks them for a window that the guest has
 * bound through an instance block. Tables and pages are in the guest's own framebuffer, by its own
 * offsets, or in its memory; what leads elsewhere reads as ones and takes no writes. Five steps at
 * most, and nothing is kept. Used under the board's lock.
 *
 * <p>Source: public headers of the open drivers, format 2 of the translation tables (Pascal and
 * later) and the block registers of Turing.
 */
final class GuestTables {

    /** Where an instance block says where its page directory is. */
    static final int DIRECTORY = 0x200;

    // spotless:off
    private static final int WHERE_MEMORY      = 2;
    private static final long PAGE_MASK        = 0xfff;
    private static final long ADDRESS_VIDEO    = 0x1_ffff_ff00L;
    private static final long ADDRESS_SYSTEM   = 0x3f_ffff_ffff_ff00L;
    private static final long BIG_VIDEO        = 0x1_ffff_fff0L;
    private static final long BIG_SYSTEM       = 0x3f_ffff_ffff_fff0L;
    private static final int SMALL_BITS        = 12;
    private static final int BIG_BITS          = 16;
    private static final int HUGE_BITS         = 21;
    private static final long NOTHING          = -1;

    /** Of an address, beside where it is: it is in the guest's memory, it takes no writes. */
    private static final long IN_MEMORY        = 1L << 62;
    private static final long READ_ONLY        = 1L << 61;
    private static final long ADDRESS          = READ_ONLY - 1;
    // spotless:on

    private final Board board;
    private final FakeVf function;

    GuestTables(Board board, FakeVf function) {
        this.board = board;
        this.function = function;
    }

    /** Where an address of a copy is. */
    enum Space {
        VIRTUAL,
        FRAMEBUFFER,
        MEMORY,
        NOWHERE
    }

    long nanoTime() {
        return board.agenda().now();
    }

    /**
     * Reads through the tables that a window is bound to.
     *
     * @param block the register that binds the window: where the instance block is
     */
    long read(int block, long offset, int width) {
        return loadVirtual(instance(block), offset, width);
    }

    /** Writes through the tables that a window is bound to. */
    void write(int block, long offset, int width, long value) {
        storeVirtual(instance(block), offset, width, value);
    }

    private static long instance(int block) {
        return at((block & 0xfff_ffffL) << 12, (block >>> 28 & 3) >= WHERE_MEMORY);
    }

    /** Returns a place that is named by its address and what kind of memory that is. */
    static long at(long address, boolean inMemory) {
        return inMemory ? address & ADDRESS | IN_MEMORY : address & ADDRESS;
    }

    /** Reads by an address of the tables of an instance block; ones if it leads nowhere. */
    long loadVirtual(long instance, long virtual, int width) {
        long place = translate(instance, virtual);
        return place == NOTHING ? AccessWidth.ones(width) : load(place, width);
    }

    /** Writes by an address of the tables of an instance block; answers whether it leads there. */
    boolean storeVirtual(long instance, long virtual, int width, long value) {
        long place = translate(instance, virtual);
        return place != NOTHING && (place & READ_ONLY) == 0 && store(place, width, value);
    }

    /** Writes at a place; answers whether it is the guest's own. */
    boolean store(long place, int width, long value) {
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return copy(place, bytes, 0, width, /* write= */ true);
    }

    /** Reads at a place; ones if it is not the guest's own. */
    long load(long place, int width) {
        ByteBuffer bytes = GspQueues.little(new byte[8]);
        return copy(place, bytes.array(), 0, width, /* write= */ false)
                ? bytes.getLong(0)
                : AccessWidth.ones(width);
    }

    /** Copies bytes, page by page; answers whether all of it is the guest's own. */
    boolean copy(long instance, long address, Space space, byte[] bytes, boolean write) {
        for (int done = 0; done < bytes.length; ) {
            long from = address + done;
            int length = (int) Math.min(bytes.length - done, PAGE_MASK + 1 - (from & PAGE_MASK));
            long place =
                    switch (space) {
                        case VIRTUAL -> translate(instance, from);
                        case FRAMEBUFFER -> at(from, false);
                        case MEMORY -> at(from, true);
                        case NOWHERE -> NOTHING;
                    };
            if (place == NOTHING
                    || write && (place & READ_ONLY) != 0
                    || !copy(place, bytes, done, length, write)) {
                return false;
            }
            done += length;
        }
        return true;
    }

    private boolean copy(long place, byte[] bytes, int start, int length, boolean write) {
        long address = place & ADDRESS;
        if ((place & IN_MEMORY) != 0) {
            GuestDma dma = function.dma();
            return dma != null && dma.copy(address, bytes, start, length, write);
        }
        long at = function.guestFramebuffer(address, length);
        if (at < 0) {
            return false;
        }
        MemorySegment piece = MemorySegment.ofArray(bytes).asSlice(start, length);
        if (write) {
            board.framebuffer().write(at, piece);
        } else {
            board.framebuffer().read(at, piece);
        }
        return true;
    }

    /** Makes framebuffer zero, however much; answers whether all of it is the guest's own. */
    boolean clear(long address, long bytes) {
        long first = address + PAGE_MASK & ~PAGE_MASK;
        long end = address + bytes & ~PAGE_MASK;
        if (first >= end) {
            return bytes < 2 * PAGE_MASK
                    && copy(0, address, Space.FRAMEBUFFER, new byte[(int) bytes], true);
        }
        byte[] head = new byte[(int) (first - address)];
        byte[] tail = new byte[(int) (address + bytes - end)];
        long at = function.guestFramebuffer(first, end - first);
        boolean own = at >= 0;
        if (own) {
            board.framebuffer().clear(at, end - first);
        }
        return own
                && copy(0, address, Space.FRAMEBUFFER, head, true)
                && copy(0, end, Space.FRAMEBUFFER, tail, true);
    }

    // ---- the walk

    private long translate(long instance, long virtual) {
        long base = load(instance + DIRECTORY, 8);
        long table = at(base & ~PAGE_MASK & ADDRESS, (base & 3) >= WHERE_MEMORY);
        table = below(table, virtual >>> 47 & 3);
        table = table == NOTHING ? NOTHING : below(table, virtual >>> 38 & 0x1ff);
        table = table == NOTHING ? NOTHING : below(table, virtual >>> 29 & 0x1ff);
        return table == NOTHING ? NOTHING : leaf(table, virtual);
    }

    /** Follows an entry of a directory. */
    private long below(long table, long index) {
        long entry = load(table + 8 * index, 8);
        boolean isPage = (entry & 1) != 0;
        return isPage ? NOTHING : table(entry, ADDRESS_VIDEO, ADDRESS_SYSTEM, 4);
    }

    /** Returns the table that an entry leads to, whose address begins at bit 8 or 4. */
    private static long table(long entry, long video, long system, int shift) {
        int aperture = (int) (entry >>> 1 & 3);
        return switch (aperture) {
            case 1 -> (entry & video) << shift;
            case 2, 3 -> (entry & system) << shift & ADDRESS | IN_MEMORY;
            default -> NOTHING;
        };
    }

    /** Follows an entry of the last directory: a large page, or tables of small and big pages. */
    private long leaf(long directory, long virtual) {
        long entry = directory + 16 * (virtual >>> HUGE_BITS & 0xff);
        long low = load(entry, 8);
        long high = load(entry + 8, 8);
        if ((low & 1) != 0) {
            return page(low, virtual, HUGE_BITS);
        }
        long small = table(high, ADDRESS_VIDEO, ADDRESS_SYSTEM, 4);
        if (small != NOTHING) {
            long found = load(small + 8 * (virtual >>> SMALL_BITS & 0x1ff), 8);
            if ((found & 1) != 0) {
                return page(found, virtual, SMALL_BITS);
            }
        }
        long big = table(low, BIG_VIDEO, BIG_SYSTEM, 4);
        return big == NOTHING
                ? NOTHING
                : page(load(big + 8 * (virtual >>> BIG_BITS & 0x1f), 8), virtual, BIG_BITS);
    }

    /** Valid in bit 0, where in bits 2:1, read-only in bit 6, page frame from bit 8 on. */
    private static long page(long entry, long virtual, int bits) {
        int where = (int) (entry >>> 1 & 3);
        if ((entry & 1) == 0 || where == 1) {
            return NOTHING;
        }
        boolean inMemory = where >= WHERE_MEMORY;
        long frame = (entry & (inMemory ? ADDRESS_SYSTEM : ADDRESS_VIDEO)) << 4;
        long inside = virtual & (1L << bits) - 1;
        long address = (frame & -(1L << bits) | inside) & ADDRESS;
        return at(address, inMemory) | ((entry & 1 << 6) != 0 ? READ_ONLY : 0);
    }
}
