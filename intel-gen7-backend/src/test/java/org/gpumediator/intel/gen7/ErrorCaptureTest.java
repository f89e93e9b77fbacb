package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a stock driver reads when it keeps an error state, and what its debug files show: a good
 * guest is not accused for it.
 *
 * <p>Source: Linux i915, i915_gpu_error.c and the files of its debugfs.
 */
class ErrorCaptureTest {

    /** Of each engine, from its base. */
    private static final int[] OF_ENGINES = {
        0x30, 0x34, 0x38, 0x3c, 0x50, 0x64, 0x68, 0x6c, 0x70, 0x74, 0x78, 0x9c, 0xa8, 0xb8, 0xc0,
        0x110, 0x140, 0x180, 0x220, 0x228, 0x29c, 0x518
    };

    private static final int[] OF_THE_DEVICE = {
        0x20b0, 0x2024, 0x2360, 0x2364, 0x2368, 0x23b0, 0x4080, 0x4180, 0x4280, 0x4380, 0x4094,
        0x4194, 0x4294, 0x4394, 0x40a0, 0x40b0, 0x7100, 0xa188, 0xe160, 0xe164, 0x2_4000, 0x4_400c,
        0x4_4040, 0x4_4050, 0x4_401c, 0x4_402c, 0x13_0044
    };

    private static final int PP_DIR_BASE = 0x228;
    private static final int PP_DIR_BASE_READ = 0x518;
    private static final int LOAD_REGISTER = 0x1100_0001;

    private final World world = new World();
    private final FakeVmm vmm = world.vmm("vm1", 64, 128);
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private final HostileActions actions = guest.hostile();

    @AfterEach
    void close() {
        vmm.close();
        world.mediator.close();
    }

    private long faults() {
        return vmm.gpu().statistics().faults().values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void registersThatAnErrorStateHolds_areAllKnown() {
        long before = faults();
        for (HaswellEngine engine : HaswellEngine.values()) {
            for (int offset : OF_ENGINES) {
                actions.peekRegister(engine.mmioBase() + offset);
            }
        }
        for (int offset : OF_THE_DEVICE) {
            actions.peekRegister(offset);
        }
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.UNMODELLED_REGISTER)).isZero();
        assertThat(faults()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void pageDirectoryThatARingHasLoaded_isTheGuestsOwnInBothRegisters(HaswellEngine engine) {
        int directory = actions.peekRegister(engine.mmioBase() + PP_DIR_BASE);
        int other =
                (int) ((vmm.gpu().partition().range(Gen7Resources.HIDDEN).start() >>> 16) << 16);
        assertThat(other).isNotEqualTo(directory);
        actions.ringCommands(engine, LOAD_REGISTER, engine.mmioBase() + PP_DIR_BASE, other);
        world.steps(20);
        int physical = world.physical(engine.mmioBase() + PP_DIR_BASE);
        assertThat(physical).as("the mediator's own").isNotEqualTo(other);
        assertThat(actions.peekRegister(engine.mmioBase() + PP_DIR_BASE)).isEqualTo(other);
        assertThat(actions.peekRegister(engine.mmioBase() + PP_DIR_BASE_READ)).isEqualTo(other);
    }

    @Test
    void loadsThatOpenPerformanceCounters_areLeftOutAndNoFault() {
        long before = faults();
        actions.ringCommands(
                HaswellEngine.RCS,
                0x1100_0007,
                0x9840,
                0x80,
                0x2_53a4,
                0x0160_0000,
                0x2_691c,
                0x800,
                0x2714,
                0xf080_0000);
        world.steps(20);
        assertThat(vmm.gpu().statistics().counter("rcs.counter-loads")).isEqualTo(4);
        assertThat(faults()).isEqualTo(before);
        assertThat(world.physical(0x9840)).isZero();
        assertThat(world.physical(0x2_53a4)).isZero();
    }
}
