package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.registers.Gen7Hooks;
import org.gpumediator.intel.gen7.registers.Gen7Registers;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.HeapFootprint;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.trace.AccessTrace;
import org.gpumediator.testkit.trace.ReplayReport;
import org.gpumediator.testkit.trace.TraceReplay;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Makes every access again that a real i915 made from its load to the end of its guest, table
 * entries included. The memory of the replayed guest is empty: its rings hold no-ops.
 */
class RecordedBootTest {

    private static final String TRACE = "i915-6.1-boot.gputrace.gz";
    private static final long RAM = 64 * World.MIB;
    private static final int STEPS_UNTIL_IDLE = 10;

    /** Reads whose answers may differ, by register, and why. */
    // spotless:off
    private static final Map<String, String> EXCUSED = Map.of(
            "GTIIR", "its bits come from user-interrupt commands in the rings, which are guest memory",
            "PMIIR", "the video enhancement engine's user-interrupt bit, likewise",
            "MCH_SSKPD", "has watermark latencies since the recording, without which no mode can be set");
    // spotless:on

    private static final RegisterCatalogue<Gen7Hooks> NAMES = Gen7Registers.catalogue();
    private static AccessTrace trace;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = RecordedBootTest.class.getResourceAsStream(TRACE)) {
            trace = AccessTrace.read(Objects.requireNonNull(in, TRACE));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 1000})
    void boot_replayed_answersAsRecorded(int accessesPerStep) {
        try (World world = new World(recordedGpu(), Map.of());
                FakeGuestMemory hosts = new FakeGuestMemory();
                FakeVmm vmm = FakeVmm.builder().ram(RAM).withoutWriteTracking().build()) {
            takeHostShare(world, hosts);
            plug(world, vmm);

            ReplayReport report = replay(world, vmm, accessesPerStep);
            world.steps(STEPS_UNTIL_IDLE);

            assertThat(report.reads() + report.writes()).isEqualTo(trace.size());
            assertThat(named(report.differences())).isEmpty();
            // An excuse that nothing needs any more must go.
            assertThat(named(report.excusedDifferences()))
                    .containsExactlyInAnyOrderElementsOf(EXCUSED.keySet());
            VgpuStatistics statistics = vmm.gpu().statistics();
            // The driver clears the last entry of the whole table, whoever owns it.
            assertThat(statistics.faults()).isEqualTo(Map.of(GuestFaultKind.OUT_OF_PARTITION, 1L));
            assertThat(statistics.counter("trap.errors")).isZero();
            assertThat(World.hookFailures(vmm)).isZero();
            assertThat(statistics.counter("hangs")).isZero();
            assertThat(statistics.counter("ggtt.writes")).isEqualTo(tableWrites());
            assertThat(world.gpu.busFaults()).isEmpty();
            for (Engine engine : Engine.values()) {
                int tail = register(vmm, engine + "_RING_TAIL");
                assertThat(tail).as(engine + "_RING_TAIL").isNotZero();
                assertThat(register(vmm, engine + "_RING_HEAD"))
                        .as(engine + "_RING_HEAD")
                        .isEqualTo(tail);
            }
        }
    }

    /** What the table holds then is nearly all one value, as are its per-process tables. */
    @Test
    void boot_replayed_leavesAVirtualGpuThatIsSmall() {
        List<Machine> machines = List.of(new Machine(), new Machine(), new Machine());
        try {
            for (Machine machine : machines) {
                machine.boot(); // so that the fake has made its own storage
                machine.vmm.gpu().close();
            }

            long bytes = HeapFootprint.bytesEach(1, i -> machines.get(i + 2).boot());

            assertThat(bytes).as("bytes of heap").isBetween(1L << 10, 256L << 10);
        } finally {
            machines.forEach(Machine::close);
        }
    }

    /** One GPU, the host's share of it, and a guest that can be booted by replay. */
    private static final class Machine implements AutoCloseable {

        private final World world = new World(recordedGpu(), Map.of());
        private final FakeGuestMemory hosts = new FakeGuestMemory();
        private final FakeVmm vmm = FakeVmm.builder().ram(RAM).withoutWriteTracking().build();

        Machine() {
            takeHostShare(world, hosts);
        }

        Object boot() {
            plug(world, vmm);
            assertThat(replay(world, vmm, 1000).differences()).isNotNull();
            world.steps(STEPS_UNTIL_IDLE);
            return vmm.gpu();
        }

        @Override
        public void close() {
            vmm.close();
            hosts.close();
            world.close();
        }
    }

    /** Returns a GPU whose memory is arranged as that of the recording. */
    private static FakeHaswell recordedGpu() {
        FakeHaswell gpu = FakeHaswell.create();
        gpu.write(0, 0x14_5004, 4, 0x0060_0010);
        gpu.write(0, 0x14_5008, 4, 0x0060_0020);
        return gpu;
    }

    @Test
    void boot_withoutTheHostsShare_differsInItsPlaces() {
        try (World world = new World(recordedGpu(), Map.of());
                FakeVmm vmm = FakeVmm.builder().ram(RAM).withoutWriteTracking().build()) {
            plug(world, vmm);

            assertThat(named(replay(world, vmm, 1000).differences()))
                    .contains("PVINFO_MAPPABLE_BASE", "PVINFO_UNMAPPABLE_BASE");
        }
    }

    /** As whoever recorded it did: the host's share first, at the lowest places. */
    private static void takeHostShare(World world, FakeGuestMemory memory) {
        world.mediator
                .create(
                        VgpuRequest.ofQuotas("host", Map.of()).forHost(),
                        VmmPort.of(memory, InterruptSink.none()))
                .quiesce();
    }

    private static void plug(World world, FakeVmm vmm) {
        Map<String, Long> quotas = Map.of("aperture", 64 * World.MIB, "hidden", 384 * World.MIB);
        vmm.plug(
                world.mediator.create(
                        VgpuRequest.ofQuotas("vm1", quotas).with("gtt", "strict"), vmm.port()));
        vmm.enumerate();
    }

    private static ReplayReport replay(World world, FakeVmm vmm, int accessesPerStep) {
        return TraceReplay.of(trace)
                .stepping(accessesPerStep, world::step)
                .excusing((bar, offset) -> bar == 0 && EXCUSED.containsKey(NAMES.nameAt(offset)))
                .run(vmm.gpu());
    }

    private static Set<String> named(List<ReplayReport.Difference> differences) {
        return differences.stream()
                .map(difference -> NAMES.nameAt(difference.offset()))
                .collect(Collectors.toSet());
    }

    private static long tableWrites() {
        long writes = 0;
        for (int i = 0; i < trace.size(); i++) {
            if (trace.isWrite(i)
                    && trace.region(i) == 0
                    && trace.offset(i) >= Gen7Registers.LENGTH) {
                writes++;
            }
        }
        return writes;
    }

    private static int register(FakeVmm vmm, String name) {
        return vmm.bar(0).read32(NAMES.register(name).offset());
    }
}
