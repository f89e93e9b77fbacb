package org.gpumediator.examples.kvmvmm.machine;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.examples.common.linux.SealedMemory;
import org.gpumediator.examples.kvmvmm.boot.AcpiTables;
import org.gpumediator.examples.kvmvmm.boot.LinuxImage;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.gpumediator.examples.kvmvmm.kvm.KvmVm;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine: a PC with virtual GPUs on its root bus. Safe for use by multiple threads.
 *
 * <p>Create it, create each virtual GPU with {@link #port} and {@link #plug} it, then {@link #boot}
 * a kernel or {@link #start} code of your own, and {@link #await} its end. Closing ends it if it
 * still runs, closes its virtual GPUs and gives everything back.
 */
public final class Vm implements AutoCloseable {

    private static final int HOST_BRIDGE = 0;
    private static final int ISA_BRIDGE = 31;
    private static final int SERIAL_1 = 0x3f8;
    private static final int SERIAL_2 = 0x2f8;
    private static final int SERIAL_1_INPUT = 4;
    private static final int SERIAL_2_INPUT = 3;
    private static final int INTERRUPT_LINE = 0x3c;
    private static final long LARGE_PAGE = 2 << 20;

    /** Most processors: local interrupt controllers have 8-bit numbers, the last is for all. */
    public static final int MAX_PROCESSORS = 254;

    /** What is done at an address that the machine itself does not use; for tests of guests. */
    public static final int FIRST_FREE_PORT = 0x500;

    /**
     * What a machine has.
     *
     * @param name for threads and messages
     * @param memory in bytes, a positive multiple of 2 MiB
     * @param processors 1 to {@link #MAX_PROCESSORS}
     * @param console where its first serial port sends
     * @param second where its second serial port sends
     */
    public record Settings(
            String name, long memory, int processors, OutputStream console, OutputStream second) {

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of range; the message names it
         */
        public Settings {
            Objects.requireNonNull(name, "name");
            if (memory <= 0 || memory % LARGE_PAGE != 0) {
                throw new IllegalArgumentException(
                        "memory of " + memory + " bytes: expected a positive multiple of 2 MiB");
            }
            if (processors < 1 || processors > MAX_PROCESSORS) {
                throw new IllegalArgumentException(
                        processors + " processors: expected 1 to " + MAX_PROCESSORS);
            }
        }

        /** One processor, and nobody reads what it says. */
        public static Settings of(String name, long memory) {
            return new Settings(
                    name,
                    memory,
                    1,
                    OutputStream.nullOutputStream(),
                    OutputStream.nullOutputStream());
        }

        /** Returns these settings with another number of processors. */
        public Settings withProcessors(int processors) {
            return new Settings(name, memory, processors, console, second);
        }

        /** Returns these settings with somebody who reads the serial ports. */
        public Settings withSerial(OutputStream console, OutputStream second) {
            return new Settings(name, memory, processors, console, second);
        }
    }

    private final Settings settings;
    private final KvmVm kvm;
    private final RunGate gate = new RunGate();
    private final GuestRam ram;
    private final AddressMap memoryMap = new AddressMap();
    private final AddressMap portMap = new AddressMap();
    private final GuestInterrupts interrupts;
    private final PciRoot root = new PciRoot(() -> ended(VmEnd.of(VmEnd.Cause.RESET)));
    private final SerialPort serial;
    private final BarPlacement placement = new BarPlacement();
    private final Messages[] messages = new Messages[ISA_BRIDGE];
    private final List<PciSlot> slots = new ArrayList<>();
    private final List<VirtualGpu> vgpus = new ArrayList<>();
    private final List<Processor> processors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CompletableFuture<VmEnd> end = new CompletableFuture<>();
    private boolean closed;

    private Vm(KvmVm kvm, Settings settings) {
        this.settings = settings;
        this.kvm = kvm;
        ram =
                new GuestRam(
                        GuestRam.ofPc(settings.memory),
                        SealedMemory.allocator(),
                        kvm,
                        gate::exclusively);
        interrupts = new GuestInterrupts(kvm);
        serial = serial(settings.console, SERIAL_1, SERIAL_1_INPUT);
        SerialPort ignored = serial(settings.second, SERIAL_2, SERIAL_2_INPUT);
        Runnable reset = () -> ended(VmEnd.of(VmEnd.Cause.RESET));
        Runnable off = () -> ended(VmEnd.of(VmEnd.Cause.POWERED_OFF));
        portMap.add(ChipSet.CLOCK_PORTS, 2, ChipSet.clock(InstantSource.system()));
        portMap.add(ChipSet.KEYBOARD_COMMAND, 1, ChipSet.keyboard(reset));
        portMap.add(
                ChipSet.POWER_PORTS,
                ChipSet.POWER_LENGTH,
                ChipSet.power(MediationClock.system(), off));
        portMap.add(PciRoot.PORTS, PciRoot.PORTS_LENGTH, root.ports());
        memoryMap.add(PciRoot.ECAM, PciRoot.ECAM_LENGTH, root.ecam());
        root.plug(HOST_BRIDGE, PciSlot.bridge(Bridges.host(), memoryMap, portMap));
        root.plug(ISA_BRIDGE, PciSlot.bridge(Bridges.isa(), memoryMap, portMap));
    }

    private SerialPort serial(OutputStream out, int port, int input) {
        SerialPort made = new SerialPort(out, active -> kvm.interruptLine(input, active));
        portMap.add(port, SerialPort.LENGTH, made);
        return made;
    }

    /**
     * Makes a machine that does not run yet.
     *
     * @throws IOException if the kernel refuses
     * @throws org.gpumediator.api.GpuMediationException if the host has no memory to give
     */
    public static Vm create(Kvm kvm, Settings settings) throws IOException {
        KvmVm made = kvm.createVm();
        try {
            return new Vm(made, settings);
        } catch (RuntimeException refused) {
            made.close();
            throw refused;
        }
    }

    /** Returns its name. */
    public String name() {
        return settings.name;
    }

    // ---- virtual GPUs

    /**
     * Returns what a virtual GPU needs that shall be at a place on the root bus.
     *
     * @param device 1 to 30; Linux expects Haswell's at 2
     * @throws IllegalArgumentException if there is no such place, or it is taken
     */
    public synchronized VmmPort port(int device) {
        if (device <= HOST_BRIDGE || device >= ISA_BRIDGE || messages[device] != null) {
            throw new IllegalArgumentException(
                    "device " + device + ": expected a free one of 1 to " + (ISA_BRIDGE - 1));
        }
        Messages sink = new Messages();
        messages[device] = sink;
        return new VmmPort(
                ram,
                sink,
                interrupts.line(device),
                VmmPort.MessageMasking.DEVICE,
                SealedMemory.allocator());
    }

    /**
     * Puts a virtual GPU onto the root bus and gives its BARs addresses. It is closed with this
     * machine.
     *
     * @param device the place that it was made for by {@link #port}
     */
    public synchronized void plug(int device, VirtualGpu vgpu) {
        Messages sink = messages[device];
        if (sink == null || sink.vgpu != null) {
            throw new IllegalArgumentException(
                    "device " + device + ": expected one that port() was asked for");
        }
        sink.vgpu = vgpu;
        PciSlot slot = PciSlot.of(vgpu, memoryMap, portMap, kvm);
        placement.place(slot);
        slot.write(INTERRUPT_LINE, 1, GuestInterrupts.input(device));
        vgpus.add(vgpu);
        slots.add(slot);
        root.plug(device, slot);
    }

    /** Sends a virtual GPU's messages with the address and data that its guest has chosen. */
    private final class Messages implements InterruptSink {

        private volatile @Nullable VirtualGpu vgpu;

        @Override
        public void raise(int vector) {
            VirtualGpu from = vgpu;
            if (from != null) {
                boolean ignored =
                        kvm.signalMessage(
                                from.interrupts().messageAddress(vector),
                                from.interrupts().messageData(vector));
            }
        }
    }

    // ---- running

    /** Returns the guest's memory from address 0, to put code there. */
    public MemorySegment memory() {
        return ram.low();
    }

    /** Lets somebody answer ports, from {@link #FIRST_FREE_PORT} to 0x5ff. */
    public void answerPorts(int first, int length, TrapHandler handler) {
        portMap.add(first, length, handler);
    }

    /**
     * Boots Linux.
     *
     * @throws IllegalArgumentException if the memory is too small for it
     */
    public void boot(LinuxImage image) {
        MemorySegment low = ram.low();
        long acpi =
                AcpiTables.write(
                        low,
                        new AcpiTables.Pc(
                                settings.processors,
                                PciRoot.ECAM,
                                new AcpiTables.Window(BarPlacement.LOW, BarPlacement.LOW_END),
                                new AcpiTables.Window(BarPlacement.HIGH, BarPlacement.HIGH_END),
                                ChipSet.POWER_PORTS,
                                ChipSet.SLEEP_TYPE_OFF,
                                GuestInterrupts.FIRST_INPUT,
                                GuestInterrupts.INPUTS));
        long entry = image.load(low, ram.lengthAboveHole(), acpi, PciRoot.ECAM);
        long gdt = LinuxImage.writeFlatTables(low);
        start(ProcessorState.flat64(gdt, entry, LinuxImage.ZERO_PAGE));
    }

    /**
     * Starts the processors: the first as said, the others waiting for it.
     *
     * @throws IllegalStateException if it was started before, or is closed
     */
    public synchronized void start(ProcessorState first) {
        if (closed || !threads.isEmpty()) {
            throw new IllegalStateException("machine " + name() + ": expected one not started yet");
        }
        CountDownLatch ready = new CountDownLatch(settings.processors);
        for (int id = 0; id < settings.processors; id++) {
            Processor processor =
                    new Processor(
                            kvm,
                            id,
                            this::ended,
                            gate,
                            ram,
                            memoryMap,
                            portMap,
                            id == 0 ? first : null,
                            ready);
            processors.add(processor);
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("vm-" + name() + "-cpu" + id)
                            .unstarted(processor));
        }
        threads.forEach(Thread::start);
    }

    /**
     * Gives the guest a byte to read from its first serial port.
     *
     * @return whether there was room
     */
    public boolean type(int value) {
        return serial.receive(value);
    }

    /** Returns how often the guest has left its processors for this process. */
    public synchronized long exits() {
        return processors.stream().mapToLong(Processor::exits).sum();
    }

    private void ended(VmEnd how) {
        if (end.complete(how)) {
            gate.end();
        }
    }

    /** Returns how it has ended; empty while it runs, or has not been started. */
    public Optional<VmEnd> end() {
        return Optional.ofNullable(end.getNow(null));
    }

    /**
     * Waits for its end.
     *
     * @return how it has ended; empty if it has not in that time
     * @throws InterruptedException if the calling thread is interrupted
     */
    public Optional<VmEnd> await(Duration atMost) throws InterruptedException {
        try {
            return Optional.of(end.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException running) {
            return Optional.empty();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Ends it if it runs, closes its virtual GPUs, gives everything back. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        ended(VmEnd.of(VmEnd.Cause.CLOSED));
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        }
        slots.forEach(PciSlot::close);
        vgpus.forEach(VirtualGpu::close);
        ram.close();
        kvm.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
