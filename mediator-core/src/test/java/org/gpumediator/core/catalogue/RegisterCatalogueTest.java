package org.gpumediator.core.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.gpumediator.core.catalogue.RegisterAccess.MASKED;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.commandAccess;
import static org.gpumediator.core.catalogue.RegisterBehaviour.graphicsAddress;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.stateClass;
import static org.gpumediator.core.catalogue.RegisterWidth.W16;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W64;
import static org.gpumediator.core.catalogue.TrapPolicy.PARTITIONED;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterCatalogueTest {

    private static final List<RegisterBase> TWO =
            List.of(new RegisterBase("RCS", 0x1000), new RegisterBase("BCS", 0x1800));

    private static RegisterCatalogue.Block<String> block() {
        return RegisterCatalogue.<String>builder("BAR0", 0x4000).block("TEST");
    }

    private static RegisterCatalogue.Block<String> plain(
            RegisterCatalogue.Block<String> block, String name, int offset, int width) {
        return block.register(name, offset, width, READ_WRITE, 0, 0, VIRTUALISED);
    }

    private static RegisterCatalogue<String> sample() {
        // spotless:off
        return RegisterCatalogue.<String>builder("BAR0", 0x4000)
            .block("RING", TWO)
                .register("TAIL",     0x30, W32, READ_WRITE, 0x001f_fff8, 0,      VIRTUALISED, stateClass("RENDER"), onWrite((device, offset, value, old) -> {}))
                .register("PIPE{}_X", 0x34, W32, MASKED,     0x0000_00ff, 0x0001, VIRTUALISED, commandAccess(), graphicsAddress(0xf0))
                .source("a manual")
            .block("FENCES")
                .range("FENCE", 0x2000, 8, 4, W64, READ_WRITE, -1L, 0x1_0000_0002L, PARTITIONED)
                .register("MAJOR", 0x3000, W16, READ_ONLY, 0, 1, VIRTUALISED)
                .register("MINOR", 0x3002, W16, READ_ONLY, 0, 2, VIRTUALISED)
                .source("another manual")
            .build();
        // spotless:on
    }

    @Test
    void block_withBases_declaresEveryRowAtEveryBase() {
        assertThat(sample().registers())
                .extracting(Register::toString)
                .containsExactly(
                        "RCS_TAIL at 0x1030",
                        "PIPERCS_X at 0x1034",
                        "BCS_TAIL at 0x1830",
                        "PIPEBCS_X at 0x1834",
                        "FENCE at 0x2000",
                        "MAJOR at 0x3000",
                        "MINOR at 0x3002");
    }

    @Test
    void nameAt_rangeNarrowRowAndGap_namesEach() {
        RegisterCatalogue<String> catalogue = sample();
        assertThat(catalogue.nameAt(0x1832)).isEqualTo("BCS_TAIL");
        assertThat(catalogue.nameAt(0x201f)).isEqualTo("FENCE[3]");
        assertThat(catalogue.nameAt(0x2020)).isEqualTo("BAR0+0x2020");
        assertThat(catalogue.nameAt(0x3001)).isEqualTo("MAJOR");
        assertThat(catalogue.nameAt(0x3003)).isEqualTo("MINOR");
        assertThat(catalogue.nameAt(0x9999)).isEqualTo("BAR0+0x9999");
        assertThat(catalogue.at(-1)).isEmpty();
    }

    @Test
    void resetImage_wideAndNarrowRows_areInPlace() {
        ResetImage image = sample().resetImage();
        assertThat(image.value(0x2008)).isEqualTo(2);
        assertThat(image.value(0x200c)).isEqualTo(1);
        assertThat(image.value(0x3000)).isEqualTo(0x0002_0001);
        assertThat(image.value(0x1834)).isEqualTo(1);
    }

    @Test
    void register_unknownName_isRefusedByName() {
        assertThat(sample().register("RCS_TAIL").stateClass()).isEqualTo("RENDER");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sample().register("NOPE"))
                .withMessageContaining("NOPE");
    }

    @Test
    void extending_withoutRow_takesTheNewOne() {
        RegisterCatalogue<String> extended =
                plain(
                                RegisterCatalogue.extending(sample())
                                        .without("FENCE")
                                        .block("FENCES"),
                                "FENCE_HIGH",
                                0x2004,
                                W32)
                        .source("next generation")
                        .build();
        assertThat(extended.nameAt(0x2004)).isEqualTo("FENCE_HIGH");
        assertThat(extended.nameAt(0x2000)).isEqualTo("BAR0+0x2000");
        assertThat(extended.nameAt(0x1030)).isEqualTo("RCS_TAIL");
    }

    @Test
    void build_overlap_namesBothRows() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                plain(plain(block(), "ONE", 0x10, W64), "TWO", 0x14, W32)
                                        .source("x")
                                        .build())
                .withMessageContaining("ONE")
                .withMessageContaining("TWO");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                plain(plain(block(), "ONE", 0x10, W16), "TWO", 0x10, W16)
                                        .source("x")
                                        .build())
                .withMessageContaining("ONE")
                .withMessageContaining("TWO");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                plain(
                                                block().range(
                                                                "ONE",
                                                                0,
                                                                8,
                                                                4,
                                                                W32,
                                                                READ_WRITE,
                                                                0,
                                                                0,
                                                                VIRTUALISED),
                                                "TWO",
                                                0x10,
                                                W32)
                                        .source("x")
                                        .build())
                .withMessageContaining("ONE")
                .withMessageContaining("TWO");
    }

    @Test
    void build_sameNameTwice_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                plain(plain(block(), "ONE", 0x10, W32), "ONE", 0x14, W32)
                                        .source("x")
                                        .build())
                .withMessageContaining("ONE");
    }

    @ParameterizedTest
    @CsvSource({
        "0x12,4",
        "0x11,2",
        "0x12,8",
        "0x4000,4",
        "0x3ffc,8",
        "0x10,3",
        "0x10,0",
        "0x10,16"
    })
    void build_misalignedOutsideOrOddWidth_isRefused(String offset, int width) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                plain(block(), "ONE", Integer.decode(offset), width)
                                        .source("x")
                                        .build())
                .withMessageContaining("ONE");
    }

    @Test
    void register_bitsThatDoNotFit_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> block().register("ONE", 0, W16, READ_WRITE, 0, 0x1_0000, VIRTUALISED))
                .withMessageContaining("reset value");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                block().register(
                                                "ONE",
                                                0,
                                                W32,
                                                READ_WRITE,
                                                0x1_0000_0000L,
                                                0,
                                                VIRTUALISED))
                .withMessageContaining("writable mask");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> block().register("ONE", 0, W32, MASKED, 0x1_0000, 0, VIRTUALISED))
                .withMessageContaining("high half");
    }

    @Test
    void build_groupWithoutSource_isRefused() {
        RegisterCatalogue.Builder<String> builder = RegisterCatalogue.builder("BAR0", 0x1000);
        plain(builder.block("LOST"), "ONE", 0, W32);
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("LOST");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain(block(), "ONE", 0, W32).source(" "))
                .withMessageContaining("source");
    }

    @Test
    void register_intLiteralWithTopBit_isTakenAsPattern() {
        Register<String> register =
                block().register("ONE", 0, W32, READ_WRITE, 0xffff_f000, 0x8000_0000, VIRTUALISED)
                        .source("x")
                        .build()
                        .register("ONE");
        assertThat(register.writableMask()).isEqualTo(0xffff_f000L);
        assertThat(register.reset()).isEqualTo(0x8000_0000L);
    }

    @Test
    void render_sample_isAsExpected() {
        assertThat(CatalogueText.render(sample()).lines())
                .hasSize(8)
                .contains(
                        "001030 32      RCS_TAIL                     READ_WRITE         1ffff8"
                                + "     0                  VIRTUALISED  RENDER      onWrite",
                        "002000 64*4    FENCE                        READ_WRITE"
                                + "         ffffffffffffffff 100000002          PARTITIONED");
    }

    @Test
    void bitField_getAndSet_areInverse() {
        BitField field = BitField.range(20, 12);
        assertThat(field.mask()).isEqualTo(0x001f_f000);
        assertThat(field.get(field.set(0xffff_ffff, 0x0ab))).isEqualTo(0xab);
        assertThat(BitField.bit(31).mask()).isEqualTo(0x8000_0000);
        assertThat(BitField.range(31, 0).mask()).isEqualTo(-1);
        assertThat(BitField.bit(5).masked(1)).isEqualTo(0x0020_0020);
        assertThatIllegalArgumentException().isThrownBy(() -> BitField.range(3, 4));
    }
}
