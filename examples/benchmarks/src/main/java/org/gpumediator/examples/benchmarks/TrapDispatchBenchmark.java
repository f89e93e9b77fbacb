package org.gpumediator.examples.benchmarks;

import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.core.catalogue.RegisterBehaviour;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.catalogue.WriteHook;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A trapped access of 4 bytes, from its offset to the register: this library beside the least that
 * it could cost and beside what one writes first. Each read's address depends on the value before
 * it, as a processor that waits for a trap cannot run ahead.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(TrapAddresses.COUNT)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class TrapDispatchBenchmark {

    private static final int MASK = TrapAddresses.COUNT - 1;

    /** The floor: one array behind one interface. */
    interface Storage {
        int load(int offset);

        void store(int offset, int value);
    }

    /** A device with three kinds of hooks; they count, so that they are not optimised away. */
    static final class Device {
        long first;
        long second;
        long third;

        void first(int offset, int value, int old) {
            first += value;
        }

        void second(int offset, int value, int old) {
            second ^= offset;
        }

        void third(int offset, int value, int old) {
            third -= old;
        }
    }

    private static final int[] REGISTERS = TrapAddresses.registers();
    private static final int[] EVEN = every(REGISTERS, 0);
    private static final int[] ODD = every(REGISTERS, 1);

    /** Plain registers are in even places of the list, hooked ones in odd places. */
    private final int[] plain = TrapAddresses.accesses(EVEN);

    private final int[] hooked = TrapAddresses.accesses(ODD);

    private final Device device = new Device();
    private final Storage floor = new ArrayStorage();
    private final TrapHandler registers = registers(device);
    private final NaiveBus.Device[] threeWay = {
        new DeviceOne(), new DeviceTwo(), new DeviceThree()
    };
    private final NaiveBus bus = bus(threeWay);
    private final byte[] deviceOf = deviceOf();

    private final FakeVmm vmm = FakeVmm.create();
    private final Mediator mediator = Mediator.builder(FakeHaswell.create()).build();
    private final VirtualGpu haswell = haswell();
    private final TrapHandler trapped = haswell.bar(0).handler();
    private final int[] trappedPlain = TrapAddresses.accesses(plainRegisters(haswell));

    private VirtualGpu haswell() {
        VirtualGpu gpu =
                mediator.create(
                        VgpuRequest.ofQuotas(
                                "vm1", Map.of("aperture", 64L << 20, "hidden", 384L << 20)),
                        vmm.port());
        vmm.plug(gpu);
        return gpu;
    }

    /** Returns as many registers of a Haswell that are plain storage as {@link #plain} has. */
    private static int[] plainRegisters(VirtualGpu gpu) {
        RegisterFile<?> file = gpu.ability(RegisterFile.class).orElseThrow();
        List<Integer> offsets = new ArrayList<>();
        for (Register<?> register : file.catalogue().registers()) {
            if (register.width() == 4
                    && register.access() == READ_WRITE
                    && register.policy() == VIRTUALISED
                    && register.hooks().isEmpty()) {
                for (int i = 0; i < register.count(); i++) {
                    offsets.add(register.offset() + i * register.stride());
                }
            }
        }
        Collections.shuffle(offsets, new Random(42));
        return offsets.stream().limit(EVEN.length).mapToInt(Integer::intValue).sorted().toArray();
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        mediator.close();
        vmm.close();
    }

    private static NaiveBus bus(NaiveBus.Device[] devices) {
        NaiveBus bus = new NaiveBus();
        for (int region = 0; region < 12; region++) {
            bus.add(region << 16, 1 << 16, devices[region % 3]);
        }
        return bus;
    }

    private static byte[] deviceOf() {
        byte[] deviceOf = new byte[TrapAddresses.LENGTH >> 2];
        for (int i = 0; i < ODD.length; i++) {
            deviceOf[ODD[i] >> 2] = (byte) (i % 3);
        }
        return deviceOf;
    }

    private static int[] every(int[] all, int parity) {
        int[] half = new int[all.length / 2];
        Arrays.setAll(half, i -> all[2 * i + parity]);
        return half;
    }

    private static TrapHandler registers(Device device) {
        RegisterCatalogue.Block<Device> block =
                RegisterCatalogue.<Device>builder("BAR0", TrapAddresses.LENGTH).block("BENCHMARK");
        for (int offset : EVEN) {
            block.register("PLAIN_" + offset, offset, W32, READ_WRITE, -1, 0, VIRTUALISED);
        }
        WriteHook<Device> first = Device::first;
        WriteHook<Device> second = Device::second;
        WriteHook<Device> third = Device::third;
        for (int i = 0; i < ODD.length; i++) {
            WriteHook<Device> hook = i % 3 == 0 ? first : i % 3 == 1 ? second : third;
            block.register(
                    "HOOKED_" + ODD[i],
                    ODD[i],
                    W32,
                    READ_WRITE,
                    -1,
                    0,
                    VIRTUALISED,
                    RegisterBehaviour.onWrite(hook));
        }
        RegisterCatalogue<Device> catalogue = block.source("benchmark").build();
        RegisterFile<Device> registers =
                new RegisterFile<>(
                        catalogue,
                        catalogue.resetImage(),
                        device,
                        HardwarePort.absent(),
                        new FaultBook("vm1", MediationListener.none()));
        // A guest that has booted has written to every page already.
        for (int offset : REGISTERS) {
            registers.shadow(offset, 0);
        }
        return registers;
    }

    /** Floor of a read: an array load behind one monomorphic interface call. */
    @Benchmark
    public long readFloor() {
        long value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i++) {
            value = floor.load(plain[(i + (int) value) & MASK]);
        }
        return value;
    }

    /** A read of a plain register. */
    @Benchmark
    public long readShadow() {
        long value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i++) {
            value = registers.read(plain[(i + (int) value) & MASK], 4);
        }
        return value;
    }

    /** A read of a plain register of a Haswell, on the VMM's whole way to it. */
    @Benchmark
    public long readVirtualGpu() {
        long value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i++) {
            value = trapped.read(trappedPlain[(i + (int) value) & MASK], 4);
        }
        return value;
    }

    /** A read through a sorted map and one of three devices. */
    @Benchmark
    public long readNaive() {
        long value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i++) {
            value = bus.read(plain[(i + (int) value) & MASK]);
        }
        return value;
    }

    /** Floor of a write whose address and value come from a read before it. */
    @Benchmark
    public long writeFloor() {
        int value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i += 2) {
            value = floor.load(plain[(i + value) & MASK]);
            floor.store(plain[(i + 1 + value) & MASK], value);
        }
        return value;
    }

    /** A read of a plain register, and a write of another one with what was read. */
    @Benchmark
    public long writeShadow() {
        int value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i += 2) {
            value = (int) registers.read(plain[(i + value) & MASK], 4);
            registers.write(plain[(i + 1 + value) & MASK], 4, value);
        }
        return value;
    }

    /** The same through a sorted map and three devices. */
    @Benchmark
    public long writeNaive() {
        int value = 0;
        for (int i = 0; i < TrapAddresses.COUNT; i += 2) {
            value = bus.read(plain[(i + value) & MASK]);
            bus.write(plain[(i + 1 + value) & MASK], value);
        }
        return value;
    }

    /** Floor of a hooked write: one of three devices, found by an array. */
    @Benchmark
    public long hookFloor() {
        for (int i = 0; i < TrapAddresses.COUNT; i++) {
            int offset = hooked[i];
            threeWay[deviceOf[offset >> 2]].write(offset & 0xffff, i);
        }
        return threeWay[0].sum() + threeWay[1].sum() + threeWay[2].sum();
    }

    /** A write of a register with one of three hooks. */
    @Benchmark
    public long hookedWrite() {
        for (int i = 0; i < TrapAddresses.COUNT; i++) {
            registers.write(hooked[i], 4, i);
        }
        return device.first + device.second + device.third;
    }

    private static final class ArrayStorage implements Storage {
        private final int[] values = new int[TrapAddresses.LENGTH >> 2];

        @Override
        public int load(int offset) {
            return values[offset >> 2];
        }

        @Override
        public void store(int offset, int value) {
            values[offset >> 2] = value;
        }
    }

    private static final class DeviceOne implements NaiveBus.Device {
        private final int[] values = new int[1 << 14];
        private long sum;

        @Override
        public long sum() {
            return sum;
        }

        @Override
        public int read(int offset) {
            return values[offset >> 2];
        }

        @Override
        public void write(int offset, int value) {
            values[offset >> 2] = value;
            sum += value;
        }
    }

    private static final class DeviceTwo implements NaiveBus.Device {
        private final int[] values = new int[1 << 14];
        private long sum;

        @Override
        public long sum() {
            return sum;
        }

        @Override
        public int read(int offset) {
            return values[offset >> 2];
        }

        @Override
        public void write(int offset, int value) {
            values[offset >> 2] = value;
            sum ^= offset;
        }
    }

    private static final class DeviceThree implements NaiveBus.Device {
        private final int[] values = new int[1 << 14];
        private long sum;

        @Override
        public long sum() {
            return sum;
        }

        @Override
        public int read(int offset) {
            return values[offset >> 2];
        }

        @Override
        public void write(int offset, int value) {
            sum -= values[offset >> 2];
            values[offset >> 2] = value;
        }
    }
}
