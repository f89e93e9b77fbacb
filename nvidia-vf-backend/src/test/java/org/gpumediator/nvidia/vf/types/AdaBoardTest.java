package org.gpumediator.nvidia.vf.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class AdaBoardTest {

    @Test
    void byId_inAnySpelling_findsTheBoard() {
        assertThat(AdaBoard.byId("l40")).contains(AdaBoard.L40);
        assertThat(AdaBoard.byId("RTX 6000 Ada")).contains(AdaBoard.RTX_6000_ADA);
        assertThat(AdaBoard.byId("rtx6000ada")).contains(AdaBoard.RTX_6000_ADA);
        assertThat(AdaBoard.byId("h100")).isEmpty();
    }

    @Test
    void byDeviceId_ofEveryBoard_findsIt() {
        for (AdaBoard board : AdaBoard.values()) {
            assertThat(AdaBoard.byDeviceId(board.deviceId())).contains(board);
        }
        assertThat(AdaBoard.byDeviceId(0x0412)).isEmpty();
    }

    @Test
    void segment_ofEveryBoard_isTheGreatestCommonDivisorOfItsFramebufferSizes() {
        for (AdaBoard board : AdaBoard.values()) {
            long gcd =
                    TypeCatalogue.shipped().types(board).stream()
                            .map(type -> BigInteger.valueOf(type.memory().framebufferBytes()))
                            .reduce(BigInteger.ZERO, BigInteger::gcd)
                            .longValueExact();
            assertThat(gcd).as(board.title()).isEqualTo(board.segmentBytes());
        }
    }

    @Test
    void windows_ofTheL20_areThoseOfARealMachine() {
        AdaBoard board = AdaBoard.L20;
        assertThat(board.vfBar0Bytes() * AdaBoard.TOTAL_VFS).isEqualTo(8 * AdaBoard.MIB);
        assertThat(board.vfBar1Bytes() * AdaBoard.TOTAL_VFS).isEqualTo(64 * AdaBoard.GIB);
        assertThat(board.vfBar3Bytes() * AdaBoard.TOTAL_VFS).isEqualTo(AdaBoard.GIB);
    }

    @Test
    void bootValue_ofBothChips_namesArchitectureAndImplementation() {
        assertThat(AdaBoard.L40.chip().bootValue()).isEqualTo(0x1920_00a1);
        assertThat(AdaBoard.L4.chip().bootValue()).isEqualTo(0x1940_00a1);
    }
}
