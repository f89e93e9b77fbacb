package org.gpumediator.examples.vfiouser.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilitiesTest {

    private static Capabilities parse(int major, int minor, String text) {
        return parse(major, minor, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Capabilities parse(int major, int minor, byte[] text) {
        byte[] payload = new byte[4 + text.length];
        payload[0] = (byte) major;
        payload[2] = (byte) minor;
        System.arraycopy(text, 0, payload, 4, text.length);
        return Capabilities.parse(MemorySegment.ofArray(payload));
    }

    @Test
    void parse_everyKnownKey_isTaken() {
        assertThat(
                        parse(
                                0,
                                2,
                                "{\"capabilities\":{\"max_msg_fds\":32,"
                                        + "\"max_data_xfer_size\":1024,\"write_multiple\":true,"
                                        + "\"twin_socket\":{\"supported\":true}}}\0"))
                .isEqualTo(new Capabilities(2, 32, 1024, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0",
                "{}\0",
                " { } \0",
                "{\"capabilities\":{}}\0",
                "{\"capabilities\":null}\0",
                "{\"other\":[1,2.5e3,\"\\u00e4\\n\",true,false,null,{}]}\0"
            })
    void parse_nothingKnown_givesDefaults(String text) {
        assertThat(parse(0, 0, text)).isEqualTo(new Capabilities(0, 1, Wire.MAX_DATA, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\0",
                "[1\0",
                "[]\0",
                "7\0",
                "\"\0",
                "{}{}\0",
                "{}\0\0",
                "{\"a\"}\0",
                "{\"a\":}\0",
                "{\"a\":1,}\0",
                "{a:1}\0",
                "{\"a\":01}\0",
                "{\"a\":+1}\0",
                "{\"a\":1.}\0",
                "{\"a\":\"\\x\"}\0",
                "{\"a\":\"\\u12g4\"}\0",
                "{\"a\":\"\\u12\0",
                "{\"capabilities\":[]}\0",
                "{\"capabilities\":7}\0",
                "{\"capabilities\":{\"max_msg_fds\":-1}}\0",
                "{\"capabilities\":{\"max_msg_fds\":1025}}\0",
                "{\"capabilities\":{\"max_msg_fds\":1.5}}\0",
                "{\"capabilities\":{\"max_msg_fds\":\"16\"}}\0",
                "{\"capabilities\":{\"max_msg_fds\":99999999999999999999999}}\0",
                "{\"capabilities\":{\"max_data_xfer_size\":0}}\0",
                "{\"capabilities\":{\"max_data_xfer_size\":true}}\0"
            })
    void parse_malformedText_isRefused(String text) {
        assertThatThrownBy(() -> parse(0, 0, text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parse_whatIsNoText_isRefused() {
        assertThatThrownBy(() -> parse(0, 0, new byte[] {'{', '"', (byte) 0xff, '"', 0}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> parse(0, 0, "[".repeat(10_000) + "\0"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> parse(0, 0, " ".repeat(20_000) + "{}\0"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> parse(1, 0, "{}\0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.0");
        assertThatThrownBy(() -> Capabilities.parse(MemorySegment.ofArray(new byte[3])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void parse_mutatedText_throwsNothingElse() {
        byte[] whole =
                ("{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576,"
                                + "\"migration\":{\"pgsize\":4096},\"write_multiple\":true}}\0")
                        .getBytes(StandardCharsets.UTF_8);
        long seed = 99;
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] mutated = whole.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(128);
            }
            try {
                assertThat(parse(0, 0, mutated).maxDataBytes()).isPositive();
                accepted++;
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageNotContaining("index");
            }
        }
        assertThat(accepted).as("harmless mutations, seed %d", seed).isPositive();
    }
}
