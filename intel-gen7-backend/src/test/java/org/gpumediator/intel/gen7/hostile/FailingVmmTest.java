package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.gpumediator.api.Registration;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A VMM that breaks under its guest: its memory or its interrupts throw, or memory it has handed
 * over goes away without a word. That guest fails, leaves the engines and is told; nobody else
 * notices, no step throws, and a reset ends it.
 */
class FailingVmmTest extends Attack {

    private static final int TAIL = 0x30;
    private static final int PP_DIR_BASE = 0x228;
    private static final int ENGINE_MASK = 0xa8;
    private static final int GT_MASK = 0x4_4014;
    private static final int GT_ENABLE = 0x4_401c;
    private static final int MASTER_INTERRUPT = 0x4_400c;
    private static final int MASTER_ENABLE = 1 << 31;
    private static final long EXTRA = 0x6000_0000L;
    private static final long EXTRA_LENGTH = 1 << 20;

    enum Thrown {
        EXCEPTION {
            @Override
            void now() {
                throw new IllegalStateException("the VMM is gone");
            }
        },
        ERROR {
            @Override
            void now() {
                throw new InternalError("the memory is gone");
            }
        };

        abstract void now();
    }

    private @Nullable Thrown memoryThrows;
    private @Nullable Thrown interruptsThrow;
    private @Nullable MemorySegment extra;

    @Override
    UnaryOperator<VmmPort> badPort() {
        return port ->
                new VmmPort(
                        new Memory(port.memory()),
                        vector -> {
                            fail(interruptsThrow);
                            port.messages().raise(vector);
                        },
                        new Line(port.line()),
                        port.masking(),
                        port.sharedMemory());
    }

    private static void fail(@Nullable Thrown thrown) {
        if (thrown != null) {
            thrown.now();
        }
    }

    private final class Line implements InterruptLine {

        private final InterruptLine line;

        Line(InterruptLine line) {
            this.line = line;
        }

        @Override
        public void assertLevel() {
            fail(interruptsThrow);
            line.assertLevel();
        }

        @Override
        public void deassert() {
            line.deassert();
        }
    }

    private final class Memory implements GuestMemory {

        private final GuestMemory memory;
        private final Region extraRegion = new Extra();

        Memory(GuestMemory memory) {
            this.memory = memory;
        }

        @Override
        public @Nullable Region regionAt(long address) {
            fail(memoryThrows);
            boolean there = address >= EXTRA && address < EXTRA + EXTRA_LENGTH;
            return there && extra != null ? extraRegion : memory.regionAt(address);
        }

        @Override
        public boolean read(long address, MemorySegment target) {
            fail(memoryThrows);
            return memory.read(address, target);
        }

        @Override
        public boolean write(long address, MemorySegment source) {
            fail(memoryThrows);
            return memory.write(address, source);
        }

        @Override
        public Registration listen(RegionListener listener) {
            return memory.listen(listener);
        }

        @Override
        public Optional<WriteTracking> writeTracking() {
            return memory.writeTracking();
        }
    }

    private final class Extra implements GuestMemory.Region {

        @Override
        public long start() {
            return EXTRA;
        }

        @Override
        public long length() {
            return EXTRA_LENGTH;
        }

        @Override
        public MemorySegment segment() {
            return extra == null ? MemorySegment.NULL : extra;
        }

        @Override
        public boolean writable() {
            return true;
        }
    }

    /** Makes every engine of the bad guest use a directory whose tables lie in a segment. */
    private void keepTablesIn(MemorySegment segment) {
        extra = segment;
        long directory = bad.hiddenBase() + (32L << 20);
        for (int i = 0; i < 256; i++) {
            hostile.pokeTable((int) (directory / 4096) + i, (int) EXTRA + i * 4096 | 1);
        }
        for (HaswellEngine engine : HaswellEngine.values()) {
            hostile.pokeRing(engine, PP_DIR_BASE, (int) (directory / 4096 / 16) << 16);
        }
        bad.submit(HaswellEngine.BCS);
        world.steps(4);
    }

    private void workFor(int rounds) {
        Request request = good.submit(HaswellEngine.RCS);
        for (int i = 0; i < rounds; i++) {
            hostile.pokeRing(HaswellEngine.BCS, TAIL, 8 * (i % 100));
            world.pass(1);
            if (request.completed()) {
                request = good.submit(HaswellEngine.RCS);
            }
        }
        world.pass(300);
        assertThat(request.completed()).as("the neighbour's work").isTrue();
        assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
        assertThat(badVmm.gpu().statistics().counter("failures")).isPositive();
        assertThat(world.physical(MASTER_INTERRUPT) & MASTER_ENABLE).isEqualTo(MASTER_ENABLE);
        lookAtTheNeighbourNow();
    }

    private void mend() {
        memoryThrows = null;
        interruptsThrow = null;
        extra = null;
        badVmm.reset(ResetKind.FUNCTION_LEVEL);
        assertThat(badVmm.gpu().state()).isNotEqualTo(VirtualGpuState.FAILED);
        assertThat(world.guest(badVmm).boot().complaints()).isEmpty();
        lookAtTheNeighbourNow();
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatThrows_failsItsGuestAlone(Thrown thrown) {
        memoryThrows = thrown;
        workFor(40);
        mend();
    }

    @ParameterizedTest
    @EnumSource
    void interruptsThatThrow_failTheirGuestAlone(Thrown thrown) {
        hostile.pokeRing(HaswellEngine.BCS, ENGINE_MASK, 0);
        hostile.pokeRegister(GT_MASK, 0);
        hostile.pokeRegister(GT_ENABLE, -1);
        interruptsThrow = thrown;
        Request request = hostile.ringCommands(HaswellEngine.BCS, USER_INTERRUPT, 0);
        world.pass(20);
        assertThat(request.completed()).isTrue();
        workFor(40);
        mend();
    }

    @Test
    void segmentThatIsClosed_failsItsGuestAlone() {
        Arena arena = Arena.ofShared();
        keepTablesIn(arena.allocate(EXTRA_LENGTH, 4096));
        arena.close();
        workFor(40);
        mend();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void fileThatShrinks_failsItsGuestAlone(int pagesLeft, @TempDir Path folder) {
        Path path = folder.resolve("memory");
        try (Arena arena = Arena.ofShared();
                FileChannel file =
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            keepTablesIn(file.map(FileChannel.MapMode.READ_WRITE, 0, EXTRA_LENGTH, arena));
            file.truncate(pagesLeft * 4096L);
            workFor(40);
            mend();
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    @Test
    void failedGuest_hasLeftTheEngines() {
        bad.submit(HaswellEngine.RCS);
        memoryThrows = Thrown.EXCEPTION;
        bad.submit(HaswellEngine.VCS);
        for (HaswellEngine engine : HaswellEngine.values()) {
            assertThat(world.physical(engine.mmioBase() + 0x3c))
                    .as("RING_CTL of %s", engine)
                    .isZero();
        }
        world.step();
        assertThat(badVmm.gpu().state()).isEqualTo(VirtualGpuState.FAILED);
    }
}
