package org.gpumediator.core.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.vmm.Displays.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EdidTest {

    private static byte[] edid(Connector connector, String mode) {
        return Edid.builder(connector).mode(VideoMode.parse(mode)).build();
    }

    /** Numbers as the CVT generator's reduced blanking gives them. */
    @ParameterizedTest
    @CsvSource({
        "1024x768,     56000,  22",
        "1280x720,     64000,  21",
        "1280x800,     71000,  23",
        "1920x1080,    138500, 31",
        "2560x1440,    241500, 41"
    })
    void mode_parsed_hasTheTimingsOfReducedBlanking(String text, int clock, int blank) {
        VideoMode mode = VideoMode.parse(text);
        assertThat(mode.clockKilohertz()).isEqualTo(clock);
        assertThat(mode.verticalBlank()).isEqualTo(blank);
    }

    @ParameterizedTest
    @CsvSource({
        "1921x1080,  width 1921",
        "1920x300,   height 300",
        "640x480@20, refresh 20",
        "4088x4095,  clock above",
        "banana,     mode"
    })
    void mode_outOfRange_isRefusedWithItsLimit(String text, String message) {
        assertThatThrownBy(() -> VideoMode.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void build_digitalMonitor_saysSoAndNamesItsPreferredMode() {
        byte[] edid = edid(Connector.DISPLAY_PORT, "1920x1080");
        assertThat(edid).hasSize(128);
        assertThat(edid[20] & 0x80).isEqualTo(0x80);
        assertThat((edid[54] & 0xff | (edid[55] & 0xff) << 8) * 10).isEqualTo(138_500);
        assertThat(edid[56] & 0xff | (edid[58] & 0xf0) << 4).isEqualTo(1920);
        assertThat(edid[59] & 0xff | (edid[61] & 0xf0) << 4).isEqualTo(1080);
        assertThat(Edid.check(edid)).isEqualTo(edid);
    }

    @Test
    void build_analogMonitor_isNotDigital() {
        assertThat(edid(Connector.VGA, "1024x768")[20] & 0x80).isZero();
    }

    @Test
    void build_hdmiAbove165Megahertz_hasTheVendorBlockThatAllowsIt() {
        assertThat(edid(Connector.HDMI, "1920x1080")).hasSize(128);
        byte[] edid = edid(Connector.HDMI, "2560x1440");
        assertThat(edid).hasSize(256);
        assertThat(edid[126]).isEqualTo((byte) 1);
        assertThat(edid[128 + 11] * 5).isGreaterThanOrEqualTo(242);
        assertThat(Edid.check(edid)).isEqualTo(edid);
    }

    @Test
    void check_damagedBytes_areRefusedWithTheReason() {
        byte[] good = edid(Connector.HDMI, "2560x1440");
        for (int block = 0; block < 2; block++) {
            byte[] bad = good.clone();
            bad[block * 128 + 100] ^= 1;
            int number = block;
            assertThatThrownBy(() -> Edid.check(bad))
                    .hasMessageContaining("block " + number + ": wrong checksum");
        }
        byte[] headless = good.clone();
        headless[0] = 1;
        assertThatThrownBy(() -> Edid.check(headless)).hasMessageContaining("header");
        assertThatThrownBy(() -> Edid.check(java.util.Arrays.copyOf(good, 128)))
                .hasMessageContaining("2 blocks");
        assertThatThrownBy(() -> Edid.check(new byte[127])).hasMessageContaining("127 bytes");
        assertThatThrownBy(() -> Edid.check(new byte[0])).hasMessageContaining("0 bytes");
    }

    @Test
    void builder_withBadParts_namesValueAndLimit() {
        Edid.Builder builder = Edid.builder(Connector.HDMI);
        assertThatThrownBy(() -> builder.name("a name that is too long"))
                .hasMessageContaining("1 to 13");
        assertThatThrownBy(() -> builder.millimetres(5, 100)).hasMessageContaining("5x100");
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0 modes");
    }
}
