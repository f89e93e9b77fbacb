package org.gpumediator.nvidia.vf.sriov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.TypeRecord;
import org.gpumediator.nvidia.vf.types.VfTypes;
import org.gpumediator.testkit.FakeGuestMemory;
import org.junit.jupiter.api.Test;

class VfConfigSpaceTest {

    private static VmmPort port() {
        return VmmPort.of(new FakeGuestMemory(), InterruptSink.none());
    }

    private static VfTypes types(AdaBoard board) {
        return new VfTypes(
                TypeCatalogue.shipped(),
                FramebufferSetup.of(board),
                type -> type.sharing().maxInstances());
    }

    private static PciFunction guest(String name) {
        VgpuType type = types(AdaBoard.L40).byName(name).orElseThrow();
        return VfConfigSpace.guest(AdaBoard.L40, type).build(port());
    }

    // spotless:off
    private record Row(int offset, int width, int value) {}
    private static final List<Row> GUEST_RESET = List.of(
        new Row(0x00, 2, 0x10de),
        new Row(0x02, 2, 0x26b5),
        new Row(0x04, 2, 0x0000),
        new Row(0x06, 2, 0x0010),
        new Row(0x08, 4, 0x0300_00a1),
        new Row(0x0e, 1, 0x00),
        new Row(0x10, 4, 0x0000_0000),
        new Row(0x14, 4, 0x0000_000c),
        new Row(0x18, 4, 0x0000_0000),
        new Row(0x1c, 4, 0x0000_000c),
        new Row(0x20, 4, 0x0000_0000),
        new Row(0x24, 4, 0x0000_0000),
        new Row(0x2c, 2, 0x10de),
        new Row(0x2e, 2, 0x1774),
        new Row(0x34, 1, 0x7c),
        new Row(0x3d, 1, 0x00),
        new Row(0x7c, 2, 0x0011),
        new Row(0x7e, 2, 0x0005),
        new Row(0x80, 4, 0x0001_0000),
        new Row(0x84, 4, 0x0002_0000));
    // spotless:on

    @Test
    void guest_afterReset_isAsTheVariantDriverMakesIt() {
        PciFunction function = guest("L40-8Q");
        assertThat(function.length()).isEqualTo(4096);
        for (Row row : GUEST_RESET) {
            assertThat(function.read(row.offset, row.width))
                    .as("register 0x%02x", row.offset)
                    .isEqualTo(row.value);
        }
    }

    @Test
    void guest_whateverIsNotDeclared_readsZeroAndTakesNoWrite() {
        PciFunction function = guest("L40-8Q");
        for (int at = 0x88; at < 4096; at += 4) {
            function.write(at, 4, -1);
            assertThat(function.read(at, 4)).as("0x%x", at).isZero();
        }
        for (int at = 0x40; at < 0x7c; at += 4) {
            function.write(at, 4, -1);
            assertThat(function.read(at, 4)).as("0x%x", at).isZero();
        }
    }

    @Test
    void guest_barsSized_areTheTypesNotTheDevices() {
        PciFunction function = guest("L40-8Q");
        for (int at = 0x10; at <= 0x24; at += 4) {
            function.write(at, 4, -1);
        }
        assertThat(function.read(0x10, 4)).isEqualTo(-(16 << 20));
        assertThat(function.read(0x14, 4)).isEqualTo(-(256 << 20) | 0xc);
        assertThat(function.read(0x18, 4)).isEqualTo(-1);
        assertThat(function.read(0x1c, 4)).isEqualTo(-(32 << 20) | 0xc);
        assertThat(function.read(0x20, 4)).isEqualTo(-1);
        assertThat(function.read(0x24, 4)).isZero();
    }

    @Test
    void guest_pastTheEnd_readsOnesAndIsNotReached() {
        PciFunction function = guest("L40-8Q");
        assertThat(function.read(4096, 4)).isEqualTo(-1);
        assertThat(function.read(4094, 4)).isEqualTo(0xffff_0000);
        assertThat(function.write(4094, 4, -1)).isEmpty();
        assertThat(function.read(Integer.MAX_VALUE, 4)).isEqualTo(-1);
        assertThat(function.read(-1, 1)).isEqualTo(0xff);
    }

    @Test
    void guest_identityOfEveryType_isItsOwn() {
        for (AdaBoard board : AdaBoard.values()) {
            for (VgpuType type : types(board).all()) {
                TypeRecord record = TypeCatalogue.shipped().byName(type.name()).orElseThrow();
                PciFunction function = VfConfigSpace.guest(board, type).build(port());
                assertThat(function.read(0x02, 2)).isEqualTo(board.deviceId());
                assertThat(function.read(0x2e, 2))
                        .as(type.name())
                        .isEqualTo(record.identity().subsystemId());
            }
        }
    }

    @Test
    void guest_ofFreeQuotas_looksLikeItsModelWithItsOwnWindow() {
        VfTypes types = types(AdaBoard.L40);
        VgpuType type =
                types.anonymous(
                        Map.of(
                                org.gpumediator.nvidia.vf.types.VfResources.BAR1,
                                512 * AdaBoard.MIB));
        PciFunction function = VfConfigSpace.guest(AdaBoard.L40, type).build(port());
        function.write(0x14, 4, -1);
        assertThat(function.read(0x14, 4)).isEqualTo(-(512 << 20) | 0xc);
        assertThat(function.read(0x2e, 2)).isEqualTo(0x176f);
    }

    @Test
    void guest_ofAForeignType_isRefused() {
        VgpuType foreign = new VgpuType("x", "", "", Map.of(), 0, 0, 0, 1, Map.of());
        assertThatThrownBy(() -> VfConfigSpace.guest(AdaBoard.L40, foreign))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void raw_function_hidesIdsAndBarsAndKeepsOnlyBusMaster() {
        PciFunction raw = VfConfigSpace.raw(AdaBoard.L20).build(port());
        assertThat(raw.read(0x00, 4)).isEqualTo(-1);
        assertThat(raw.read(0x08, 4)).isEqualTo(0x0302_00a1);
        assertThat(raw.read(0x2c, 4)).isEqualTo(0x1957_10de);
        raw.write(0x04, 2, 0xffff);
        assertThat(raw.read(0x04, 2)).isEqualTo(0x0004);
        for (int at = 0x10; at <= 0x24; at += 4) {
            raw.write(at, 4, -1);
            assertThat(raw.read(at, 4)).isZero();
        }
        assertThat(raw.read(0x7c, 1)).isEqualTo(0x11);
        assertThat(raw.read(0x80, 4)).isEqualTo(0x0001_0000);
        assertThat(raw.read(0x44, 4) >>> 28 & 1).as("reset offered").isEqualTo(1);
    }
}
