package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigWriteEffect.BarMoved;
import org.gpumediator.api.pci.ConfigWriteEffect.DecodeChanged;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BarTest {

    private static final int COMMAND = 0x04;
    private static final int IO = 1;
    private static final int MEMORY = 2;

    private final RecordingPort vmm = new RecordingPort();
    private final PciFunction everything = Functions.build(Functions.everything(), vmm);

    @ParameterizedTest
    @CsvSource({
        "MEMORY_32, 16, fffffff0",
        "MEMORY_32, 4194304, ffc00000",
        "MEMORY_32, 2147483648, 80000000",
        "MEMORY_32_PREFETCHABLE, 268435456, f0000008",
        "PORT_IO, 4, fffffffd",
        "PORT_IO, 256, ffffff01"
    })
    void sizing_narrowBar_returnsTheMask(BarKind kind, long length, String wanted) {
        PciFunction function = Functions.build(PciFunction.builder().bar(5, kind, length), vmm);

        function.write(0x24, 4, -1);

        assertThat(function.read(0x24, 4)).isEqualTo(Integer.parseUnsignedInt(wanted, 16));
        function.write(0x24, 4, 0);
        assertThat(function.read(0x24, 4)).isEqualTo(kind.typeBits());
    }

    @ParameterizedTest
    @CsvSource({
        "MEMORY_64, 4194304, ffc00004, ffffffff",
        "MEMORY_64_PREFETCHABLE, 536870912, e000000c, ffffffff",
        "MEMORY_64_PREFETCHABLE, 4294967296, 0000000c, ffffffff",
        "MEMORY_64, 68719476736, 00000004, fffffff0",
        "MEMORY_64, 4611686018427387904, 00000004, c0000000"
    })
    void sizing_wideBar_returnsTheMaskInBothHalves(
            BarKind kind, long length, String low, String high) {
        PciFunction function = Functions.build(PciFunction.builder().bar(4, kind, length), vmm);

        function.write(0x20, 4, -1);
        function.write(0x24, 4, -1);

        assertThat(function.read(0x20, 4)).isEqualTo(Integer.parseUnsignedInt(low, 16));
        assertThat(function.read(0x24, 4)).isEqualTo(Integer.parseUnsignedInt(high, 16));
    }

    @Test
    void sizing_expansionRom_keepsTheEnableBit() {
        everything.write(0x30, 4, 0xffff_f800);
        assertThat(everything.read(0x30, 4)).isEqualTo(0xffff_0000);
        everything.write(0x30, 4, -1);
        assertThat(everything.read(0x30, 4)).isEqualTo(0xffff_0001);
    }

    @Test
    void sizing_slotWithoutBar_readsZero() {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        function.write(0x24, 4, -1);
        function.write(0x30, 4, -1);
        assertThat(function.read(0x24, 4)).isZero();
        assertThat(function.read(0x30, 4)).isZero();
    }

    @Test
    void decode_notEnabled_leavesNoAddress() {
        everything.write(0x14, 4, 0xfe00_0000);

        assertThat(everything.barAddress(1)).isEmpty();
        assertThat(everything.barAddress(-1)).isEmpty();
        assertThat(everything.barAddress(7)).isEmpty();
    }

    @Test
    void decode_memoryEnabled_reportsEveryMemoryBarInOrder() {
        everything.write(0x14, 4, 0xfe00_0000);
        everything.write(0x18, 4, 0x8000_0000);
        everything.write(0x20, 4, 0x4000_0000);
        everything.write(0x24, 4, 0xfd00_0000);

        assertThat(everything.write(COMMAND, 2, MEMORY))
                .containsExactly(
                        new DecodeChanged(1, 0xfe00_0000L, 0x1_0000, true),
                        new DecodeChanged(2, 0x8000_0000L, 1L << 31, true),
                        new DecodeChanged(3, 1L << 62, 1L << 62, true),
                        new DecodeChanged(5, 0xfd00_0000L, 16, true));
        assertThat(everything.barAddress(3)).hasValue(1L << 62);
        assertThat(everything.barAddress(4)).isEmpty();
        assertThat(everything.barAddress(0)).isEmpty();
        assertThat(everything.write(COMMAND, 2, MEMORY)).isEmpty();
    }

    @Test
    void decode_portEnabled_reportsThePortBar() {
        everything.write(0x10, 4, 0x3000);

        assertThat(everything.write(COMMAND, 1, IO))
                .containsExactly(new DecodeChanged(0, 0x3000, 4, true));
        assertThat(everything.write(COMMAND, 1, 0))
                .containsExactly(new DecodeChanged(0, 0x3000, 4, false));
    }

    @Test
    void decode_expansionRom_needsBothBits() {
        everything.write(0x30, 4, 0xfc00_0001);
        assertThat(everything.barAddress(6)).isEmpty();
        everything.write(COMMAND, 2, MEMORY);
        assertThat(everything.barAddress(6)).hasValue(0xfc00_0000L);
        assertThat(everything.write(0x30, 1, 0))
                .containsExactly(new DecodeChanged(6, 0xfc00_0000L, 0x1_0000, false));
        assertThat(everything.write(0x30, 4, 0xfb00_0001))
                .containsExactly(new DecodeChanged(6, 0xfb00_0000L, 0x1_0000, true));
        assertThat(everything.write(0x30, 4, 0xfa00_0000))
                .containsExactly(new DecodeChanged(6, 0xfb00_0000L, 0x1_0000, false));
    }

    @Test
    void move_whileDecoded_isReportedByHalves() {
        PciFunction function = Functions.build(Functions.integrated(), vmm);
        function.write(0x10, 4, 0xf000_0000);
        function.write(COMMAND, 2, MEMORY);

        assertThat(function.write(0x10, 4, 0x1040_0000))
                .containsExactly(new BarMoved(0, 0xf000_0000L, 0x1040_0000, 4 << 20));
        assertThat(function.write(0x14, 4, 0x20))
                .containsExactly(new BarMoved(0, 0x1040_0000, 0x20_1040_0000L, 4 << 20));
        assertThat(function.write(0x14, 1, 0x20)).isEmpty();
        assertThat(function.barAddress(0)).hasValue(0x20_1040_0000L);
    }

    @Test
    void move_byAStraddlingWrite_movesBothBars() {
        PciFunction function = Functions.build(Functions.discrete(), vmm);
        function.write(0x10, 4, 0x1200_0000);
        function.write(0x18, 4, 0x10);
        function.write(COMMAND, 2, MEMORY);

        assertThat(function.write(0x12, 4, 0x0c_5600))
                .containsExactly(new BarMoved(0, 0x1200_0000, 0x5600_0000, 16 << 20));
        assertThat(function.write(0x16, 4, 0x0030_0000))
                .containsExactly(new BarMoved(1, 0x10L << 32, 0x30L << 32, 64L << 30));
    }

    @Test
    void command_withoutBarsOfASpace_cannotEnableIt() {
        PciFunction function = Functions.build(Functions.virtual(), vmm);
        function.write(COMMAND, 2, -1);
        assertThat(function.read(COMMAND, 2)).isEqualTo(0x0546);
    }

    @Test
    void command_withAGivenMask_keepsToIt() {
        PciFunction function = Functions.build(Functions.virtual().commandWritable(0x0004), vmm);
        function.write(COMMAND, 2, -1);
        assertThat(function.read(COMMAND, 2)).isEqualTo(0x0004);
        assertThat(function.barAddress(0)).isEmpty();
    }

    @Test
    void bar_outOfRange_isRefused() {
        assertRefused(6, BarKind.MEMORY_32, 4096);
        assertRefused(5, BarKind.MEMORY_64, 4096);
        assertRefused(-1, BarKind.MEMORY_32, 4096);
        assertRefused(0, BarKind.MEMORY_32, 8);
        assertRefused(0, BarKind.MEMORY_32, 4097);
        assertRefused(0, BarKind.MEMORY_32, 1L << 32);
        assertRefused(0, BarKind.MEMORY_64, 1L << 63);
        assertRefused(0, BarKind.PORT_IO, 2);
        assertRefused(0, BarKind.PORT_IO, 512);
        assertRefused(0, BarKind.ROM, 65_536);
        assertThatThrownBy(() -> PciFunction.builder().expansionRom(1024))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1024");
    }

    @Test
    void bar_onATakenSlot_isRefused() {
        PciFunctionBuilder builder =
                PciFunction.builder()
                        .bar(0, BarKind.MEMORY_64, 4096)
                        .bar(3, BarKind.MEMORY_32, 4096);
        for (int slot : new int[] {0, 1, 3}) {
            assertThatThrownBy(() -> builder.bar(slot, BarKind.MEMORY_32, 4096))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("BAR " + slot);
        }
        assertThatThrownBy(() -> builder.bar(2, BarKind.MEMORY_64, 4096))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BAR 2");
    }

    private static void assertRefused(int index, BarKind kind, long length) {
        assertThatThrownBy(() -> PciFunction.builder().bar(index, kind, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BAR");
    }
}
