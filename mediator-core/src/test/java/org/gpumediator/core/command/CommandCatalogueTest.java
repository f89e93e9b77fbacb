package org.gpumediator.core.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CommandCatalogueTest {

    private enum Way {
        STEP_OVER,
        LOOK
    }

    private static CommandCatalogue.Builder<Way> builder() {
        return CommandCatalogue.<Way>builder("A", "B").client("MI", 0xff80_0000);
    }

    private static CommandCatalogue.Builder<Way> row(
            CommandCatalogue.Builder<Way> builder, String name, int engines, int opcode) {
        return builder.row(
                name,
                engines,
                opcode,
                LengthRule.field(7, 2),
                "",
                "",
                CommandVerdict.ALLOW,
                Way.STEP_OVER,
                "0+=own");
    }

    @Test
    void decoder_ofEachEngine_knowsItsOwnRows() {
        CommandCatalogue.Builder<Way> builder = builder();
        row(builder, "ONE", 1, 0x1000_0000);
        row(builder, "TWO", 2, 0x1000_0000);
        builder.source("here");
        CommandCatalogue<Way> catalogue = builder.build();
        assertThat(CommandDecoder.rowOf(catalogue.decoder(0).plan(0x107f_0003))).isEqualTo(1);
        assertThat(CommandDecoder.rowOf(catalogue.decoder(1).plan(0x1000_0003))).isEqualTo(2);
        assertThat(catalogue.decoder(1).plan(0x1080_0003)).isEqualTo(CommandDecoder.UNKNOWN);
        int plan = catalogue.decoder(0).plan(0x1000_0003);
        assertThat(CommandDecoder.lengthOf(plan, 0x1000_0003)).isEqualTo(5);
        assertThat(CommandDecoder.lengthOf(CommandDecoder.UNKNOWN, -1)).isZero();
        assertThat(catalogue.row(2).name()).isEqualTo("TWO");
        assertThat(catalogue.row(1).source()).isEqualTo("here");
        assertThat(catalogue.enginesText(3)).isEqualTo("A+B");
        assertThat(catalogue.render())
                .contains("# MI: here\n")
                .contains("ONE")
                .contains("0x10000000");
    }

    @Test
    void plan_ofAShape_saysSo() {
        CommandCatalogue.Builder<Way> builder = builder();
        row(builder, "BYTES", 1, 0x1000_0000);
        builder.row(
                        "ONE",
                        1,
                        0,
                        LengthRule.fixed(1),
                        "",
                        "",
                        CommandVerdict.ALLOW,
                        Way.STEP_OVER,
                        "0+=own")
                .row(
                        "LOOK",
                        1,
                        0x1100_0000,
                        LengthRule.field(7, 2),
                        "",
                        "",
                        CommandVerdict.ALLOW,
                        Way.LOOK,
                        "0+=own")
                .row(
                        "NEVER",
                        1,
                        0x1200_0000,
                        LengthRule.fixed(1),
                        "",
                        "",
                        CommandVerdict.REFUSE,
                        Way.STEP_OVER,
                        "0+=own")
                .source("here");
        CommandDecoder decoder = builder.build().decoder(0);
        assertThat(CommandDecoder.isPlainWithByteLength(decoder.plan(0x1000_0000))).isTrue();
        assertThat(CommandDecoder.isPlainSingle(decoder.plan(0))).isTrue();
        assertThat(CommandDecoder.isPlainWithByteLength(decoder.plan(0x1100_0000))).isFalse();
        assertThat(CommandDecoder.hasByteLength(decoder.plan(0x1100_0000))).isTrue();
        assertThat(decoder.plan(0x1100_0000)).isNegative();
        assertThat(CommandDecoder.isPlainSingle(decoder.plan(0x1200_0000))).isFalse();
        assertThat(CommandDecoder.isPlainSingle(CommandDecoder.UNKNOWN)).isFalse();
        assertThat(CommandDecoder.hasByteLength(CommandDecoder.UNKNOWN)).isFalse();
    }

    @Test
    void build_withTwoRowsForOneOpcode_namesBoth() {
        CommandCatalogue.Builder<Way> builder = builder();
        row(builder, "ONE", 1, 0x1000_0000);
        row(builder, "TWO", 3, 0x1000_0000);
        builder.source("here");
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ONE and TWO");
    }

    @Test
    void build_withoutASource_namesTheRow() {
        CommandCatalogue.Builder<Way> builder = builder();
        row(builder, "ONE", 1, 0x1000_0000);
        assertThatThrownBy(builder::build).hasMessageContaining("ONE: no source");
        assertThatThrownBy(() -> builder.client("2D", 0xffc0_0000)).hasMessageContaining("ONE");
    }

    @Test
    void row_thatContradictsItself_isNamed() {
        assertThatThrownBy(() -> row(builder(), "BITS", 1, 0x1000_0001))
                .hasMessageContaining("BITS");
        assertThatThrownBy(() -> row(builder(), "NONE", 0, 0)).hasMessageContaining("NONE");
        assertThatThrownBy(() -> row(builder(), "THIRD", 4, 0)).hasMessageContaining("THIRD");
        assertThatThrownBy(() -> row(row(builder(), "TWICE", 1, 0), "TWICE", 1, 0x1000_0000))
                .hasMessageContaining("TWICE");
        assertThatThrownBy(() -> builder().client("ODD", 0xff00_ff00)).hasMessageContaining("ODD");
        assertThatThrownBy(
                        () ->
                                builder()
                                        .row(
                                                "FREE",
                                                1,
                                                0,
                                                LengthRule.field(5, 2),
                                                "2:ctx",
                                                "",
                                                CommandVerdict.ALLOW,
                                                Way.STEP_OVER,
                                                "0+=own"))
                .hasMessageContaining("FREE");
    }

    @Test
    void lengthRule_outOfRange_isRefused() {
        assertThat(LengthRule.fixed(1)).hasToString("fixed:1");
        assertThat(LengthRule.field(9, 2)).hasToString("field:9:0:2");
        assertThat(LengthRule.field(9, 2).longest()).isEqualTo(1025);
        assertThatThrownBy(() -> LengthRule.fixed(4)).hasMessageContaining("4");
        assertThatThrownBy(() -> new LengthRule(5, 2)).hasMessageContaining("0x5");
    }
}
