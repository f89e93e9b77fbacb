package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.gpumediator.core.command.CommandRow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random streams. The seed of a failure is in its name; -Dscan.seed repeats it. */
class CommandStreamPropertyTest {

    private static final long SEED = Long.getLong("scan.seed", 20_240_601);
    private static final int START = 0x1880_0000;
    private static final int END = 0x0500_0000;

    private static int[] legalStream(Random random, int engine, int commands, boolean ring) {
        LegalCommands legal = new LegalCommands(random);
        List<CommandRow<CommandAudit>> rows =
                Gen7Commands.CATALOGUE.rows().stream()
                        .filter(row -> (row.engines() & 1 << engine) != 0)
                        .filter(LegalCommands::passesUnchanged)
                        .filter(row -> ring || row.behaviour() != CommandAudit.ARBITRATION)
                        .toList();
        List<int[]> stream = new ArrayList<>();
        for (int i = 0; i < commands; i++) {
            stream.add(legal.make(rows.get(random.nextInt(rows.size()))));
        }
        return stream.stream().flatMapToInt(Arrays::stream).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void legalRing_ofAnyLength_passesUnchanged(int engine) {
        Random random = new Random(SEED + engine);
        for (int i = 0; i < 300; i++) {
            ScanRig rig = new ScanRig(engine);
            int[] ring = legalStream(random, engine, random.nextInt(200), true);
            int[] before = ring.clone();
            ScanResult result = rig.scan(ring);
            assertThat(result.stop())
                    .as("seed %d, %d", SEED, i)
                    .isEqualTo(ScanResult.Stop.COMPLETE);
            assertThat(rig.refusals).as("seed %d, %d", SEED, i).isEmpty();
            assertThat(Arrays.equals(ring, before)).as("seed %d, %d", SEED, i).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void legalBatch_anywhereInAPage_isCopiedUnchanged(int engine) {
        Random random = new Random(SEED + 10 + engine);
        for (int i = 0; i < 300; i++) {
            ScanRig rig = new ScanRig(engine);
            int[] stream = legalStream(random, engine, random.nextInt(400), false);
            int[] batch = Arrays.copyOf(stream, stream.length + 1);
            batch[stream.length] = END;
            int at = (int) ScanRig.HIGH_START + random.nextInt(1 << 16) * 4;
            rig.put(rig.ggtt, at, batch);
            int[] ring = {START, at};
            rig.scan(ring);
            assertThat(rig.refusals).as("seed %d, %d", SEED, i).isEmpty();
            assertThat(Arrays.equals(Arrays.copyOf(rig.copies, batch.length), batch))
                    .as("seed %d, %d", SEED, i)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void garbage_inRingAndBatches_isBoundedAndLeavesNothingToRefuse(int engine) {
        Random random = new Random(SEED + 20 + engine);
        for (int i = 0; i < 1_000; i++) {
            ScanRig rig = new ScanRig(engine);
            rig.ppgtt = random.nextBoolean();
            rig.scanner = new CommandScanner(new ScanLimits(1 << 14, 16, 8));
            int[] pool = pool(random, engine);
            for (int page = 0; page < 8; page++) {
                long at = ScanRig.LOW_START + page * 4096L;
                rig.put(rig.ggtt, at, soup(random, pool, 1024));
                rig.put(rig.perProcess, at, soup(random, pool, 1024));
            }
            int[] ring = soup(random, pool, random.nextInt(600));
            ScanResult result = rig.scan(ring);
            assertThat(result.stoppedAt()).isBetween(0, ring.length);
            assertThat(result.batchDwords()).isLessThanOrEqualTo(1 << 14);
            assertThat(rig.reads).isLessThanOrEqualTo(200);
            StreamOracle oracle = new StreamOracle(engine, rig.ppgtt);
            oracle.check(ring, 0, result.stoppedAt(), ring);
            oracle.check(rig.copies, 0, rig.copies.length, ring);
        }
    }

    private static int[] pool(Random random, int engine) {
        int[] legal = legalStream(random, engine, 30, true);
        int[] pool = Arrays.copyOf(legal, legal.length + 40);
        for (int i = legal.length; i < pool.length; i += 2) {
            pool[i] = START | random.nextInt(4) << 21 | random.nextInt(2) << 8;
            pool[i + 1] = (int) ScanRig.LOW_START + random.nextInt(8192) * 4;
        }
        return pool;
    }

    private static int[] soup(Random random, int[] pool, int length) {
        int[] dwords = new int[length];
        int at = 0;
        while (at < length) {
            int from = random.nextInt(pool.length);
            int run = Math.min(1 + random.nextInt(24), Math.min(length - at, pool.length - from));
            System.arraycopy(pool, from, dwords, at, run);
            if (random.nextInt(8) == 0) {
                dwords[at + random.nextInt(run)] = random.nextInt();
            }
            at += run;
        }
        return dwords;
    }
}
