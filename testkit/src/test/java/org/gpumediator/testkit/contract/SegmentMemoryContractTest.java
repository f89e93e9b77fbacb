package org.gpumediator.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.core.vmm.SegmentMemory;
import org.gpumediator.core.vmm.SegmentMemory.Access;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory of segments keeps what guest memory promises, and says what it cannot take. */
class SegmentMemoryContractTest extends GuestMemoryContract {

    private static final long START = 0x10_0000;
    private static final int PAGE = 4096;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void free() {
        arena.close();
    }

    @Override
    protected GuestMemory memory() {
        SegmentMemory memory = new SegmentMemory();
        memory.add(START, arena.allocate(16 * PAGE, PAGE), Access.READ_WRITE);
        return memory;
    }

    @Override
    protected long ramStart() {
        return START;
    }

    @Override
    protected void removeRam(GuestMemory memory) {
        ((SegmentMemory) memory).remove(START);
    }

    @Test
    void add_heapMemory_isForCopiesOnly() {
        SegmentMemory memory = new SegmentMemory();
        byte[] ram = new byte[PAGE];
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> memory.add(0x3000, MemorySegment.ofArray(ram), Access.READ_WRITE))
                .withMessageStartingWith("region 0x3000+0x1000: expected native memory");
        memory.add(0x3000, MemorySegment.ofArray(ram), Access.NOT_MAPPABLE);

        assertThat(memory.write(0x3004, MemorySegment.ofArray(new byte[] {7}))).isTrue();
        assertThat(ram[4]).isEqualTo((byte) 7);
        assertThat(memory.regionAt(0x3000)).isNull();
    }

    @Test
    void add_overlap_namesBoth() {
        SegmentMemory memory = (SegmentMemory) memory();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(
                        () ->
                                memory.add(
                                        START + PAGE, arena.allocate(PAGE, PAGE), Access.READ_ONLY))
                .withMessageContainingAll("0x101000", "overlaps region 0x100000+0x10000");
    }
}
