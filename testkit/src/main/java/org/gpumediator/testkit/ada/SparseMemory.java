package org.gpumediator.testkit.ada;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import org.gpumediator.api.AccessWidth;
import org.jspecify.annotations.Nullable;

/**
 * Memory of any size that takes room only where something other than zero was written, but for
 * ranges that a piece of real memory is laid over.
 */
final class SparseMemory {

    private static final int PAGE = 4096;
    private static final int MOST_SPARE = 16;
    private static final ValueLayout.OfLong WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LE64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long length;
    private final ConcurrentSkipListMap<Long, byte[]> pages = new ConcurrentSkipListMap<>();

    /** Pages of zeros that were in use, for the next ones. */
    private final ConcurrentLinkedQueue<byte[]> spare = new ConcurrentLinkedQueue<>();

    private final ConcurrentSkipListMap<Long, MemorySegment> overlays =
            new ConcurrentSkipListMap<>();

    SparseMemory(long length) {
        this.length = length;
    }

    /**
     * Lays real memory over a range: it takes what the range holds, and is the range from then on.
     *
     * @param at a multiple of the page; the range touches no other overlay
     * @param segment whole pages
     */
    void lay(long at, MemorySegment segment) {
        var held = pages.subMap(at / PAGE, (at + segment.byteSize()) / PAGE);
        segment.fill((byte) 0);
        held.forEach(
                (page, bytes) ->
                        MemorySegment.copy(
                                bytes, 0, segment, ValueLayout.JAVA_BYTE, page * PAGE - at, PAGE));
        held.clear();
        overlays.put(at, segment);
    }

    /** Takes an overlay away: the range keeps what it holds, the memory becomes zero. */
    void lift(long at) {
        MemorySegment segment = overlays.remove(at);
        if (segment == null) {
            return;
        }
        for (long offset = 0; offset < segment.byteSize(); offset += PAGE) {
            MemorySegment page = segment.asSlice(offset, PAGE);
            if (!isZero(page)) {
                pages.put((at + offset) / PAGE, page.toArray(ValueLayout.JAVA_BYTE));
            }
        }
        segment.fill((byte) 0);
    }

    /** Returns the overlay a place is in, or null. */
    private Map.@Nullable Entry<Long, MemorySegment> overlay(long at) {
        if (overlays.isEmpty()) {
            return null;
        }
        Map.Entry<Long, MemorySegment> below = overlays.floorEntry(at);
        return below != null && at - below.getKey() < below.getValue().byteSize() ? below : null;
    }

    private static long get(MemorySegment from, long at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (from.get(ValueLayout.JAVA_BYTE, at + i) & 0xffL) << 8 * i;
        }
        return value;
    }

    long length() {
        return length;
    }

    /** Reads a word that does not cross a page; ones where it is not inside. */
    long read(long at, int width) {
        if (at < 0 || at > length - width) {
            return AccessWidth.ones(width);
        }
        Map.Entry<Long, MemorySegment> overlay = overlay(at);
        if (overlay != null) {
            return get(overlay.getValue(), at - overlay.getKey(), width);
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

    /** Reads page by page; ones where it is not inside. */
    void read(long at, MemorySegment target) {
        long done = 0;
        while (done < target.byteSize()) {
            long place = at + done;
            int start = (int) (place % PAGE);
            MemorySegment piece =
                    target.asSlice(done, Math.min(PAGE - start, target.byteSize() - done));
            Map.Entry<Long, MemorySegment> overlay = overlay(place);
            byte[] page = pages.get(place / PAGE);
            if (place >= length) {
                piece.fill((byte) -1);
            } else if (overlay != null) {
                MemorySegment.copy(
                        overlay.getValue(), place - overlay.getKey(), piece, 0, piece.byteSize());
            } else if (page != null) {
                MemorySegment.copy(MemorySegment.ofArray(page), start, piece, 0, piece.byteSize());
            } else {
                piece.fill((byte) 0);
            }
            done += piece.byteSize();
        }
    }

    /** Writes a word that does not cross a page; no effect where it is not inside. */
    void write(long at, int width, long value) {
        if (at < 0 || at > length - width) {
            return;
        }
        Map.Entry<Long, MemorySegment> overlay = overlay(at);
        if (overlay != null) {
            for (int i = 0; i < width; i++) {
                overlay.getValue()
                        .set(
                                ValueLayout.JAVA_BYTE,
                                at - overlay.getKey() + i,
                                (byte) (value >>> 8 * i));
            }
            return;
        }
        byte[] page = pages.get(at / PAGE);
        if (page == null) {
            if ((value & AccessWidth.ones(width)) == 0) {
                return;
            }
            page = pages.computeIfAbsent(at / PAGE, _ -> blank());
        }
        int start = (int) (at % PAGE);
        for (int i = 0; i < width; i++) {
            page[start + i] = (byte) (value >>> 8 * i);
        }
    }

    /** Writes page by page; no effect where it is not inside. */
    void write(long at, MemorySegment source) {
        for (long done = 0; done < source.byteSize(); ) {
            long place = at + done;
            int start = (int) (place % PAGE);
            MemorySegment piece =
                    source.asSlice(done, Math.min(PAGE - start, source.byteSize() - done));
            done += piece.byteSize();
            Map.Entry<Long, MemorySegment> overlay = overlay(place);
            if (place < 0 || place >= length) {
                continue;
            }
            if (overlay != null) {
                MemorySegment.copy(
                        piece, 0, overlay.getValue(), place - overlay.getKey(), piece.byteSize());
                continue;
            }
            byte[] page = pages.get(place / PAGE);
            if (page == null) {
                if (isAllZero(piece)) {
                    continue;
                }
                page = pages.computeIfAbsent(place / PAGE, _ -> blank());
            }
            MemorySegment.ofArray(page).asSlice(start, piece.byteSize()).copyFrom(piece);
        }
    }

    private static boolean isAllZero(MemorySegment bytes) {
        for (long offset = 0; offset < bytes.byteSize(); offset++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, offset) != 0) {
                return false;
            }
        }
        return true;
    }

    int readInt(long at) {
        return (int) read(at, 4);
    }

    void writeInt(long at, int value) {
        write(at, 4, value);
    }

    private byte[] blank() {
        byte[] kept = spare.poll();
        return kept == null ? new byte[PAGE] : kept;
    }

    /** Makes whole pages zero. */
    void clear(long at, long bytes) {
        var range = pages.subMap(at / PAGE, (at + bytes) / PAGE);
        for (Map.Entry<Long, byte[]> each : range.entrySet()) {
            if (pages.remove(each.getKey(), each.getValue()) && spare.size() < MOST_SPARE) {
                Arrays.fill(each.getValue(), (byte) 0);
                spare.add(each.getValue());
            }
        }
        overlays.forEach((start, segment) -> within(at, bytes, start, segment).fill((byte) 0));
    }

    /** Returns the part of an overlay that is in a range; may be empty. */
    private static MemorySegment within(long at, long bytes, long start, MemorySegment segment) {
        long from = Math.clamp(at - start, 0, segment.byteSize());
        long to = Math.clamp(at + bytes - start, 0, segment.byteSize());
        return segment.asSlice(from, to - from);
    }

    /** Returns whether a range of whole pages holds only zeros. */
    boolean isZero(long at, long bytes) {
        for (Map.Entry<Long, MemorySegment> each : overlays.entrySet()) {
            if (!isZero(within(at, bytes, each.getKey(), each.getValue()))) {
                return false;
            }
        }
        for (byte[] page : pages.subMap(at / PAGE, (at + bytes) / PAGE).values()) {
            for (byte each : page) {
                if (each != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isZero(MemorySegment words) {
        for (long offset = 0; offset < words.byteSize(); offset += Long.BYTES) {
            if (words.get(WORD, offset) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns how many bytes of memory it takes. */
    long residentBytes() {
        long laid = overlays.values().stream().mapToLong(MemorySegment::byteSize).sum();
        return (long) pages.size() * PAGE + laid;
    }
}
