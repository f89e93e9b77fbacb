package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a {@link PhysicalGpu} promises a backend. Extend this class and implement {@link #gpu};
 * meant for fakes, because it writes registers without knowing them.
 */
public abstract class PhysicalGpuContract {

    private static final int PAGE = 4096;

    /** Creates the contract. */
    protected PhysicalGpuContract() {}

    /** Returns a fresh GPU, as after power-on. */
    protected abstract PhysicalGpu gpu();

    private static int anyBar(PhysicalGpu gpu) {
        for (int bar = 0; bar < 6; bar++) {
            if (gpu.barLength(bar) > 0) {
                return bar;
            }
        }
        throw new AssertionError("a GPU without BARs");
    }

    @Test
    @DisplayName("the identity is what the configuration space says, and constant")
    void identity_always_isThatOfConfig() {
        PhysicalGpu gpu = gpu();
        GpuIdentity identity = gpu.identity();
        assertEquals(identity.vendor(), gpu.readConfig(0, 2), "vendor");
        assertEquals(identity.device(), gpu.readConfig(2, 2), "device");
        assertEquals(identity.revision(), gpu.readConfig(8, 1), "revision");
        assertEquals(identity.classCode(), gpu.readConfig(8, 4) >>> 8, "class code");
        assertEquals(identity.subsystemVendor(), gpu.readConfig(0x2c, 2), "subsystem vendor");
        assertEquals(identity.subsystem(), gpu.readConfig(0x2e, 2), "subsystem");
        gpu.reset();
        assertEquals(identity, gpu.identity(), "identity after a reset");
        assertTrue(
                gpu.configLength() == 256 || gpu.configLength() == 4096,
                "configuration space of " + gpu.configLength());
    }

    @Test
    @DisplayName("an illegal configuration access is the caller's error")
    void config_illegalAccess_isRefused() {
        PhysicalGpu gpu = gpu();
        int[][] illegal = {
            {1, 2}, {2, 4}, {0, 3}, {0, 8}, {0, 0}, {-4, 4}, {gpu.configLength(), 1}
        };
        for (int[] access : illegal) {
            String what = "offset " + access[0] + " width " + access[1];
            assertThrows(
                    IllegalArgumentException.class,
                    () -> gpu.readConfig(access[0], access[1]),
                    "read at " + what);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> gpu.writeConfig(access[0], access[1], 0),
                    "write at " + what);
        }
    }

    @Test
    @DisplayName("every legal register access is answered within its width")
    void read_legalAccess_fitsItsWidth() {
        PhysicalGpu gpu = gpu();
        for (int bar = 0; bar < 6; bar++) {
            long length = gpu.barLength(bar);
            for (int width : TrapChecks.WIDTHS) {
                for (long at = 0; at + width <= Math.min(length, 1 << 20); at += 4096 - width) {
                    long aligned = at & -width;
                    long value = gpu.read(bar, aligned, width);
                    assertEquals(0, value & ~AccessWidth.ones(width), "bits above the width");
                }
                if (length > 0) {
                    int number = bar;
                    assertDoesNotThrow(() -> gpu.read(number, length - width, width), "last word");
                }
            }
        }
    }

    @Test
    @DisplayName("an illegal register access is the caller's error")
    void access_illegal_isRefused() {
        PhysicalGpu gpu = gpu();
        int bar = anyBar(gpu);
        long length = gpu.barLength(bar);
        long[][] illegal = {
            {1, 2},
            {2, 4},
            {4, 8},
            {0, 3},
            {0, 16},
            {-8, 8},
            {length, 1},
            {length - 4, 8},
            {Long.MAX_VALUE, 1},
            {Long.MIN_VALUE, 8}
        };
        for (long[] access : illegal) {
            String what = "offset " + access[0] + " width " + access[1];
            assertThrows(
                    IllegalArgumentException.class,
                    () -> gpu.read(bar, access[0], (int) access[1]),
                    "read at " + what);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> gpu.write(bar, access[0], (int) access[1], 0),
                    "write at " + what);
        }
    }

    @Test
    @DisplayName("a block that is not whole words inside a BAR is the caller's error")
    void readBlock_illegal_isRefused() {
        PhysicalGpu gpu = gpu();
        int bar = anyBar(gpu);
        long length = gpu.barLength(bar);
        long[][] illegal = {{4, 8}, {0, 12}, {-8, 8}, {length, 8}, {length - 8, 16}};
        for (long[] block : illegal) {
            MemorySegment target = MemorySegment.ofArray(new byte[(int) block[1]]);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> gpu.readBlock(bar, block[0], target),
                    "block at " + block[0] + " of " + block[1] + " bytes");
        }
        assertDoesNotThrow(
                () -> gpu.readBlock(bar, length, MemorySegment.ofArray(new byte[0])),
                "nothing at the end");
    }

    @Test
    @DisplayName("a mapping has an aligned, contiguous bus address of its own below 2^39")
    void mapForDma_twice_givesTwoAddresses() {
        PhysicalGpu gpu = gpu();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(8 * PAGE, PAGE);
            Set<Long> pages = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                long bus = gpu.mapForDma(memory, DmaAccess.READ_WRITE);
                assertEquals(0, bus % PAGE, "alignment of the bus address");
                assertTrue(bus >= 0 && bus + memory.byteSize() <= 1L << 39, "bus address " + bus);
                for (long page = 0; page < 8; page++) {
                    assertTrue(pages.add(bus / PAGE + page), "a page has two meanings");
                }
            }
        }
    }

    @Test
    @DisplayName("what is unmapped is unmapped; only what is mapped can be")
    void unmapForDma_twice_isRefused() {
        PhysicalGpu gpu = gpu();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(PAGE, PAGE);
            long bus = gpu.mapForDma(memory, DmaAccess.READ_ONLY);
            gpu.unmapForDma(bus);
            assertThrows(
                    IllegalArgumentException.class, () -> gpu.unmapForDma(bus), "second unmap");
            long again = gpu.mapForDma(memory, DmaAccess.READ_WRITE);
            gpu.reset();
            assertDoesNotThrow(() -> gpu.unmapForDma(again), "a mapping survives a reset");
        }
    }

    @Test
    @DisplayName("a segment that no bus can map is the caller's error")
    void mapForDma_illegalSegment_isRefused() {
        PhysicalGpu gpu = gpu();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(2 * PAGE, PAGE);
            MemorySegment[] illegal = {
                MemorySegment.ofArray(new byte[PAGE]),
                memory.asSlice(0, PAGE / 2),
                memory.asSlice(8, PAGE),
                memory.asSlice(0, 0)
            };
            for (MemorySegment segment : illegal) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> gpu.mapForDma(segment, DmaAccess.READ_WRITE),
                        "mapping of " + segment);
            }
        }
    }

    @Test
    @DisplayName("a reset brings a register back to its first value")
    void reset_afterWrites_restoresRegisters() {
        PhysicalGpu gpu = gpu();
        int bar = anyBar(gpu);
        long length = Math.min(gpu.barLength(bar), 1 << 18);
        int[] first = new int[(int) length / 4];
        boolean changed = false;
        gpu.reset();
        for (int i = 0; i < first.length; i++) {
            first[i] = (int) gpu.read(bar, 4L * i, 4);
        }
        for (int i = 0; i < first.length; i++) {
            gpu.write(bar, 4L * i, 4, 0x0101_0101L * (i % 200 + 1));
            changed |= gpu.read(bar, 4L * i, 4) != Integer.toUnsignedLong(first[i]);
        }
        assertTrue(changed, "no register could be written");
        gpu.reset();
        for (int i = 0; i < first.length; i++) {
            assertEquals(
                    Integer.toHexString(first[i]),
                    Integer.toHexString((int) gpu.read(bar, 4L * i, 4)),
                    "register at 0x" + Integer.toHexString(4 * i));
        }
    }

    @Test
    @DisplayName("a subscription to interrupts is a handle of its own, ended more than once")
    void onInterrupt_closedTwice_isHarmless() {
        PhysicalGpu gpu = gpu();
        Registration first = gpu.onInterrupt(vector -> {});
        Registration second = gpu.onInterrupt(vector -> {});
        assertNotEquals(first, second, "handles");
        first.close();
        assertDoesNotThrow(first::close, "second close");
        second.close();
    }
}
