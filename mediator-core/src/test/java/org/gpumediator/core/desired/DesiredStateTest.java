package org.gpumediator.core.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.gpumediator.core.VgpuRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DesiredStateTest {

    private static final String HEAD = "gpu-mediator desired-state 1\ngpu 10de:26b5\n";

    private static DesiredVgpu only(String line) {
        DesiredState state = DesiredState.parse(HEAD + line);
        assertThat(state.vgpus()).hasSize(1);
        return state.vgpus().getFirst();
    }

    @Test
    void parse_everyField_givesARequestAndLabels() {
        DesiredVgpu vgpu =
                only(
                        "vgpu name=a type=\"Vendor B-8Q\"  slots=@16 memory=@0x1e8000000"
                                + " attribute.pid=12 label.socket=\"/run/a b.sock\"");
        VgpuRequest request = vgpu.request();
        assertThat(request.name()).isEqualTo("a");
        assertThat(request.type()).isEqualTo("Vendor B-8Q");
        assertThat(request.quotas()).isEmpty();
        assertThat(request.places())
                .containsExactly(Map.entry("slots", 16L), Map.entry("memory", 0x1_e800_0000L));
        assertThat(request.attributes()).containsExactly(Map.entry("pid", "12"));
        assertThat(vgpu.labels()).containsExactly(Map.entry("socket", "/run/a b.sock"));
    }

    @ParameterizedTest
    @CsvSource({
        "64M@0x10, 67108864, 16",
        "2G@1K,    2147483648, 1024",
        "7@0,      7, 0",
        "0xff@3,   255, 3"
    })
    void parse_amountAtAPlace_givesBoth(String text, long amount, long place) {
        VgpuRequest request = only("vgpu name=a memory=" + text).request();
        assertThat(request.quotas()).containsExactly(Map.entry("memory", amount));
        assertThat(request.places()).containsExactly(Map.entry("memory", place));
    }

    @Test
    void parse_commentsAndEmptyLines_areSkipped() {
        DesiredState state =
                DesiredState.parse("# made by hand\n\n" + HEAD + "\n  # none\nvgpu name=a type=t");
        assertThat(state.gpu()).isEqualTo("10de:26b5");
        assertThat(state.vgpus()).extracting(DesiredVgpu::name).containsExactly("a");
    }

    @Test
    void format_thenParse_isTheSame() {
        DesiredState state =
                DesiredState.parse(
                        HEAD
                                + "vgpu name=\"a b\" type=\"V B-8Q\" slots=@16 attribute.x=1"
                                + " label.y=\"2 3\"\n"
                                + "vgpu name=c memory=64M@0x40000000 channels=64\n");
        assertThat(DesiredState.parse(state.format())).isEqualTo(state);
        assertThat(state.format()).contains("vgpu name=c memory=67108864@0x40000000 channels=64\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vgpu",
                "vgpu name=a",
                "vgpu name= type=t",
                "vgpu type=t",
                "vgpu name=a type=t memory=64M",
                "vgpu name=a name=b type=t",
                "vgpu name=a type=t slots=@",
                "vgpu name=a type=t slots=@-1",
                "vgpu name=a memory=64T",
                "vgpu name=a memory=9999999999999999999",
                "vgpu name=a memory=999999999999999999G",
                "vgpu name=a memory=0xffffffffffffffff",
                "vgpu name=a memory=1@2@3",
                "vgpu name=a type=t Memory=@1",
                "vgpu name=a type=t attribute.=1",
                "vgpu name=a type=t loose",
                "vgpu name=a type=\"t",
                "vgpu name=a type=t\u0000",
                "gpu 10de:26b5",
                "host name=a type=t"
            })
    void parse_malformedLine_isRefusedByItsNumber(String line) {
        assertThatThrownBy(() -> DesiredState.parse(HEAD + "# fine\n" + line + "\n"))
                .isInstanceOfSatisfying(
                        DesiredStateFormatException.class,
                        wrong -> assertThat(wrong.line()).isEqualTo(4))
                .hasMessageStartingWith("line 4: ");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1, desired-state 1",
        "'gpu-mediator desired-state 1\n', 2, gpu VENDOR:DEVICE",
        "'gpu-mediator desired-state 2\ngpu 10de:26b5', 1, format version 2: expected 1",
        "'gpu-mediator\n', 1, desired-state 1",
        "'gpu-mediator desired-state 1\ngpu 10DE:26b5', 2, VENDOR:DEVICE",
        "'gpu-mediator desired-state 1\nvgpu name=a type=t', 2, VENDOR:DEVICE"
    })
    void parse_malformedHead_saysWhatWasExpectedWhere(String text, int line, String expected) {
        assertThatThrownBy(() -> DesiredState.parse(text))
                .isInstanceOf(DesiredStateFormatException.class)
                .hasMessageStartingWith("line " + line + ": ")
                .hasMessageContaining(expected);
    }

    @Test
    void parse_nameGivenTwice_namesBothLines() {
        assertThatThrownBy(
                        () ->
                                DesiredState.parse(
                                        HEAD + "vgpu name=a type=t\n\nvgpu name=a type=u\n"))
                .hasMessage("line 5: name a: is also that of line 3");
    }

    @Test
    void parse_tooManyOrTooLongLines_areRefused() {
        assertThatThrownBy(() -> DesiredState.parse(HEAD + "#\n".repeat(1023)))
                .hasMessageContaining("line 1025: expected at most 1024 lines");
        assertThatThrownBy(
                        () -> DesiredState.parse(HEAD + "vgpu name=a label.x=" + "y".repeat(5000)))
                .hasMessageContaining("line 3: 5020 characters");
    }

    @Test
    void parse_linesOfTheWholeGpu_areSettingsAndNames() {
        DesiredState state =
                DesiredState.parse(
                        HEAD + "set scheduler=equal-share,quantum=4 mode=mixed\nclose a \"b c\"\n");
        assertThat(state.settings())
                .containsExactly(
                        Map.entry("scheduler", "equal-share,quantum=4"),
                        Map.entry("mode", "mixed"));
        assertThat(state.mayClose()).containsExactly("a", "b c");
        assertThat(DesiredState.parse(state.format())).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(strings = {"set", "set x", "set =1", "set x=1 x=2", "close", "open a"})
    void parse_wrongLinesOfTheWholeGpu_areErrorsOfTheirLine(String line) {
        assertThatThrownBy(() -> DesiredState.parse(HEAD + line))
                .isInstanceOf(DesiredStateFormatException.class)
                .hasMessageStartingWith("line 3: ");
    }

    @Test
    void parse_attributeWithoutItsPrefix_isToldOfIt() {
        for (String field : new String[] {"weight=5", "gtt=strict"}) {
            assertThatThrownBy(() -> DesiredState.parse(HEAD + "vgpu name=a type=t " + field))
                    .hasMessageContaining(
                            "an attribute is written attribute." + field.replaceAll("=.*", ""));
        }
    }
}
