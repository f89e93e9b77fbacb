package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.gpumediator.core.command.CommandRow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The length field of every command at 0, 1 and its maximum: the stream stays in step. */
class CommandLengthTest {

    private static final int USER_INTERRUPT = 0x0100_0000;

    static Stream<CommandRow<CommandAudit>> rows() {
        return Gen7Commands.CATALOGUE.rows().stream();
    }

    /** Operands that no engine decodes, or that are all refused if taken for commands. */
    private static final int[] OPERANDS = {0xffff_ffff, 0x1180_0000, 0, 0x0a00_0001};

    @ParameterizedTest
    @MethodSource("rows")
    void length_atItsLimits_keepsTheStreamInStep(CommandRow<CommandAudit> row) {
        for (int field : new int[] {0, 1, row.length().mask()}) {
            int header = row.opcode() | field & row.length().mask();
            int length = row.length().lengthOf(header);
            for (int operand : OPERANDS) {
                for (int engine = 0; engine < 4; engine++) {
                    if ((row.engines() & 1 << engine) != 0) {
                        assertInStep(engine, header, length, operand, row);
                    }
                }
            }
        }
    }

    private static void assertInStep(
            int engine, int header, int length, int operand, CommandRow<CommandAudit> row) {
        int[] ring = new int[length + 2];
        Arrays.fill(ring, 1, length, operand);
        ring[0] = header;
        ring[length] = USER_INTERRUPT;
        ScanRig rig = new ScanRig(engine);
        rig.ppgtt = false;
        ScanResult result = rig.scan(ring);
        assertThat(result.stop()).as(row.name()).isEqualTo(ScanResult.Stop.COMPLETE);
        assertThat(rig.events).as(row.name()).contains("interrupt@" + length);
        assertThat(ring[length]).isEqualTo(USER_INTERRUPT);
        assertThat(result.commands()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void command_beyondTheTail_stopsTheRing(CommandRow<CommandAudit> row) {
        int header = row.opcode() | row.length().mask();
        int length = row.length().lengthOf(header);
        int[] ring = new int[2 + length];
        Arrays.fill(ring, 3, ring.length, 0xffff_ffff);
        ring[1] = USER_INTERRUPT;
        ring[2] = header;
        ScanRig rig = new ScanRig(LegalCommands.engineOf(row));
        if (length > 1) {
            int[] before = ring.clone();
            ScanResult result = rig.scanner.scan(rig, ring, 0, ring.length - 1);
            assertThat(result.stop()).isEqualTo(ScanResult.Stop.UNDECODABLE);
            assertThat(result.stoppedAt()).isEqualTo(2);
            assertThat(rig.refusals).containsExactly(row.name());
            assertThat(ring).containsExactly(before);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void command_withoutItsOperands_isRefused(CommandRow<CommandAudit> row) {
        int shortest = row.length().bias();
        int last =
                row.layouts().stream()
                        .flatMap(layout -> layout.operands().stream())
                        .filter(operand -> !operand.space().spelling().startsWith("rel"))
                        .mapToInt(operand -> operand.dword())
                        .max()
                        .orElse(0);
        boolean optional =
                row.behaviour() == CommandAudit.PIPE_CONTROL
                        || row.behaviour() == CommandAudit.FLUSH;
        if (last >= shortest && !optional) {
            int[] ring = new int[shortest];
            ring[0] = row.opcode();
            Arrays.fill(ring, 1, shortest, (int) ScanRig.LOW_START);
            ScanRig rig = new ScanRig(LegalCommands.engineOf(row));
            rig.scan(ring);
            assertThat(rig.refusals).as(row.name()).isNotEmpty();
            assertThat(ring).containsOnly(0);
        }
    }
}
