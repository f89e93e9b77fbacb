package org.gpumediator.intel.gen7.hostile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;

/**
 * A guest that works: pieces of work on all engines, one after the other, each waited for by
 * interrupt. Two of them with the same source of randomness do the same, whatever else happens.
 */
final class HonestNeighbour {

    private static final int CCID = 0x2180;
    private static final int TABLE = 0x20_0000;
    private static final int FENCES = 0x10_0000;
    private static final int LOAD_IMMEDIATE = 0x1100_0001;
    private static final int STORE_REGISTER = 0x1240_0001;
    private static final int FILL = 0x5430_0004;
    private static final int INSTPM = 0xc0;
    private static final int FLUSH_AND_INVALIDATE = 0x0220_0220;
    private static final int STORE = 0x1000_0002;
    private static final int BATCH_END = 0x0500_0000;
    private static final int USER_BATCH = 0x1880_0100;
    private static final int USER_BATCH_RCS = 0x1880_2100;
    private static final int FIRST_GPR = 0x2608;

    private final World world;
    private final FakeVmm vmm;
    private final ScriptedHaswellGuest guest;
    private final SplittableRandom random;
    private final GuestObject hidden;
    private final GuestObject mappable;

    /** A page at the common address, and one for batches that store there. */
    private final GuestObject common;

    private final long[] contextPages = new long[17];
    private long mostNanos;
    private int pieces;

    HonestNeighbour(World world, FakeVmm vmm, ScriptedHaswellGuest guest, long seed) {
        this.world = world;
        this.vmm = vmm;
        this.guest = guest;
        random = new SplittableRandom(seed);
        hidden = guest.allocate(4 * 4096);
        mappable = guest.allocateMappable(4 * 4096);
        mappable.fill(0x900d_900d);
        common = guest.allocate(2 * 4096);
        HostileGuest.mapCommonAddress(guest.hostile(), common.page(0));
        for (HaswellEngine engine : HaswellEngine.values()) {
            guest.hostile().pokeRing(engine, INSTPM, FLUSH_AND_INVALIDATE);
        }
        int context = world.physical(CCID) >>> 12; // its own: nobody else has been on yet
        for (int i = 0; i < contextPages.length; i++) {
            contextPages[i] = vmm.bar(0).read32(TABLE + 4L * (context + i)) & ~0xfff;
        }
    }

    FakeVmm vmm() {
        return vmm;
    }

    ScriptedHaswellGuest guest() {
        return guest;
    }

    /** Returns how many pieces of work it has done. */
    int pieces() {
        return pieces;
    }

    /** Returns the longest it has waited for one, in modelled nanoseconds. */
    long mostNanos() {
        return mostNanos;
    }

    /** Does one piece of work, and returns when it is done. */
    void work() {
        pieces++;
        HaswellEngine engine = HaswellEngine.values()[random.nextInt(4)];
        int value = random.nextInt();
        int offset = 4 * random.nextInt(4096);
        int target = (int) hidden.graphicsAddress() + offset;
        switch (random.nextInt(8)) {
            case 0 -> await(guest.submit(engine, Batch.user().storeDword(target, value)));
            case 1 -> await(guest.submit(engine, Batch.kernel().storeDword(target, value)));
            case 2 -> {
                int register = FIRST_GPR + 4 * random.nextInt(8);
                await(guest.submitCommands(HaswellEngine.RCS, LOAD_IMMEDIATE, register, value));
                int from = FIRST_GPR + 4 * random.nextInt(8);
                await(guest.submitCommands(HaswellEngine.RCS, STORE_REGISTER, from, target, 0));
            }
            case 3 -> {
                int at = (int) mappable.graphicsAddress();
                int lines = 1 + random.nextInt(16) << 16 | 64;
                await(
                        guest.submitCommands(
                                HaswellEngine.BCS, FILL, 0x03f0_0000 | 1024, 0, lines, at, value));
            }
            case 4, 5 -> storeAtCommonAddress(engine, offset, value);
            case 6 -> {
                vmm.bar(0).write32(FENCES, 0);
                vmm.bar(0).write32(FENCES + 4, (int) guest.mappableBase() + 0x3000);
                vmm.bar(0).write32(FENCES, (int) guest.mappableBase() | 1);
                vmm.bar(2).write32(mappable.graphicsAddress() + offset, value);
                vmm.bar(2).read32(mappable.graphicsAddress());
            }
            default -> {
                GuestObject passing = guest.allocate(2 * 4096);
                Request request =
                        guest.submit(
                                engine,
                                Batch.user()
                                        .storeDword(passing.graphicsAddress() + 4096, value)
                                        .storeDword(target, value));
                await(request);
                guest.free(passing);
            }
        }
    }

    /** Runs a batch in which nothing is flushed or invalidated before. */
    private void storeAtCommonAddress(HaswellEngine engine, int offset, int value) {
        int[] batch = {
            STORE, 0, (int) HostileGuest.COMMON_ADDRESS + offset % 4096, value, BATCH_END
        };
        for (int i = 0; i < batch.length; i++) {
            common.write32(4096 + 4L * i, batch[i]);
        }
        int start = engine == HaswellEngine.RCS ? USER_BATCH_RCS : USER_BATCH;
        guest.hostile().bareRing(engine, start, (int) common.graphicsAddress() + 4096);
        await(guest.submit(engine));
    }

    private void await(Request request) {
        long from = world.clock.nanoTime();
        guest.await(request);
        mostNanos = Math.max(mostNanos, world.clock.nanoTime() - from);
    }

    /**
     * Returns the first dwords of memory in which two of them differ, with both values. The image
     * of the render context is left out: when it is saved there is up to who else is there.
     */
    static List<String> differences(HonestNeighbour one, HonestNeighbour other) {
        List<String> found = new ArrayList<>();
        MemorySegment a = memory(one);
        MemorySegment b = memory(other);
        long from = 0;
        long at = a.mismatch(b);
        while (at >= 0 && found.size() < 16) {
            long dword = from + at & ~3L;
            if (one.isContext(dword)) {
                from = (dword | 4095) + 1;
                at = MemorySegment.mismatch(a, from, a.byteSize(), b, from, b.byteSize());
                continue;
            }
            found.add(
                    String.format(
                            "0x%x: 0x%08x, not 0x%08x",
                            dword,
                            a.get(ValueLayout.JAVA_INT, dword),
                            b.get(ValueLayout.JAVA_INT, dword)));
            from = dword + 4;
            at = MemorySegment.mismatch(a, from, a.byteSize(), b, from, b.byteSize());
        }
        return found;
    }

    private boolean isContext(long address) {
        for (long page : contextPages) {
            if (address >>> 12 == page >>> 12) {
                return true;
            }
        }
        return false;
    }

    static MemorySegment memory(HonestNeighbour neighbour) {
        return neighbour.vmm.memory().regions().getFirst().segment();
    }
}
