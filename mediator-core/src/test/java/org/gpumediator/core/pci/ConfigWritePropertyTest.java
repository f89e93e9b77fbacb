package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Writes of every width at every offset, and long random sequences of them. */
final class ConfigWritePropertyTest {

    private static final int[] WIDTHS = {1, 2, 4};
    private static final int BEYOND = 5;

    static Stream<Arguments> functions() {
        return Stream.of(
                shape("integrated", Functions.integrated(), ExpectedBits.integrated()),
                shape("discrete", Functions.discrete(), ExpectedBits.discrete()),
                shape("virtual", Functions.virtual(), ExpectedBits.virtual()),
                shape("everything", Functions.everything(), ExpectedBits.everything()));
    }

    private static Arguments shape(String name, PciFunctionBuilder builder, ExpectedBits expected) {
        return Arguments.of(Named.of(name, builder), expected);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void write_everyOffsetAndWidth_changesWritableBitsOnly(
            PciFunctionBuilder builder, ExpectedBits expected) {
        PciFunction function = Functions.build(builder, new RecordingPort());
        Random random = Seed.random();
        for (int offset = -BEYOND; offset < expected.length() + BEYOND; offset++) {
            for (int width : WIDTHS) {
                for (int value : new int[] {0, -1, random.nextInt(), 0x5a5a_5a5a, 0}) {
                    check(function, expected, offset, width, value);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void write_randomSequence_matchesTheMasks(PciFunctionBuilder builder, ExpectedBits expected) {
        PciFunction function = Functions.build(builder, new RecordingPort());
        Random random = Seed.random();
        for (int i = 0; i < 20_000; i++) {
            int offset = random.nextInt(expected.length() + 2 * BEYOND) - BEYOND;
            int width = WIDTHS[random.nextInt(WIDTHS.length)];
            check(function, expected, offset, width, value(random));
        }
    }

    private static void check(
            PciFunction function, ExpectedBits expected, int offset, int width, int value) {
        byte[] before = function.snapshot();
        byte[] wanted = expected.after(before, offset, width, value);
        function.write(offset, width, value);
        byte[] after = function.snapshot();
        if (!Arrays.equals(after, wanted)) {
            int at = Arrays.mismatch(after, wanted);
            throw new AssertionError(
                    "seed %d: write of %d bytes 0x%x at 0x%x: byte 0x%x is %02x, expected %02x"
                            .formatted(
                                    Seed.VALUE, width, value, offset, at, after[at], wanted[at]));
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void read_everyOffsetAndWidth_isMadeOfBytesAndOnesBeyond(
            PciFunctionBuilder builder, ExpectedBits expected) {
        PciFunction function = Functions.build(builder, new RecordingPort());
        byte[] bytes = function.snapshot();
        for (int offset = -BEYOND; offset < expected.length() + BEYOND; offset++) {
            for (int width : WIDTHS) {
                int wanted = 0;
                for (int i = 0; i < width; i++) {
                    int at = offset + i;
                    int octet = at < 0 || at >= bytes.length ? 0xff : bytes[at] & 0xff;
                    wanted |= octet << (8 * i);
                }
                if (function.read(offset, width) != wanted) {
                    throw new AssertionError("%d bytes at 0x%x".formatted(width, offset));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void access_atExtremeOffsetOrWidth_isAnswered(
            PciFunctionBuilder builder, ExpectedBits expected) {
        PciFunction function = Functions.build(builder, new RecordingPort());
        byte[] before = function.snapshot();
        for (int offset : new int[] {Integer.MIN_VALUE, -4, 4096, 4097, Integer.MAX_VALUE - 1}) {
            for (int width : new int[] {Integer.MIN_VALUE, -1, 0, 1, 2, 3, 4, 8, 1 << 30}) {
                assertThat(function.write(offset, width, 0)).isEmpty();
                int ones = width == 1 ? 0xff : width == 2 ? 0xffff : -1;
                assertThat(function.read(offset, width)).isEqualTo(ones);
            }
        }
        for (int width : new int[] {-1, 0, 3, 5, 8}) {
            assertThat(function.write(0x04, width, -1)).isEmpty();
            assertThat(function.read(0x04, width)).isEqualTo(-1);
        }
        assertThat(function.snapshot()).isEqualTo(before).hasSize(expected.length());
    }

    /** A guest that does whatever it likes while the device signals and resets. */
    @ParameterizedTest
    @MethodSource("functions")
    void guest_thatIsHostile_breaksNothing(PciFunctionBuilder builder, ExpectedBits expected) {
        RecordingPort vmm = new RecordingPort();
        PciFunction function = Functions.build(builder, vmm);
        byte[] first = function.snapshot();
        Random random = Seed.random();
        int vectors = Math.max(1, Math.max(function.msiVectors(), function.msixVectors()));
        boolean[] decoded = new boolean[7];
        for (int i = 0; i < 100_000; i++) {
            switch (random.nextInt(8)) {
                case 0 -> function.signal(random.nextInt(vectors));
                case 1 -> function.level(random.nextBoolean());
                case 2 -> touchTable(function, random);
                case 3 -> function.read(random.nextInt(), 1 << random.nextInt(3));
                default -> {
                    int offset = random.nextInt(expected.length() + BEYOND) - 2;
                    int near = random.nextBoolean() ? offset : offset & 0xff;
                    List<ConfigWriteEffect> effects =
                            function.write(near, WIDTHS[random.nextInt(3)], value(random));
                    follow(effects, decoded);
                }
            }
            if (!Arrays.equals(effectiveDecodes(function), decoded)) {
                throw new AssertionError("seed " + Seed.VALUE + ": decoding differs from effects");
            }
            vmm.takeRaised();
        }
        byte[] last = function.snapshot();
        last[0x06] &= ~0x08; // the interrupt status bit is the device's
        for (int at = 0; at < last.length; at++) {
            if (!isPendingBits(function, at)) {
                assertThat(last[at] & expected.constantBits(at))
                        .as("seed %d: byte 0x%x", Seed.VALUE, at)
                        .isEqualTo(first[at] & expected.constantBits(at));
            }
        }
    }

    private static boolean isPendingBits(PciFunction function, int at) {
        return function.msiVectors() == 32 && at >= 0x5c && at < 0x60;
    }

    private static void touchTable(PciFunction function, Random random) {
        if (function.msixVectors() != 0) {
            int at = random.nextInt(function.msixVectors() * 16 + BEYOND) - 2;
            function.msixTable().table().write(at, 1 << random.nextInt(4), random.nextLong());
        }
    }

    /** Keeps book of decoding as a VMM does, from effects alone. */
    private static void follow(List<ConfigWriteEffect> effects, boolean[] decoded) {
        for (ConfigWriteEffect effect : effects) {
            switch (effect) {
                case ConfigWriteEffect.DecodeChanged change -> {
                    assertThat(decoded[change.index()]).isNotEqualTo(change.decoded());
                    decoded[change.index()] = change.decoded();
                }
                case ConfigWriteEffect.BarMoved move -> {
                    assertThat(decoded[move.index()]).isTrue();
                    assertThat(move.newBase()).isNotEqualTo(move.oldBase());
                    assertThat(move.newBase() & move.length() - 1).isZero();
                }
                default -> {}
            }
        }
    }

    private static boolean[] effectiveDecodes(PciFunction function) {
        boolean[] decoded = new boolean[7];
        for (int i = 0; i < decoded.length; i++) {
            decoded[i] = function.barAddress(i).isPresent();
        }
        return decoded;
    }

    private static int value(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> -1;
            case 1 -> random.nextInt(256);
            default -> random.nextInt();
        };
    }
}
