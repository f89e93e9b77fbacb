package org.gpumediator.testkit.ada;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentSkipListMap;

/** Memory of any size that takes room only where something other than zero was written. */
final class SparseMemory {

    private static final int PAGE = 4096;
    private static final VarHandle LE64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long length;
    private final ConcurrentSkipListMap<Long, byte[]> pages = new ConcurrentSkipListMap<>();

    SparseMemory(long length) {
        this.length = length;
    }

    long length() {
        return length;
    }

    /** Reads a word that does not cross a page; ones where it is not inside. */
    long read(long at, int width) {
        if (at < 0 || at > length - width) {
            return -1L >>> 64 - 8 * width;
        }
        byte[] page = pages.get(at / PAGE);
        if (page == null) {
            return 0;
        }
        int start = (int) (at % PAGE);
        if (width == 8 && start <= PAGE - 8) {
            return (long) LE64.get(page, start);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (page[start + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    /** Writes a word that does not cross a page; no effect where it is not inside. */
    void write(long at, int width, long value) {
        if (at < 0 || at > length - width) {
            return;
        }
        byte[] page = pages.get(at / PAGE);
        if (page == null) {
            if ((value & -1L >>> 64 - 8 * width) == 0) {
                return;
            }
            page = pages.computeIfAbsent(at / PAGE, unused -> new byte[PAGE]);
        }
        int start = (int) (at % PAGE);
        for (int i = 0; i < width; i++) {
            page[start + i] = (byte) (value >>> 8 * i);
        }
    }

    int readInt(long at) {
        return (int) read(at, 4);
    }

    void writeInt(long at, int value) {
        write(at, 4, value);
    }

    /** Makes whole pages zero. */
    void clear(long at, long bytes) {
        pages.subMap(at / PAGE, (at + bytes) / PAGE).clear();
    }

    /** Returns whether a range of whole pages holds only zeros. */
    boolean isZero(long at, long bytes) {
        for (byte[] page : pages.subMap(at / PAGE, (at + bytes) / PAGE).values()) {
            for (byte each : page) {
                if (each != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns how many bytes of memory it takes. */
    long residentBytes() {
        return (long) pages.size() * PAGE;
    }
}
