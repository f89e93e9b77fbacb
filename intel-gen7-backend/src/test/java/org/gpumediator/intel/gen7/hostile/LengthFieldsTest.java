package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.gpumediator.intel.gen7.command.ForgedCommands;
import org.gpumediator.intel.gen7.command.ForgedCommands.Forged;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The length field of every command at 0, 1 and its maximum, with operands that do harm. Behind
 * each stands a store: it is run if mediator and GPU have measured the command alike.
 */
class LengthFieldsTest extends Attack {

    private static final int CHUNK_BYTES = 1 << 19;
    private static final int RING_DWORDS = 2000;

    /** Commands behind which nothing is run, or not at once. */
    private static final Set<String> LEAVE =
            Set.of("MI_BATCH_BUFFER_START", "MI_BATCH_BUFFER_END", "MI_SEMAPHORE_MBOX");

    private GuestObject marker;
    private int mark;

    private int[] withMark(int[] dwords) {
        int[] marked = java.util.Arrays.copyOf(dwords, dwords.length + 6);
        int[] store = {STORE_GLOBAL, 0, address(marker), ++mark, BATCH_END, 0};
        System.arraycopy(store, 0, marked, dwords.length, store.length);
        return marked;
    }

    /** What the operands say: ones, a refused command, the neighbour's memory. */
    private int operand(String operands) {
        return switch (operands) {
            case "ones" -> -1;
            case "update-gtt" -> 0x1180_0001;
            default -> address(victim);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"ones", "update-gtt", "neighbour"})
    void everyLength_inABatch_mediatorAndGpuMeasureAlike(String operands) {
        GuestObject chunk = bad.allocate(CHUNK_BYTES);
        marker = bad.allocate(4096);
        int used = 0;
        for (String name : (Iterable<String>) ForgedCommands.names()::iterator) {
            for (Forged command : ForgedCommands.lengths(name, operand(operands))) {
                int[] dwords = withMark(command.dwords());
                if (used + 4 * dwords.length > CHUNK_BYTES) {
                    used = 0;
                }
                put(chunk, used, dwords);
                HaswellEngine engine = BY_NUMBER[command.engine()];
                hostile.bareRing(engine, KERNEL_BATCH, address(chunk) + used);
                run(name, engine, dwords);
                used += 4 * dwords.length + 63 & -64;
            }
        }
        assertThat(world.gpu.gttUpdatesByCommand()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ones", "update-gtt", "neighbour"})
    void everyLength_inTheRing_mediatorAndGpuMeasureAlike(String operands) {
        marker = bad.allocate(4096);
        for (String name : (Iterable<String>) ForgedCommands.names()::iterator) {
            for (Forged command : ForgedCommands.lengths(name, operand(operands))) {
                int[] dwords = withMark(command.dwords());
                dwords[dwords.length - 2] = 0; // no batch to end
                if (dwords.length < RING_DWORDS) {
                    int[] even = java.util.Arrays.copyOf(dwords, dwords.length + 1 & ~1);
                    HaswellEngine engine = BY_NUMBER[command.engine()];
                    hostile.bareRing(engine, even);
                    run(name, engine, dwords);
                }
            }
        }
        assertThat(world.gpu.gttUpdatesByCommand()).isZero();
    }

    private void run(String name, HaswellEngine engine, int[] dwords) {
        world.gpu.advance(world.clock.nanoTime(), 100_000);
        assertThat(world.gpu.status(engine).unknownCommands())
                .as("%s of %d dwords on %s", name, dwords.length, engine)
                .isZero();
        if (!LEAVE.contains(name)) {
            assertThat(marker.read32(0))
                    .as("the store behind %s of %d dwords on %s", name, dwords.length - 6, engine)
                    .isEqualTo(mark);
        }
        world.clock.advanceNanos(1000);
        world.mediator.step();
    }
}
