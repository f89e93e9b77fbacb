package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.intel.gen7.command.ForgedCommands;
import org.gpumediator.intel.gen7.command.ForgedCommands.Forged;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The length field of every command at 0, 1 and its maximum, with operands that do harm. */
class LengthFieldsTest extends Attack {

    private static final int CHUNK_BYTES = 1 << 19;
    private static final int RING_DWORDS = 2000;

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
        int used = 0;
        for (String name : (Iterable<String>) ForgedCommands.names()::iterator) {
            for (Forged command : ForgedCommands.lengths(name, operand(operands))) {
                int[] dwords = command.dwords();
                if (used + 4 * dwords.length + 8 > CHUNK_BYTES) {
                    used = 0;
                }
                put(chunk, used, dwords);
                put(chunk, used + 4L * dwords.length, BATCH_END, 0);
                HaswellEngine engine = BY_NUMBER[command.engine()];
                hostile.bareRing(engine, KERNEL_BATCH, address(chunk) + used);
                run(name, engine, dwords);
                used += 4 * dwords.length + 8 + 63 & -64;
            }
        }
        assertThat(world.gpu.gttUpdatesByCommand()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ones", "update-gtt", "neighbour"})
    void everyLength_inTheRing_mediatorAndGpuMeasureAlike(String operands) {
        for (String name : (Iterable<String>) ForgedCommands.names()::iterator) {
            for (Forged command : ForgedCommands.lengths(name, operand(operands))) {
                int[] dwords = command.dwords();
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
        world.gpu.advance(world.clock.nanoTime(), 1000);
        assertThat(world.gpu.status(engine).unknownCommands())
                .as("%s of %d dwords on %s", name, dwords.length, engine)
                .isZero();
        world.clock.advanceNanos(1000);
        world.mediator.step();
    }
}
