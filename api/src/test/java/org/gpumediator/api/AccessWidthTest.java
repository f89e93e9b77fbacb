package org.gpumediator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.gpumediator.api.vmm.GuestMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Widths that a bus carries, and values of them in memory. */
final class AccessWidthTest {

    @Test
    void powersOfTwoUpToEight_areLegalAndNothingElse() {
        assertThat(IntStream.rangeClosed(-64, 64).filter(AccessWidth::isLegal).toArray())
                .containsExactly(1, 2, 4, 8);
        assertThat(AccessWidth.isLegal(Integer.MIN_VALUE)).isFalse();
        assertThat(AccessWidth.isLegal(1 << 30)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, 0xff", "2, 0xffff", "4, 0xffffffff"})
    void ones_areThatManyBytes(int width, long ones) {
        assertThat(AccessWidth.ones(width)).isEqualTo(ones);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3, 5, 6, 7, 8, 9, 64, Integer.MAX_VALUE})
    void ones_ofAnyOtherWidth_areEightBytes(int width) {
        assertThat(AccessWidth.ones(width)).isEqualTo(-1L);
    }

    @ParameterizedTest
    @CsvSource({"0, 8, 8", "0, 7, 4", "0, 1, 1", "4, 100, 4", "6, 100, 2", "5, 100, 1", "8, 3, 2"})
    void widestAccess_isAlignedAndReachesNotTooFar(long offset, long left, int width) {
        assertThat(AccessWidth.widestAt(offset, left)).isEqualTo(width);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void value_comesBackZeroExtendedAndNothingElseIsWritten(int width) {
        byte[] bytes = new byte[10];
        MemorySegment memory = MemorySegment.ofArray(bytes);

        AccessWidth.put(memory, 1, width, 0x8786_8584_8382_8180L);

        assertThat(AccessWidth.get(memory, 1, width))
                .isEqualTo(0x8786_8584_8382_8180L & AccessWidth.ones(width));
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 0x80);
        for (int i = 1 + width; i < bytes.length; i++) {
            assertThat(bytes[i]).isZero();
        }
    }

    @Test
    void valueThatReachesOverTheEnd_isRefused() {
        MemorySegment memory = MemorySegment.ofArray(new byte[8]);

        assertThatThrownBy(() -> AccessWidth.get(memory, 5, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void guestWithoutMemory_hasNoneAnywhere() {
        GuestMemory none = GuestMemory.none();
        MemorySegment bytes = MemorySegment.ofArray(new byte[] {7});

        assertThat(none.regionAt(0)).isNull();
        assertThat(none.read(0, bytes)).isFalse();
        assertThat(none.write(0, bytes)).isFalse();
        assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        none.listen(region -> {}).close();
    }
}
