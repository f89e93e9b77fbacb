package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.AddressLayout;
import org.gpumediator.core.command.AddressOperand;
import org.gpumediator.core.command.BitRule;
import org.gpumediator.core.command.CommandRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each bit of each command follows the rule that its row states: the audit is asked, bit by bit.
 * That no bit is without a rule, the catalogue sees to when it is built.
 */
class CommandBitsTest {

    private static final int INSTANCES = 5;
    private static final int SCANLINES = 0x4940_0001;
    private static final int OUTSIDE = 0x1000_0000;

    /** A register of which only some values may be loaded. */
    private static final int MI_MODE = 0x209c;

    /** All but the end of a batch, which has no operands and no place in a ring. */
    static Stream<CommandRow<CommandAudit>> rows() {
        return Gen7Commands.CATALOGUE.rows().stream()
                .filter(row -> row.behaviour() != CommandAudit.BATCH_END);
    }

    /** One scan of a command, what came out of it and what was said of it. */
    private record Outcome(int[] dwords, List<String> refusals, List<String> said, boolean ended) {

        boolean same(Outcome other) {
            return refusals.equals(other.refusals)
                    && said.equals(other.said)
                    && ended == other.ended;
        }
    }

    private static Outcome scan(CommandRow<CommandAudit> row, int[] stream, boolean ppgtt) {
        ScanRig rig = new ScanRig(LegalCommands.engineOf(row));
        rig.ppgtt = ppgtt;
        rig.absoluteConstants = true;
        rig.put(rig.ggtt, ScanRig.LOW_START, Mi.BATCH_BUFFER_END);
        int[] dwords = stream.clone();
        rig.scan(dwords);
        List<String> said = new ArrayList<>(rig.events);
        rig.refusalKinds.forEach(kind -> said.add(kind.name()));
        return new Outcome(
                dwords, List.copyOf(rig.refusals), said, rig.stop == ScanResult.Stop.COMPLETE);
    }

    /** A legal command, with where it is in a stream that sets up what it needs, or uses it. */
    private record Instance(
            CommandRow<CommandAudit> row, int[] stream, int at, int length, List<Integer> places) {

        static Instance of(CommandRow<CommandAudit> row, int seed) {
            int[] stream = new LegalCommands(new Random(seed)).make(row);
            int length = row.length().lengthOf(ForgedCommands.lastHeader(row, stream));
            int at = stream.length - length;
            switch (row.behaviour()) {
                case BATCH_START -> stream[1] = (int) ScanRig.LOW_START;
                case BLIT_SETUP, BLIT_SETUP_PATTERN -> {
                    int[] draw = {SCANLINES, stream[2], stream[3]};
                    stream = Arrays.copyOf(stream, length + draw.length);
                    System.arraycopy(draw, 0, stream, length, draw.length);
                }
                default -> {}
            }
            return new Instance(row, stream, at, length, places(row, at, length));
        }

        /** Where in the stream there are addresses: those of what was set up are in dword 4. */
        private static List<Integer> places(CommandRow<CommandAudit> row, int at, int length) {
            List<Integer> places = new ArrayList<>();
            if (at != 0) {
                places.add(4);
            }
            for (AddressLayout layout : row.layouts()) {
                for (AddressOperand operand : layout.operands()) {
                    int step = operand.step() == 0 ? length : operand.step();
                    for (int dword = operand.dword(); dword < length; dword += step) {
                        places.add(at + dword);
                    }
                }
            }
            return places;
        }

        AddressLayout layout() {
            for (AddressLayout layout : row.layouts()) {
                if (layout.totalDwords() == 0 || layout.totalDwords() == length) {
                    return layout;
                }
            }
            return new AddressLayout(0, List.of());
        }

        boolean follows(Set<BitRule> rules, int dword, int bit) {
            return row.ruleOf(layout(), dword, bit).filter(rules::contains).isPresent();
        }

        int bits(int dword, BitRule rule) {
            int bits = 0;
            for (int bit = 0; bit < Integer.SIZE; bit++) {
                bits |= follows(Set.of(rule), dword, bit) ? 1 << bit : 0;
            }
            return bits;
        }

        Instance with(int dword, int value) {
            return withPlace(at + dword, value);
        }

        Instance withPlace(int place, int value) {
            int[] changed = stream.clone();
            changed[place] = value;
            return new Instance(row, changed, at, length, places);
        }

        Outcome scan(boolean ppgtt) {
            return CommandBitsTest.scan(row, stream, ppgtt);
        }

        boolean passes(boolean ppgtt) {
            return scan(ppgtt).refusals.isEmpty();
        }
    }

    private static List<Instance> instances(CommandRow<CommandAudit> row) {
        List<Instance> instances = new ArrayList<>();
        for (int seed = 0; seed < INSTANCES; seed++) {
            instances.add(Instance.of(row, seed));
        }
        return instances;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bit_thatIsMasked_neverReachesTheGpu(CommandRow<CommandAudit> row) {
        for (Instance legal : instances(row)) {
            for (int dword = 0; dword < legal.length; dword++) {
                int masked = legal.bits(dword, BitRule.MASKED);
                if (masked == 0) {
                    continue;
                }
                int before = legal.stream[legal.at + dword];
                Outcome set = legal.with(dword, before | masked).scan(true);
                Outcome clear = legal.with(dword, before & ~masked).scan(true);
                assertThat(set.dwords).as("%s dword %d", row, dword).isEqualTo(clear.dwords);
                assertThat(set.dwords[legal.at + dword] & masked).isZero();
                assertThat(set.refusals).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bit_thatIsRefused_refusesTheCommand(CommandRow<CommandAudit> row) {
        for (Instance legal : instances(row)) {
            for (int dword = 0; dword < legal.length; dword++) {
                for (int bit = 0; bit < Integer.SIZE; bit++) {
                    if (legal.follows(Set.of(BitRule.REFUSED), dword, bit)) {
                        int value = legal.stream[legal.at + dword] | 1 << bit;
                        Outcome refused = legal.with(dword, value).scan(true);
                        String what = row + " dword " + dword + " bit " + bit;
                        assertThat(refused.refusals).as(what).containsExactly(row.name());
                        assertThat(refused.said).contains(GuestFaultKind.PRIVILEGED_COMMAND.name());
                        assertThat(noops(refused.dwords, legal)).as(what).isTrue();
                    }
                }
            }
        }
    }

    private static boolean noops(int[] dwords, Instance command) {
        return Arrays.stream(dwords, command.at, command.at + command.length)
                .allMatch(dword -> dword == Mi.NOOP);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bit_ofACommandThatIsReplaced_neverReachesTheGpu(CommandRow<CommandAudit> row) {
        for (Instance legal : instances(row)) {
            for (int dword = 0; dword < legal.length; dword++) {
                int bits = legal.bits(dword, BitRule.REPLACED);
                int value = legal.stream[legal.at + dword];
                for (int with : new int[] {value | bits, value & ~bits}) {
                    if (bits != 0) {
                        int[] left = legal.with(dword, with).scan(true).dwords;
                        assertThat(noops(left, legal)).as("%s %d", row, dword).isTrue();
                    }
                }
            }
        }
    }

    private static final Set<BitRule> HARMLESS =
            Set.of(BitRule.CONFINED, BitRule.OWN, BitRule.DATA);

    @ParameterizedTest
    @MethodSource("rows")
    void bit_thatIsHarmless_reachesTheGpuAsItIsAndChangesNothingElse(CommandRow<CommandAudit> row) {
        for (Instance legal : instances(row)) {
            Outcome before = legal.scan(true);
            for (int dword = 0; dword < legal.length; dword++) {
                for (int bit = 0; bit < Integer.SIZE; bit++) {
                    if (!legal.follows(HARMLESS, dword, bit)) {
                        continue;
                    }
                    int flipped = legal.stream[legal.at + dword] ^ 1 << bit;
                    Outcome after = legal.with(dword, flipped).scan(true);
                    String what = row + " dword " + dword + " bit " + bit;
                    assertThat(after.same(before)).as(what).isTrue();
                    int[] expected = before.dwords.clone();
                    expected[legal.at + dword] ^= 1 << bit;
                    assertThat(after.dwords).as(what).isEqualTo(expected);
                }
            }
        }
    }

    /**
     * A bit that is checked makes a difference: to whether the command passes, to what comes out of
     * it, or to how far from the ends of the slice its addresses have to stay.
     */
    @ParameterizedTest
    @MethodSource("rows")
    void bit_thatIsChecked_makesADifferenceToTheAudit(CommandRow<CommandAudit> row) {
        Set<String> left = new HashSet<>();
        Set<String> seen = new HashSet<>();
        for (Instance legal : instances(row)) {
            for (int dword = 0; dword < Math.min(legal.length, 12); dword++) {
                int checked = legal.bits(dword, BitRule.CHECKED);
                while (checked != 0) {
                    int bit = Integer.numberOfTrailingZeros(checked);
                    int run = field(checked, bit);
                    checked &= ~run;
                    String what = "dword %d bits %08x".formatted(dword, run);
                    left.add(what);
                    if (!seen.contains(what) && differs(legal, dword, run)) {
                        seen.add(what);
                    }
                }
            }
        }
        left.removeAll(seen);
        assertThat(left).as("bits of %s that the audit does not look at", row).isEmpty();
    }

    /** Returns the run of bits that starts at one. */
    private static int field(int bits, int lowest) {
        int run = 0;
        for (int bit = lowest; bit < Integer.SIZE && (bits >>> bit & 1) != 0; bit++) {
            run |= 1 << bit;
        }
        return run;
    }

    private static boolean differs(Instance legal, int dword, int run) {
        int value = legal.stream[legal.at + dword];
        int inside = (int) ScanRig.LOW_START;
        int[] others = {value | run, value & ~run, value ^ run & -run, value & ~run | inside & run};
        for (boolean ppgtt : new boolean[] {true, false}) {
            for (int other : others) {
                for (Instance context : contexts(legal, dword)) {
                    if (differs(context, context.with(dword, other), dword, ppgtt)) {
                        return true;
                    }
                }
                if (reachesElsewhere(legal, legal.with(dword, other), dword, ppgtt)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether another is said of them, or another comes out, there or elsewhere. */
    private static boolean differs(Instance one, Instance two, int dword, boolean ppgtt) {
        Outcome first = one.scan(ppgtt);
        Outcome second = two.scan(ppgtt);
        int at = one.at + dword;
        int[] otherwise = first.dwords.clone();
        otherwise[at] = second.dwords[at];
        return !first.same(second)
                || second.dwords[at] != two.stream[at]
                || !Arrays.equals(otherwise, second.dwords);
    }

    private static boolean reachesElsewhere(Instance one, Instance two, int dword, boolean ppgtt) {
        if (one.passes(ppgtt) && two.passes(ppgtt)) {
            for (int place : one.places) {
                for (long end : new long[] {ScanRig.HIGH_START, ScanRig.HIGH_END}) {
                    if (place != one.at + dword
                            && reach(one, place, end, ppgtt) != reach(two, place, end, ppgtt)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The command itself, and with an address, or what the dword before says, out of bounds. */
    private static List<Instance> contexts(Instance legal, int dword) {
        List<Instance> contexts = new ArrayList<>(List.of(legal));
        for (int place : legal.places) {
            contexts.add(legal.withPlace(place, OUTSIDE));
        }
        if (dword > 1) {
            contexts.add(legal.with(dword - 1, MI_MODE));
        }
        return contexts;
    }

    /** Returns how many dwords an address may come to an end of the slice. */
    private static long reach(Instance legal, int place, long end, boolean ppgtt) {
        IntPredicate passes =
                dwords -> {
                    long address = end + (end == ScanRig.HIGH_END ? -4L : 4L) * dwords;
                    return legal.withPlace(place, (int) address).passes(ppgtt);
                };
        int near = -1;
        int far = (int) ((ScanRig.HIGH_END - ScanRig.HIGH_START) / 8);
        while (far - near > 1) {
            int middle = (near + far) / 2;
            if (passes.test(middle)) {
                far = middle;
            } else {
                near = middle;
            }
        }
        return far;
    }

    @Test
    void monochromeSource_whoseLinesBeginLateInTheirByte_isThatMuchLonger() {
        int base = (int) ScanRig.HIGH_END - 16;
        int[] legal = {
            0x5500_0006, 0x0cc0_0000 | 4096, 0, 2 << 16 | 64, (int) ScanRig.LOW_START, base, 0, 0
        };
        assertThat(scan(LegalCommands.row("XY_MONO_SRC_COPY_BLT"), legal, true).refusals).isEmpty();
        int[] later = legal.clone();
        later[0] |= 1 << 17;
        assertThat(scan(LegalCommands.row("XY_MONO_SRC_COPY_BLT"), later, true).refusals)
                .hasSize(1);
    }
}
