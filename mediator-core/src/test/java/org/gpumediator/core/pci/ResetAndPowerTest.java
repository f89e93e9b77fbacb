package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.ConfigWriteEffect.DecodeChanged;
import org.gpumediator.api.pci.ConfigWriteEffect.PowerStateChanged;
import org.gpumediator.api.pci.ConfigWriteEffect.ResetRequested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResetAndPowerTest {

    private static final int COMMAND = 0x04;
    private static final int DEVICE_CONTROL = 0x80;
    private static final ResetRequested REQUEST = new ResetRequested(ResetKind.FUNCTION_LEVEL);

    private final RecordingPort vmm = new RecordingPort();

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_afterAnything_returnsEveryRegister(ResetKind kind) {
        for (PciFunctionBuilder builder :
                List.of(
                        Functions.integrated(),
                        Functions.discrete(),
                        Functions.virtual(),
                        Functions.everything())) {
            PciFunction function = Functions.build(builder, vmm);
            byte[] first = function.snapshot();
            Random random = Seed.random();
            for (int i = 0; i < 5_000; i++) {
                function.write(random.nextInt(first.length), 4, random.nextInt());
            }
            function.set(first.length - 4, 4, 0x1234_5678);
            assertThat(function.snapshot()).isNotEqualTo(first);

            function.reset(kind);

            assertThat(function.snapshot()).as("seed %d", Seed.VALUE).isEqualTo(first);
            for (int i = 0; i < 7; i++) {
                assertThat(function.barAddress(i)).isEmpty();
            }
            assertThat(function.mayAccessMemory()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_withInterrupts_dropsThem(ResetKind kind) {
        PciFunction function = Functions.build(Functions.everything(), vmm);
        function.write(COMMAND, 2, 0x4);
        function.write(0x4a, 2, 1);
        function.write(0x58, 4, 1);
        function.signal(0);
        assertThat(function.read(0x5c, 4)).isEqualTo(1);
        function.write(0x62, 2, 0x8000);
        function.signal(70);
        function.msixTable().table().write(0, 8, 0x1000);

        function.reset(kind);

        assertThat(function.read(0x5c, 4)).isZero();
        assertThat(function.msixTable().pendingBits().read(8, 8)).isZero();
        assertThat(function.msixTable().table().read(0, 8)).isZero();
        assertThat(function.msixTable().table().read(12, 4)).isEqualTo(1);
        assertThat(vmm.takeRaised()).isEmpty();
        function.write(COMMAND, 2, 0x4);
        function.write(0x62, 2, 0x8000);
        function.msixTable().table().write(70 * 16 + 12, 4, 0);
        assertThat(vmm.takeRaised()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_withLineAsserted_deassertsItOnce(ResetKind kind) {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        function.level(true);
        function.reset(kind);
        assertThat(vmm.isAsserted()).isFalse();
        function.reset(kind);
        function.write(COMMAND, 2, 0);
        assertThat(vmm.edges()).isEqualTo(2);
        assertThat(function.read(0x06, 2)).isEqualTo(0x0010);
    }

    @ParameterizedTest
    @EnumSource(ResetKind.class)
    void reset_inD3hot_returnsToD0(ResetKind kind) {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        function.write(0xd4, 2, 3);
        function.reset(kind);
        assertThat(function.read(0xd4, 2)).isZero();
        function.level(true);
        assertThat(vmm.isAsserted()).isTrue();
        assertThat(function.write(0xd4, 2, 0)).isEmpty();
    }

    @Test
    void functionLevelReset_byTheGuest_isRequestedNotDone() {
        PciFunction function = Functions.build(Functions.discrete(), vmm);
        function.write(0x10, 4, 0x1200_0000);

        assertThat(function.write(DEVICE_CONTROL, 2, 0x8000 | 0x2810)).containsExactly(REQUEST);

        assertThat(function.read(DEVICE_CONTROL, 2)).isEqualTo(0x2810);
        assertThat(function.read(0x10, 4)).isEqualTo(0x1200_0000);
        assertThat(function.write(DEVICE_CONTROL + 1, 1, 0xa8)).containsExactly(REQUEST);
        assertThat(function.write(DEVICE_CONTROL - 2, 4, 0x8000_0000)).containsExactly(REQUEST);
        assertThat(function.write(DEVICE_CONTROL, 1, 0x80)).isEmpty();
        assertThat(function.write(DEVICE_CONTROL + 2, 2, 0x8000)).isEmpty();
    }

    @Test
    void functionLevelReset_notOffered_isIgnored() {
        PciFunction function =
                Functions.build(
                        PciFunction.builder()
                                .capability(
                                        0x78,
                                        ExpressCapability.of(
                                                        ExpressCapability.Type.INTEGRATED_ENDPOINT)
                                                .build()),
                        vmm);
        assertThat(function.write(DEVICE_CONTROL, 2, 0x8000)).isEmpty();
        assertThat(function.read(0x7a, 2)).isEqualTo(0x92);
        assertThat(function.read(0x7c, 4) & 1 << 28).isZero();
    }

    @Test
    void d3hot_stopsDecodingAndMessages() {
        PciFunction function = Functions.build(Functions.discrete(), vmm);
        function.write(0x10, 4, 0x1200_0000);
        function.write(0x18, 4, 0x10);
        function.write(0x20, 4, 0x20);
        function.write(COMMAND, 2, 0x6);
        function.write(0xca, 2, 0x8000);
        function.msixTable().table().write(12, 4, 0);
        assertThat(function.mayAccessMemory()).isTrue();

        assertThat(function.write(0x64, 2, 3))
                .containsExactly(
                        new PowerStateChanged(3),
                        new DecodeChanged(0, 0x1200_0000, 16 << 20, false),
                        new DecodeChanged(1, 0x10L << 32, 64L << 30, false),
                        new DecodeChanged(3, 0x20L << 32, 32 << 20, false));
        assertThat(function.barAddress(0)).isEmpty();
        assertThat(function.mayAccessMemory()).isFalse();
        function.signal(0);
        assertThat(vmm.takeRaised()).isEmpty();

        assertThat(function.write(0x64, 2, 0))
                .startsWith(new PowerStateChanged(0))
                .hasSize(4)
                .doesNotContain(REQUEST);
        assertThat(function.barAddress(0)).hasValue(0x1200_0000);
        assertThat(vmm.takeRaised()).isEmpty();
        function.signal(0);
        assertThat(vmm.takeRaised()).containsExactly(0);
    }

    @Test
    void d3hotExit_withoutNoSoftReset_requestsAReset() {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        assertThat(function.read(0xd4, 2)).isZero();
        assertThat(function.write(0xd4, 1, 3)).containsExactly(new PowerStateChanged(3));
        assertThat(function.write(0xd4, 1, 0)).containsExactly(new PowerStateChanged(0), REQUEST);
        assertThat(Functions.build(Functions.discrete(), vmm).read(0x64, 2)).isEqualTo(0x8);
    }

    @Test
    void powerState_thatResetsOnItsWayBack_asksForItLast() {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        function.write(0x10, 4, 0x1200_0000);
        function.write(COMMAND, 2, 7);
        function.write(0xd4, 1, 3);

        assertThat(function.write(0xd4, 1, 0)).hasSizeGreaterThan(2).endsWith(REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void powerState_thatIsNotThere_isNotEntered(int state) {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        assertThat(function.write(0xd4, 2, state)).isEmpty();
        assertThat(function.read(0xd4, 2)).isZero();
        function.write(0xd4, 2, 3);
        assertThat(function.write(0xd4, 2, state)).isEmpty();
        assertThat(function.read(0xd4, 2)).isEqualTo(3);
    }

    @Test
    void hook_hearsOfGuestWritesOnly() {
        List<String> heard = new ArrayList<>();
        PciFunction function =
                Functions.build(
                        PciFunction.builder()
                                .register(
                                        "TRIGGER",
                                        0x62,
                                        2,
                                        0x0100,
                                        0x00ff,
                                        0,
                                        (before, after) -> heard.add(before + ">" + after)),
                        vmm);

        function.write(0x62, 2, 0xffff);
        function.write(0x63, 1, 0);
        function.write(0x60, 4, 0x0003_0000);
        function.write(0x60, 2, -1);
        function.write(0x64, 4, -1);
        function.set(0x62, 2, 0x0200);
        function.reset(ResetKind.BUS);

        assertThat(heard).containsExactly("256>511", "511>511", "511>259");
        assertThat(function.read(0x62, 2)).isEqualTo(0x0100);
    }

    @Test
    void hook_maySetRegisters() {
        PciFunction[] self = new PciFunction[1];
        PciFunction function =
                Functions.build(
                        PciFunction.builder()
                                .register("REPLY", 0x64, 4, 0, 0, 0)
                                .register(
                                        "ASK",
                                        0x60,
                                        4,
                                        0,
                                        -1,
                                        0,
                                        (before, after) -> self[0].set(0x64, 4, ~after)),
                        vmm);
        self[0] = function;
        function.write(0x60, 4, 0x0f0f_0f0f);
        assertThat(function.read(0x64, 4)).isEqualTo(0xf0f0_f0f0);
    }
}
