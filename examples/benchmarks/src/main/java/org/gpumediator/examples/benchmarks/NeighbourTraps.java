package org.gpumediator.examples.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * How long a guest's trap takes while its neighbour gives the mediator as much to do as it can: it
 * rewrites a table page behind thousands of entries, loads directories, jumps to batches without
 * end, and asks for what is refused. The trap is one that needs the lock of the physical GPU: a
 * read of HEAD. No JMH benchmark, since what counts is the worst of them.
 */
public final class NeighbourTraps {

    private static final long MIB = 1L << 20;
    private static final int RCS = 0x2000;
    private static final int BCS = 0x2_2000;
    private static final int TAIL = 0x30;
    private static final int HEAD = 0x34;
    private static final int START = 0x38;
    private static final int CTL = 0x3c;
    private static final int RING_BYTES = 8192;
    private static final int PATIENCE = 5_000;
    private static final int BCS_PP_DIR_BASE = 0x2_2228;
    private static final int LOAD = 0x1100_0001;
    private static final int JUMP = 0x1880_0000;
    private static final int BATCH_END = 0x0500_0000;
    private static final int STORE_GLOBAL = 0x1040_0002;
    private static final int DIRECTORIES = 4;
    private static final int SLOTS = 512;
    private static final int WARM_UP = 5_000;
    private static final long PAUSE_NANOS = 20_000;

    private final FakeHaswell gpu = FakeHaswell.create();
    private final Mediator mediator = Mediator.builder(gpu).build();
    private final FakeVmm honest = plugged("honest");
    private final FakeVmm hostile = plugged("hostile");
    private final ScriptedHaswellGuest guest = boot(hostile);
    private final HostileActions actions = guest.hostile();
    private final long table = guest.guestPage();
    private final int data = (int) guest.guestPage();
    private final int batch = batch();
    private final GuestObject ring = guest.allocate(RING_BYTES);
    private volatile boolean over;

    private NeighbourTraps() {
        boot(honest);
    }

    private FakeVmm plugged(String name) {
        FakeVmm vmm = FakeVmm.builder().ram(64 * MIB).build();
        Map<String, Long> quotas = Map.of("aperture", 64 * MIB, "hidden", 128 * MIB);
        return vmm.plug(mediator.create(VgpuRequest.ofQuotas(name, quotas), vmm.port()));
    }

    private ScriptedHaswellGuest boot(FakeVmm vmm) {
        return ScriptedHaswellGuest.on(vmm).stepping(this::step).build().boot();
    }

    private void step() {
        long ignored = gpu.advance(mediator.clock().nanoTime(), 10_000);
        long next = mediator.step();
        if (next > mediator.clock().nanoTime()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private int batch() {
        GuestObject object = guest.allocate(4096);
        object.write32(0, BATCH_END);
        return (int) object.graphicsAddress();
    }

    /** What the hostile guest does again and again: round by round something else. */
    private void attack(int round) {
        for (int i = 0; i < 1024; i++) {
            hostile.memory().cpuWrite32(table + 4L * i, data | 1 | (round & 1) << 1);
        }
        int[] dwords = new int[1024];
        for (int i = 0; i < dwords.length; i += 4) {
            switch (round % 3) {
                case 0 -> put(dwords, i, LOAD, BCS_PP_DIR_BASE, base(i / 4 % DIRECTORIES), 0);
                case 1 -> put(dwords, i, JUMP, batch, JUMP, batch);
                default -> put(dwords, i, STORE_GLOBAL, 0, 0x1000, 0);
            }
        }
        for (int i = 0; i < dwords.length; i++) {
            ring.write32(4L * i, dwords[i]);
        }
        runFromTheStart(4 * dwords.length);
    }

    /** Switches the ring off and on, so that nothing that was refused before is in the way. */
    private void runFromTheStart(int bytes) {
        actions.pokeRing(HaswellEngine.BCS, CTL, 0);
        actions.pokeRing(HaswellEngine.BCS, START, (int) ring.graphicsAddress());
        actions.pokeRing(HaswellEngine.BCS, HEAD, 0);
        actions.pokeRing(HaswellEngine.BCS, TAIL, 0);
        actions.pokeRing(HaswellEngine.BCS, CTL, RING_BYTES - 4096 | 1);
        actions.pokeRing(HaswellEngine.BCS, TAIL, bytes);
        for (int i = 0; i < PATIENCE && hostile.bar(0).read32(BCS + HEAD) != bytes; i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void put(int[] dwords, int at, int... command) {
        System.arraycopy(command, 0, dwords, at, command.length);
    }

    private int page(int directory) {
        return (int) ((guest.hiddenBase() + 64 * MIB) / 4096) + directory * SLOTS;
    }

    private int base(int directory) {
        return page(directory) / 16 << 16;
    }

    private void prepare() {
        for (int directory = 0; directory < DIRECTORIES; directory++) {
            for (int slot = 0; slot < SLOTS; slot++) {
                actions.pokeTable(page(directory) + slot, (int) table | 1);
            }
        }
    }

    private Thread start(Runnable action) {
        Thread thread =
                new Thread(
                        () -> {
                            while (!over) {
                                action.run();
                            }
                        });
        thread.start();
        return thread;
    }

    private long[] traps(int count) {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long before = System.nanoTime();
            int ignored = honest.bar(0).read32(RCS + HEAD);
            nanos[i] = System.nanoTime() - before;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return nanos;
    }

    private long work() {
        return mediator.statistics().counter("engines.work");
    }

    private void measure(int count) throws InterruptedException {
        Thread stepper = start(this::step);
        long[] ignored = traps(WARM_UP);
        print("neighbour idle", traps(count));
        int[] round = new int[1];
        Thread attacker = start(() -> attack(round[0]++));
        ignored = traps(WARM_UP);
        long before = work();
        print("neighbour hostile", traps(count));
        System.out.printf(
                "  %d units of work for it, at most %d in one hold of the lock%n",
                work() - before, mediator.statistics().counter("engines.work.most"));
        over = true;
        stepper.join();
        attacker.join();
        mediator.close();
    }

    private static void print(String when, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf("%s: %d traps, microseconds%n", when, nanos.length);
        for (double percent : new double[] {50, 90, 99, 99.9, 99.99, 100}) {
            int at = (int) Math.ceil(nanos.length * percent / 100) - 1;
            System.out.printf("  p%-6s %10.1f%n", percent, nanos[at] / 1000.0);
        }
    }

    /**
     * Prints the distributions.
     *
     * @param args how many traps, {@code 100000} unless given
     */
    public static void main(String[] args) throws InterruptedException {
        NeighbourTraps run = new NeighbourTraps();
        run.prepare();
        run.measure(args.length > 0 ? Integer.parseInt(args[0]) : 100_000);
    }
}
