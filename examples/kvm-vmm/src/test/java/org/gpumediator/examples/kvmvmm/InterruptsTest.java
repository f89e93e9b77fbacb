package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.gpumediator.examples.kvmvmm.junit.RequiresKvm;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.junit.jupiter.api.Test;

/** A processor takes a function's interrupts of every kind. */
@RequiresKvm
final class InterruptsTest {

    private static final int DEVICE = 5;
    private static final long BAR_0 = 0xc100_0000L;
    private static final long COUNTER = GuestRun.DATA;
    private static final int VECTOR = 0x41;
    private static final long IO_APIC = 0xfec0_0000L;

    /** The input that pin A of {@link #DEVICE} is wired to. */
    private static final int INPUT = 16 + 5;

    /** MSI is the first capability, MSI-X the second: where they are is found as a driver does. */
    private static int capability(TestFunction function, int id) {
        int at = function.configSpace().read(0x34, 1);
        while (function.configSpace().read(at, 1) != id) {
            at = function.configSpace().read(at + 1, 1);
        }
        return at;
    }

    private static Assembler placed() {
        return GuestRun.interruptible()
                .configWrite(DEVICE, 0x10, 4, BAR_0)
                .configWrite(DEVICE, 0x14, 4, 0)
                .configWrite(DEVICE, 4, 2, 7);
    }

    private static Assembler report(Assembler program) {
        return program.pause().load(COUNTER, 4).report();
    }

    @Test
    void msi_arrivesWithTheMessageThatTheGuestHasChosen(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            int msi = capability(run.plugFunction(DEVICE), 5);
            run.handle(Map.of(VECTOR, Assembler.handler(COUNTER, new Assembler())));
            Assembler program =
                    placed().store(BAR_0 + TestFunction.SIGNAL, 4, 0)
                            .configWrite(DEVICE, msi + 4, 4, Assembler.LOCAL_APIC)
                            .configWrite(DEVICE, msi + messageData(run, msi), 2, VECTOR)
                            .configWrite(DEVICE, msi + 2, 2, 1);
            report(program);
            report(program.store(BAR_0 + TestFunction.SIGNAL, 4, 0));
            report(program.store(BAR_0 + TestFunction.SIGNAL, 4, 0));
            program.configWrite(DEVICE, msi + 2, 2, 0);
            report(program.store(BAR_0 + TestFunction.SIGNAL, 4, 0)).off();

            assertThat(run.run(program)).containsExactly(0, 1, 2, 2);
        }
    }

    /** Behind the address, which has one word or two. */
    private static int messageData(GuestRun run, int msi) {
        int control = run.function(DEVICE).configSpace().read(msi + 2, 2);
        return (control & 0x80) != 0 ? 12 : 8;
    }

    @Test
    void msiX_arrivesAsTheTableSays_andWaitsWhileMasked(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            int msix = capability(run.plugFunction(DEVICE), 0x11);
            run.handle(Map.of(VECTOR, Assembler.handler(COUNTER, new Assembler())));
            long entry = BAR_0 + TestFunction.TABLE + 16;
            Assembler program =
                    placed().store(entry, 4, Assembler.LOCAL_APIC)
                            .store(entry + 4, 4, 0)
                            .store(entry + 8, 4, VECTOR)
                            .configWrite(DEVICE, msix + 2, 2, 0x8000);
            report(program.store(BAR_0 + TestFunction.SIGNAL, 4, 1));
            report(program.store(entry + 12, 4, 0));
            report(program.store(BAR_0 + TestFunction.SIGNAL, 4, 1)).off();

            assertThat(run.run(program)).containsExactly(0, 1, 2);
        }
    }

    @Test
    void pin_isALevel_thatInterruptsUntilItIsLowered(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            TestFunction function = run.plugFunction(DEVICE);
            run.handle(
                    Map.of(
                            VECTOR,
                            Assembler.handler(
                                    COUNTER,
                                    new Assembler().store(BAR_0 + TestFunction.LEVEL, 4, 0))));
            Assembler program = placed();
            program.store(IO_APIC, 4, 0x10 + 2 * INPUT + 1).store(IO_APIC + 0x10, 4, 0);
            program.store(IO_APIC, 4, 0x10 + 2 * INPUT).store(IO_APIC + 0x10, 4, 0x8000 | VECTOR);
            report(program.store(BAR_0 + TestFunction.LEVEL, 4, 1));
            report(program.store(BAR_0 + TestFunction.LEVEL, 4, 1)).off();

            assertThat(run.run(program)).containsExactly(1, 2);
            assertThat(function.seen)
                    .containsExactly(
                            "bar0 w4@104=1", "bar0 w4@104=0", "bar0 w4@104=1", "bar0 w4@104=0");
        }
    }

    @Test
    void severalProcessors_areWoken_andEachReachesTheFunction(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm, 3)) {
            TestFunction function = run.plugFunction(DEVICE);
            // Real mode at 0x8000: a port of the function, then a flag in memory, then rest.
            run.put(
                    0x8000,
                    new byte[] {
                        (byte) 0xba,
                        0x00,
                        (byte) 0xc8,
                        (byte) 0xb0,
                        0x55,
                        (byte) 0xee,
                        (byte) 0xfe,
                        0x06,
                        0x00,
                        0x60,
                        (byte) 0xf4,
                        (byte) 0xeb,
                        (byte) 0xfd
                    });
            Assembler program =
                    placed().configWrite(DEVICE, 0x20, 4, 0xc800).configWrite(DEVICE, 4, 2, 7);
            for (int processor = 1; processor <= 2; processor++) {
                program.store(Assembler.LOCAL_APIC + 0x310, 4, (long) processor << 24)
                        .store(Assembler.LOCAL_APIC + 0x300, 4, 0x4500)
                        .store(Assembler.LOCAL_APIC + 0x310, 4, (long) processor << 24)
                        .store(Assembler.LOCAL_APIC + 0x300, 4, 0x4608)
                        .await(0x6000)
                        .load(0x6000, 1)
                        .report()
                        .store(0x6000, 1, 0);
            }

            assertThat(run.run(program.off())).containsExactly(1, 1);
            assertThat(function.seen).isEqualTo(List.of("bar4 w1@0=55", "bar4 w1@0=55"));
        }
    }
}
