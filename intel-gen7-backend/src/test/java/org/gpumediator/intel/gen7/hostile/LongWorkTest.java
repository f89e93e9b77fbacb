package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Work as long as a guest's slice, at its reset and when memory comes and goes: a neighbour's trap
 * that comes meanwhile does not wait for the end of it.
 */
class LongWorkTest {

    private static final int TABLE = 0x20_0000;
    private static final int HEAD = 0x2034;

    /** Of so many table writes at least. */
    private static final int LONG = 40_000;

    /** After so many: those of the guest's page directories are one short piece of work. */
    private static final int MEANWHILE = 10_000;

    private final FakeHaswell fake = FakeHaswell.create();
    private final AtomicLong tableWrites = new AtomicLong();
    private final AtomicLong trapDoneAfter = new AtomicLong(-1);
    private @Nullable Thread neighbour;
    private boolean watching;

    private final World world = new World(fake, seen(), Map.of());
    private final FakeVmm badVmm = world.vmm("bad", 64, 128);
    private final FakeVmm goodVmm = world.vmm("good", 64, 128);

    @AfterEach
    void close() {
        world.close();
    }

    /** Returns the GPU as the mediator sees it: each table write is noticed. */
    private PhysicalGpu seen() {
        return (PhysicalGpu)
                Proxy.newProxyInstance(
                        PhysicalGpu.class.getClassLoader(),
                        new Class<?>[] {PhysicalGpu.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("write")) {
                                written((int) arguments[0], (long) arguments[1]);
                            }
                            try {
                                return method.invoke(fake, arguments);
                            } catch (InvocationTargetException thrown) {
                                throw Objects.requireNonNull(thrown.getCause());
                            }
                        });
    }

    private void written(int bar, long offset) {
        if (!watching || bar != 0 || offset < TABLE) {
            return;
        }
        if (tableWrites.incrementAndGet() == MEANWHILE) {
            startNeighbour();
        }
    }

    /** Has the neighbour read a register that needs the lock of the engines. */
    private void startNeighbour() {
        Thread thread =
                new Thread(
                        () -> {
                            goodVmm.bar(0).read32(HEAD);
                            trapDoneAfter.set(tableWrites.get());
                        });
        neighbour = thread;
        thread.start();
        try {
            thread.join(60_000); // comes to its end at once, if nobody holds the lock
        } catch (InterruptedException thrown) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertNeighbourComesInBetween(Runnable work) throws InterruptedException {
        world.guest(badVmm).boot();
        world.guest(goodVmm).boot();
        watching = true;
        work.run();
        watching = false;
        Objects.requireNonNull(neighbour).join();
        assertThat(tableWrites.get()).isGreaterThan(LONG);
        assertThat(trapDoneAfter.get()).isBetween((long) MEANWHILE, tableWrites.get() / 2);
    }

    @Test
    void functionLevelReset_ofALargeSlice() throws InterruptedException {
        assertNeighbourComesInBetween(() -> badVmm.reset(ResetKind.FUNCTION_LEVEL));
    }

    @Test
    void memoryThatGoes_withAWholeTableLeadingThere() throws InterruptedException {
        assertNeighbourComesInBetween(() -> badVmm.memory().remove(0));
    }
}
