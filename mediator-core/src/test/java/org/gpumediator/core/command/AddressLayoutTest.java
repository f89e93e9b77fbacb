package org.gpumediator.core.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressLayoutTest {

    private static List<Integer> dwords(AddressLayout layout) {
        return layout.operands().stream().map(AddressOperand::dword).toList();
    }

    @Test
    void parse_ofNothing_hasNoLayout() {
        assertThat(AddressLayout.parse("")).isEmpty();
    }

    @Test
    void parse_ofAList_takesTheSpaceThatFollows() {
        AddressLayout layout = AddressLayout.parse("1;2:ggtt;4:ctx").getFirst();
        assertThat(dwords(layout)).containsExactly(1, 2, 4);
        assertThat(layout.operands().stream().map(AddressOperand::space))
                .containsExactly(OperandSpace.GLOBAL, OperandSpace.GLOBAL, OperandSpace.CONTEXT);
    }

    @Test
    void parse_ofRangesAndLengths_listsEachDword() {
        List<AddressLayout> layouts = AddressLayout.parse("len5:1..4:ctx|len9:1;2..8/3:ctx");
        assertThat(layouts.get(0).totalDwords()).isEqualTo(5);
        assertThat(dwords(layouts.get(0))).containsExactly(1, 2, 3, 4);
        assertThat(layouts.get(1).totalDwords()).isEqualTo(9);
        assertThat(dwords(layouts.get(1))).containsExactly(1, 2, 5, 8);
    }

    @Test
    void parse_ofSelectedSpaces_keepsTheBit() {
        AddressOperand sel = AddressLayout.parse("2:sel=0.22").getFirst().operands().getFirst();
        assertThat(sel).isEqualTo(new AddressOperand(2, 0, OperandSpace.GLOBAL_IF_SET, 0, 22, ""));
        AddressOperand not = AddressLayout.parse("1:selnot=1.8").getFirst().operands().getFirst();
        assertThat(not).isEqualTo(new AddressOperand(1, 0, OperandSpace.GLOBAL_IF_CLEAR, 1, 8, ""));
    }

    @Test
    void parse_ofSeriesAndOffsets_keepsStepAndBase() {
        AddressOperand series = AddressLayout.parse("4k+2:ctx").getFirst().operands().getFirst();
        assertThat(series).isEqualTo(new AddressOperand(2, 4, OperandSpace.CONTEXT, 0, 0, ""));
        AddressOperand rel = AddressLayout.parse("3:rel-general").getFirst().operands().getFirst();
        assertThat(rel).isEqualTo(new AddressOperand(3, 0, OperandSpace.RELATIVE, 0, 0, "general"));
        assertThat(AddressLayout.parse("3:rel-or-ctx").getFirst().operands().getFirst().space())
                .isEqualTo(OperandSpace.RELATIVE_OR_CONTEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1:",
                "x:ctx",
                "1:nowhere",
                "1:sel",
                "1:ctx=0.1",
                "len:1:ctx",
                "0:ctx",
                "1:sel=0.32"
            })
    void parse_ofWhatTheGrammarDoesNotKnow_namesTheText(String text) {
        assertThatThrownBy(() -> AddressLayout.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }
}
