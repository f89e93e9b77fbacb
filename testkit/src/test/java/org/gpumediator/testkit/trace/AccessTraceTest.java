package org.gpumediator.testkit.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.gpumediator.testkit.Seeds;
import org.junit.jupiter.api.Test;

class AccessTraceTest {

    private static final int HEADER = 11;

    private static TraceBytes sample() {
        return TraceBytes.withHeader()
                .access32(TraceBytes.WRITE, 0x10, 0x8000_0001)
                .access32(0, -4, 0x7654_3210)
                .raw(TraceBytes.BYTES_1 | 2, 0x80, 0x80, 0x01, 0xfe)
                .raw(TraceBytes.BYTES_8 | 6, 2, 1, 2, 3, 4, 5, 6, 7, 0x88)
                .access32(0, 0, 3);
    }

    @Test
    void read_wellFormed_givesEveryAccess() throws IOException {
        AccessTrace trace = sample().trace();

        assertThat(trace.size()).isEqualTo(5);
        assertThat(texts(trace))
                .containsExactly(
                        "0 W4 10 80000001",
                        "0 R4 10 76543210",
                        "2 R1 2000 fe",
                        "6 R8 1 8807060504030201",
                        "0 R4 14 3");
    }

    private static String[] texts(AccessTrace trace) {
        String[] texts = new String[trace.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] =
                    String.format(
                            "%d %s%d %x %x",
                            trace.region(i),
                            trace.isWrite(i) ? "W" : "R",
                            trace.width(i),
                            trace.offset(i),
                            trace.value(i));
        }
        return texts;
    }

    @Test
    void read_headerOnly_isEmpty() throws IOException {
        assertThat(TraceBytes.withHeader().trace().size()).isZero();
    }

    @Test
    void read_manyAccesses_keepsAllOfThem() throws IOException {
        TraceBytes bytes = TraceBytes.withHeader();
        for (int i = 0; i < 10_000; i++) {
            bytes.access32(TraceBytes.WRITE, 0, i);
        }
        AccessTrace trace = bytes.trace();

        assertThat(trace.size()).isEqualTo(10_000);
        assertThat(trace.offset(9_999)).isEqualTo(9_999 * 4);
        assertThat(trace.value(9_999)).isEqualTo(9_999);
    }

    @Test
    void index_outsideTheTrace_isRefused() throws IOException {
        AccessTrace trace = sample().trace();

        assertThatThrownBy(() -> trace.value(5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> trace.region(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void read_otherHeader_isRefusedWhereItDiffers() {
        assertRefused(TraceBytes.withHeader("GPUTRACE 2\n"), 9, "header");
        assertRefused(TraceBytes.withHeader("GPUTR"), 5, "header");
    }

    @Test
    void read_reservedBitsOrNoSuchRegion_isRefusedAtTheRecord() {
        int second = HEADER + 6;
        TraceBytes first = TraceBytes.withHeader().access32(0, 0, 0);
        assertRefused(first.raw(0x40, 0, 0), second, "0x40");
        assertRefused(TraceBytes.withHeader().raw(0x07, 0, 0), HEADER, "0x07");
    }

    @Test
    void read_negativeOffset_isRefusedAtTheRecord() {
        assertRefused(TraceBytes.withHeader().access32(0, -1, 0), HEADER, "offset -1");
    }

    @Test
    void read_offsetAtTheEndOfAllNumbers_isRefusedAtTheRecord() {
        TraceBytes bytes =
                TraceBytes.withHeader()
                        .raw(0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0);
        assertRefused(bytes, HEADER, "offset 9223372036854775807");
    }

    @Test
    void read_overlongOffset_isRefused() {
        TraceBytes eleven = TraceBytes.withHeader().raw(0).raw(ones(11)).raw(0);
        assertRefused(eleven, HEADER + 10, "64 bits");
        assertRefused(TraceBytes.withHeader().raw(0, 0x82, 0x00, 1), HEADER + 2, "zero");
    }

    private static int[] ones(int count) {
        int[] octets = new int[count];
        Arrays.fill(octets, 0xff);
        return octets;
    }

    @Test
    void read_endInsideARecord_isRefusedAtTheEnd() {
        TraceBytes value = TraceBytes.withHeader().raw(TraceBytes.BYTES_4, 0, 1, 2, 3);
        assertRefused(value, value.length(), "value");
        TraceBytes offset = TraceBytes.withHeader().raw(TraceBytes.BYTES_4, 0x80);
        assertRefused(offset, offset.length(), "offset");
    }

    private static void assertRefused(TraceBytes bytes, long position, String said) {
        assertThatExceptionOfType(TraceFormatException.class)
                .isThrownBy(bytes::trace)
                .withMessageContaining("at byte " + position + ": ")
                .withMessageContaining(said)
                .satisfies(thrown -> assertThat(thrown.position()).isEqualTo(position));
    }

    @Test
    void read_fileCutAnywhere_isRefused() throws IOException {
        byte[] whole = sample().compressed();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> AccessTrace.read(new ByteArrayInputStream(cut)))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(TraceFormatException.class);
        }
    }

    @Test
    void read_somethingBehindTheFile_isRefused() throws IOException {
        byte[] whole = sample().compressed();
        byte[] more = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> AccessTrace.read(new ByteArrayInputStream(more)))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("nothing after");
    }

    @Test
    void read_damagedChecksum_isRefusedWithItsCause() throws IOException {
        byte[] damaged = sample().compressed();
        damaged[damaged.length - 5] ^= 1;
        assertThatThrownBy(() -> AccessTrace.read(new ByteArrayInputStream(damaged)))
                .isInstanceOf(TraceFormatException.class)
                .hasCauseInstanceOf(ZipException.class);
    }

    /** A damaged byte is found, or is one that gzip does not look at. */
    @Test
    void read_anyByteDamaged_isRefusedOrTheSame() throws IOException {
        byte[] whole = sample().compressed();
        String[] right = texts(sample().trace());
        Seeds.forEach(
                200,
                random -> {
                    byte[] damaged = whole.clone();
                    damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                    try {
                        AccessTrace read = AccessTrace.read(new ByteArrayInputStream(damaged));
                        assertThat(texts(read)).containsExactly(right);
                    } catch (TraceFormatException refused) {
                        assertThat(refused).hasMessageStartingWith("trace at byte ");
                    }
                });
    }

    @Test
    void read_moreAccessesThanAllowed_isRefused() throws IOException {
        assertThat(AccessTrace.read(sample().stream(), 5).size()).isEqualTo(5);
        assertThatThrownBy(() -> AccessTrace.read(sample().stream(), 4))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("at most 4 accesses");
    }
}
