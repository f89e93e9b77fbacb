package org.gpumediator.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.VmmPort.MessageMasking;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.contract.VmmContract.Card;
import org.gpumediator.testkit.contract.VmmContract.Machine;

/** Each test of the contract sees the VMM that breaks its promise. */
class VmmMutantsTest extends MutantsTest<VmmContract> {

    private static final int COMMAND = 0x04;

    VmmMutantsTest() {
        super(VmmContract.class);
    }

    private static VmmContract held(Function<Card, Machine> machine) {
        VmmContract contract =
                new VmmContract() {
                    @Override
                    protected Machine powerOn(Card card) {
                        return machine.apply(card);
                    }
                };
        contract.begin();
        return contract;
    }

    @Override
    VmmContract sound() {
        return held(card -> new FakeVmmMachine(card, FakeVmm.create()));
    }

    /** What a mutant is blamed for at the end is not asked here; FakeVmmContractTest asks it. */
    @Override
    void close(VmmContract run) {
        try {
            run.end();
        } catch (AssertionError blamed) {
            assertThat(blamed).hasMessageContaining("what no VMM may do");
        }
    }

    private static Mutant<VmmContract> mutant(
            String test, String promise, Function<Card, Machine> machine) {
        return new Mutant<>(test, promise, () -> held(machine));
    }

    /** A machine over the kit's VMM, for a mutant to break. */
    private static class Broken extends FakeVmmMachine {

        Broken(Card card) {
            super(card, FakeVmm.create());
        }
    }

    @Override
    List<Mutant<VmmContract>> mutants() {
        return List.of(
                mutant("access_eachWidth_arrivesWhole", "bytes one by one", BytewiseBus::new),
                mutant("access_eachWidth_arrivesWhole", "upper half first", UpperHalfFirst::new),
                mutant("access_writeThenRead_keepsTheOrder", "writes posted", PostedWrites::new),
                mutant("port_access_reachesThePortBar", "ports in memory", PortsInMemory::new),
                mutant("bar_movedWhileDecoded_answersAtItsNewPlace", "stays", IgnoresMoves::new),
                mutant("bar_sizedWhileDecoded_isWhereItWas", "stays", IgnoresMoves::new),
                mutant("decoding_offAndOn_isFollowed", "always decodes", AlwaysDecodes::new),
                mutant("reset_askedFor_isCarriedOut", "not forwarded", ForgetsResets::new),
                mutant("reboot_always_resetsTheBus", "not forwarded", ForgetsReboots::new),
                mutant("line_raised_staysUntilLowered", "an event", EdgeLine::new),
                mutant("line_disabledByTheGuest_isInactive", "never lowered", StickyLine::new),
                mutant("msi_signalled_arrivesOnce", "all on vector 0", OneVector::new),
                mutant("msix_masked_isHeldBack", "masks ignored", IgnoresMasks::new),
                mutant("memory_written_isSeenByTheOther", "a page off", ShiftedMemory::new),
                mutant("memory_removed_isForgottenBeforeItGoes", "not told", KeepsMemory::new),
                mutant("step_due_isCalled", "never stepped", NeverSteps::new),
                mutant("close_always_comesBeforeTheMemoryGoes", "memory first", MemoryFirst::new));
    }

    private static final class BytewiseBus extends Broken {
        BytewiseBus(Card card) {
            super(card);
        }

        @Override
        public void write(long address, int width, long value) {
            for (int i = 0; i < width; i++) {
                super.write(address + i, 1, value >>> 8 * i);
            }
        }
    }

    private static final class UpperHalfFirst extends Broken {
        UpperHalfFirst(Card card) {
            super(card);
        }

        @Override
        public void write(long address, int width, long value) {
            if (width == 8) {
                super.write(address + 4, 4, value >>> 32);
                super.write(address, 4, value);
            } else {
                super.write(address, width, value);
            }
        }
    }

    private static final class PostedWrites extends Broken {

        private Runnable posted = () -> {};

        PostedWrites(Card card) {
            super(card);
        }

        @Override
        public void write(long address, int width, long value) {
            posted.run();
            posted = () -> super.write(address, width, value);
        }
    }

    private static final class PortsInMemory extends Broken {
        PortsInMemory(Card card) {
            super(card);
        }

        @Override
        public long read(long address, int width) {
            return address < 0x1_0000 && width < 8
                    ? readPort((int) address, width)
                    : super.read(address, width);
        }
    }

    private static final class IgnoresMoves extends Broken {
        IgnoresMoves(Card card) {
            super(card);
        }

        @Override
        public void writeConfig(int offset, int width, int value) {
            boolean decoded = (readConfig(COMMAND, 2) & 2) != 0;
            if (offset == 0x10 && decoded) {
                vmm.gpu().configSpace().write(offset, width, value);
            } else {
                super.writeConfig(offset, width, value);
            }
        }
    }

    private static final class AlwaysDecodes extends Broken {
        AlwaysDecodes(Card card) {
            super(card);
        }

        @Override
        public void writeConfig(int offset, int width, int value) {
            boolean decoded = (readConfig(COMMAND, 2) & 2) != 0;
            if (offset == COMMAND && decoded) {
                vmm.gpu().configSpace().write(offset, width, value);
            } else {
                super.writeConfig(offset, width, value);
            }
        }
    }

    private static final class ForgetsResets extends Broken {
        ForgetsResets(Card card) {
            super(card);
        }

        @Override
        public void writeConfig(int offset, int width, int value) {
            if (offset >= 0x40) {
                vmm.gpu().configSpace().write(offset, width, value);
            } else {
                super.writeConfig(offset, width, value);
            }
        }
    }

    private static final class ForgetsReboots extends Broken {
        ForgetsReboots(Card card) {
            super(card);
        }

        @Override
        public void reboot() {
            vmm.reset(ResetKind.FUNCTION_LEVEL);
        }
    }

    private static final class EdgeLine extends Broken {

        private boolean taken;

        EdgeLine(Card card) {
            super(card);
        }

        @Override
        public boolean lineActive() {
            boolean active = super.lineActive() && !taken;
            taken = active;
            return active;
        }
    }

    private static final class StickyLine extends Broken {
        StickyLine(Card card) {
            super(card);
        }

        @Override
        public boolean lineActive() {
            return vmm.interrupts().lineAssertions() > 0;
        }
    }

    private static final class OneVector extends Broken {
        OneVector(Card card) {
            super(card);
        }

        @Override
        public boolean takeMessage(int vector) {
            return vector == 0 && vmm.interrupts().take() >= 0;
        }
    }

    private static final class IgnoresMasks extends FakeVmmMachine {
        IgnoresMasks(Card card) {
            super(card, FakeVmm.builder().masking(MessageMasking.VMM).build());
        }
    }

    private static final class ShiftedMemory extends Broken {
        ShiftedMemory(Card card) {
            super(card);
        }

        @Override
        public void write(long address, int width, long value) {
            super.write(address < 16 << 20 ? address + 4096 : address, width, value);
        }
    }

    private static final class KeepsMemory extends Broken {
        KeepsMemory(Card card) {
            super(card);
        }

        @Override
        public void removeRam(long start) {}
    }

    private static final class NeverSteps extends Broken {
        NeverSteps(Card card) {
            super(card);
        }

        @Override
        public void run(long nanos) {}
    }

    private static final class MemoryFirst extends Broken {
        MemoryFirst(Card card) {
            super(card);
        }

        @Override
        public void close() {
            vmm.memory().close();
            super.close();
        }
    }
}
