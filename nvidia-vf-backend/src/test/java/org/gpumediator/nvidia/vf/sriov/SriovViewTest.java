package org.gpumediator.nvidia.vf.sriov;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.junit.jupiter.api.Test;

class SriovViewTest {

    private final PfOnPaper pf = PfOnPaper.of(AdaBoard.L20);
    private final SriovView view = SriovView.find(pf).orElseThrow();

    @Test
    void capability_ofAnL20_isTheDumpToTheByte() {
        String bytes =
                IntStream.range(0, SriovRegisters.SRIOV_LENGTH)
                        .mapToObj(
                                i ->
                                        String.format(
                                                "%02x",
                                                pf.readConfig(
                                                        SriovRegisters.ADA_SRIOV_OFFSET + i, 1)))
                        .collect(Collectors.joining(" "));
        // spotless:off
        assertThat(bytes).isEqualTo(String.join(" ",
            "10 00 41 c1",  // identifier 0x0010, version 1, next 0xc14
            "06 00 00 00",  // ARI hierarchy preserved, 10-bit tags
            "00 00 00 00",  // control, status
            "20 00 20 00",  // InitialVFs 32, TotalVFs 32
            "00 00 00 00",  // NumVFs, dependency link
            "04 00 01 00",  // first VF offset 4, stride 1
            "00 00 ba 26",  // VF device id
            "73 05 00 00",  // supported page sizes
            "01 00 00 00",  // system page size
            "00 00 00 00",  // VF BAR 0: 32-bit memory
            "0c 00 00 00",  // VF BAR 1: 64-bit prefetchable
            "00 00 00 00",
            "0c 00 00 00",  // VF BAR 3: 64-bit prefetchable
            "00 00 00 00",
            "00 00 00 00",
            "00 00 00 00"));
        // spotless:on
        assertThat(pf.readConfig(SriovRegisters.ADA_ARI_OFFSET, 4) & 0xffff).isEqualTo(0x000e);
    }

    @Test
    void registers_asTheOpenDriverReadsThem_haveTheirPlaces() {
        assertThat(pf.readConfig(0xbd8, 4) >>> 16).isEqualTo(32);
        assertThat(pf.readConfig(0xbe0, 4) & 0xffff).isEqualTo(4);
        assertThat(view.offset()).isEqualTo(0xbcc);
    }

    @Test
    void bars_sized_areOneFunctionsAndLeaveTheBases() {
        pf.withWindows();
        List<VfBar> bars = view.bars();
        assertThat(bars)
                .containsExactly(
                        new VfBar(0, BarKind.MEMORY_32, 256 << 10, 0x8000_0000L),
                        new VfBar(1, BarKind.MEMORY_64_PREFETCHABLE, 2 * AdaBoard.GIB, 1L << 32),
                        new VfBar(
                                3,
                                BarKind.MEMORY_64_PREFETCHABLE,
                                32 * AdaBoard.MIB,
                                (1L << 32) + 64 * AdaBoard.GIB));
        assertThat(view.bars()).isEqualTo(bars);
        assertThat(bars.getFirst().windowBase(3)).isEqualTo(0x8000_0000L + 3 * (256 << 10));
        assertThat(bars.getFirst().windowBytes(32)).isEqualTo(8 * AdaBoard.MIB);
    }

    @Test
    void registers_whileEnabled_areReadOnly() {
        pf.withWindows();
        view.setNumVfs(3);
        view.enable();
        List<VfBar> before = view.bars();
        view.setNumVfs(5);
        pf.writeConfig(0xbcc + SriovRegisters.SRIOV_SYSTEM_PAGE_SIZE, 4, 2);
        view.setAriHierarchy();
        assertThat(view.numVfs()).isEqualTo(3);
        assertThat(pf.readConfig(0xbcc + SriovRegisters.SRIOV_SYSTEM_PAGE_SIZE, 4)).isEqualTo(1);
        assertThat(view.hasAriHierarchy()).isFalse();
        // sizing does not work now: writes are dropped, so the bases read as they are
        assertThat(before).hasSize(3);
        view.disable();
        view.setNumVfs(5);
        assertThat(view.numVfs()).isEqualTo(5);
    }

    @Test
    void reset_ofThePhysicalFunction_clearsTheCapability() {
        view.setNumVfs(3);
        view.enable();
        pf.reset();
        assertThat(view.isEnabled()).isFalse();
        assertThat(view.numVfs()).isZero();
    }

    @Test
    void find_withoutTheCapability_isEmpty() {
        assertThat(SriovView.find(PfOnPaper.without(AdaBoard.L20))).isEmpty();
    }

    @Test
    void find_onADeviceThatIsGone_isEmpty() {
        pf.lost = true;
        assertThat(SriovView.find(pf)).isEmpty();
    }
}
