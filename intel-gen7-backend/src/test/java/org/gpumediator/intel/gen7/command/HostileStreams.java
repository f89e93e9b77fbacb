package org.gpumediator.intel.gen7.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.gpumediator.core.command.CommandRow;

/**
 * Endless streams of commands that are almost right: instances of the catalogue's rows with bits,
 * lengths and addresses changed, most of them by a little. Addresses lie at the edges of the slice,
 * in what others own, and where arithmetic wraps around.
 */
public final class HostileStreams {

    private static final int ENGINES = 4;
    private static final int POOL = 1024;
    private static final int BLITS_ONE_IN = 256;
    private static final int WAITS_ONE_IN = 512;
    private static final int HEADERS_ONE_IN = 16;

    /** Bits of headers that choose an address space, a form of the command, or tiling. */
    private static final int[] SELECTORS = {
        1 << 22, 1 << 21, 1 << 20, 1 << 18, 1 << 15, 1 << 14, 1 << 11, 1 << 8
    };

    private final SplittableRandom random;
    private final LegalCommands legal;
    private final long[] foreign;
    private final List<List<CommandRow<CommandAudit>>> rows = new ArrayList<>();
    private final int[][][] pools = new int[ENGINES][POOL][];

    /**
     * Creates streams.
     *
     * @param slice what is the guest's own
     * @param foreign graphics addresses of others
     */
    public HostileStreams(SplittableRandom random, LegalCommands.Ranges slice, long... foreign) {
        this.random = random;
        this.foreign = foreign.clone();
        legal = new LegalCommands(new Random(random.nextLong()), slice);
        for (int engine = 0; engine < ENGINES; engine++) {
            int bit = 1 << engine;
            rows.add(
                    Gen7Commands.CATALOGUE.rows().stream()
                            .filter(row -> (row.engines() & bit) != 0)
                            .filter(HostileStreams::isOrdinary)
                            .toList());
            for (int i = 0; i < POOL; i++) {
                pools[engine][i] = fresh(engine);
            }
        }
    }

    /** Jumps and ends are put where whoever builds a program wants them. */
    private static boolean isOrdinary(CommandRow<CommandAudit> row) {
        return switch (row.behaviour()) {
            case BATCH_START, BATCH_END -> false;
            default -> true;
        };
    }

    /**
     * Fills dwords with commands for an engine, and with no-ops where none fits any more.
     *
     * @return how many commands that are, at least
     */
    public int fill(int engine, int[] target, int from, int to) {
        int at = from;
        int commands = 0;
        while (at < to) {
            int[] command = pools[engine][random.nextInt(POOL)];
            if (command.length > to - at) {
                Arrays.fill(target, at, to, 0);
                break;
            }
            System.arraycopy(command, 0, target, at, command.length);
            if (random.nextInt(32) == 0) {
                mutate(target, at, command.length);
            }
            at += command.length;
            commands++;
        }
        for (int i = 0; i < 4; i++) {
            pools[engine][random.nextInt(POOL)] = fresh(engine);
        }
        return commands;
    }

    private int[] fresh(int engine) {
        List<CommandRow<CommandAudit>> known = rows.get(engine);
        CommandRow<CommandAudit> row = known.get(random.nextInt(known.size()));
        while (!isWanted(row)) {
            row = known.get(random.nextInt(known.size()));
        }
        int[] command = legal.make(row);
        if (random.nextInt(2) == 0) {
            mutate(command, 0, command.length);
        }
        return command;
    }

    /** Keeps what takes an engine long, or for ever, rare. */
    private boolean isWanted(CommandRow<CommandAudit> row) {
        return switch (row.behaviour()) {
            case SEMAPHORE, DISPLAY_WAIT -> random.nextInt(WAITS_ONE_IN) == 0;
            default -> !row.client().equals("2D") || random.nextInt(BLITS_ONE_IN) == 0;
        };
    }

    /** Changes operands; a header, and so where the next command begins, only now and then. */
    private void mutate(int[] dwords, int at, int length) {
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            if (length == 1 || random.nextInt(HEADERS_ONE_IN) == 0) {
                if (random.nextInt(HEADERS_ONE_IN) == 0) {
                    dwords[at] ^= 1 << random.nextInt(32);
                }
                continue;
            }
            int where = at + 1 + random.nextInt(length - 1);
            switch (random.nextInt(8)) {
                case 0 -> {
                    int selector = SELECTORS[random.nextInt(SELECTORS.length)];
                    dwords[at] ^= dwords[at] >>> 29 == 3 ? selector & 0xffff : selector;
                }
                case 1 -> dwords[where] ^= 1 << random.nextInt(32);
                case 2 -> dwords[where] += random.nextInt(-8, 9);
                case 3 -> dwords[where] = value();
                default -> dwords[where] = address();
            }
        }
    }

    /** Returns an address that tempts: somebody else's, or beside one's own. */
    public int address() {
        return (int) foreign[random.nextInt(foreign.length)] + random.nextInt(-2, 3) * 4;
    }

    /** Returns any value, small ones and masks more often than others. */
    public int value() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(64);
            case 1 -> -1 << random.nextInt(32);
            case 2 -> address();
            case 3 -> 1 << random.nextInt(32);
            case 4 -> random.nextInt(0x10_0000) & ~3; // a register
            default -> random.nextInt();
        };
    }
}
