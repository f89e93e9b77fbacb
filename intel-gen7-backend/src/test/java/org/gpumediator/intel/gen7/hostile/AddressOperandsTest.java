package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.intel.gen7.command.ForgedCommands;
import org.gpumediator.intel.gen7.command.ForgedCommands.Forged;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/**
 * Every address operand of every command, pointed at the neighbour, at the mediator, at the edges
 * of the slice, and where sums wrap; with and without a per-process table.
 */
class AddressOperandsTest extends Attack {

    private static final int GFX_MODE = 0x29c;
    private static final int CHUNK_BYTES = 1 << 19;

    private long[] values() {
        return foreignAddresses().stream()
                .mapToLong(Long::longValue)
                .filter(address -> address >= 4096) // the first page is what null addresses are in
                .toArray();
    }

    @Test
    void everyOperand_inTheGlobalSpace_isRefusedWhereverItPoints() {
        for (HaswellEngine engine : HaswellEngine.values()) {
            hostile.pokeRing(engine, GFX_MODE, 0x0200_0000);
        }
        for (String name : (Iterable<String>) ForgedCommands.namesWithAddresses()::iterator) {
            attack(name, ForgedCommands.addresses(name, slice(), values()), false);
        }
    }

    @Test
    void everyOperand_withAProcessTable_reachesOwnMemoryAtMost() {
        for (String name : (Iterable<String>) ForgedCommands.namesWithAddresses()::iterator) {
            attack(name, ForgedCommands.addresses(name, slice(), values()), true);
        }
    }

    /** Runs each command in a privileged batch of its own. */
    private void attack(String name, List<Forged> commands, boolean table) {
        assertThat(commands).as(name).isNotEmpty();
        GuestObject chunk = bad.allocate(CHUNK_BYTES);
        int used = 0;
        for (Forged command : commands) {
            int[] dwords = command.dwords();
            if (used + 4 * dwords.length + 8 > CHUNK_BYTES) {
                used = 0;
            }
            put(chunk, used, dwords);
            put(chunk, used + 4L * dwords.length, BATCH_END, 0);
            HaswellEngine engine = BY_NUMBER[command.engine()];
            long before = faults(GuestFaultKind.OUT_OF_PARTITION);
            hostile.bareRing(engine, KERNEL_BATCH, address(chunk) + used);
            world.gpu.advance(world.clock.nanoTime(), 1000);
            if (table ? command.global() : command.audited()) {
                assertThat(faults(GuestFaultKind.OUT_OF_PARTITION))
                        .as("%s on %s: %x", name, engine, dwords[dwords.length - 1])
                        .isGreaterThan(before);
            }
            assertThat(world.gpu.status(engine).unknownCommands()).as(name).isZero();
            used += 4 * dwords.length + 8 + 63 & -64;
        }
        bad.free(chunk);
        assertThat(victimIsIntact()).as(name).isTrue();
    }

    private boolean victimIsIntact() {
        return Stream.iterate(0, i -> i < 8192, i -> i + 4)
                .allMatch(i -> victim.read32(i) == 0x900d_900d);
    }
}
