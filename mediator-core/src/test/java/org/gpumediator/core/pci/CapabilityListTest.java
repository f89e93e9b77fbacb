package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.core.pci.Capability.D3Exit;
import org.junit.jupiter.api.Test;

final class CapabilityListTest {

    private static final int CONTROL = Functions.SRIOV + SriovCapability.CONTROL;
    private static final int NUM_VFS = Functions.SRIOV + SriovCapability.NUM_VFS;

    private final RecordingPort vmm = new RecordingPort();

    private static List<String> conventional(PciFunction function) {
        List<String> chain = new ArrayList<>();
        for (int at = function.read(0x34, 1); at != 0; at = function.read(at + 1, 1)) {
            chain.add("%02x:%02x".formatted(at, function.read(at, 1)));
        }
        return chain;
    }

    private static List<String> extended(PciFunction function) {
        List<String> chain = new ArrayList<>();
        int header = function.read(0x100, 4);
        for (int at = 0x100; at != 0 && header != 0; at = header >>> 20) {
            header = function.read(at, 4);
            chain.add("%03x:%04x v%d".formatted(at, header & 0xffff, header >>> 16 & 0xf));
        }
        return chain;
    }

    @Test
    void chain_atGivenPlaces_followsTheOrderOfAdding() {
        PciFunction function = Functions.build(Functions.discrete(), vmm);
        assertThat(conventional(function)).containsExactly("60:01", "78:10", "b4:09", "c8:11");
        assertThat(extended(function))
                .containsExactly("100:0000 v0", "420:0001 v1", "bcc:0010 v1", "c14:000e v1");
        assertThat(function.read(Functions.SRIOV, 4)).isEqualTo(0xc141_0010);
        assertThat(function.read(0x06, 2)).isEqualTo(0x0010);
    }

    @Test
    void chain_placedByItself_fillsTheGaps() {
        PciFunction function =
                Functions.build(
                        PciFunction.builder()
                                .extendedSpace()
                                .register("TAKEN", 0x44, 1, 0, 0, 0)
                                .capability(Capability.powerManagement(D3Exit.RESETS))
                                .capability(0x60, Capability.msi(1))
                                .capability(Capability.vendorSpecific((byte) 1))
                                .capability(ExtendedCapabilities.serialNumber(0x1122334455667788L))
                                .capability(ExtendedCapabilities.alternativeRouting(3)),
                        vmm);
        assertThat(conventional(function)).containsExactly("48:01", "60:05", "40:09");
        assertThat(function.read(0x40, 4)).isEqualTo(0x0104_0009);
        assertThat(extended(function)).containsExactly("100:0003 v1", "10c:000e v1");
        assertThat(function.read(0x104, 4)).isEqualTo(0x5566_7788);
        assertThat(function.read(0x108, 4)).isEqualTo(0x1122_3344);
        assertThat(function.read(0x110, 4)).isEqualTo(0x0300);
    }

    @Test
    void chain_withoutCapabilities_isEmpty() {
        PciFunction function = Functions.build(PciFunction.builder().extendedSpace(), vmm);
        assertThat(function.read(0x34, 1)).isZero();
        assertThat(function.read(0x06, 2)).isZero();
        assertThat(function.read(0x100, 4)).isZero();
        assertThat(function.length()).isEqualTo(4096);
    }

    @Test
    void capability_thatDoesNotFit_isRefused() {
        assertBuildRefused(
                PciFunction.builder()
                        .capability(0x60, Capability.msi(1))
                        .capability(0x68, Capability.powerManagement(D3Exit.RESETS)),
                "capability 0x05");
        assertBuildRefused(
                PciFunction.builder()
                        .capability(0x60, Capability.msi(1))
                        .register("X", 0x69, 1, 0, 0, 0),
                "belongs to X");
        assertBuildRefused(
                PciFunction.builder().capability(0xfc, Capability.msi(1)), "capability 0x05");
        assertBuildRefused(
                PciFunction.builder().extendedSpace().capability(0xfc, Capability.msi(1)), "0x100");
        assertBuildRefused(
                PciFunction.builder().capability(ExtendedCapabilities.errorReporting()), "0x01");
        assertBuildRefused(
                PciFunction.builder().capability(Capability.msi(1)).capability(Capability.msi(2)),
                "one already");
        assertBuildRefused(PciFunction.builder().register("X", 0xfe, 4, 0, 0, 0), "X at 0xfe");
        PciFunctionBuilder full = PciFunction.builder();
        full.capability(Capability.conventional(0x09, 0xb8).build());
        assertBuildRefused(full.capability(Capability.conventional(0x09, 12).build()), "no 12");
    }

    private void assertBuildRefused(PciFunctionBuilder builder, String message) {
        assertThatThrownBy(() -> builder.build(vmm.port()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void arguments_outOfRange_areRefused() {
        PciFunctionBuilder builder = PciFunction.builder();
        assertRefused(() -> builder.capability(0x3c, Capability.msi(1)));
        assertRefused(() -> builder.capability(0x42, Capability.msi(1)));
        assertRefused(() -> builder.capability(0xfc, ExtendedCapabilities.errorReporting()));
        assertRefused(() -> builder.register("X", 0x3c, 1, 0, 0, 0));
        assertRefused(() -> builder.register("X", 0x40, 3, 0, 0, 0));
        assertRefused(() -> builder.identity(0x1_0000, 0));
        assertRefused(() -> builder.identity(0, -1));
        assertRefused(() -> builder.revision(256));
        assertRefused(() -> builder.classCode(1 << 24));
        assertRefused(() -> builder.bar(0, BarKind.ROM, 2048));
        assertRefused(() -> Capability.conventional(0x100, 4));
        assertRefused(() -> Capability.conventional(1, 1));
        assertRefused(() -> Capability.conventional(1, 0xc1));
        assertRefused(() -> Capability.extended(0x1_0000, 1, 8));
        assertRefused(() -> Capability.extended(1, 16, 8));
        assertRefused(() -> Capability.extended(1, 1, 3));
        assertRefused(() -> Capability.conventional(1, 8).field(1, 1, 0, 0, 0));
        assertRefused(() -> Capability.conventional(1, 8).field(6, 4, 0, 0, 0));
        assertRefused(() -> Capability.extended(1, 1, 8).field(2, 2, 0, 0, 0));
        assertRefused(() -> ExtendedCapabilities.alternativeRouting(256));
        ExpressCapability express =
                ExpressCapability.of(ExpressCapability.Type.INTEGRATED_ENDPOINT);
        assertRefused(() -> express.link(1, 1));
        assertRefused(() -> express.maxPayload(100));
        assertRefused(() -> SriovCapability.of(-1));
        assertRefused(() -> SriovCapability.of(1).pageSizes(2));
        assertRefused(() -> SriovCapability.of(1).vfBar(0, BarKind.PORT_IO, 4096));
        assertRefused(() -> SriovCapability.of(1).vfBar(0, BarKind.MEMORY_32, 2048));
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void build_twice_isRefused() {
        PciFunctionBuilder builder = Functions.virtual();
        assertThat(builder.build(vmm.port()).length()).isEqualTo(4096);
        assertThatThrownBy(() -> builder.build(vmm.port()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void set_outsideWhatTheDeviceOwns_isRefused() {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        assertRefused(() -> function.set(0x3c, 4, 0));
        assertRefused(() -> function.set(0xfd, 4, 0));
        assertRefused(() -> function.set(0x40, 3, 0));
        assertRefused(() -> function.set(Integer.MAX_VALUE, 1, 0));
        function.set(0x5c, 4, 0x7a00_0001);
        assertThat(function.read(0x5c, 4)).isEqualTo(0x7a00_0001);
    }

    @Test
    void header_showsTheIdentity() {
        PciFunction function =
                Functions.build(
                        PciFunction.builder()
                                .identity(
                                        new GpuIdentity(
                                                0x8086, 0x0416, 0x1028, 0x05e9, 0x06, 0x03_8010))
                                .multiFunction(),
                        vmm);
        assertThat(function.read(0x00, 4)).isEqualTo(0x0416_8086);
        assertThat(function.read(0x08, 4)).isEqualTo(0x0380_1006);
        assertThat(function.read(0x2c, 4)).isEqualTo(0x05e9_1028);
        assertThat(function.read(0x0e, 1)).isEqualTo(0x80);
        assertThat(function.length()).isEqualTo(256);
    }

    @Test
    void sriov_vfBarSizing_returnsTheSizeOfOne() {
        PciFunction function = Functions.build(Functions.discrete(), vmm);
        for (int at = 0x24; at < 0x3c; at += 4) {
            function.write(Functions.SRIOV + at, 4, -1);
        }
        assertThat(function.read(Functions.SRIOV + 0x24, 4)).isEqualTo(0xfffc_0000);
        assertThat(function.read(Functions.SRIOV + 0x28, 4)).isEqualTo(0x8000_000c);
        assertThat(function.read(Functions.SRIOV + 0x2c, 4)).isEqualTo(-1);
        assertThat(function.read(Functions.SRIOV + 0x30, 4)).isEqualTo(0xfe00_000c);
        assertThat(function.read(Functions.SRIOV + 0x38, 4)).isZero();
    }

    @Test
    void sriov_whileEnabled_isFrozen() {
        PciFunction function = Functions.build(Functions.discrete(), vmm);
        function.write(NUM_VFS, 2, 8);
        function.write(CONTROL, 2, 0x19);
        assertThat(function.read(CONTROL, 2)).isEqualTo(0x19);

        function.write(NUM_VFS, 2, 16);
        function.write(Functions.SRIOV + 0x20, 4, 2);
        function.write(Functions.SRIOV + 0x24, 4, 0x1000_0000);
        function.write(CONTROL, 2, 0x01);

        assertThat(function.read(NUM_VFS, 2)).isEqualTo(8);
        assertThat(function.read(Functions.SRIOV + 0x20, 4)).isEqualTo(1);
        assertThat(function.read(Functions.SRIOV + 0x24, 4)).isZero();
        assertThat(function.read(CONTROL, 2)).isEqualTo(0x11);

        function.write(CONTROL, 2, 0x00);
        assertThat(function.read(CONTROL, 2)).isEqualTo(0x10);
        function.write(NUM_VFS, 2, 16);
        assertThat(function.read(NUM_VFS, 2)).isEqualTo(16);
    }

    @Test
    void sriov_controlHook_hearsOfEnabling() {
        List<String> heard = new ArrayList<>();
        PciFunction function =
                Functions.build(
                        Functions.discrete()
                                .onWrite(CONTROL, 2, (from, to) -> heard.add(from + ">" + to)),
                        vmm);
        function.write(CONTROL, 1, 0x09);
        function.write(CONTROL, 2, 0);
        assertThat(heard).containsExactly("0>9", "9>0");
    }

    @Test
    void address_roundTrips() {
        for (String text : List.of("00:02.0", "e8:1f.7", "0001:00:00.1")) {
            assertThat(PciAddress.parse(text)).hasToString(text);
        }
        PciAddress board = PciAddress.parse("0000:e8:00.0");
        assertThat(board.withRoutingId(board.routingId() + 4 + 31)).hasToString("e8:04.3");
        for (String text : List.of("", "2.0", "00:20.0", "00:02.8", "00:02.0 ", "E8:00.0")) {
            assertRefused(() -> PciAddress.parse(text));
        }
        assertRefused(() -> new PciAddress(0, 256, 0, 0));
        assertRefused(() -> new PciAddress(0, 0, 0, -1));
    }
}
