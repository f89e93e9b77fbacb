package org.gpumediator.testkit.ada;

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

    // spotless:off
    private static final int WHERE_MEMORY      = 2;
    private static final int DIRECTORY         = 0x200;
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

    /**
     * Reads through the tables.
     *
     * @param block the register that binds the window: where the instance block is
     */
    long read(int block, long offset, int width) {
        long place = translate(block, offset);
        return place == NOTHING ? AccessWidth.ones(width) : load(place, width);
    }

    /** Writes through the tables. */
    void write(int block, long offset, int width, long value) {
        long place = translate(block, offset);
        if (place == NOTHING || (place & READ_ONLY) != 0) {
            return;
        }
        long address = place & ADDRESS;
        if ((place & IN_MEMORY) == 0) {
            long at = function.guestFramebuffer(address, width);
            if (at >= 0) {
                board.framebuffer().write(at, width, value);
            }
            return;
        }
        GuestDma dma = function.dma();
        if (dma != null) {
            byte[] bytes = new byte[width];
            for (int i = 0; i < width; i++) {
                bytes[i] = (byte) (value >>> 8 * i);
            }
            dma.write(address, bytes);
        }
    }

    private long load(long place, int width) {
        long address = place & ADDRESS;
        if ((place & IN_MEMORY) == 0) {
            long at = function.guestFramebuffer(address, width);
            return at < 0 ? AccessWidth.ones(width) : board.framebuffer().read(at, width);
        }
        GuestDma dma = function.dma();
        ByteBuffer bytes = GspQueues.little(new byte[8]);
        byte[] piece = new byte[width];
        if (dma == null || !dma.read(address, piece)) {
            return AccessWidth.ones(width);
        }
        bytes.put(piece);
        return bytes.getLong(0);
    }

    // ---- the walk

    private long translate(int block, long virtual) {
        long instance = (block & 0xfff_ffffL) << 12;
        long directory = at(instance, (block >>> 28 & 3) >= WHERE_MEMORY) + DIRECTORY;
        long base = load(directory, 8);
        long table = at(base & ~PAGE_MASK & ADDRESS, (base & 3) >= WHERE_MEMORY);
        table = below(table, virtual >>> 47 & 3);
        table = table == NOTHING ? NOTHING : below(table, virtual >>> 38 & 0x1ff);
        table = table == NOTHING ? NOTHING : below(table, virtual >>> 29 & 0x1ff);
        return table == NOTHING ? NOTHING : leaf(table, virtual);
    }

    private static long at(long address, boolean inMemory) {
        return inMemory ? address | IN_MEMORY : address;
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
