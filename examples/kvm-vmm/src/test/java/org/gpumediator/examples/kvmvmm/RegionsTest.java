package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory.WriteTracking;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.examples.kvmvmm.junit.RequiresKvm;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.junit.jupiter.api.Test;

/** A processor reaches every kind of region of a function, wherever its BARs are. */
@RequiresKvm
final class RegionsTest {

    private static final int DEVICE = 5;
    private static final int COMMAND = 4;
    private static final int DECODE = 7;
    private static final long BAR_0 = 0xc100_0000L;
    private static final long BAR_0_MOVED = 0xd200_0000L;
    private static final long BAR_2 = 0xc200_0000L;
    private static final int BAR_4 = 0xc800;

    /** Begins a program that places the BARs and switches decoding on. */
    private static Assembler placed() {
        return new Assembler()
                .configWrite(DEVICE, 0x10, 4, BAR_0)
                .configWrite(DEVICE, 0x14, 4, 0)
                .configWrite(DEVICE, 0x18, 4, BAR_2)
                .configWrite(DEVICE, 0x20, 4, BAR_4)
                .configWrite(DEVICE, COMMAND, 2, DECODE);
    }

    @Test
    void everyWidth_alsoOverThePageEdge_comesAsItWas(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            TestFunction function = run.plugFunction(DEVICE);
            Assembler program =
                    placed().store(BAR_0, 1, 0x11)
                            .store(BAR_0 + 2, 2, 0x2222)
                            .store(BAR_0 + 5, 4, 0x4444_4444L)
                            .store(BAR_0 + 0x10, 8, 0x8888_7777_6666_5555L)
                            .store(BAR_0 + 0xffd, 4, 0x0403_0201L)
                            .store(BAR_0 + 0xffa, 8, 0x0807_0605_0403_0201L)
                            .load(BAR_0 + 0x10, 8)
                            .reportLong()
                            .load(BAR_0 + 0xffd, 4)
                            .report()
                            .off();

            assertThat(run.run(program)).containsExactly(0x6666_5555, 0x8888_7777, 0x0706_0504);
            assertThat(function.seen)
                    .containsExactly(
                            "bar0 w1@0=11",
                            "bar0 w2@2=2222",
                            "bar0 w4@5=44444444",
                            "bar0 w8@10=8888777766665555",
                            "bar0 w1@ffd=1",
                            "bar0 w2@ffe=302",
                            "bar0 w1@1000=4",
                            "bar0 w2@ffa=201",
                            "bar0 w4@ffc=6050403",
                            "bar0 w2@1000=807",
                            "bar0 r8@10",
                            "bar0 r1@ffd",
                            "bar0 r2@ffe",
                            "bar0 r1@1000");
        }
    }

    @Test
    void theOtherBars_areMemoryBelow4GigabytesAndPorts(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            TestFunction function = run.plugFunction(DEVICE);
            run.put(GuestRun.DATA, new byte[] {1, 2, 3, 4});
            Assembler program =
                    placed().store(BAR_2 + 8, 4, 0x77)
                            .load(BAR_2 + 8, 4)
                            .report()
                            .out(BAR_4 + 4, 4, 0x1234_5678)
                            .in(BAR_4 + 6, 2)
                            .report()
                            .outString(BAR_4 + 8, 2, GuestRun.DATA, 2)
                            .off();

            assertThat(run.run(program)).containsExactly(0x77, 0x1234);
            assertThat(function.seen)
                    .containsExactly(
                            "bar2 w4@8=77",
                            "bar2 r4@8",
                            "bar4 w4@4=12345678",
                            "bar4 r2@6",
                            "bar4 w2@8=201",
                            "bar4 w2@8=403");
        }
    }

    @Test
    void aBarThatMoves_takesItsWindowAlong_andOneSwitchedOffReadsAsOnes(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            TestFunction function = run.plugFunction(DEVICE);
            long window = TestFunction.WINDOW;
            Assembler program =
                    placed().store(BAR_0 + 0x20, 4, 0xabc)
                            .store(BAR_0 + window + 8, 4, 0xdef)
                            .configWrite(DEVICE, 0x10, 4, BAR_0_MOVED)
                            .load(BAR_0_MOVED + 0x20, 4)
                            .report()
                            .load(BAR_0_MOVED + window + 8, 4)
                            .report()
                            .load(BAR_0 + 0x20, 4)
                            .report()
                            .load(BAR_0 + window + 8, 4)
                            .report()
                            .configWrite(DEVICE, COMMAND, 2, 0)
                            .load(BAR_0_MOVED + window + 8, 4)
                            .report()
                            .load(BAR_0_MOVED + 0x20, 4)
                            .report()
                            .off();

            assertThat(run.run(program)).containsExactly(0xabc, 0xdef, -1, -1, -1, -1);
            assertThat(function.seen)
                    .as("accesses of the window do not trap")
                    .containsExactly("bar0 w4@20=abc", "bar0 r4@20");
            assertThat(function.windowMemory.segment().get(ValueLayout.JAVA_INT, 8))
                    .isEqualTo(0xdef);
        }
    }

    @Test
    void aWindowOverTheGuestsOwnMemory_leavesTheMemoryWhereItIs(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            TestFunction function = run.plugFunction(DEVICE);
            Assembler program =
                    placed().store(GuestRun.DATA, 4, 0x42)
                            .configWrite(DEVICE, 0x10, 4, GuestRun.DATA & -TestFunction.LENGTH)
                            .load(GuestRun.DATA, 4)
                            .report()
                            .configWrite(DEVICE, 0x10, 4, BAR_0)
                            .load(BAR_0 + TestFunction.WINDOW, 4)
                            .report()
                            .off();

            assertThat(run.run(program)).containsExactly(0x42, 0);
            assertThat(function.seen).isEmpty();
        }
    }

    @Test
    void writesOfTrackedPages_areHeardWhileTheyAreTracked(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            List<String> heard = new ArrayList<>();
            WriteTracking tracking = run.vm.port(DEVICE).memory().writeTracking().orElseThrow();
            Registration tracked =
                    Objects.requireNonNull(
                            tracking.track(
                                    GuestRun.DATA,
                                    (address, length) ->
                                            heard.add("%x+%d".formatted(address, length))));
            run.vm.answerPorts(0x540, 1, onWrite(tracked::close));
            Assembler program =
                    new Assembler()
                            .store(GuestRun.DATA + 8, 4, 0x1111_1111L)
                            .store(GuestRun.DATA + 0x1000, 4, 2)
                            .load(GuestRun.DATA + 8, 4)
                            .report()
                            .store(GuestRun.DATA + 0xffe, 4, 0x4433_2211L)
                            .load(GuestRun.DATA + 0xffe, 4)
                            .report()
                            .out(0x540, 1, 0)
                            .store(GuestRun.DATA + 8, 4, 0x2222_2222L)
                            .load(GuestRun.DATA + 8, 4)
                            .report()
                            .off();

            assertThat(run.run(program)).containsExactly(0x1111_1111, 0x4433_2211, 0x2222_2222);
            assertThat(heard).containsExactly("120008+4", "120ffe+2");
        }
    }

    private static TrapHandler onWrite(Runnable action) {
        return new TrapHandler() {
            @Override
            public long read(long offset, int width) {
                return 0;
            }

            @Override
            public void write(long offset, int width, long value) {
                action.run();
            }
        };
    }

    @Test
    void twoFunctions_answerEachAtItsPlace(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            TestFunction one = run.plugFunction(DEVICE);
            TestFunction other = run.plugFunction(6);
            Assembler program =
                    placed().configWrite(6, 0x10, 4, 0xc300_0000L)
                            .configWrite(6, 0x14, 4, 0x41)
                            .configWrite(6, 0x18, 4, 0xc400_0000L)
                            .configWrite(6, COMMAND, 2, DECODE)
                            .store(BAR_2, 4, 1)
                            .store(0xc400_0000L, 4, 2)
                            .load(BAR_2, 4)
                            .report()
                            .load(0xc400_0000L, 4)
                            .report()
                            .load(0xb000_0000L + (6 << 15) + 0x14, 4)
                            .report()
                            .off();

            assertThat(run.run(program)).containsExactly(1, 2, 0x41);
            assertThat(one.seen).containsExactly("bar2 w4@0=1", "bar2 r4@0");
            assertThat(other.seen).containsExactly("bar2 w4@0=2", "bar2 r4@0");
        }
    }
}
