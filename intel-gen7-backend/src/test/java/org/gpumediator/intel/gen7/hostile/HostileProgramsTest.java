package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two guests that do anything, and between them one that works: what that one has in memory, reads
 * of its registers and gets of interrupts is, bit for bit, what it has when it is alone, and it
 * does not wait longer than its neighbours' turns take. After every step: nothing of its memory and
 * of the mediator's is touched, what has been audited is what runs, no table entry is written by a
 * command, and nothing is thrown.
 *
 * <p>Each episode is a world of its own with its own seed. {@code
 * -Dgpumediator.hostile.commands=1000000000} makes it go on until so many commands have run.
 */
class HostileProgramsTest {

    private static final String PROPERTY = "gpumediator.hostile.commands";
    private static final long COMMANDS = Long.getLong(PROPERTY, 4_000_000);
    private static final long COMMANDS_PER_EPISODE = 1_000_000;

    /** Three guests' turns and what leaving may take; see the default scheduler. */
    private static final long MOST_NANOS = 500_000_000;

    private static final int EPISODES_PER_REPORT = 20;

    private int episodesDone;
    private long commandsInAll;
    private long executedInAll;
    private long actionsInAll;
    private long piecesInAll;
    private long failuresInAll;
    private long mostNanos;

    @Test
    void neighbour_besideTwoThatDoAnything_noticesNothing() {
        int episodes = (int) ((COMMANDS + COMMANDS_PER_EPISODE - 1) / COMMANDS_PER_EPISODE);
        Seeds.forEach(episodes, this::episode);
        report();
    }

    private void report() {
        System.out.printf(
                "%d hostile commands audited, %d commands executed, %d other actions, %d failures;"
                        + " %d pieces of work beside them, waited for %d us at most%n",
                commandsInAll,
                executedInAll,
                actionsInAll,
                failuresInAll,
                piecesInAll,
                mostNanos / 1000);
    }

    private void episode(SplittableRandom random) {
        long seed = random.nextLong();
        FakeHaswell gpu = World.fakeThatWritesSurfaces();
        MemoryOwners owners = new MemoryOwners(gpu);
        World shared = new World(gpu, owners, Map.of());
        World alone = new World();
        try (Arena arena = Arena.ofConfined()) {
            FakeVmm honestVmm = plug(shared, owners, Tables.STRICT, "good");
            FakeVmm aloneVmm = plug(alone, null, Tables.STRICT, "good");
            AtomicReference<Runnable> step = new AtomicReference<>(shared::step);
            ScriptedHaswellGuest honestGuest =
                    ScriptedHaswellGuest.on(honestVmm)
                            .stepping(() -> step.get().run())
                            .build()
                            .boot();
            HonestNeighbour neighbour = new HonestNeighbour(shared, honestVmm, honestGuest, seed);
            HonestNeighbour twin =
                    new HonestNeighbour(alone, aloneVmm, alone.guest(aloneVmm).boot(), seed);
            HostileGuest[] bad = {
                hostile(shared, owners, Tables.STRICT, honestGuest, random.split()),
                hostile(shared, owners, Tables.RELAXED, honestGuest, random.split())
            };
            Run run = new Run(shared, owners, neighbour, twin, bad, random, arena);
            step.set(run::actAndStep);
            run.run();
        } finally {
            shared.close();
            alone.close();
        }
    }

    static FakeVmm plug(World world, @Nullable MemoryOwners owners, Tables tables, String name) {
        FakeVmm.Builder builder = FakeVmm.builder().ram(2 * World.MIB);
        FakeVmm vmm =
                tables == Tables.STRICT
                        ? builder.build()
                        : builder.withoutWriteTracking().mappingDirectWindows().build();
        String mode = tables == Tables.STRICT ? "strict" : "relaxed";
        if (owners != null) {
            owners.creating(vmm);
        }
        world.vmm(
                World.quotas(name, 16, 32, 4).with("gtt", mode).with("ppgtt", mode),
                vmm,
                vmm.port());
        if (owners != null) {
            owners.created();
        }
        return vmm;
    }

    static HostileGuest hostile(
            World world,
            MemoryOwners owners,
            Tables tables,
            ScriptedHaswellGuest victim,
            SplittableRandom random) {
        FakeVmm vmm = plug(world, owners, tables, "bad-" + tables);
        owners.acting(vmm);
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        long[] foreign =
                LongStream.concat(
                                LongStream.of(HostileGuest.places(victim)),
                                LongStream.of(
                                        480 * World.MIB,
                                        484 * World.MIB,
                                        488 * World.MIB,
                                        496 * World.MIB,
                                        512 * World.MIB - 4096))
                        .toArray();
        return new HostileGuest(vmm, guest, foreign, random);
    }

    /** One episode once everybody has booted. */
    private final class Run {
        private final World world;
        private final MemoryOwners owners;
        private final HonestNeighbour neighbour;
        private final HonestNeighbour twin;
        private final HostileGuest[] bad;
        private final SplittableRandom random;
        private final MemorySegment image;
        private long steps;
        private long audited;

        Run(
                World world,
                MemoryOwners owners,
                HonestNeighbour neighbour,
                HonestNeighbour twin,
                HostileGuest[] bad,
                SplittableRandom random,
                Arena arena) {
            this.world = world;
            this.owners = owners;
            this.neighbour = neighbour;
            this.twin = twin;
            this.bad = bad;
            this.random = random;
            image = arena.allocate(HonestNeighbour.memory(neighbour).byteSize());
        }

        void run() {
            long before = executed();
            while (commands() < COMMANDS_PER_EPISODE) {
                actAndStep();
                if (steps % 50 == 0) {
                    neighbourWorks();
                }
            }
            commandsInAll += commands();
            executedInAll += executed() - before;
            for (HostileGuest guest : bad) {
                actionsInAll += guest.actions();
                failuresInAll += guest.failures();
            }
            piecesInAll += neighbour.pieces();
            mostNanos = Math.max(mostNanos, neighbour.mostNanos());
            if (++episodesDone % EPISODES_PER_REPORT == 0) {
                report();
            }
        }

        void actAndStep() {
            FakeVmm before = owners.acting();
            for (int i = 0; i < 4; i++) {
                HostileGuest who = bad[random.nextInt(2)];
                owners.acting(who.vmm());
                who.act();
                owners.acting(before);
            }
            world.step();
            check();
            steps++;
        }

        private void neighbourWorks() {
            owners.acting(neighbour.vmm());
            neighbour.work();
            twin.work();
            owners.acting(null);
            assertThat(HonestNeighbour.differences(neighbour, twin))
                    .as("memory after %d pieces of work", neighbour.pieces())
                    .isEmpty();
            assertThat(neighbour.vmm().interrupts().messages())
                    .isEqualTo(twin.vmm().interrupts().messages());
            assertThat(neighbour.guest().complaints()).isEqualTo(twin.guest().complaints());
            assertThat(neighbour.mostNanos()).as("waiting").isLessThan(MOST_NANOS);
            if (neighbour.pieces() % 8 == 0) {
                assertThat(Evidence.registerDifferences(neighbour.vmm(), twin.vmm())).isEmpty();
            }
        }

        private void check() {
            assertThat(owners.escapes()).isEmpty();
            assertThat(world.gpu.rewrittenCommands()).isZero();
            assertThat(world.gpu.gttUpdatesByCommand()).isZero();
            assertThat(world.gpu.snapshotResets()).isZero();
            assertThat(Attack.strayAccesses(world)).isEmpty();
            assertThat(World.hookFailures(bad[0].vmm())).isZero();
            assertThat(World.hookFailures(bad[1].vmm())).isZero();
        }

        private long commands() {
            if (steps % 32 == 0) {
                audited = bad[0].commands() + bad[1].commands();
            }
            return audited;
        }

        private long executed() {
            long sum = 0;
            for (HaswellEngine engine : HaswellEngine.values()) {
                sum += world.gpu.status(engine).commandsExecuted();
            }
            return sum;
        }
    }
}
