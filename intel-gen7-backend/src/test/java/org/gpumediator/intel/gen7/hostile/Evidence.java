package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;

/**
 * All that a guest could notice of what another one does: its memory, each dword of its registers,
 * its fences, its interrupts, and the hardware's fences and table entries but for those of the
 * others.
 */
final class Evidence {

    private static final int REGISTERS = 2 << 20;
    private static final int FENCES = 0x10_0000;
    private static final int TABLE = 0x20_0000;
    private static final ResourceRange RESERVED =
            new ResourceRange(480 * World.MIB, 32 * World.MIB);
    private static final int[] ENGINES = {0x2000, 0x1_2000, 0x2_2000, 0x1_a000};

    private final long memory;
    private final int[] registers;
    private final int[] entries;
    private final List<Integer> fences = new ArrayList<>();
    private final long messages;
    private final long lines;
    private final boolean line;

    private Evidence(World world, FakeVmm victim, FakeVmm... others) {
        memory = victim.memory().fingerprint();
        registers = registers(victim);
        List<ResourceRange> othersFences = ranges(others, "fences");
        for (int i = 0; i < 64; i++) {
            fences.add(isIn(othersFences, i / 2) ? 0 : world.physical(FENCES + 4 * i));
        }
        List<ResourceRange> othersMemory = ranges(others, "aperture");
        othersMemory.addAll(ranges(others, "hidden"));
        othersMemory.add(RESERVED);
        entries = new int[524_288];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = isIn(othersMemory, i * 4096L) ? 0 : world.physical(TABLE + 4 * i);
        }
        messages = victim.interrupts().messages();
        lines = victim.interrupts().lineAssertions();
        line = victim.interrupts().lineActive();
    }

    private static List<ResourceRange> ranges(FakeVmm[] vmms, String kind) {
        List<ResourceRange> ranges = new ArrayList<>();
        for (FakeVmm vmm : vmms) {
            ranges.add(range(vmm, kind));
        }
        return ranges;
    }

    private static boolean isIn(List<ResourceRange> ranges, long at) {
        for (int i = 0; i < ranges.size(); i++) {
            if (at >= ranges.get(i).start() && at < ranges.get(i).end()) {
                return true;
            }
        }
        return false;
    }

    /** Takes down what a guest has now. */
    static Evidence of(World world, FakeVmm victim, FakeVmm... others) {
        registers(victim); // some take note of being read
        return new Evidence(world, victim, others);
    }

    private static ResourceRange range(FakeVmm vmm, String kind) {
        var partition = vmm.gpu().partition();
        return partition.kinds().stream()
                .filter(each -> each.name().equals(kind))
                .map(partition::range)
                .findFirst()
                .orElseThrow();
    }

    /** Returns what a guest reads of its registers, but for those that count time. */
    private static int[] registers(FakeVmm vmm) {
        var handler = vmm.bar(0).handler();
        int[] values = new int[REGISTERS / 4];
        Arrays.setAll(values, i -> timed(4 * i) ? 0 : (int) handler.read(4L * i, 4));
        return values;
    }

    /** Returns the first registers that two guests read differently, with both values. */
    static List<String> registerDifferences(FakeVmm one, FakeVmm other) {
        int[] a = registers(one);
        int[] b = registers(other);
        return IntStream.range(0, a.length)
                .filter(i -> a[i] != b[i])
                .limit(16)
                .mapToObj(i -> String.format("0x%x: 0x%08x, not 0x%08x", 4 * i, a[i], b[i]))
                .toList();
    }

    private static boolean timed(int offset) {
        for (int engine : ENGINES) {
            if (offset == engine + 0x358 || offset == engine + 0x35c) {
                return true;
            }
        }
        return false;
    }

    /** Fails unless everything is as it was, bit by bit. */
    void assertSame(Evidence now) {
        assertThat(now.memory).as("memory").isEqualTo(memory);
        assertSame("register", 4, registers, now.registers);
        assertSame("table entry of", 4096, entries, now.entries);
        assertThat(now.fences).as("fences of the hardware").isEqualTo(fences);
        assertThat(now.messages).as("messages").isEqualTo(messages);
        assertThat(now.lines).as("assertions of the line").isEqualTo(lines);
        assertThat(now.line).as("line").isEqualTo(line);
    }

    private static void assertSame(String what, int unit, int[] before, int[] after) {
        int at = Arrays.mismatch(before, after);
        if (at >= 0) {
            assertThat(after[at]).as("%s 0x%x", what, (long) at * unit).isEqualTo(before[at]);
        }
    }
}
