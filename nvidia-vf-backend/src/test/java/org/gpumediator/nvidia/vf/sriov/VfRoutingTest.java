package org.gpumediator.nvidia.vf.sriov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.core.pci.PciAddress;
import org.junit.jupiter.api.Test;

class VfRoutingTest {

    private static final PciAddress PF = PciAddress.parse("e8:00.0");
    private static final VfRouting ADA =
            new VfRouting(
                    PF.routingId(),
                    SriovRegisters.ADA_FIRST_VF_OFFSET,
                    SriovRegisters.ADA_VF_STRIDE);

    @Test
    void routingId_ofRealMachinesListing_isTheSame() {
        assertThat(address(0)).isEqualTo("e8:00.4");
        assertThat(address(4)).isEqualTo("e8:01.0");
        assertThat(address(31)).isEqualTo("e8:04.3");
    }

    private static String address(int index) {
        return PF.withRoutingId(ADA.routingId(index)).toString();
    }

    @Test
    void routingId_pastTheBus_carries() {
        VfRouting late = new VfRouting(0x01f0, 0x10, 1);
        assertThat(late.routingId(0)).isEqualTo(0x0200);
        assertThat(late.lastBus(0)).isEqualTo(1);
        assertThat(late.lastBus(1)).isEqualTo(2);
    }

    @Test
    void routingId_pastTheDomain_isRefused() {
        VfRouting last = new VfRouting(0xfff0, 4, 2);
        assertThat(last.routingId(5)).isEqualTo(0xfffe);
        assertThatThrownBy(() -> last.routingId(6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> last.routingId(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new VfRouting(0x1_0000, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void gfid_ofTheFirst_isOne() {
        assertThat(VfRouting.gfid(0)).isEqualTo(1);
        assertThat(VfRouting.gfid(31)).isEqualTo(32);
    }

    @Test
    void dbdf_withADomain_hasItOnTop() {
        assertThat(ADA.dbdf(0, 0)).isEqualTo(0xe804);
        assertThat(ADA.dbdf(3, 31)).isEqualTo(0x3_e823);
    }

    @Test
    void ariForwarding_fromTheFifth_isNeeded() {
        assertThat(ADA.needsAriForwarding(0)).isFalse();
        assertThat(ADA.needsAriForwarding(4)).isFalse();
        assertThat(ADA.needsAriForwarding(5)).isTrue();
    }
}
