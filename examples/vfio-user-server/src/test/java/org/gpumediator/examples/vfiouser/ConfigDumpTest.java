package org.gpumediator.examples.vfiouser;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code --dump-config} writes, byte by byte: the values that lspci shows of it.
 *
 * <p>Sources of the values: dump of an L20 with 32 virtual functions (places of capabilities, VF
 * offset and stride, page sizes, MSI-X), PCI ids and BAR sizes of the vendor's type data, PCI
 * Express Base Specification 4.0 for the layouts: sections 7.5.2 (PM), 7.5.3 (PCIe), 7.7.2 (MSI-X),
 * 7.8.6 (resizable BAR), 7.8.7 (ARI), 9.3.3 (SR-IOV).
 */
class ConfigDumpTest {

    private static final String GUEST = "00:02.0";
    private static final String SECOND_GUEST = "00:03.0";
    private static final String PHYSICAL = "01:00.0";
    private static final String FIRST_VF = "01:00.4";
    private static final String SECOND_VF = "01:00.5";

    @TempDir private Path folder;

    private final StringWriter err = new StringWriter();
    private Map<String, byte[]> functions = Map.of();

    private void dump(String gpu, String type) throws IOException {
        Path file = folder.resolve("dump");
        int status =
                VfioUserServer.run(
                        new SteppedClock(),
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(err, true),
                        "--gpu=" + gpu,
                        "--list-types",
                        "--dump-config=" + file,
                        "--vgpu=name=a,socket=" + folder.resolve("a") + ",type=" + type,
                        "--vgpu=name=b,socket=" + folder.resolve("b") + ",type=" + type);
        assertThat(status).as(err.toString()).isZero();
        functions = parse(Files.readString(file));
    }

    /** Reads what lspci reads: a title that begins with the address, then lines of 16 bytes. */
    private static Map<String, byte[]> parse(String text) {
        Map<String, byte[]> functions = new HashMap<>();
        for (String block : text.strip().split("\n\n")) {
            String[] lines = block.split("\n");
            byte[] space = new byte[16 * (lines.length - 1)];
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(": ");
                int at = Integer.parseInt(lines[i].substring(0, colon), 16);
                byte[] line = HexFormat.ofDelimiter(" ").parseHex(lines[i].substring(colon + 2));
                System.arraycopy(line, 0, space, at, line.length);
            }
            functions.put(lines[0].substring(0, lines[0].indexOf(' ')), space);
        }
        return functions;
    }

    private int word(String function, int at, int width) {
        byte[] space = requireNonNull(functions.get(function), function);
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (space[at + i] & 0xff) << 8 * i;
        }
        return value;
    }

    private long hex(String function, int at, int width) {
        return Integer.toUnsignedLong(word(function, at, width));
    }

    // spotless:off
    @ParameterizedTest
    @CsvSource({
        //  gpu         type              device  sizes of BAR 1 (bit 4 = 1 MiB)  its size, log2 MiB
        "   l4,         L4-8Q,            0x27b8, 0x000ffc00,                     15",
        "   l40,        L40-8Q,           0x26b5, 0x001ffc00,                     16",
        "   l40s,       L40S-8Q,          0x26b9, 0x001ffc00,                     16",
        "   rtx6000ada, RTX6000-Ada-8Q,   0x26b1, 0x001ffc00,                     16",
    })
    void physicalFunction_everyBoard_hasTheValuesOfTheDump(
            String gpu, String type, int device, int barSizes, int barSize) throws IOException {
        dump(gpu, type);
        String pf = PHYSICAL;

        assertThat(functions.get(pf)).hasSize(4096);
        // identity: 3D controller, revision a1, capability list
        assertThat(hex(pf, 0x00, 4)).isEqualTo(device << 16 | 0x10de);
        assertThat(hex(pf, 0x06, 2) & 0x10).isEqualTo(0x10);
        assertThat(hex(pf, 0x08, 4)).isEqualTo(0x0302_00a1);
        assertThat(hex(pf, 0x0e, 1)).isZero();
        assertThat(hex(pf, 0x2c, 2)).isEqualTo(0x10de);
        // BARs: 0 is 32 bits, 1 and 3 are 64 bits and prefetchable, 5 is none
        assertThat(hex(pf, 0x10, 4) & 0xff_ffff).isZero();
        assertThat(hex(pf, 0x14, 4) & 0x3ff_ffff).isEqualTo(0xc);
        assertThat(hex(pf, 0x1c, 4) & 0x1ff_ffff).isEqualTo(0xc);
        assertThat(hex(pf, 0x24, 4)).isZero();
        assertThat(hex(pf, 0x34, 1)).isEqualTo(0x60);
        // PM 60 -> 68 -> 78: version 3, D0, no soft reset
        assertThat(hex(pf, 0x60, 4)).isEqualTo(0x0003_6801);
        assertThat(hex(pf, 0x64, 4)).isEqualTo(0x0000_0008);
        assertThat(hex(pf, 0x68, 2)).isEqualTo(0x7800);
        // PCIe 78 -> b4: version 2, endpoint; FLR, role-based errors, 256 bytes; 16 GT/s x16
        assertThat(hex(pf, 0x78, 4)).isEqualTo(0x0002_b410);
        assertThat(hex(pf, 0x7c, 4)).isEqualTo(0x1000_8fe1);
        assertThat(hex(pf, 0x84, 4) & 0x3ff).isEqualTo(0x104);
        assertThat(hex(pf, 0x8a, 2) & 0x3ff).isEqualTo(0x104);
        assertThat(hex(pf, 0x9c, 4) & 0x3_0800).as("10-bit tags, latency").isEqualTo(0x3_0800);
        // vendor b4 -> c8, MSI-X c8: 6 vectors, table and pending bits in BAR 0
        assertThat(hex(pf, 0xb4, 2)).isEqualTo(0xc809);
        assertThat(hex(pf, 0xc8, 4)).isEqualTo(0x0005_0011);
        assertThat(hex(pf, 0xcc, 4)).isEqualTo(0x00b9_0000);
        assertThat(hex(pf, 0xd0, 4)).isEqualTo(0x00ba_0000);
        // resizable BAR: BAR 1 alone, from 64 MiB to the whole aperture
        assertThat(hex(pf, 0xbb4, 4)).isEqualTo(barSizes);
        assertThat(hex(pf, 0xbb8, 4)).isEqualTo(barSize << 8 | 1 << 5 | 1);
        // SR-IOV bcc -> c14, switched on in all 32 functions
        assertThat(hex(pf, 0xbcc, 4)).isEqualTo(0xc141_0010L);
        assertThat(hex(pf, 0xbd0, 4) & ~0x2).isEqualTo(0x4);
        assertThat(hex(pf, 0xbd4, 2)).as("VF enable, memory, ARI").isEqualTo(0x19);
        assertThat(hex(pf, 0xbd6, 2)).isZero();
        assertThat(hex(pf, 0xbd8, 4)).as("initial, total").isEqualTo(0x0020_0020);
        assertThat(hex(pf, 0xbdc, 4)).as("number, dependency").isEqualTo(0x0000_0020);
        assertThat(hex(pf, 0xbe0, 4)).as("offset, stride").isEqualTo(0x0001_0004);
        assertThat(hex(pf, 0xbe4, 4)).as("device").isEqualTo((long) device << 16);
        assertThat(hex(pf, 0xbe8, 4)).as("page sizes").isEqualTo(0x573);
        assertThat(hex(pf, 0xbec, 4)).isEqualTo(1);
        assertThat(hex(pf, 0xbf0, 4) & 0x3_ffff).as("VF BAR 0").isZero();
        assertThat(hex(pf, 0xbf4, 4) & 0x3fff_ffff).as("VF BAR 1").isEqualTo(0xc);
        assertThat(hex(pf, 0xbfc, 4) & 0x1ff_ffff).as("VF BAR 3").isEqualTo(0xc);
        assertThat(hex(pf, 0xc04, 4)).as("VF BAR 5").isZero();
        assertThat(hex(pf, 0xc08, 4)).isZero();
        // ARI c14 -> c1c: no next function
        assertThat(hex(pf, 0xc14, 4)).isEqualTo(0xc1c1_000eL);
        assertThat(hex(pf, 0xc18, 4)).isZero();
        // the list: power budget, virtual channel 0 on for everything, AER version 2, link features
        assertThat(hex(pf, 0x100, 4) & 0xf_ffff).isEqualTo(0x1_0002);
        assertThat(hex(pf, 0x114, 4)).isEqualTo(0x8000_00ffL);
        assertThat(hex(pf, 0x420, 4) & 0xf_ffff).isEqualTo(0x2_0001);
        assertThat(hex(pf, 0x42c, 4)).as("severity").isEqualTo(0x0046_2030);
        assertThat(hex(pf, 0xe00, 4)).as("the last").isEqualTo(0x0001_0025);
    }

    @ParameterizedTest
    @CsvSource({
        //  gpu         type              identity    subsystem of the type
        "   l4,         L4-8Q,            0x27b810de, 0x173610de",
        "   l40,        L40-8Q,           0x26b510de, 0x177410de",
        "   l40s,       L40S-8Q,          0x26b910de, 0x189010de",
        "   rtx6000ada, RTX6000-Ada-8Q,   0x26b110de, 0x170f10de",
    })
    void guestView_everyBoard_isFullyVirtual(String gpu, String type, int identity, int subsystem)
            throws IOException {
        dump(gpu, type);

        for (String guest : new String[] {GUEST, SECOND_GUEST}) {
            assertThat(functions.get(guest)).hasSize(4096);
            assertThat(word(guest, 0x00, 4)).isEqualTo(identity);
            assertThat(hex(guest, 0x04, 4)).isEqualTo(0x0010_0002);
            assertThat(hex(guest, 0x08, 4)).isEqualTo(0x0300_00a1);
            assertThat(hex(guest, 0x10, 4) & 0xff_ffff).isZero();
            assertThat(hex(guest, 0x14, 4) & 0xfff_ffff).isEqualTo(0xc);
            assertThat(hex(guest, 0x18, 4)).as("above 4 GiB").isPositive();
            assertThat(hex(guest, 0x1c, 4) & 0x1ff_ffff).isEqualTo(0xc);
            assertThat(hex(guest, 0x20, 4)).as("above 4 GiB").isPositive();
            assertThat(hex(guest, 0x24, 4)).isZero();
            assertThat(word(guest, 0x2c, 4)).isEqualTo(subsystem);
            assertThat(hex(guest, 0x34, 1)).isEqualTo(0x7c);
            assertThat(hex(guest, 0x3c, 4)).isZero();
            // MSI-X, the only capability: 6 vectors in BAR 0
            assertThat(hex(guest, 0x7c, 4)).isEqualTo(0x0005_0011);
            assertThat(hex(guest, 0x80, 4)).isEqualTo(0x0001_0000);
            assertThat(hex(guest, 0x84, 4)).isEqualTo(0x0002_0000);
            for (int at = 0x88; at < 4096; at += 4) {
                assertThat(hex(guest, at, 4)).as("0x%x", at).isZero();
            }
        }
    }
    // spotless:on

    @Test
    void virtualFunctions_thatCarryVirtualGpus_areWhereSriovPutsThem() throws IOException {
        dump("l40", "L40-8Q");

        assertThat(functions.keySet())
                .containsExactlyInAnyOrder(GUEST, SECOND_GUEST, PHYSICAL, FIRST_VF, SECOND_VF);
        for (String vf : new String[] {FIRST_VF, SECOND_VF}) {
            assertThat(hex(vf, 0x00, 4)).as("ids of the physical one").isEqualTo(0x26b5_10de);
            assertThat(hex(vf, 0x04, 2)).as("bus master only").isEqualTo(4);
            assertThat(hex(vf, 0x08, 4)).isEqualTo(0x0302_00a1);
            for (int bar = 0x10; bar < 0x28; bar += 4) {
                assertThat(hex(vf, bar, 4)).as("BAR at 0x%x", bar).isZero();
            }
            assertThat(hex(vf, 0x40, 4)).as("PCIe endpoint").isEqualTo(0x0002_7c10);
            assertThat(hex(vf, 0x44, 4)).isEqualTo(word(PHYSICAL, 0x7c, 4));
            assertThat(hex(vf, 0x4c, 4)).isEqualTo(word(PHYSICAL, 0x84, 4));
            assertThat(hex(vf, 0x7c, 4)).as("MSI-X").isEqualTo(0x0005_0011);
            assertThat(hex(vf, 0x80, 4)).isEqualTo(0x0001_0000);
            assertThat(hex(vf, 0x84, 4)).isEqualTo(0x0002_0000);
            assertThat(hex(vf, 0x100, 4)).as("ARI").isEqualTo(0x0001_000e);
        }
    }

    @Test
    void guests_haveBarsWithAddressesOfTheirOwn() throws IOException {
        dump("haswell-gt2", "i915-GVTg_V3_8");
        for (String guest : new String[] {GUEST, SECOND_GUEST}) {
            assertThat(word(guest, 0x04, 2) & 3).as("decoding").isEqualTo(3);
            assertThat(word(guest, 0x10, 4) & 0xf).as("64 bits").isEqualTo(0x4);
            assertThat(word(guest, 0x14, 4)).as("above 4 GiB").isPositive();
            assertThat(word(guest, 0x18, 4) & 0xf).as("64 bits, prefetchable").isEqualTo(0xc);
            assertThat(word(guest, 0x20, 4) & 0xff3f).as("64 ports").isNotEqualTo(1).isOdd();
        }
        long first = bar(GUEST, 0x18);
        assertThat(first % (512L << 20)).isZero();
        assertThat(bar(SECOND_GUEST, 0x18) - first).isGreaterThanOrEqualTo(512L << 20);
        assertThat(bar(GUEST, 0x10)).isNotEqualTo(bar(SECOND_GUEST, 0x10));
    }

    private long bar(String function, int at) {
        return (word(function, at, 4) & ~0xfL) & 0xffff_ffffL
                | (long) word(function, at + 4, 4) << 32;
    }
}
