package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.kvmvmm.boot.LinuxImage;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.gpumediator.examples.kvmvmm.machine.ProcessorState;
import org.gpumediator.examples.kvmvmm.machine.Vm;
import org.gpumediator.examples.kvmvmm.machine.VmEnd;
import org.gpumediator.testkit.haswell.FakeHaswell;

/** A machine with virtual GPUs of a fake Haswell, and what its guest has reported. */
final class GuestRun implements AutoCloseable {

    static final long CODE = 0x10_0000;
    static final long DATA = 0x12_0000;
    static final long MEMORY = 2L << 20;
    private static final long INTERRUPTS = 0x13_0000;
    private static final long POINTER = 0x13_1000;
    private static final long HANDLERS = 0x13_2000;
    private static final long STACK = 0x15_0000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Mediator mediator = Mediator.builder(FakeHaswell.create()).build();
    private final List<Integer> reports = Collections.synchronizedList(new ArrayList<>());
    private final Map<Integer, TestFunction> functions = new HashMap<>();
    final Vm vm;

    GuestRun(Kvm kvm) throws IOException {
        this(kvm, 1);
    }

    GuestRun(Kvm kvm, int processors) throws IOException {
        vm = Vm.create(kvm, Vm.Settings.of("tiny", MEMORY).withProcessors(processors));
        vm.answerPorts(
                Assembler.REPORT,
                4,
                new TrapHandler() {
                    @Override
                    public long read(long offset, int width) {
                        return 0x5a5a_5a5a;
                    }

                    @Override
                    public void write(long offset, int width, long value) {
                        reports.add((int) value);
                    }
                });
    }

    /** Plugs a virtual GPU in. */
    VirtualGpu plug(int device, Map<String, String> attributes) {
        VirtualGpu vgpu =
                mediator.create(
                        new VgpuRequest(
                                "gpu" + device,
                                "",
                                Map.of("aperture", 64L << 20, "hidden", 128L << 20),
                                Map.of(),
                                Role.GUEST,
                                attributes),
                        vm.port(device));
        vm.plug(device, vgpu);
        return vgpu;
    }

    /** Plugs a function of the test's own in. */
    TestFunction plugFunction(int device) {
        TestFunction function = new TestFunction("function" + device, vm.port(device));
        vm.plug(device, function);
        functions.put(device, function);
        return function;
    }

    /** Returns the function of the test's own at a place. */
    TestFunction function(int device) {
        return Objects.requireNonNull(functions.get(device), "no function there");
    }

    /** Puts handlers of interrupts into memory; {@link Assembler#interruptible} uses them. */
    void handle(Map<Integer, byte[]> handlers) {
        long at = HANDLERS;
        for (Map.Entry<Integer, byte[]> handler : handlers.entrySet()) {
            put(at, handler.getValue());
            long entry = INTERRUPTS + 16L * handler.getKey();
            long low = at & 0xffff | 0x10 << 16 | 0x8e00L << 32 | (at >>> 16) << 48;
            vm.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, entry, low);
            vm.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, entry + 8, at >>> 32);
            at += 256;
        }
        vm.memory().set(ValueLayout.JAVA_SHORT_UNALIGNED, POINTER, (short) 0xfff);
        vm.memory().set(ValueLayout.JAVA_LONG_UNALIGNED, POINTER + 2, INTERRUPTS);
    }

    /** Begins a program that takes interrupts. */
    static Assembler interruptible() {
        return new Assembler().interruptible(STACK, POINTER);
    }

    void put(long address, byte[] bytes) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, vm.memory(), address, bytes.length);
    }

    /** Runs a program in 64-bit mode to its end; answers what it has reported. */
    List<Integer> run(Assembler program) throws InterruptedException {
        assertThat(runToEnd(program)).extracting(VmEnd::cause).isEqualTo(VmEnd.Cause.POWERED_OFF);
        return List.copyOf(reports);
    }

    /** Runs a program in 64-bit mode; answers how it has ended. */
    VmEnd runToEnd(Assembler program) throws InterruptedException {
        put(CODE, program.toBytes());
        long gdt = LinuxImage.writeFlatTables(vm.memory());
        vm.start(ProcessorState.flat64(gdt, CODE, 0));
        Optional<VmEnd> end = vm.await(PATIENCE);
        assertThat(end).as("end, after reports %s", reports).isPresent();
        return end.get();
    }

    List<Integer> reports() {
        return List.copyOf(reports);
    }

    @Override
    public void close() {
        vm.close();
        mediator.close();
    }
}
