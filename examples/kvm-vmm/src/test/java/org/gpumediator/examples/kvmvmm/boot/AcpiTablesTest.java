package org.gpumediator.examples.kvmvmm.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Walks the tables as a kernel does. */
final class AcpiTablesTest {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final MemorySegment memory = MemorySegment.ofArray(new long[1 << 17]);
    private final long rsdp =
            AcpiTables.write(
                    memory,
                    new AcpiTables.Pc(
                            2,
                            0xb000_0000L,
                            new AcpiTables.Window(0xc000_0000L, 0xfe00_0000L),
                            new AcpiTables.Window(0x40_0000_0000L, 0x80_0000_0000L),
                            0x600,
                            5,
                            16,
                            8));

    private String text(long at, int length) {
        return new String(
                memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.US_ASCII);
    }

    private int sum(long at, long length) {
        int sum = 0;
        for (long i = at; i < at + length; i++) {
            sum += memory.get(ValueLayout.JAVA_BYTE, i);
        }
        return sum & 0xff;
    }

    private long table(String signature) {
        long xsdt = memory.get(LONG, rsdp + 24);
        for (long at = xsdt + 36; at < xsdt + memory.get(INT, xsdt + 4); at += 8) {
            long table = memory.get(LONG, at);
            if (text(table, 4).equals(signature)) {
                assertThat(sum(table, memory.get(INT, table + 4))).as(signature).isZero();
                return table;
            }
        }
        throw new AssertionError("no table " + signature);
    }

    @Test
    void rootPointer_hasBothChecksums_andLeadsToTheTables() {
        assertThat(text(rsdp, 8)).isEqualTo("RSD PTR ");
        assertThat(sum(rsdp, 20)).isZero();
        assertThat(sum(rsdp, 36)).isZero();
        long xsdt = memory.get(LONG, rsdp + 24);
        assertThat(text(xsdt, 4)).isEqualTo("XSDT");
        assertThat(sum(xsdt, memory.get(INT, xsdt + 4))).isZero();
    }

    @Test
    void fixedTable_saysHowToSwitchOffAndReset() {
        long fadt = table("FACP");

        assertThat(memory.get(INT, fadt + 4)).isEqualTo(276);
        assertThat(memory.get(INT, fadt + 64)).as("control block").isEqualTo(0x604);
        assertThat(memory.get(LONG, fadt + 120)).as("reset register").isEqualTo(0xcf9);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, fadt + 128)).isEqualTo((byte) 6);
        assertThat(memory.get(INT, fadt + 112) & 1 << 10).as("reset works").isNotZero();
        assertThat(memory.get(INT, fadt + 48)).as("always in ACPI mode").isZero();
        long dsdt = memory.get(LONG, fadt + 140);
        assertThat(text(dsdt, 4)).isEqualTo("DSDT");
        assertThat(sum(dsdt, memory.get(INT, dsdt + 4))).isZero();
        assertThat(text(memory.get(INT, fadt + 36), 4)).isEqualTo("FACS");
    }

    @Test
    void processorsAndChips_areListedWholly() {
        long madt = table("APIC");
        List<String> entries = new ArrayList<>();
        long end = madt + memory.get(INT, madt + 4);
        long at = madt + 44;
        while (at < end) {
            int length = memory.get(ValueLayout.JAVA_BYTE, at + 1);
            entries.add(
                    HexFormat.of()
                            .formatHex(memory.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE)));
            at += length;
        }

        assertThat(at).isEqualTo(end);
        assertThat(entries)
                .containsExactly(
                        "0008000001000000",
                        "0008010101000000",
                        "010c00000000c0fe00000000",
                        "020a0000020000000000",
                        "020a0009090000000d00",
                        "0406ff000001");
    }

    @Test
    void configSpace_isOfBusZero() {
        long mcfg = table("MCFG");

        assertThat(memory.get(INT, mcfg + 4)).isEqualTo(60);
        assertThat(memory.get(LONG, mcfg + 44)).isEqualTo(0xb000_0000L);
        assertThat(memory.get(INT, mcfg + 52)).isZero();
    }

    /** Expected bytes: as the ACPI specification's grammar gives them, by hand. */
    @Test
    void language_isWrittenAsTheGrammarSays() {
        HexFormat hex = HexFormat.of();
        assertThat(hex.formatHex(Aml.eisaId("PNP0A08").toBytes())).isEqualTo("0c41d00a08");
        assertThat(hex.formatHex(new Aml().name("_UID", Aml.integer(1)).toBytes()))
                .isEqualTo("085f5549440c01000000");
        assertThat(hex.formatHex(Aml.list(Aml.integer(5)).toBytes())).isEqualTo("1207010c05000000");
        assertThat(hex.formatHex(Aml.resources(new Aml().ownPorts(0xcf8, 8)).toBytes()))
                .isEqualTo("110e0b0a004701f80cf80c01087900");
        assertThat(new Aml().scope("\\_SB_", new Aml()).toBytes()).hasSize(7);
        byte[] large = Aml.list(elements(32)).toBytes();
        assertThat(large[1] >> 6 & 3).as("bytes that follow the first of a length").isEqualTo(1);
        assertThat((large[1] & 0xf) + ((large[2] & 0xff) << 4)).isEqualTo(large.length - 1);
    }

    private static Aml[] elements(int count) {
        Aml[] elements = new Aml[count];
        for (int i = 0; i < count; i++) {
            elements[i] = Aml.list(Aml.integer(i), Aml.integer(0));
        }
        return elements;
    }
}
