package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class InterruptLineTest {

    private static final int COMMAND = 0x04;
    private static final int INTX_DISABLE = 1 << 10;
    private static final int STATUS = 0x06;
    private static final int STATUS_INTERRUPT = 1 << 3;
    private static final int MSI_CONTROL = 0x92;
    private static final int PMCSR = 0xd4;

    private final RecordingPort vmm = new RecordingPort();
    private final PciFunction function = Functions.build(Functions.integrated(), vmm);

    private boolean status() {
        return (function.read(STATUS, 2) & STATUS_INTERRUPT) != 0;
    }

    @Test
    void level_upAndDown_drivesLineAndStatus() {
        function.level(true);
        function.level(true);
        assertThat(vmm.isAsserted()).isTrue();
        assertThat(status()).isTrue();
        function.level(false);
        function.level(false);
        assertThat(vmm.isAsserted()).isFalse();
        assertThat(status()).isFalse();
        assertThat(vmm.edges()).isEqualTo(2);
    }

    @Test
    void signal_withoutMessages_staysUntilTheLevelIsLowered() {
        function.signal(0);
        function.signal(0);
        assertThat(vmm.isAsserted()).isTrue();
        assertThat(vmm.edges()).isEqualTo(1);
        function.level(false);
        assertThat(vmm.isAsserted()).isFalse();
    }

    @Test
    void disableBit_hidesTheLineButNotTheStatus() {
        function.level(true);
        function.write(COMMAND, 2, INTX_DISABLE);
        assertThat(vmm.isAsserted()).isFalse();
        assertThat(status()).isTrue();
        function.write(COMMAND, 2, 0);
        assertThat(vmm.isAsserted()).isTrue();
        function.write(COMMAND + 1, 1, INTX_DISABLE >>> 8);
        function.level(false);
        assertThat(status()).isFalse();
        assertThat(vmm.edges()).isEqualTo(4);
    }

    @Test
    void msiEnabled_takesTheLineAway() {
        function.level(true);
        function.write(MSI_CONTROL, 2, 1);
        assertThat(vmm.isAsserted()).isFalse();
        assertThat(status()).isFalse();
        function.level(false);
        function.level(true);
        assertThat(vmm.edges()).isEqualTo(2);
        function.write(MSI_CONTROL, 2, 0);
        assertThat(vmm.isAsserted()).isTrue();
        assertThat(status()).isTrue();
    }

    @Test
    void d3hot_takesTheLineAway() {
        function.level(true);
        function.write(PMCSR, 2, 3);
        assertThat(vmm.isAsserted()).isFalse();
        function.write(PMCSR, 2, 0);
        assertThat(vmm.isAsserted()).isTrue();
    }

    @Test
    void statusBit_isNotTheGuests() {
        function.level(true);
        function.write(STATUS, 2, -1);
        assertThat(status()).isTrue();
        function.level(false);
        function.write(STATUS, 2, STATUS_INTERRUPT);
        assertThat(status()).isFalse();
    }

    @Test
    void function_withoutPin_hasNoLine() {
        PciFunction pinless = Functions.build(Functions.virtual(), vmm);
        assertThat(pinless.hasLine()).isFalse();
        assertThat(function.hasLine()).isTrue();
        pinless.level(true);
        pinless.signal(0);
        assertThat(vmm.edges()).isZero();
        assertThat(pinless.read(STATUS, 2) & STATUS_INTERRUPT).isZero();
        assertThat(pinless.read(0x3d, 1)).isZero();
        assertThat(function.read(0x3d, 1)).isEqualTo(1);
        assertThatThrownBy(() -> PciFunction.builder().interruptPin(5))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void signal_ofAFunctionWithoutMessages_takesVectorZeroOnly() {
        PciFunction plain = Functions.build(PciFunction.builder().interruptPin(2), vmm);
        plain.signal(0);
        assertThat(vmm.isAsserted()).isTrue();
        assertThatThrownBy(() -> plain.signal(1)).isInstanceOf(IllegalArgumentException.class);
    }
}
