package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.gpumediator.api.pci.ConfigWriteEffect.BusMasterChanged;
import org.gpumediator.api.pci.ConfigWriteEffect.InterruptsChanged;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.MessageInterrupts.Mode;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability.MsiFeature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MsiTest {

    private static final int COMMAND = 0x04;
    private static final int BUS_MASTER = 0x4;
    private static final int CAPABILITY = 0x40;
    private static final int CONTROL = CAPABILITY + 2;
    private static final int ENABLE = 1;
    private static final int THIRTY_TWO_ALLOCATED = 5 << 4;
    private static final int MASK = CAPABILITY + 0x10;
    private static final int PENDING = CAPABILITY + 0x14;

    private final RecordingPort vmm = new RecordingPort();
    private final PciFunction function =
            function(32, MsiFeature.ADDRESS_64, MsiFeature.VECTOR_MASKING);

    private PciFunction function(int vectors, MsiFeature... features) {
        return Functions.build(
                PciFunction.builder()
                        .interruptPin(1)
                        .capability(CAPABILITY, Capability.msi(vectors, features)),
                vmm);
    }

    private void enable(PciFunction target) {
        target.write(COMMAND, 2, BUS_MASTER);
        target.write(CONTROL, 2, ENABLE | THIRTY_TWO_ALLOCATED);
    }

    @Test
    void signal_enabled_raisesItsVector() {
        enable(function);
        function.signal(0);
        function.signal(31);
        assertThat(vmm.takeRaised()).containsExactly(0, 31);
        assertThat(function.mode()).isEqualTo(Mode.MSI);
        assertThat(vmm.isAsserted()).isFalse();
    }

    @Test
    void raise_asksForItsMessage_andGetsWhatTheGuestHasChosen() {
        List<String> sent = new ArrayList<>();
        AtomicReference<PciFunction> asked = new AtomicReference<>();
        InterruptSink sink =
                vector ->
                        sent.add(
                                "%x=%x"
                                        .formatted(
                                                asked.get().messageAddress(vector),
                                                asked.get().messageData(vector)));
        PciFunction target =
                PciFunction.builder()
                        .identity(0x1234, 0x5678)
                        .capability(CAPABILITY, Capability.msi(32, MsiFeature.ADDRESS_64))
                        .build(VmmPort.of(GuestMemory.none(), sink));
        asked.set(target);
        enable(target);
        target.write(CAPABILITY + 4, 4, 0xfee0_1000);
        target.write(CAPABILITY + 8, 4, 0x5);
        target.write(CAPABILITY + 0xc, 2, 0x40);

        target.signal(3);

        assertThat(sent).containsExactly("5fee01000=43");
    }

    @Test
    void signal_disabled_drivesTheLine() {
        function.write(COMMAND, 2, BUS_MASTER);
        function.signal(3);
        assertThat(vmm.takeRaised()).isEmpty();
        assertThat(vmm.isAsserted()).isTrue();
        assertThat(function.mode()).isEqualTo(Mode.NONE);
    }

    @Test
    void signal_withoutBusMaster_isDropped() {
        function.write(CONTROL, 2, ENABLE | THIRTY_TWO_ALLOCATED);
        function.signal(0);
        assertThat(function.write(COMMAND, 2, BUS_MASTER))
                .containsExactly(new BusMasterChanged(true));
        assertThat(vmm.takeRaised()).isEmpty();
        assertThat(vmm.isAsserted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void signal_withFewerVectorsAllocated_wraps(int log2) {
        function.write(COMMAND, 2, BUS_MASTER);
        function.write(CONTROL, 2, ENABLE | log2 << 4);
        function.write(CAPABILITY + 0x0c, 2, 0x4abf);
        int allocated = Math.min(1 << log2, 32);
        for (int vector = 0; vector < 32; vector++) {
            function.signal(vector);
            int folded = vector % allocated;
            assertThat(vmm.takeRaised()).containsExactly(folded);
            assertThat(function.messageData(vector))
                    .isEqualTo(0x4abf / allocated * allocated + folded);
        }
    }

    @Test
    void signal_masked_isPendingUntilUnmasked() {
        enable(function);
        function.write(MASK, 4, 1 << 7 | 1 << 31);
        function.signal(7);
        function.signal(7);
        function.signal(31);
        function.signal(6);
        assertThat(vmm.takeRaised()).containsExactly(6);
        assertThat(function.read(PENDING, 4)).isEqualTo(1 << 7 | 1 << 31);

        assertThat(function.write(MASK + 3, 1, 0)).containsExactly(new InterruptsChanged());
        assertThat(vmm.takeRaised()).containsExactly(31);
        assertThat(function.read(PENDING, 4)).isEqualTo(1 << 7);

        function.write(MASK, 4, 0);
        assertThat(vmm.takeRaised()).containsExactly(7);
        assertThat(function.read(PENDING, 4)).isZero();
        function.write(MASK, 4, -1);
        function.write(MASK, 4, 0);
        assertThat(vmm.takeRaised()).isEmpty();
    }

    @Test
    void unmask_withoutBusMaster_sendsWhenItIsBack() {
        enable(function);
        function.write(MASK, 4, 1);
        function.signal(0);
        function.write(COMMAND, 2, 0);
        function.write(MASK, 4, 0);
        assertThat(vmm.takeRaised()).isEmpty();
        function.write(COMMAND, 2, BUS_MASTER);
        assertThat(vmm.takeRaised()).containsExactly(0);
    }

    @Test
    void disable_withPending_dropsIt() {
        enable(function);
        function.write(MASK, 4, 1);
        function.signal(0);
        function.write(CONTROL, 2, 0);
        assertThat(function.read(PENDING, 4)).isZero();
        function.write(MASK, 4, 0);
        enable(function);
        assertThat(vmm.takeRaised()).isEmpty();
    }

    @Test
    void pendingAndMaskBits_ofVectorsThatAreNotThere_areConstant() {
        PciFunction narrow = function(4, MsiFeature.VECTOR_MASKING);
        narrow.write(CAPABILITY + 0x0c, 4, -1);
        narrow.write(CAPABILITY + 0x10, 4, -1);
        assertThat(narrow.read(CAPABILITY + 0x0c, 4)).isEqualTo(0xf);
        assertThat(narrow.read(CAPABILITY + 0x10, 4)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 10", "2, 2, 10", "4, 4, 10", "8, 6, 10", "16, 8, 10", "32, a, 10"})
    void control_plain_showsTheVectors(int vectors, String flags, int length) {
        assertThat(Capability.msi(vectors).length()).isEqualTo(length);
        assertThat(function(vectors).read(CONTROL, 2)).isEqualTo(Integer.parseInt(flags, 16));
    }

    @Test
    void control_withFeatures_showsThem() {
        assertThat(function.read(CONTROL, 2)).isEqualTo(0x018a);
        assertThat(function(1, MsiFeature.ADDRESS_64).read(CONTROL, 2)).isEqualTo(0x0080);
        assertThat(function(1, MsiFeature.VECTOR_MASKING).read(CONTROL, 2)).isEqualTo(0x0100);
        assertThat(Capability.msi(1, MsiFeature.ADDRESS_64).length()).isEqualTo(14);
        assertThat(Capability.msi(1, MsiFeature.VECTOR_MASKING).length()).isEqualTo(20);
        assertThat(Capability.msi(1, MsiFeature.values()).length()).isEqualTo(24);
    }

    @Test
    void message_isWhatTheGuestChose() {
        enable(function);
        function.write(CAPABILITY + 4, 4, 0xfee0_1007);
        function.write(CAPABILITY + 8, 4, 0x12);
        function.write(CAPABILITY + 12, 2, 0x4060);
        assertThat(function.messageAddress(5)).isEqualTo(0x12_fee0_1004L);
        assertThat(function.messageData(5)).isEqualTo(0x4065);

        PciFunction narrow = function(1);
        enable(narrow);
        narrow.write(CAPABILITY + 4, 4, 0xfee0_1004);
        narrow.write(CAPABILITY + 8, 4, 0xffff_4041);
        assertThat(narrow.messageAddress(0)).isEqualTo(0xfee0_1004L);
        assertThat(narrow.messageData(0)).isEqualTo(0x4041);
        assertThat(narrow.read(CAPABILITY + 10, 2)).isZero();
    }

    @Test
    void message_ofNoSuchVector_isRefused() {
        assertThatThrownBy(() -> function.messageAddress(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> function.messageData(0))
                .isInstanceOf(IllegalArgumentException.class);
        enable(function);
        assertThatThrownBy(() -> function.messageAddress(32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32");
        assertThatThrownBy(() -> function.messageData(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> function.signal(32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> function.signal(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void write_toTheSetUp_isReported() {
        assertThat(function.write(CONTROL, 2, ENABLE)).containsExactly(new InterruptsChanged());
        assertThat(function.write(CONTROL, 2, ENABLE)).isEmpty();
        assertThat(function.write(CAPABILITY + 4, 4, 0xfee0_0000))
                .containsExactly(new InterruptsChanged());
        assertThat(function.write(CAPABILITY + 8, 4, 1)).containsExactly(new InterruptsChanged());
        assertThat(function.write(CAPABILITY + 12, 1, 1)).containsExactly(new InterruptsChanged());
        assertThat(function.write(PENDING, 4, -1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, 33, 64})
    void vectors_outOfRange_areRefused(int vectors) {
        assertThatThrownBy(() -> Capability.msi(vectors))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(vectors));
    }
}
