package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigWriteEffect.InterruptsChanged;
import org.gpumediator.api.vmm.MessageInterrupts.Mode;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VmmPort.MessageMasking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MsixTableTest {

    private static final int COMMAND = 0x04;
    private static final int BUS_MASTER = 0x4;
    private static final int CONTROL = 0x7e;
    private static final int ENABLE = 0x8000;
    private static final int FUNCTION_MASK = 0x4000;
    private static final int ENTRY = 16;
    private static final int ENTRY_CONTROL = 12;
    private static final int TABLE_OFFSET = 0x1_0000;
    private static final int PENDING_OFFSET = 0x2_0000;

    private final RecordingPort vmm = new RecordingPort();
    private final PciFunction function = Functions.build(Functions.virtual(), vmm);
    private final TrapHandler table = function.msixTable().table();
    private final TrapHandler pending = function.msixTable().pendingBits();

    private void enable() {
        function.write(COMMAND, 2, BUS_MASTER);
        function.write(CONTROL, 2, ENABLE);
    }

    private void mask(int vector, boolean masked) {
        table.write((long) vector * ENTRY + ENTRY_CONTROL, 4, masked ? 1 : 0);
    }

    /** Every combination of what may stand in the way of a message, and what becomes of it. */
    @ParameterizedTest
    @CsvSource({
        // enabled, bus master, function mask, vector mask; raised, pending, line
        "false, false, false, false, false, false, true",
        "false, true,  true,  true,  false, false, true",
        "true,  false, false, false, false, false, false",
        "true,  false, true,  true,  false, false, false",
        "true,  true,  false, false, true,  false, false",
        "true,  true,  false, true,  false, true,  false",
        "true,  true,  true,  false, false, true,  false",
        "true,  true,  true,  true,  false, true,  false",
    })
    void signal_inEveryState_goesWhereItShould(
            boolean enabled,
            boolean busMaster,
            boolean functionMask,
            boolean vectorMask,
            boolean raised,
            boolean isPending,
            boolean line) {
        PciFunction lined = Functions.build(Functions.virtual().interruptPin(1), vmm);
        lined.msixTable().table().write(2 * ENTRY + ENTRY_CONTROL, 4, vectorMask ? 1 : 0);
        lined.write(COMMAND, 2, busMaster ? BUS_MASTER : 0);
        lined.write(CONTROL, 2, (enabled ? ENABLE : 0) | (functionMask ? FUNCTION_MASK : 0));

        lined.signal(2);

        assertThat(vmm.takeRaised()).isEqualTo(raised ? List.of(2) : List.of());
        assertThat(lined.msixTable().pendingBits().read(0, 8)).isEqualTo(isPending ? 4 : 0);
        assertThat(vmm.isAsserted()).isEqualTo(line);
    }

    @Test
    void table_afterReset_isMasked() {
        for (int vector = 0; vector < 6; vector++) {
            assertThat(table.read(vector * ENTRY, 8)).isZero();
            assertThat(table.read(vector * ENTRY + 8, 8)).isEqualTo(1L << 32);
        }
    }

    @Test
    void unmask_vector_sendsItsPendingOnce() {
        enable();
        function.signal(5);
        function.signal(5);
        function.signal(1);
        assertThat(pending.read(0, 1)).isEqualTo(0x22);
        mask(5, false);
        assertThat(vmm.takeRaised()).containsExactly(5);
        assertThat(pending.read(0, 8)).isEqualTo(0x02);
        mask(5, true);
        mask(5, false);
        assertThat(vmm.takeRaised()).isEmpty();
    }

    @Test
    void unmask_function_sendsWhatIsUnmaskedInOrder() {
        for (int vector : new int[] {0, 3, 4}) {
            mask(vector, false);
        }
        function.write(COMMAND, 2, BUS_MASTER);
        function.write(CONTROL, 2, ENABLE | FUNCTION_MASK);
        for (int vector : new int[] {4, 2, 3, 0}) {
            function.signal(vector);
        }
        assertThat(vmm.takeRaised()).isEmpty();

        assertThat(function.write(CONTROL, 2, ENABLE)).containsExactly(new InterruptsChanged());

        assertThat(vmm.takeRaised()).containsExactly(0, 3, 4);
        assertThat(pending.read(0, 8)).isEqualTo(1 << 2);
    }

    @Test
    void unmask_byWritesOfSeveralWidths_sendsEachTime() {
        enable();
        function.signal(1);
        function.signal(2);
        table.write(ENTRY + ENTRY_CONTROL, 4, 0);
        assertThat(vmm.takeRaised()).containsExactly(1);
        mask(1, true);
        function.signal(1);
        mask(2, false);
        mask(2, true);
        function.signal(2);
        assertThat(vmm.takeRaised()).containsExactly(2);
        table.write(2 * ENTRY + 8, 8, 0x1234L);
        assertThat(vmm.takeRaised()).containsExactly(2);
        assertThat(table.read(2 * ENTRY + 8, 4)).isEqualTo(0x1234L);
    }

    @Test
    void unmask_withoutBusMaster_sendsWhenItIsBack() {
        enable();
        function.signal(0);
        function.write(COMMAND, 2, 0);
        mask(0, false);
        assertThat(vmm.takeRaised()).isEmpty();
        assertThat(pending.read(0, 8)).isEqualTo(1);
        function.write(COMMAND, 2, BUS_MASTER);
        assertThat(vmm.takeRaised()).containsExactly(0);
    }

    @Test
    void disable_withPending_dropsIt() {
        enable();
        function.signal(0);
        function.write(CONTROL, 2, 0);
        assertThat(pending.read(0, 8)).isZero();
        mask(0, false);
        function.write(CONTROL, 2, ENABLE);
        assertThat(vmm.takeRaised()).isEmpty();
    }

    @Test
    void vmmKeepsTheTable_everythingEnabledIsRaised() {
        PciFunction kept = Functions.build(Functions.virtual(), vmm.port(MessageMasking.VMM));
        kept.signal(1);
        assertThat(vmm.takeRaised()).isEmpty();
        kept.write(COMMAND, 2, BUS_MASTER);
        kept.write(CONTROL, 2, ENABLE | FUNCTION_MASK);
        kept.signal(1);
        assertThat(vmm.takeRaised()).containsExactly(1);
        kept.write(CONTROL, 2, ENABLE);
        kept.signal(5);
        assertThat(vmm.takeRaised()).containsExactly(5);
        assertThat(kept.msixTable().pendingBits().read(0, 8)).isZero();
        kept.msixTable().table().write(0, 8, 0x1_fee0_0000L);
        assertThat(kept.msixTable().table().read(0, 8)).isEqualTo(0x1_fee0_0000L);
    }

    @Test
    void message_isWhatTheTableSays() {
        enable();
        table.write(3 * ENTRY, 8, 0x0000_0012_fee0_1007L);
        table.write(3 * ENTRY + 8, 4, 0x8765_4321L);
        assertThat(function.mode()).isEqualTo(Mode.MSI_X);
        assertThat(function.msixVectors()).isEqualTo(6);
        assertThat(function.messageAddress(3)).isEqualTo(0x12_fee0_1004L);
        assertThat(function.messageData(3)).isEqualTo(0x8765_4321);
        assertThatThrownBy(() -> function.messageAddress(6))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> function.messageData(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bothMechanismsEnabled_msixWins() {
        PciFunction both = Functions.build(Functions.everything(), vmm);
        both.write(COMMAND, 2, BUS_MASTER);
        both.write(0x4a, 2, 1);
        assertThat(both.mode()).isEqualTo(Mode.MSI);
        both.write(0x62, 2, ENABLE);
        assertThat(both.mode()).isEqualTo(Mode.MSI_X);
        both.signal(99);
        assertThat(both.msixTable().pendingBits().read(8, 8)).isEqualTo(1L << (99 - 64));
        both.msixTable().table().write(99 * ENTRY + ENTRY_CONTROL, 1, 0);
        assertThat(vmm.takeRaised()).containsExactly(99);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void table_everyOffset_keepsToItsBitsAndBounds(int width) {
        byte[] mirror = bytes(table, 6 * ENTRY);
        for (int at = -9; at < 6 * ENTRY + 9; at++) {
            long value = 0x8182_8384_8586_8788L * (at + 11);
            table.write(at, width, value);
            boolean inside = at >= 0 && at + width <= mirror.length;
            for (int i = 0; inside && i < width; i++) {
                int mask = writableBits((at + i) % ENTRY);
                int octet = (int) (value >>> (8 * i));
                mirror[at + i] = (byte) (mirror[at + i] & ~mask | octet & mask);
            }
            assertThat(bytes(table, 6 * ENTRY)).as("write at %d", at).isEqualTo(mirror);
            assertThat(table.read(at, width))
                    .as("read at %d", at)
                    .isEqualTo(inside ? compose(mirror, at, width) : -1L >>> (64 - 8 * width));
        }
        assertThat(table.read(0, 3)).isEqualTo(-1L);
        assertThat(table.read(Long.MAX_VALUE, width)).isEqualTo(-1L >>> (64 - 8 * width));
        assertThat(table.read(Long.MIN_VALUE, width)).isEqualTo(-1L >>> (64 - 8 * width));
    }

    private static int writableBits(int at) {
        return switch (at) {
            case 0 -> 0xfc;
            case 12 -> 0x01;
            case 13, 14, 15 -> 0x00;
            default -> 0xff;
        };
    }

    @Test
    void pendingBits_write_isIgnored() {
        enable();
        function.signal(4);
        pending.write(0, 8, 0);
        pending.write(0, 1, -1);
        assertThat(pending.read(0, 8)).isEqualTo(1 << 4);
        assertThat(pending.read(0, 4)).isEqualTo(1 << 4);
        assertThat(pending.read(4, 4)).isZero();
        assertThat(pending.read(5, 4)).isEqualTo(0xffff_ffffL);
        assertThat(pending.read(-1, 1)).isEqualTo(0xff);
    }

    @Test
    void over_bar_routesByOffset() {
        List<String> rest = new ArrayList<>();
        TrapHandler bar = function.msixTable().over(0, new Recorder(rest));

        bar.write(TABLE_OFFSET + 8, 4, 0xabcdL);
        assertThat(table.read(8, 4)).isEqualTo(0xabcdL);
        assertThat(bar.read(TABLE_OFFSET + 8, 2)).isEqualTo(0xabcdL);
        enable();
        function.signal(0);
        assertThat(bar.read(PENDING_OFFSET, 8)).isEqualTo(1);
        bar.write(PENDING_OFFSET, 4, 0);
        assertThat(rest).isEmpty();

        assertThat(bar.read(TABLE_OFFSET - 8, 8)).isEqualTo(0x77);
        bar.write(TABLE_OFFSET + 6 * ENTRY, 4, 5);
        bar.read(PENDING_OFFSET + 8, 1);
        bar.read(-4, 8);
        bar.read(TABLE_OFFSET, 3);
        assertThat(rest)
                .containsExactly("r fff8 8", "w 10060 4 5", "r 20008 1", "r -4 8", "r 10000 3");
    }

    @Test
    void over_straddlingAccess_isMadeOfBytes() {
        List<String> rest = new ArrayList<>();
        TrapHandler bar = function.msixTable().over(0, new Recorder(rest));

        bar.write(TABLE_OFFSET - 2, 4, 0x4433_2211L);
        assertThat(table.read(0, 2)).isEqualTo(0x4430);
        assertThat(rest).containsExactly("w fffe 1 11", "w ffff 1 22");
        rest.clear();
        assertThat(bar.read(TABLE_OFFSET - 2, 4)).isEqualTo(0x4430_7777L);
        assertThat(rest).containsExactly("r fffe 1", "r ffff 1");
    }

    @Test
    void over_accessNotWhollyInTheBar_isLeftToTheBar() {
        PciFunction small =
                PciFunction.builder()
                        .bar(0, BarKind.MEMORY_32, 4096)
                        .capability(Capability.msiX(1, MsixPlace.in(0, 0, 4088)))
                        .build(new RecordingPort().port());
        List<String> rest = new ArrayList<>();
        TrapHandler bar = small.msixTable().over(0, new Recorder(rest));

        bar.read(-1, 2);
        bar.read(4094, 4);
        bar.write(-2, 4, 5);
        bar.write(4095, 8, 6);
        assertThat(rest)
                .containsExactly("r -1 2", "r ffe 4", "w fffffffffffffffe 4 5", "w fff 8 6");
    }

    @Test
    void over_anotherBar_changesNothing() {
        TrapHandler rest = new Recorder(new ArrayList<>());
        assertThat(function.msixTable().over(1, rest)).isSameAs(rest);
        assertThat(function.msixTable().place()).isEqualTo(MsixPlace.in(0, 0x1_0000, 0x2_0000));
        assertThat(function.msixTable().vectors()).isEqualTo(6);
    }

    @Test
    void place_thatDoesNotFit_isRefused() {
        assertThatThrownBy(() -> MsixPlace.in(6, 0, 0x1000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MsixPlace.in(0, 4, 0x1000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Capability.msiX(64, MsixPlace.in(0, 0, 0x3f8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overlap");
        assertThatThrownBy(() -> Capability.msiX(0, MsixPlace.in(0, 0, 0x800)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Capability.msiX(2049, MsixPlace.in(0, 0, 0x8_0000)))
                .isInstanceOf(IllegalArgumentException.class);
        assertPlaceRefused(MsixPlace.in(1, 0, 0x800));
        assertPlaceRefused(MsixPlace.in(0, 0, 0x1000));
        assertPlaceRefused(MsixPlace.in(0, 0xff8, 0x800));
        assertPlaceRefused(new MsixPlace(0, 0, 2, 0));
    }

    private void assertPlaceRefused(MsixPlace place) {
        PciFunctionBuilder builder =
                PciFunction.builder()
                        .bar(0, BarKind.MEMORY_32, 4096)
                        .bar(2, BarKind.PORT_IO, 256)
                        .capability(Capability.msiX(4, place));
        assertThatThrownBy(() -> builder.build(vmm.port()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BAR");
    }

    @Test
    void function_withoutMsix_hasNoTable() {
        PciFunction plain = Functions.build(Functions.integrated(), vmm);
        assertThat(plain.msixVectors()).isZero();
        assertThatThrownBy(plain::msixTable).isInstanceOf(IllegalStateException.class);
    }

    private static byte[] bytes(TrapHandler handler, int length) {
        byte[] all = new byte[length];
        IntStream.range(0, length).forEach(i -> all[i] = (byte) handler.read(i, 1));
        return all;
    }

    private static long compose(byte[] bytes, int at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[at + i] & 0xffL) << (8 * i);
        }
        return value;
    }

    private record Recorder(List<String> log) implements TrapHandler {

        @Override
        public long read(long offset, int width) {
            String at = offset < 0 ? Long.toString(offset) : Long.toHexString(offset);
            log.add("r " + at + " " + width);
            return 0x77;
        }

        @Override
        public void write(long offset, int width, long value) {
            log.add("w %x %d %x".formatted(offset, width, value));
        }
    }
}
