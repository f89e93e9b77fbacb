package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a VMM's {@link GuestMemory} promises the mediator. Extend this class: {@link #memory} gives
 * a fresh memory with one writable, mappable region of at least 8 pages at {@link #ramStart}, with
 * no memory before and behind it; {@link #removeRam} takes that region away as the VMM does.
 */
public abstract class GuestMemoryContract {

    private static final int PAGE = 4096;

    /** Creates the contract. */
    protected GuestMemoryContract() {}

    /** Returns fresh guest memory. */
    protected abstract GuestMemory memory();

    /** Returns the guest-physical address of the only region; not zero. */
    protected abstract long ramStart();

    /** Takes the region away, telling the listeners. */
    protected abstract void removeRam(GuestMemory memory);

    private Region ram(GuestMemory memory) {
        Region region = memory.regionAt(ramStart());
        assertNotNull(region, "region at the start of RAM");
        return region;
    }

    private static MemorySegment bytes(int length, int fill) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) fill);
        return MemorySegment.ofArray(bytes);
    }

    @Test
    @DisplayName("a region answers for each of its addresses and for no other")
    void regionAt_edges_areExact() {
        GuestMemory memory = memory();
        Region ram = ram(memory);
        assertAll(
                () -> assertEquals(ramStart(), ram.start(), "start"),
                () -> assertEquals(0, ram.start() % PAGE, "start is page aligned"),
                () -> assertEquals(0, ram.length() % PAGE, "length is in pages"),
                () -> assertEquals(ram.length(), ram.segment().byteSize(), "segment"),
                () -> assertTrue(ram.writable(), "writable"),
                () -> assertSame(ram, memory.regionAt(ram.start() + 1), "inside"),
                () -> assertSame(ram, memory.regionAt(ram.start() + ram.length() - 1), "last"),
                () -> assertNull(memory.regionAt(ram.start() + ram.length()), "behind"),
                () -> assertNull(memory.regionAt(ram.start() - 1), "before"),
                () -> assertNull(memory.regionAt(-1), "top of the address space"),
                () -> assertNull(memory.regionAt(Long.MIN_VALUE), "middle of the address space"));
    }

    @Test
    @DisplayName("copies and the segment show the same bytes")
    void write_thenSegment_agree() {
        GuestMemory memory = memory();
        Region ram = ram(memory);
        assertTrue(memory.write(ram.start() + 5, bytes(PAGE, 0x5a)), "write across a page");
        assertEquals(0, ram.segment().get(ValueLayout.JAVA_BYTE, 4), "byte before");
        assertEquals(0x5a, ram.segment().get(ValueLayout.JAVA_BYTE, 5), "first byte");
        assertEquals(0x5a, ram.segment().get(ValueLayout.JAVA_BYTE, PAGE + 4), "last byte");
        assertEquals(0, ram.segment().get(ValueLayout.JAVA_BYTE, PAGE + 5), "byte behind");
        ram.segment().set(ValueLayout.JAVA_BYTE, PAGE, (byte) 0x77);
        MemorySegment back = bytes(2, 0);
        assertTrue(memory.read(ram.start() + PAGE - 1, back), "read across a page");
        assertEquals(0x5a, back.get(ValueLayout.JAVA_BYTE, 0), "byte from the first page");
        assertEquals(0x77, back.get(ValueLayout.JAVA_BYTE, 1), "byte from the second page");
    }

    @Test
    @DisplayName("a read that is not wholly memory leaves its target as it was")
    void read_partlyOutside_changesNothing() {
        GuestMemory memory = memory();
        Region ram = ram(memory);
        ram.segment().fill((byte) 0x11);
        long end = ram.start() + ram.length();
        for (long at : new long[] {end - 8, end, ram.start() - 8, -8, Long.MIN_VALUE, -1}) {
            MemorySegment target = bytes(16, 0x22);
            assertFalse(memory.read(at, target), "read at 0x" + Long.toHexString(at));
            assertEquals(-1, bytes(16, 0x22).mismatch(target), "target of the refused read");
        }
        assertTrue(memory.read(end - 16, bytes(16, 0)), "read that just fits");
    }

    @Test
    @DisplayName("a write that is not wholly memory writes nothing")
    void write_partlyOutside_changesNothing() {
        GuestMemory memory = memory();
        Region ram = ram(memory);
        long end = ram.start() + ram.length();
        for (long at : new long[] {end - 8, end, ram.start() - 8, -8, Long.MIN_VALUE, -1}) {
            assertFalse(memory.write(at, bytes(16, 0x33)), "write at 0x" + Long.toHexString(at));
        }
        for (long at = 0; at < ram.length(); at++) {
            assertEquals(0, ram.segment().get(ValueLayout.JAVA_BYTE, at), "byte " + at);
        }
        assertTrue(memory.write(end - 16, bytes(16, 0x33)), "write that just fits");
    }

    @Test
    @DisplayName("a region that goes is not found any more when listeners hear of it")
    void remove_lookUp_isForgottenFirst() {
        GuestMemory memory = memory();
        List<Region> found = new ArrayList<>();
        List<Boolean> copied = new ArrayList<>();
        memory.listen(
                region -> {
                    Region again = memory.regionAt(region.start());
                    if (again != null) {
                        found.add(again);
                    }
                    copied.add(memory.read(region.start(), bytes(4, 0)));
                });
        removeRam(memory);
        assertAll(
                () -> assertEquals(List.of(), found, "regions found in regionRemoved"),
                () -> assertEquals(List.of(false), copied, "copies made in regionRemoved"));
    }

    @Test
    @DisplayName("a listener hears of a region before it goes, while it can still be used")
    void remove_listener_hearsInTime() {
        GuestMemory memory = memory();
        Region ram = ram(memory);
        List<Region> gone = new ArrayList<>();
        memory.listen(
                region -> {
                    region.segment().get(ValueLayout.JAVA_BYTE, region.length() - 1);
                    gone.add(region);
                });
        Registration ended = memory.listen(region -> gone.add(region));
        ended.close();
        ended.close();
        removeRam(memory);
        assertEquals(1, gone.size(), "calls of the listener");
        assertSame(ram, gone.getFirst(), "region that went");
        assertNull(memory.regionAt(ramStart()), "region after it went");
        assertFalse(memory.read(ramStart(), bytes(4, 0)), "read after it went");
    }

    @Test
    @DisplayName("write tracking, where there is one, can be had for a page of RAM and ended")
    void track_pageOfRam_canBeEnded() {
        GuestMemory memory = memory();
        Region ram = ram(memory);
        memory.writeTracking()
                .ifPresent(
                        tracking -> {
                            Registration first =
                                    tracking.track(ram.start() + PAGE, (at, length) -> {});
                            Registration second =
                                    tracking.track(ram.start() + PAGE, (at, length) -> {});
                            assertNotNull(first, "tracking of a page of RAM");
                            assertNotNull(second, "second tracking of the page");
                            assertNotEquals(first, second, "handles");
                            first.close();
                            first.close();
                            second.close();
                            assertNull(
                                    tracking.track(ram.start() + ram.length(), (at, length) -> {}),
                                    "tracking where no memory is");
                        });
    }
}
