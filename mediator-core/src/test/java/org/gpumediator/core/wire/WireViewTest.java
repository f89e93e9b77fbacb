package org.gpumediator.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class WireViewTest {

    private static final WireStructure PAIR = new WireStructure("PAIR", 4, "this test");
    private static final WireField LOW = PAIR.field("low", 0, 2);
    private static final WireField HIGH = PAIR.field("high", 2, 2);

    private static final WireStructure ALL = new WireStructure("ALL", 40, "this test");
    private static final WireField BYTE = ALL.field("byte", 1, 1);
    private static final WireField WORD = ALL.field("word", 4, 4);
    private static final WireField LONG = ALL.field("long", 8, 8);
    private static final WireField TEXT = ALL.field("text", 16, 6);
    private static final WireField PAIRS = ALL.field("pairs", 24, 8);
    private static final WireField WORDS = ALL.field("words", 32, 8);

    @Test
    void numbers_areLittleEndianWithoutSign() {
        WireView view = ALL.allocate();
        view.put(BYTE, -2).put(WORD, 0x8765_4321).put(LONG, -3);
        assertThat(view.array()[1]).isEqualTo((byte) 0xfe);
        assertThat(view.array()[4]).isEqualTo((byte) 0x21);
        assertThat(view.array()[7]).isEqualTo((byte) 0x87);
        assertThat(view.get(BYTE)).isEqualTo(0xfe);
        assertThat(view.get(WORD)).isEqualTo(0x8765_4321L);
        assertThat(view.getInt(WORD)).isEqualTo(0x8765_4321);
        assertThat(view.get(LONG)).isEqualTo(-3);
        assertThat(view.isSet(WORD)).isTrue();
        assertThat(ALL.allocate().isSet(WORD)).isFalse();
    }

    @Test
    void text_endsWithAZeroInsideItsField() {
        WireView view = ALL.allocate();
        assertThat(view.put(TEXT, "abcdefgh").text(TEXT)).isEqualTo("abcde");
        assertThat(view.put(TEXT, "xy").text(TEXT)).isEqualTo("xy");
        assertThat(view.array()[21]).isZero();
        assertThat(view.array()[22]).as("behind it").isZero();
    }

    @Test
    void elements_areViewsOfTheSameBytes() {
        WireView view = ALL.allocate();
        view.element(PAIRS, 1, PAIR).put(HIGH, 0x1234);
        assertThat(view.array()[31]).isEqualTo((byte) 0x12);
        assertThat(view.element(PAIRS, 1, PAIR).get(HIGH)).isEqualTo(0x1234);
        assertThat(view.element(PAIRS, 0, PAIR).get(LOW)).isZero();
        view.put(WORDS, 1, 4, 77);
        assertThat(view.get(WORDS, 1, 4)).isEqualTo(77);
        assertThatThrownBy(() -> view.element(PAIRS, 2, PAIR))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("ALL.pairs: element 2: expected 0 to 1");
        assertThatThrownBy(() -> view.get(WORDS, -1, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void view_ofTooFewBytes_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ALL.view(ByteBuffer.allocate(39)))
                .withMessageContaining("ALL: 40 bytes at 0: expected inside 39 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ALL.view(ByteBuffer.allocate(80), 41));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ALL.view(ByteBuffer.allocate(80), -1));
    }

    @Test
    void field_outsideItsStructure_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WireStructure("S", 8, "s").field("f", 6, 4))
                .withMessageContaining("S.f: 4 bytes at 6: expected inside 8 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> new WireStructure("S", 0, "s"));
    }

    @Test
    void number_ofAnotherWidth_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ALL.allocate().get(TEXT))
                .withMessageContaining("6 bytes: expected 1, 2, 4 or 8");
    }
}
