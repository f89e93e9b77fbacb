package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.ShareLostException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.nvidia.vf.sriov.VfActivationException;
import org.gpumediator.nvidia.vf.sriov.VfActivationException.Reason;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.FakeGsp;
import org.gpumediator.testkit.ada.GspFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the backend switches virtual functions on, takes them and gives them back. */
class VirtualFunctionsTest {

    private static final int COMMAND = 0x04;
    private static final int SRIOV = 0xbcc;
    private static final int SRIOV_CONTROL = SRIOV + 0x08;
    private static final int NUM_VFS = SRIOV + 0x10;
    private static final int VF_BAR_1_HIGH = SRIOV + 0x2c;

    private final SteppedClock clock = new SteppedClock();
    private final FakeAda board = FakeAda.builder(AdaModel.L40).clock(clock).build();

    private Mediator open(String... options) {
        Mediator.Builder builder =
                Mediator.builder(board).clock(clock).backend(new NvidiaVfBackendProvider());
        for (int i = 0; i < options.length; i += 2) {
            builder.option(options[i], options[i + 1]);
        }
        return builder.build();
    }

    private static long counter(Mediator mediator, String name) {
        return mediator.statistics().counters().getOrDefault(name, -1L);
    }

    private void assertRefused(Reason reason, String... options) {
        assertThatThrownBy(() -> open(options))
                .isInstanceOfSatisfying(
                        VfActivationException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
        assertThat(board.firmware()).isEqualTo(FakeGsp.State.OFF);
        assertThat(board.readConfig(SRIOV_CONTROL, 2) & 1).isZero();
        assertThat(board.occupation()).containsEntry("dma.mappings", 0L);
    }

    @Test
    void open_waitsUntilAllExist_andCloseWaitsUntilAllAreGone() {
        long began = clock.nanoTime();
        try (Mediator mediator = open("vfs", "5")) {
            assertThat(clock.nanoTime() - began).isGreaterThanOrEqualTo(100_000_000L);
            assertThat(counter(mediator, "functions.present")).isEqualTo(5);
            assertThat(board.readConfig(NUM_VFS, 2)).isEqualTo(5);
            assertThat(board.virtualFunction(4)).isPresent();
            assertThat(board.virtualFunction(5)).isEmpty();
            began = clock.nanoTime();
        }
        assertThat(clock.nanoTime() - began).isGreaterThanOrEqualTo(1_000_000_000L);
        assertThat(board.readConfig(NUM_VFS, 2)).isZero();
    }

    @Test
    void open_whereFewerComeUp_failsAndLeavesNone() {
        board.limitVirtualFunctions(3);
        assertRefused(Reason.INCOMPLETE);
        assertThat(board.readConfig(NUM_VFS, 2)).isZero();
        board.limitVirtualFunctions(32);
        try (Mediator mediator = open()) {
            assertThat(counter(mediator, "functions.present")).isEqualTo(32);
        }
    }

    @Test
    void open_whereSomebodyElseHasEnabledThem_isBusy() {
        board.writeConfig(NUM_VFS, 2, 2);
        board.writeConfig(SRIOV_CONTROL, 2, 1);
        assertThatThrownBy(() -> open()).isInstanceOf(VfActivationException.class);
        assertThat(board.readConfig(NUM_VFS, 2)).isEqualTo(2);
    }

    @Test
    void open_withoutAWindow_saysSo() {
        board.writeConfig(VF_BAR_1_HIGH, 4, 0);
        assertRefused(Reason.NO_MMIO_SPACE);
    }

    @Test
    void open_withMemorySpaceOff_saysSo() {
        board.writeConfig(COMMAND, 2, 4); // bus master only
        assertRefused(Reason.MEMORY_OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "ff:1f.0, ff, on,  32, NO_BUS",
        "01:1e.0, 01, on,  32, NO_BUS",
        "01:00.0, 01, off, 5,  NO_ARI"
    })
    void open_wherePortLeavesNoRoom_saysSo(
            String address, String lastBus, String forwarding, String vfs, Reason reason) {
        String[] options = {
            "pci-address", address, "last-bus", lastBus, "ari-forwarding", forwarding, "vfs", vfs
        };
        assertRefused(reason, options);
    }

    @ParameterizedTest
    @CsvSource({
        "pci-address, 1:0.0",
        "pci-address, 01:20.0",
        "last-bus, 00",
        "ari-forwarding, yes",
        "drivers-autoprobe, 1"
    })
    void open_withAMalformedOption_namesIt(String option, String value) {
        assertThatThrownBy(() -> open(option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option + "=" + value);
    }

    @Test
    void autoprobe_on_takesEveryFunctionAsItComesUp() {
        try (Mediator mediator = open("vfs", "4")) {
            assertThat(counter(mediator, "functions.bound")).isEqualTo(4);
        }
    }

    @Test
    void autoprobe_off_takesAFunctionWhenAVirtualGpuIsCreatedOnIt() {
        try (Rig rig = new Rig(AdaModel.L40, "drivers-autoprobe", "off")) {
            assertThat(counter(rig.mediator, "functions.present")).isEqualTo(32);
            assertThat(counter(rig.mediator, "functions.bound")).isZero();
            rig.create("a", "L40-8Q");
            assertThat(counter(rig.mediator, "functions.bound")).isEqualTo(1);
        }
    }

    @Test
    void reset_ofTheBoard_restoresWindowsCommandAndFunctions() {
        try (Rig rig = new Rig(AdaModel.L40, "vfs", "7")) {
            int window = rig.board.readConfig(VF_BAR_1_HIGH, 4);
            int bar = rig.board.readConfig(0x10, 4);
            assertThat(window).isNotZero();
            rig.board.crashFirmware();
            rig.clock.advanceNanos(2_000_000_000L);
            rig.mediator.step();
            assertThat(rig.board.firmware()).isEqualTo(FakeGsp.State.RUNNING);
            assertThat(rig.board.readConfig(VF_BAR_1_HIGH, 4)).isEqualTo(window);
            assertThat(rig.board.readConfig(0x10, 4)).isEqualTo(bar);
            assertThat(rig.board.readConfig(COMMAND, 2)).isEqualTo(6);
            assertThat(rig.board.readConfig(NUM_VFS, 2)).isEqualTo(7);
        }
    }

    @Test
    void functionReset_thatHangsBeforeOpen_losesTheFunctionAndNobodyGetsItAgain() {
        Rig rig = new Rig(AdaModel.L40);
        try {
            VirtualGpu neighbour = rig.create("neighbour", "L40-8Q");
            neighbour.bar(1).handler().write(0, 8, 42);
            rig.board.faults().inject(GspFault.FUNCTION_RESET_HANGS, 2);
            assertThatThrownBy(() -> rig.create("a", "L40-8Q"))
                    .isInstanceOf(ShareLostException.class);
            VirtualGpu next = rig.create("b", "L40-8Q");
            assertThat(next.partition().range(VfResources.VF).start()).isEqualTo(2);
            assertThat(neighbour.bar(1).handler().read(0, 8)).isEqualTo(42);
        } finally {
            rig.close();
        }
    }
}
