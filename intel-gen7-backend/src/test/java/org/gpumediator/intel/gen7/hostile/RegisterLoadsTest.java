package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.function.IntUnaryOperator;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads and stores of every dword of the register half of BAR0, by commands, on every engine. */
class RegisterLoadsTest extends Attack {

    private static final int REGISTERS = (2 << 20) / 4;
    private static final int CHUNK_BYTES = 1 << 19;
    private static final int PER_BATCH = CHUNK_BYTES / 12 - 1;

    /**
     * Registers of the hardware that decide what is whose: ring starts, status pages, page
     * directories, fences, interrupt masks, the ring of the mediator.
     */
    private void assertHardwareIsTheMediators() {
        for (int base : new int[] {0x2000, 0x1_2000, 0x2_2000, 0x1_a000}) {
            int start = world.physical(base + 0x38);
            assertThat(isReserved(Integer.toUnsignedLong(start))).isTrue();
            long directory = (world.physical(base + 0x228) >>> 16) * 16L * 4096;
            assertThat(isReserved(directory)).as("directory 0x%x", directory).isTrue();
        }
        for (int page : new int[] {0x4080, 0x4180, 0x4280, 0x4380}) {
            long at = Integer.toUnsignedLong(world.physical(page) & 0xffff_f000);
            assertThat(
                            at >= slice().lowStart() && at < slice().lowEnd()
                                    || at >= slice().highStart() && at < slice().highEnd()
                                    || isReserved(at))
                    .as("status page 0x%x", at)
                    .isTrue();
        }
        assertThat(world.physical(0x4_400c)).as("master interrupt enable").isNegative();
    }

    /** Returns how many commands were kept from the GPU: as faults, or as the host's counters'. */
    private long kept(HaswellEngine engine) {
        String loads = engine.name().toLowerCase(Locale.ROOT) + ".counter-loads";
        return faults(GuestFaultKind.PRIVILEGED_COMMAND) + badVmm.gpu().statistics().counter(loads);
    }

    /** Runs three dwords for each register, made from its offset. */
    private void sweep(
            HaswellEngine engine, int header, IntUnaryOperator one, IntUnaryOperator two) {
        GuestObject chunk = bad.allocate(CHUNK_BYTES);
        long before = kept(engine);
        for (int first = 0; first < REGISTERS; first += PER_BATCH) {
            int count = Math.min(PER_BATCH, REGISTERS - first);
            for (int i = 0; i < count; i++) {
                int offset = 4 * (first + i);
                put(chunk, 12L * i, header, one.applyAsInt(offset), two.applyAsInt(offset));
            }
            put(chunk, 12L * count, BATCH_END, 0);
            hostile.bareRing(engine, KERNEL_BATCH, address(chunk));
            for (int piece = 0; piece < 64; piece++) { // refusals cost much: many pieces
                world.clock.advanceNanos(1000);
                world.gpu.advance(world.clock.nanoTime(), 1 << 20);
                world.mediator.step();
            }
            assertHardwareIsTheMediators();
        }
        assertThat(kept(engine) - before).isGreaterThan(REGISTERS - 1000);
        assertThat(world.gpu.status(engine).unknownCommands()).isZero();
        bad.free(chunk);
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void loadImmediate_ofOnes(HaswellEngine engine) {
        sweep(engine, LOAD_IMMEDIATE, offset -> offset, offset -> -1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void loadImmediate_ofTheNeighboursAddress(int high) {
        int value = (int) (high == 0 ? good.mappableBase() : good.hiddenBase());
        sweep(HaswellEngine.RCS, LOAD_IMMEDIATE, offset -> offset, offset -> value | 1);
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void loadMemory(HaswellEngine engine) {
        GuestObject source = memory(-1);
        sweep(engine, 0x14c0_0001, offset -> offset, offset -> address(source));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void storeMemory(HaswellEngine engine) {
        GuestObject target = bad.allocate(4096);
        sweep(engine, 0x1240_0001, offset -> offset, offset -> address(target));
    }

    @Test
    void loadRegister_toEveryDword() {
        sweep(HaswellEngine.RCS, 0x1500_0001, offset -> 0x2600, offset -> offset);
    }

    @Test
    void loadRegister_fromEveryDword() {
        sweep(HaswellEngine.RCS, 0x1500_0001, offset -> offset, offset -> 0x2600);
    }
}
