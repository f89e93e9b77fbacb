package org.gpumediator.examples.kvmvmm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kernel of 3 sectors of set-up and 100 bytes, loaded at 2 MiB, that needs 1 MiB. */
final class LinuxImageTest {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long PAGE = LinuxImage.ZERO_PAGE;

    @TempDir private Path folder = Path.of("");
    private final byte[] image = new byte[4 * 512 + 4000];
    private final MemorySegment header = MemorySegment.ofArray(image);
    private final MemorySegment memory = MemorySegment.ofArray(new long[1 << 20]);

    LinuxImageTest() {
        header.set(ValueLayout.JAVA_BYTE, 0x1f1, (byte) 3);
        header.set(ValueLayout.JAVA_BYTE, 0x201, (byte) 0x66);
        header.set(INT, 0x202, 0x5372_6448);
        header.set(ValueLayout.JAVA_BYTE, 0x211, (byte) 0x80);
        header.set(INT, 0x22c, 0x7fff_ffff);
        header.set(ValueLayout.JAVA_BYTE, 0x236, (byte) 1);
        header.set(INT, 0x238, 2047);
        header.set(LONG, 0x258, 0x20_0000);
        header.set(INT, 0x260, 0x10_0000);
        Arrays.fill(image, 4 * 512, image.length, (byte) 0x90);
    }

    private LinuxImage read(byte[] initramfs, String commandLine) throws IOException {
        Path kernel = Files.write(folder.resolve("kernel"), image);
        Path disk = Files.write(folder.resolve("initramfs"), initramfs);
        return LinuxImage.read(kernel, disk, commandLine);
    }

    @Test
    void load_putsKernelDiskAndWordsWhereTheZeroPageSays() throws IOException {
        long entry =
                read(new byte[] {7, 8, 9}, "console=ttyS0").load(memory, 0, 0xe_0000, 0xb000_0000L);

        assertThat(entry).isEqualTo(0x20_0200);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0x20_0000)).isEqualTo((byte) 0x90);
        assertThat(memory.get(INT, PAGE + 0x202)).isEqualTo(0x5372_6448);
        assertThat(memory.get(LONG, PAGE + 0x70)).isEqualTo(0xe_0000);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, PAGE + 0x210)).isEqualTo((byte) 0xff);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, PAGE + 0x211)).isEqualTo((byte) 0x81);
        long disk = memory.get(INT, PAGE + 0x218);
        assertThat(memory.get(INT, PAGE + 0x21c)).isEqualTo(3);
        assertThat(disk % 4096).isZero();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, disk + 2)).isEqualTo((byte) 9);
        assertThat(memory.getString(memory.get(INT, PAGE + 0x228))).isEqualTo("console=ttyS0");
    }

    @Test
    void load_saysWhatIsMemoryAndWhatIsNot() throws IOException {
        long ignored = read(new byte[0], "").load(memory, 1L << 30, 0xe_0000, 0xb000_0000L);

        List<String> map = new ArrayList<>();
        for (int i = 0; i < memory.get(ValueLayout.JAVA_BYTE, PAGE + 0x1e8); i++) {
            long at = PAGE + 0x2d0 + 20L * i;
            map.add(
                    "%x+%x %d"
                            .formatted(
                                    memory.get(LONG, at),
                                    memory.get(LONG, at + 8),
                                    memory.get(INT, at + 16)));
        }
        assertThat(map)
                .containsExactly(
                        "0+9fc00 1",
                        "9fc00+60400 2",
                        "100000+700000 1",
                        "b0000000+100000 2",
                        "fec00000+1400000 2",
                        "100000000+40000000 1");
        assertThat(memory.get(INT, PAGE + 0x218)).as("no initramfs").isZero();
    }

    @Test
    void load_intoTooLittleMemory_saysHowMuchIsNeeded() throws IOException {
        LinuxImage large = read(new byte[6 << 20], "");

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> large.load(memory, 0, 0, 0xb000_0000L))
                .withMessageContaining("memory of 8388608 bytes: expected 9441280 or more");
    }

    @Test
    void read_whatIsNoKernel_namesTheFile() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "hello");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LinuxImage.read(text, null, ""))
                .withMessage(text + ": no Linux kernel (expected a bzImage)");
        header.set(ValueLayout.JAVA_BYTE, 0x236, (byte) 0);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> read(new byte[0], ""))
                .withMessageEndingWith(": has no 64-bit entry");
        header.set(ValueLayout.JAVA_BYTE, 0x236, (byte) 1);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> read(new byte[0], "x".repeat(2048)))
                .withMessageEndingWith("command line of 2048 characters: expected at most 2047");
    }

    @Test
    void flatTables_makeEachAddressItself() {
        long gdt = LinuxImage.writeFlatTables(memory);

        for (long address : new long[] {0, 0x20_1234, 0xb000_0000L, 0xffff_ffffL}) {
            assertThat(translate(address)).isEqualTo(address);
        }
        assertThat(memory.get(LONG, gdt + 16)).isEqualTo(0x00af_9b00_0000_ffffL);
    }

    /** Four levels, the third with pages of 2 MiB. */
    private long translate(long address) {
        long fourth = memory.get(LONG, LinuxImage.PAGE_TABLES + (address >>> 39) * 8);
        long third = memory.get(LONG, (fourth & ~0xfffL) + (address >>> 30 & 0x1ff) * 8);
        long second = memory.get(LONG, (third & ~0xfffL) + (address >>> 21 & 0x1ff) * 8);
        assertThat(second & 0x83).as("present, writable, large").isEqualTo(0x83);
        return (second & ~0x1f_ffffL) | address & 0x1f_ffff;
    }
}
