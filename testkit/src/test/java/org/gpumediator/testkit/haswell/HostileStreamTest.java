package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random commands, a million dwords on every engine: nothing is thrown, budgets are kept. */
class HostileStreamTest {

    private static final int DWORDS = 1_000_000;
    private static final int CHUNK = 2048;
    private static final int BUDGET = 500;
    private static final long BATCH = 8L << 20;

    @ParameterizedTest
    @CsvSource({"1, INSTANT", "2, INSTANT", "3, MODELLED"})
    void randomStreams_neverThrow_andStayWithinBudget(long seed, CommandTiming timing) {
        Random random = new Random(seed);
        try (Bench bench = new Bench(FakeHaswell.builder().timing(timing))) {
            long executed = 0;
            for (int i = 0; i < DWORDS; i += 4 * CHUNK) {
                for (HaswellEngine engine : HaswellEngine.values()) {
                    bench.reg(0x941c, engine.resetBit());
                    bench.start(engine);
                    if (random.nextBoolean()) {
                        bench.process(engine, random.nextInt(GlobalGtt.ENTRIES) & ~15, BATCH);
                    }
                    long at = BATCH + random.nextInt(1 << 20) * 4L;
                    bench.put(at, commands(random, engine));
                    int flags = random.nextInt() & (1 << 8 | 1 << 13 | 1 << 22);
                    bench.submit(engine, new CommandStream().batch(at, flags));
                }
                bench.now += 1_000_000;
                for (int slice = 0; slice < 4; slice++) {
                    long done = bench.gpu.advance(bench.now, BUDGET);
                    assertThat(done).isBetween(0L, (long) BUDGET);
                    executed += done;
                }
                if (random.nextInt(4) == 0) {
                    bench.reg(0x20_0000 + 4 * random.nextInt(0x8_0000), random.nextInt());
                }
            }
            assertThat(executed).as("streams do run").isGreaterThan(DWORDS / 25);
            bench.gpu.reset();
            for (int page = 0; page < 1024; page++) {
                bench.map(page, bench.bus + 4096L * page);
            }
            bench.start(HaswellEngine.RCS);
            bench.run(HaswellEngine.RCS, new CommandStream().store(Bench.DATA, 0x600d));
            assertThat(bench.get(Bench.DATA)).isEqualTo(0x600d);
        }
    }

    /** Mostly commands the engine knows, with random operands; addresses often hit memory. */
    private static int[] commands(Random random, HaswellEngine engine) {
        int[] dwords = new int[CHUNK];
        for (int i = 0; i < CHUNK; i++) {
            int kind = random.nextInt(1000);
            int header = kind == 0 ? random.nextInt() : known(random, engine);
            dwords[i] = header;
            CommandTable.Row row = CommandTable.of(engine).row(header);
            for (int left = row == null ? 0 : row.length(header) - 1; left > 0; left--) {
                if (++i < CHUNK) {
                    dwords[i] =
                            switch (random.nextInt(8)) {
                                case 0 -> random.nextInt();
                                case 1 -> random.nextInt(0x8_0000) << 2;
                                case 2 -> random.nextInt(256) << 16 | random.nextInt(256);
                                default -> random.nextInt(64 << 20) & ~3;
                            };
                }
            }
        }
        return dwords;
    }

    private static int known(Random random, HaswellEngine engine) {
        while (true) {
            int client = new int[] {0, 0, 2, 3}[random.nextInt(4)];
            int dense = random.nextInt();
            int flags = dense & random.nextInt();
            int header =
                    client == 3
                            ? client << 29 | random.nextInt(0x2000) << 16 | flags & 0xff07
                            : client << 29 | random.nextInt(128) << 22 | flags & 0x003f_ff07;
            boolean endsBatch = header >>> 23 == 0x0a || header >>> 23 == 0x31;
            if (CommandTable.of(engine).row(header) != null
                    && (!endsBatch || random.nextInt(16) == 0)) {
                return header;
            }
        }
    }
}
