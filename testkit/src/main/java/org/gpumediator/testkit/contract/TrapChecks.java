package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapHandler.StringDirection;
import org.junit.jupiter.api.function.Executable;

/** Checks of one trapped region, shared by the contracts that have trapped regions. */
final class TrapChecks {

    static final int[] WIDTHS = {1, 2, 4, 8};
    private static final int[] WRONG_WIDTHS = {Integer.MIN_VALUE, -1, 0, 3, 5, 7, 9, 16};
    private static final ValueLayout.OfShort LE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final TrapHandler handler;
    private final long length;

    TrapChecks(String name, TrapHandler handler, long length) {
        this.name = name;
        this.handler = handler;
        this.length = length;
    }

    /** Returns offsets worth trying: both ends, page edges, and some in between. */
    List<Long> places() {
        List<Long> places = new ArrayList<>();
        for (long at = 0; at < Math.min(length, 24); at++) {
            places.add(at);
        }
        SplittableRandom random = new SplittableRandom(length);
        for (int i = 0; i < 200; i++) {
            places.add(random.nextLong(length));
        }
        for (long page = 4096; page < length && page < 64 * 4096; page += 4096) {
            for (long at = page - 8; at < page + 8; at++) {
                places.add(at);
            }
        }
        for (long at = Math.max(0, length - 24); at < length; at++) {
            places.add(at);
        }
        return places;
    }

    void everyAccessInsideIsAnswered() {
        for (long at : places()) {
            for (int width : WIDTHS) {
                if (at + width > length) {
                    continue;
                }
                long value = answer(() -> handler.read(at, width), "read", at, width);
                if ((value & ~AccessWidth.ones(width)) != 0) {
                    fail(describe("read", at, width) + " has bits above its width: " + hex(value));
                }
                quietly(() -> handler.write(at, width, value), "write", at, width);
            }
        }
    }

    void accessesOutsideReadOnes() {
        long[] places = {length, length + 1, length + 4096, Long.MAX_VALUE, Long.MIN_VALUE, -1, -8};
        for (int width : WIDTHS) {
            List<Long> outside = new ArrayList<>();
            for (long place : places) {
                outside.add(place);
            }
            for (long at = length - width + 1; at < length; at++) {
                outside.add(at);
            }
            for (long at : outside) {
                long before = lastWord();
                long value = answer(() -> handler.read(at, width), "read", at, width);
                assertEquals(
                        hex(AccessWidth.ones(width)),
                        hex(value),
                        () -> describe("read", at, width) + " is not wholly inside the region");
                quietly(() -> handler.write(at, width, 0x5a5a_5a5a_5a5a_5a5aL), "write", at, width);
                assertEquals(
                        hex(before),
                        hex(lastWord()),
                        () -> describe("write", at, width) + " changed the last word");
            }
        }
    }

    private long lastWord() {
        int width = (int) Math.min(length, 4);
        return handler.read(length - width, width);
    }

    void wrongWidthsReadOnes() {
        for (int width : WRONG_WIDTHS) {
            for (long at : new long[] {0, 4, length - 1, length}) {
                long value = answer(() -> handler.read(at, width), "read", at, width);
                long least = AccessWidth.lowBytes(width);
                assertEquals(hex(least), hex(value & least), () -> describe("read", at, width));
                quietly(() -> handler.write(at, width, 0), "write", at, width);
            }
        }
    }

    /** Reads by block and by string must equal the single reads they stand for. */
    void blockReadsEqualSingleReads() {
        try (Arena arena = Arena.ofConfined()) {
            for (int size : new int[] {1, 2, 3, 4, 7, 8, 12, 16, 33, 64}) {
                for (long at : runs(size)) {
                    MemorySegment once = arena.allocate(size);
                    MemorySegment again = arena.allocate(size);
                    MemorySegment block = arena.allocate(size);
                    pieces(at, once);
                    handler.readBlock(at, block);
                    pieces(at, again);
                    compare("readBlock", at, once, again, block);
                }
            }
        }
    }

    private List<Long> runs(int size) {
        List<Long> runs = new ArrayList<>();
        for (long at = 0; at < 9; at++) {
            runs.add(at);
            runs.add(length / 2 + at);
            runs.add(length - size - at);
            runs.add(length - size / 2 + at);
        }
        runs.removeIf(at -> at < 0);
        return runs;
    }

    void stringReadsEqualSingleReads() {
        try (Arena arena = Arena.ofConfined()) {
            for (StringDirection direction : StringDirection.values()) {
                for (int width : WIDTHS) {
                    int size = 8 * width;
                    for (long at : runs(2 * size)) {
                        MemorySegment once = arena.allocate(size);
                        MemorySegment again = arena.allocate(size);
                        MemorySegment string = arena.allocate(size);
                        elements(at, width, direction, once);
                        handler.readString(at, width, direction, string);
                        elements(at, width, direction, again);
                        compare("readString " + direction, at, once, again, string);
                    }
                }
            }
        }
    }

    /**
     * Writes by block and by string must leave what the single writes leave that they stand for.
     *
     * @param restore brings the region to one and the same state
     */
    void blockWritesEqualSingleWrites(Runnable restore) {
        SplittableRandom random = new SplittableRandom(77);
        try (Arena arena = Arena.ofConfined()) {
            for (int size : new int[] {3, 8, 13, 24}) {
                for (long at : new long[] {0, 1, 6, length / 2 + 2, length - size}) {
                    if (at < 0 || at + size > length) {
                        continue;
                    }
                    MemorySegment source = arena.allocate(size);
                    for (int i = 0; i < size; i++) {
                        source.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
                    }
                    writesAgree(
                            restore,
                            "writeBlock",
                            at,
                            size,
                            () -> putPieces(at, source),
                            () -> handler.writeBlock(at, source));
                }
            }
            for (StringDirection direction : StringDirection.values()) {
                for (int width : WIDTHS) {
                    MemorySegment source = arena.allocate(4L * width);
                    for (int i = 0; i < 4 * width; i++) {
                        source.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
                    }
                    long at = length / 2;
                    writesAgree(
                            restore,
                            "writeString " + direction,
                            at - 4L * width,
                            8 * width,
                            () -> putElements(at, width, direction, source),
                            () -> handler.writeString(at, width, direction, source));
                }
            }
        }
    }

    private void writesAgree(
            Runnable restore, String what, long from, int size, Runnable single, Runnable whole) {
        try (Arena arena = Arena.ofConfined()) {
            long start = Math.max(0, from);
            MemorySegment once = arena.allocate(size);
            MemorySegment again = arena.allocate(size);
            MemorySegment block = arena.allocate(size);
            restore.run();
            single.run();
            pieces(start, once);
            restore.run();
            whole.run();
            pieces(start, block);
            restore.run();
            single.run();
            pieces(start, again);
            compare(what, start, once, again, block);
        }
    }

    void illegalStringsAreTheCallersError() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment seven = arena.allocate(7);
            expectIllegal(
                    () -> handler.readString(0, 4, StringDirection.ASCENDING, seven),
                    "readString of 7 bytes by 4");
            expectIllegal(
                    () -> handler.writeString(0, 3, StringDirection.ASCENDING, seven.asSlice(0, 6)),
                    "writeString by 3");
        }
    }

    private void expectIllegal(Executable call, String what) {
        try {
            call.execute();
        } catch (IllegalArgumentException expected) {
            return;
        } catch (Throwable other) {
            throw new AssertionError(name + ": " + what + " threw " + other, other);
        }
        fail(name + ": " + what + " was accepted");
    }

    // ---- the single accesses that a longer one stands for
    // ----------------------------------------

    private void pieces(long offset, MemorySegment target) {
        long end = target.byteSize();
        for (long at = 0; at < end; ) {
            int width = widthAt(offset + at, end - at);
            put(target, at, width, handler.read(offset + at, width));
            at += width;
        }
    }

    private void putPieces(long offset, MemorySegment source) {
        long end = source.byteSize();
        for (long at = 0; at < end; ) {
            int width = widthAt(offset + at, end - at);
            handler.write(offset + at, width, get(source, at, width));
            at += width;
        }
    }

    private static int widthAt(long offset, long left) {
        int width = 8;
        while (offset % width != 0 || width > left) {
            width /= 2;
        }
        return width;
    }

    private void elements(long offset, int width, StringDirection direction, MemorySegment target) {
        for (int i = 0; i < target.byteSize() / width; i++) {
            long at = offset + (long) i * direction.step(width);
            put(target, (long) i * width, width, handler.read(at, width));
        }
    }

    private void putElements(
            long offset, int width, StringDirection direction, MemorySegment source) {
        for (int i = 0; i < source.byteSize() / width; i++) {
            long at = offset + (long) i * direction.step(width);
            handler.write(at, width, get(source, (long) i * width, width));
        }
    }

    static void put(MemorySegment to, long at, int width, long value) {
        switch (width) {
            case 1 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> to.set(LE16, at, (short) value);
            case 4 -> to.set(LE32, at, (int) value);
            default -> to.set(LE64, at, value);
        }
    }

    static long get(MemorySegment from, long at, int width) {
        return switch (width) {
            case 1 -> from.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
            case 2 -> from.get(LE16, at) & 0xffffL;
            case 4 -> Integer.toUnsignedLong(from.get(LE32, at));
            default -> from.get(LE64, at);
        };
    }

    // ---- reporting -----------------------------------------------------------------------------

    /** Compares where two runs of single accesses agree: a running counter differs by itself. */
    private void compare(
            String what, long at, MemorySegment once, MemorySegment again, MemorySegment other) {
        for (long i = 0; i < once.byteSize(); i++) {
            byte expected = once.get(ValueLayout.JAVA_BYTE, i);
            byte actual = other.get(ValueLayout.JAVA_BYTE, i);
            if (expected == again.get(ValueLayout.JAVA_BYTE, i) && expected != actual) {
                fail(
                        String.format(
                                "%s: %s of %d bytes at 0x%x: byte %d is 0x%02x, single accesses"
                                        + " give 0x%02x",
                                name, what, once.byteSize(), at, i, actual, expected));
            }
        }
    }

    private long answer(LongSupplier access, String what, long at, int width) {
        try {
            return access.getAsLong();
        } catch (RuntimeException | Error thrown) {
            throw new AssertionError(describe(what, at, width) + " threw " + thrown, thrown);
        }
    }

    private void quietly(Runnable access, String what, long at, int width) {
        try {
            access.run();
        } catch (RuntimeException | Error thrown) {
            throw new AssertionError(describe(what, at, width) + " threw " + thrown, thrown);
        }
    }

    private String describe(String what, long at, int width) {
        return String.format("%s: %s of %d bytes at 0x%x", name, what, width, at);
    }

    private static String hex(long value) {
        return Long.toHexString(value);
    }
}
