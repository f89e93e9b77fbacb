package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.examples.kvmvmm.boot.LinuxImage;
import org.gpumediator.examples.kvmvmm.junit.RequiresKvm;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.gpumediator.examples.kvmvmm.machine.ProcessorState;
import org.gpumediator.examples.kvmvmm.machine.Vm;
import org.gpumediator.examples.kvmvmm.machine.VmEnd;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How machines end, and what they leave behind. */
@RequiresKvm
final class LifeTest {

    private static final long BAR_0 = 0xc100_0000L;

    private static Assembler placed() {
        return new Assembler()
                .configWrite(5, 0x10, 4, BAR_0)
                .configWrite(5, 0x14, 4, 0)
                .configWrite(5, 4, 2, 7);
    }

    @Test
    void reset_byEitherWay_endsTheMachine(Kvm kvm) throws Exception {
        for (Assembler way :
                List.of(new Assembler().out(0xcf9, 1, 6), new Assembler().out(0x64, 1, 0xfe))) {
            try (GuestRun run = new GuestRun(kvm)) {
                assertThat(run.runToEnd(way.bytes(0xf4)).cause()).isEqualTo(VmEnd.Cause.RESET);
            }
        }
    }

    @Test
    void closing_endsAGuestThatNeverWould(Kvm kvm) throws Exception {
        GuestRun run = new GuestRun(kvm);
        run.put(GuestRun.CODE, new byte[] {(byte) 0xeb, (byte) 0xfe});
        long gdt = LinuxImage.writeFlatTables(run.vm.memory());
        run.vm.start(ProcessorState.flat64(gdt, GuestRun.CODE, 0));
        assertThat(run.vm.await(Duration.ofMillis(20))).isEmpty();

        run.close();

        assertThat(run.vm.end()).map(VmEnd::cause).contains(VmEnd.Cause.CLOSED);
    }

    @Test
    void aFaultInOneMachine_endsThatOne_andTheOtherGoesOn(Kvm kvm) throws Exception {
        try (GuestRun one = new GuestRun(kvm);
                GuestRun other = new GuestRun(kvm)) {
            TestFunction broken = one.plugFunction(5);
            TestFunction whole = other.plugFunction(5);
            VmEnd end =
                    one.runToEnd(placed().store(BAR_0 + TestFunction.FAIL, 4, 1).report(1).off());

            assertThat(end.cause()).isEqualTo(VmEnd.Cause.FAILED);
            assertThat(end)
                    .hasToString("failed: processor 0: java.lang.IllegalStateException: as asked");
            assertThat(one.reports()).isEmpty();
            assertThat(broken.seen).containsExactly("bar0 w4@108=1");
            one.close();
            assertThat(other.run(placed().store(BAR_0, 4, 9).load(BAR_0, 4).report().off()))
                    .containsExactly(9);
            assertThat(whole.seen).hasSize(2);
        }
    }

    /** Answers when a round of exits has allocated nothing, or there were too many. */
    private static final class Rounds implements TrapHandler {

        private static final int MOST = 100;

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private long before = -1;
        private long least = Long.MAX_VALUE;
        private int count;

        @Override
        public long read(long offset, int width) {
            if (before >= 0) {
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            count++;
            before = threads.getCurrentThreadAllocatedBytes();
            return least == 0 || count > MOST ? 1 : 0;
        }

        @Override
        public void write(long offset, int width, long value) {}
    }

    /** The exit loop with a virtual GPU behind it, once the compiler has seen to it. */
    @Test
    void exits_allocateNothing(Kvm kvm) throws Exception {
        Rounds rounds = new Rounds();
        try (GuestRun run = new GuestRun(kvm)) {
            run.plug(2, Map.of());
            run.vm.answerPorts(0x540, 1, rounds);
            Assembler accesses =
                    new Assembler()
                            .load(0xf000_0000L + 0x78000, 4)
                            .store(0xf000_0000L + 0x2030, 4, 0)
                            .in(0x608, 4);
            Assembler program =
                    new Assembler()
                            .configWrite(2, 0x10, 4, 0xf000_0000L)
                            .configWrite(2, 0x14, 4, 0)
                            .configWrite(2, 4, 2, 7)
                            .until(0x540, new Assembler().repeat(1000, accesses))
                            .off();
            assertThat(run.run(program)).isEmpty();

            assertThat(rounds.least).as("bytes in 3,000 exits, the best round").isZero();
        }
    }

    private record Footprint(long descriptors, long threads, long residentKib) {

        static Footprint now() throws IOException {
            System.gc();
            List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
                return new Footprint(
                        descriptors.count(), value(status, "Threads:"), value(status, "VmRSS:"));
            }
        }

        private static long value(List<String> status, String key) {
            return status.stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void cycle(Kvm kvm) throws Exception {
        try (Vm vm = Vm.create(kvm, Vm.Settings.of("cycle", GuestRun.MEMORY))) {
            vm.plug(5, new TestFunction("function", vm.port(5)));
            byte[] program = placed().store(BAR_0 + TestFunction.WINDOW, 4, 1).off().toBytes();
            MemorySegment.copy(
                    MemorySegment.ofArray(program), 0, vm.memory(), GuestRun.CODE, program.length);
            long gdt = LinuxImage.writeFlatTables(vm.memory());
            vm.start(ProcessorState.flat64(gdt, GuestRun.CODE, 0));
            assertThat(vm.await(Duration.ofSeconds(60)))
                    .map(VmEnd::cause)
                    .contains(VmEnd.Cause.POWERED_OFF);
        }
    }

    @Test
    @Tag("long")
    void aThousandMachines_leaveNothingBehind(Kvm kvm) throws Exception {
        for (int i = 0; i < 100; i++) {
            cycle(kvm);
        }
        Footprint before = Footprint.now();
        for (int i = 0; i < 1000; i++) {
            cycle(kvm);
        }
        Footprint after = Footprint.now();

        assertThat(after.descriptors).as("descriptors").isLessThanOrEqualTo(before.descriptors);
        assertThat(after.threads).as("threads").isLessThanOrEqualTo(before.threads + 2);
        assertThat(after.residentKib)
                .as("resident memory, KiB")
                .isLessThan(before.residentKib + 32 * 1024);
    }
}
