package org.gpumediator.core.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitRulesTest {

    private enum Way {
        STEP_OVER,
        LOOK
    }

    private static CommandRow<Way> row(String addresses, String bits) {
        CommandVerdict verdict = CommandVerdict.AUDIT;
        return CommandCatalogue.<Way>builder("A")
                .client("MI", 0xff80_0000)
                .row("ROW", 1, 0, LengthRule.field(7, 2), addresses, "", verdict, Way.LOOK, bits)
                .source("here")
                .build()
                .row(1);
    }

    @Test
    void rule_ofABit_isThatOfItsNameThenOfItsAddressThenOfWhatIsLeft() {
        CommandRow<Way> row = row("2:sel=0.22", "0=own;2.1:0=masked;2k+3.4=refused;1+=data");
        AddressLayout layout = row.layouts().getFirst();
        assertThat(row.ruleOf(layout, 0, 31)).as("opcode").isEmpty();
        assertThat(row.ruleOf(layout, 0, 7)).as("length").isEmpty();
        assertThat(row.ruleOf(layout, 0, 22)).as("chooses space").contains(BitRule.CHECKED);
        assertThat(row.ruleOf(layout, 0, 21)).contains(BitRule.OWN);
        assertThat(row.ruleOf(layout, 1, 0)).contains(BitRule.DATA);
        assertThat(row.ruleOf(layout, 2, 31)).as("address").contains(BitRule.CHECKED);
        assertThat(row.ruleOf(layout, 2, 1)).contains(BitRule.MASKED);
        assertThat(row.ruleOf(layout, 2, 2)).contains(BitRule.CHECKED);
        assertThat(row.ruleOf(layout, 3, 4)).contains(BitRule.REFUSED);
        assertThat(row.ruleOf(layout, 4, 4)).contains(BitRule.DATA);
        assertThat(row.ruleOf(layout, 5, 4)).contains(BitRule.REFUSED);
        assertThat(row.ruleOf(null, 2, 31)).contains(BitRule.DATA);
        assertThat(row.fields(BitRule.MASKED))
                .containsExactly(new BitRules.Field(2, 0, 2, 3, BitRule.MASKED));
    }

    @Test
    void rule_ofAnOffsetFromABase_isThatOfThePipeline() {
        CommandRow<Way> row = row("1:rel-general", "0=own;2+=data");
        assertThat(row.ruleOf(row.layouts().getFirst(), 1, 5))
                .isEqualTo(Optional.of(BitRule.CONFINED));
    }

    @Test
    void rule_ofAnUpperHalf_isThatOfItsAddress() {
        CommandRow<Way> row = row("len7:1;4:ctx|len3:1;2:ctx", "2..5/3=masked;0+=data");
        AddressLayout wide = row.layouts().getFirst();
        assertThat(row.ruleOf(wide, 2, 0)).contains(BitRule.CHECKED);
        assertThat(row.ruleOf(wide, 5, 0)).contains(BitRule.CHECKED);
        assertThat(row.ruleOf(wide, 6, 0)).contains(BitRule.DATA);
        assertThat(row.ruleOf(null, 2, 0)).contains(BitRule.MASKED);
        assertThat(row.ruleOf(null, 5, 0)).contains(BitRule.MASKED);
        assertThat(row.ruleOf(null, 8, 0)).contains(BitRule.DATA);
    }

    @ParameterizedTest
    @CsvSource({
        "0.22:9=own;1+=data, bit 8 of dword 0",
        "0=own;1.31:1=data;2+=data, bit 0 of dword 1",
        "0=own;1=data;3+=data, bit 0 of dword 2",
        "'', bit 8 of dword 0"
    })
    void row_thatLeavesABitWithoutARule_isNone(String bits, String missing) {
        assertThatThrownBy(() -> row("", bits)).hasMessage("ROW: no rule for " + missing);
    }

    @Test
    void row_withALayoutThatLeavesABitWithoutARule_isNone() {
        String bits = "0=own;1=data";
        assertThatThrownBy(() -> row("len3:2:ctx|len4:2:ctx", bits))
                .hasMessage("ROW: no rule for bit 0 of dword 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0+=own;0.8=masked", "0+=own;1.3=refused"})
    void row_thatIsSteppedOver_changesNoBit(String bits) {
        CommandCatalogue.Builder<Way> builder =
                CommandCatalogue.<Way>builder("A").client("MI", 0xff80_0000);
        LengthRule length = LengthRule.field(7, 2);
        CommandVerdict allow = CommandVerdict.ALLOW;
        assertThatThrownBy(() -> builder.row("R", 1, 0, length, "", "", allow, Way.STEP_OVER, bits))
                .hasMessageContaining("stepped over");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0.32=own",
                "0.3:5=own",
                "x=own",
                "0=nothing",
                "0.8=own;0.9:8=data",
                "2k+1.4=own;5.4=data"
            })
    void text_thatIsNoListOfRules_isRefused(String text) {
        assertThatThrownBy(() -> BitRules.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
