package org.gpumediator.examples.kvmvmm.machine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.kvmvmm.kvm.KvmVcpu;
import org.gpumediator.examples.kvmvmm.kvm.KvmVm;
import org.jspecify.annotations.Nullable;

/**
 * One processor and its thread: lets the guest run, and answers what makes it stop. Between two
 * runs it takes no lock of the VMM's.
 */
final class Processor implements Runnable {

    /** What a processor needs of its machine. */
    interface Machine {

        /** Says that the guest has ended, or cannot go on. */
        void ended(VmEnd end);
    }

    private final KvmVm vm;
    private final int id;
    private final Machine machine;
    private final RunGate gate;
    private final GuestRam ram;
    private final AddressMap memory;
    private final AddressMap ports;
    private final @Nullable ProcessorState start;
    private final CountDownLatch ready;
    private final AtomicLong exits = new AtomicLong();

    /**
     * Makes one.
     *
     * @param start how it begins; {@code null} for one that waits to be woken by another
     * @param ready what all processors of the machine count down before any of them runs
     */
    Processor(
            KvmVm vm,
            int id,
            Machine machine,
            RunGate gate,
            GuestRam ram,
            AddressMap memory,
            AddressMap ports,
            @Nullable ProcessorState start,
            CountDownLatch ready) {
        this.vm = vm;
        this.id = id;
        this.machine = machine;
        this.gate = gate;
        this.ram = ram;
        this.memory = memory;
        this.ports = ports;
        this.start = start;
        this.ready = ready;
    }

    /** Returns how often the guest has stopped here. */
    long exits() {
        return exits.getOpaque();
    }

    /** Whatever goes wrong here ends this machine and nothing else. */
    @Override
    public void run() {
        try (KvmVcpu cpu = vm.createVcpu(id)) {
            if (start != null) {
                start.set(cpu);
            }
            RunGate.Pass pass = gate.add(cpu::kick);
            try {
                ready.countDown();
                ready.await();
                loop(cpu, pass);
            } finally {
                gate.leave(pass);
                gate.forget(pass);
            }
        } catch (Throwable thrown) {
            machine.ended(VmEnd.failed("processor " + id + ": " + thrown));
        } finally {
            ready.countDown();
        }
    }

    private void loop(KvmVcpu cpu, RunGate.Pass pass) throws LinuxException {
        while (gate.enter(pass)) {
            int exit = cpu.run();
            gate.leave(pass);
            exits.setOpaque(exits.getPlain() + 1);
            switch (exit) {
                case KvmVcpu.EXIT_MMIO -> mmio(cpu);
                case KvmVcpu.EXIT_IO -> port(cpu);
                case KvmVcpu.EXIT_KICKED -> {}
                default -> machine.ended(end(cpu, exit));
            }
        }
    }

    /**
     * An access to what is no memory, or to a page of memory whose writes are tracked. The reply
     * counts when the guest runs next.
     */
    private void mmio(KvmVcpu cpu) {
        long address = cpu.mmioAddress();
        int length = cpu.mmioLength();
        if (ram.holds(address)) {
            if (cpu.mmioIsWrite()) {
                ram.cpuWrite(address, length, cpu.mmioValue());
            } else {
                cpu.answerMmio(ram.cpuRead(address, length));
            }
        } else if (cpu.mmioIsWrite()) {
            memory.write(address, length, cpu.mmioValue());
        } else {
            cpu.answerMmio(memory.read(address, length));
        }
    }

    /** A string instruction comes with all its elements at once: the port stays, memory moves. */
    private void port(KvmVcpu cpu) {
        int port = cpu.port();
        int width = cpu.portWidth();
        int count = cpu.portCount();
        boolean write = cpu.portIsWrite();
        for (int i = 0; i < count; i++) {
            if (write) {
                ports.write(port, width, cpu.portValue(i));
            } else {
                cpu.answerPort(i, ports.read(port, width));
            }
        }
    }

    private VmEnd end(KvmVcpu cpu, int exit) {
        return switch (exit) {
            case KvmVcpu.EXIT_SHUTDOWN -> VmEnd.tripleFault("processor " + id);
            case KvmVcpu.EXIT_FAIL_ENTRY, KvmVcpu.EXIT_INTERNAL_ERROR ->
                    VmEnd.failed(
                            "processor "
                                    + id
                                    + ": KVM cannot run the guest, exit "
                                    + exit
                                    + " detail "
                                    + cpu.errorDetail());
            default -> VmEnd.failed("processor " + id + ": unexpected exit " + exit + " of KVM");
        };
    }
}
