package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.gpumediator.core.vmm.SegmentMemory;
import org.gpumediator.testkit.contract.VmmContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Twelve bugs that integrations of device models are known for, each put into the device layer: the
 * contract's test for it fails. The same tests pass on the sound layer ({@link
 * DeviceLayerContractTest}, and once more here).
 */
class TwelveBugsTest {

    /** A bug, the contract's test that finds it, and a computer that has it. */
    private record Bug(String what, String foundBy, Supplier<GuestComputer> computer) {}

    private static final List<Bug> BUGS =
            List.of(
                    new Bug(
                            "eight bytes are split, upper half first",
                            "access_eachWidth_arrivesWhole",
                            () -> withBus(UpperHalfFirst::new)),
                    new Bug(
                            "a read of four bytes is sign-extended",
                            "access_eachWidth_arrivesWhole",
                            () -> withBus(SignExtending::new)),
                    new Bug(
                            "a posted write is overtaken by a read",
                            "access_writeThenRead_keepsTheOrder",
                            () -> withBus(PostedWrites::new)),
                    new Bug(
                            "a BAR that moves is ignored",
                            "bar_movedWhileDecoded_answersAtItsNewPlace",
                            () -> withSlot(IgnoresMoves::new)),
                    new Bug(
                            "the decode bits are ignored",
                            "decoding_offAndOn_isFollowed",
                            () -> withSlot(IgnoresDecodeOff::new)),
                    new Bug(
                            "port BARs are put into memory space",
                            "port_access_reachesThePortBar",
                            () -> withSlot(PortsInMemory::new)),
                    new Bug(
                            "a reset is not forwarded",
                            "reset_askedFor_isCarriedOut",
                            () -> withSlot(ForgetsResets::new)),
                    new Bug(
                            "a reboot leaves the BARs where they were",
                            "reboot_always_resetsTheBus",
                            () -> withSlot(KeepsRoutes::new)),
                    new Bug(
                            "INTx is never deasserted",
                            "line_raised_staysUntilLowered",
                            () -> withSlot(StickyLine::new)),
                    new Bug(
                            "MSI-X masks are ignored",
                            "msix_masked_isHeldBack",
                            () -> withSlot(IgnoresMasks::new)),
                    new Bug(
                            "memory is freed while it is still found",
                            "memory_removed_isForgottenBeforeItGoes",
                            FreesTooEarly::new),
                    new Bug(
                            "the mediator is stepped only when the guest exits",
                            "step_due_isCalled",
                            StepsOnExitsOnly::new));

    @TestFactory
    Stream<DynamicTest> bug_putIn_isFound() {
        return BUGS.stream()
                .map(
                        bug ->
                                DynamicTest.dynamicTest(
                                        bug.what,
                                        () ->
                                                assertThat(run(bug.foundBy, bug.computer))
                                                        .as(bug.what)
                                                        .isNotNull()));
    }

    @TestFactory
    Stream<DynamicTest> soundLayer_sameTest_passes() {
        return BUGS.stream()
                .map(Bug::foundBy)
                .distinct()
                .map(
                        test ->
                                DynamicTest.dynamicTest(
                                        test,
                                        () -> assertThat(run(test, GuestComputer::new)).isNull()));
    }

    /** Runs one test of the contract on a computer; returns what it threw. */
    private static @Nullable Throwable run(String test, Supplier<GuestComputer> computer)
            throws ReflectiveOperationException {
        VmmContract contract =
                new VmmContract() {
                    @Override
                    protected Machine powerOn(Card card) {
                        return DeviceLayerContractTest.poweredOn(computer.get(), card);
                    }
                };
        call(contract, "begin");
        Throwable thrown = null;
        try {
            call(contract, test);
        } catch (InvocationTargetException failure) {
            thrown = failure.getCause();
        }
        try {
            call(contract, "end");
        } catch (InvocationTargetException failure) {
            thrown = thrown == null ? failure.getCause() : thrown;
        }
        return thrown;
    }

    private static void call(VmmContract contract, String name)
            throws ReflectiveOperationException {
        Method method = VmmContract.class.getDeclaredMethod(name);
        method.setAccessible(true);
        method.invoke(contract);
    }

    // ---- the bugs ------------------------------------------------------------------------------

    private interface BusMaker {
        Bus make(GuestMemory memory);
    }

    private interface SlotMaker {
        GpuSlot make(GuestMemory memory, InterruptController controller);
    }

    private static GuestComputer withBus(BusMaker maker) {
        return new GuestComputer() {
            @Override
            Bus newBus(GuestMemory guestMemory) {
                return maker.make(guestMemory);
            }
        };
    }

    private static GuestComputer withSlot(SlotMaker maker) {
        return new GuestComputer() {
            @Override
            GpuSlot newSlot(GuestMemory guestMemory, InterruptController interruptController) {
                return maker.make(guestMemory, interruptController);
            }
        };
    }

    private static final class UpperHalfFirst extends Bus {
        UpperHalfFirst(GuestMemory memory) {
            super(memory);
        }

        @Override
        void write(long address, int width, long value) {
            if (width == 8) {
                super.write(address + 4, 4, value >>> 32);
                super.write(address, 4, value);
            } else {
                super.write(address, width, value);
            }
        }
    }

    private static final class SignExtending extends Bus {
        SignExtending(GuestMemory memory) {
            super(memory);
        }

        @Override
        long read(long address, int width) {
            long value = super.read(address, width);
            return width == 4 ? (int) value : width == 2 ? (short) value : value;
        }
    }

    private static final class PostedWrites extends Bus {

        private final Deque<Runnable> posted = new ArrayDeque<>();

        PostedWrites(GuestMemory memory) {
            super(memory);
        }

        @Override
        void write(long address, int width, long value) {
            posted.add(() -> super.write(address, width, value));
            if (posted.size() > 2) {
                posted.remove().run();
            }
        }
    }

    private static final class IgnoresMoves extends GpuSlot {
        IgnoresMoves(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
        }

        @Override
        void carryOut(ConfigWriteEffect effect) {
            if (!(effect instanceof ConfigWriteEffect.BarMoved)) {
                super.carryOut(effect);
            }
        }
    }

    private static final class IgnoresDecodeOff extends GpuSlot {
        IgnoresDecodeOff(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
        }

        @Override
        void carryOut(ConfigWriteEffect effect) {
            if (!(effect instanceof ConfigWriteEffect.DecodeChanged changed
                    && !changed.decoded())) {
                super.carryOut(effect);
            }
        }
    }

    private static final class PortsInMemory extends GpuSlot {
        PortsInMemory(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
        }

        @Override
        public @Nullable Route memory(long address) {
            Route route = super.memory(address);
            return route == null && address < 0x1_0000 ? super.port((int) address) : route;
        }
    }

    private static final class ForgetsResets extends GpuSlot {
        ForgetsResets(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
        }

        @Override
        void carryOut(ConfigWriteEffect effect) {
            if (!(effect instanceof ConfigWriteEffect.ResetRequested)) {
                super.carryOut(effect);
            }
        }
    }

    private static final class KeepsRoutes extends GpuSlot {
        KeepsRoutes(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
        }

        @Override
        void reset(ResetKind kind) {
            gpu().reset(kind);
        }
    }

    private static final class StickyLine extends GpuSlot {
        StickyLine(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
        }

        @Override
        public void deassert() {}
    }

    private static final class IgnoresMasks extends GpuSlot {

        private final InterruptController direct;

        IgnoresMasks(GuestMemory memory, InterruptController controller) {
            super(memory, controller);
            direct = controller;
        }

        @Override
        public void raise(int vector) {
            direct.message(0x40 + vector);
        }
    }

    private static final class FreesTooEarly extends GuestComputer {

        private final Arena own = Arena.ofShared();

        @Override
        void addRam(long start, long bytes) {
            memory.add(start, own.allocate(bytes, 4096), SegmentMemory.Access.READ_WRITE);
        }

        @Override
        void removeRam(long start) {
            if (own.scope().isAlive()) {
                own.close();
            }
            memory.remove(start);
        }
    }

    private static final class StepsOnExitsOnly extends GuestComputer {
        @Override
        void run(long nanos) {
            slot.deliver();
        }
    }
}
