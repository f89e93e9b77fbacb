package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rings and batches that change between the mediator's look and the GPU's, and in between. */
class ChangedBatchesTest extends Attack {

    private static final int TAIL = 0x30;

    private LongConsumer beforeLook = page -> {};

    /** Calls back before each copy that the mediator takes of a page of the bad guest's memory. */
    @Override
    UnaryOperator<VmmPort> badPort() {
        return port ->
                new VmmPort(
                        new Overseen(port.memory()),
                        port.messages(),
                        port.line(),
                        port.masking(),
                        port.sharedMemory());
    }

    private final class Overseen implements GuestMemory {

        private final GuestMemory memory;

        Overseen(GuestMemory memory) {
            this.memory = memory;
        }

        @Override
        public org.gpumediator.api.vmm.GuestMemory.Region regionAt(long guestPhysicalAddress) {
            beforeLook.accept(guestPhysicalAddress & -4096);
            return memory.regionAt(guestPhysicalAddress);
        }

        @Override
        public boolean read(long guestPhysicalAddress, MemorySegment target) {
            return memory.read(guestPhysicalAddress, target);
        }

        @Override
        public boolean write(long guestPhysicalAddress, MemorySegment source) {
            return memory.write(guestPhysicalAddress, source);
        }

        @Override
        public Registration listen(RegionListener listener) {
            return memory.listen(listener);
        }

        @Override
        public Optional<WriteTracking> writeTracking() {
            return memory.writeTracking();
        }
    }

    private GuestObject harmless(GuestObject target) {
        return memory(STORE_GLOBAL, 0, address(target), 1, BATCH_END, 0);
    }

    private void makeHarmful(GuestObject batch) {
        put(batch, 0, STORE_GLOBAL, 0, address(victim), GRAFFITI, BATCH_END, 0);
    }

    @Test
    void batch_changedAfterTheTailWrite_copyIsWhatRuns() {
        GuestObject target = bad.allocate(4096);
        GuestObject batch = harmless(target);
        Request request =
                hostile.startBatchAt(HaswellEngine.BCS, KERNEL_BATCH, batch.graphicsAddress());
        makeHarmful(batch);
        bad.await(request);
        assertThat(target.read32(0)).isEqualTo(1);
    }

    @Test
    void batchPage_mappedElsewhereAfterTheTailWrite_copyIsWhatRuns() {
        GuestObject target = bad.allocate(4096);
        GuestObject batch = harmless(target);
        GuestObject other = harmless(target);
        makeHarmful(other);
        Request request =
                hostile.startBatchAt(HaswellEngine.BCS, KERNEL_BATCH, batch.graphicsAddress());
        hostile.mapPage(batch.graphicsAddress(), other.page(0));
        bad.await(request);
        assertThat(target.read32(0)).isEqualTo(1);
    }

    @Test
    void ring_changedAfterTheTailWrite_copyIsWhatRuns() {
        GuestObject target = bad.allocate(4096);
        int start = hostile.peekRegister(0x2_2038);
        int tail = hostile.peekRegister(0x2_2000 + TAIL);
        Request request =
                hostile.ringCommands(HaswellEngine.BCS, STORE_GLOBAL, 0, address(target), 1, 0, 0);
        int after = hostile.peekRegister(0x2_2000 + TAIL);
        long ring = (hostile.peekRegister(0x20_0000L + (start >>> 12) * 4L) & 0xffff_f000L);
        for (int at = tail & 0xfff; at < Math.min(4096, after & 0xfff); at += 16) {
            badVmm.memory().cpuWrite32(ring + at, STORE_GLOBAL);
            badVmm.memory().cpuWrite32(ring + at + 8, address(victim));
        }
        bad.await(request);
        assertThat(target.read32(0)).isEqualTo(1);
    }

    @Test
    void batch_changedRightAfterItWasCopied_copyIsWhatIsAuditedAndRuns() {
        GuestObject target = bad.allocate(4096);
        GuestObject batch = bad.allocate(8192);
        put(batch, 0, STORE_GLOBAL, 0, address(target), 1);
        put(batch, 4096, BATCH_END, 0);
        int[] changes = {0};
        beforeLook =
                page -> {
                    if (page == batch.page(1)) { // the first page has been copied
                        changes[0]++;
                        makeHarmful(batch);
                    }
                };
        bad.await(hostile.startBatchAt(HaswellEngine.BCS, KERNEL_BATCH, batch.graphicsAddress()));
        assertThat(changes[0]).isPositive();
        assertThat(target.read32(0)).isEqualTo(1);
    }

    /** Each look finds the other version: what one look audited must not be run from another. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void batch_thatAlternatesWithEachLook_neverStoresOutside(int first) {
        GuestObject target = bad.allocate(4096);
        GuestObject batch = harmless(target);
        int[] looks = {first};
        beforeLook =
                page -> {
                    if (page == batch.page(0)) {
                        if (looks[0]++ % 2 == 0) {
                            makeHarmful(batch);
                        } else {
                            put(batch, 0, STORE_GLOBAL, 0, address(target), 1, BATCH_END, 0);
                        }
                    }
                };
        for (int i = 0; i < 32; i++) {
            hostile.bareRing(
                    HaswellEngine.BCS, KERNEL_BATCH, address(batch), KERNEL_BATCH, address(batch));
            world.steps(2);
        }
        assertThat(looks[0]).isGreaterThanOrEqualTo(32);
    }

    @Test
    void batch_changedWhileItsGuestIsOff_isAuditedAsItIsWhenItRuns() {
        good.hang(HaswellEngine.BCS);
        world.pass(40);
        GuestObject target = bad.allocate(4096);
        GuestObject batch = harmless(target);
        Request request =
                hostile.startBatchAt(HaswellEngine.BCS, KERNEL_BATCH, batch.graphicsAddress());
        makeHarmful(batch);
        world.pass(200);
        assertThat(request.completed()).isTrue();
        assertThat(target.read32(0)).isZero();
        good.resetEngine(HaswellEngine.BCS);
        good.await(good.submit(HaswellEngine.BCS));
        assertThat(victim.read32(0)).isEqualTo(0x900d_900d);
        lookAtTheNeighbourAgain();
    }
}
