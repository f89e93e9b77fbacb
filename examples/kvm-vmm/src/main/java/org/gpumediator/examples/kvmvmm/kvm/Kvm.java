package org.gpumediator.examples.kvmvmm.kvm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import org.gpumediator.examples.common.linux.ControlDevice;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.LinuxException;

/**
 * {@code /dev/kvm}, opened. Source of numbers and layouts: linux/kvm.h and asm/kvm.h of the
 * kernel's user API, x86-64; Documentation/virt/kvm/api.rst.
 */
public final class Kvm implements AutoCloseable {

    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final int API_VERSION = 12;

    private static final long GET_API_VERSION = 0xae00;
    private static final long CREATE_VM = 0xae01;
    private static final long CHECK_EXTENSION = 0xae03;
    private static final long GET_VCPU_MMAP_SIZE = 0xae04;
    private static final long GET_SUPPORTED_CPUID = 0xc008_ae05L;

    /** What the kernel must be able to do; {@code KVM_CAP_...} by number. */
    private enum Needed {
        IRQCHIP(0),
        USER_MEMORY(3),
        PIT2(33),
        SIGNAL_MSI(77),
        READONLY_MEM(81);

        private final int number;

        Needed(int number) {
            this.number = number;
        }
    }

    private static final int CPUID_ROOM = 256;
    private static final int CPUID_ENTRY = 40;

    private final int descriptor;

    private Kvm(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens the device.
     *
     * @throws IOException if it is not there, there is no right to it, or it lacks what a PC needs;
     *     the message is one sentence for the user
     */
    public static Kvm open() throws IOException {
        int descriptor;
        try {
            descriptor = ControlDevice.open(DEVICE);
        } catch (LinuxException refused) {
            throw new IOException(reason(refused.errno()), refused);
        }
        Kvm kvm = new Kvm(descriptor);
        try {
            kvm.check();
            return kvm;
        } catch (IOException lacking) {
            kvm.close();
            throw lacking;
        }
    }

    private static String reason(int errno) {
        return switch (errno) {
            case Errno.ENOENT ->
                    DEVICE
                            + " is not there: this machine has no KVM, or its module is not loaded"
                            + " (kvm-intel or kvm-amd)";
            case Errno.EACCES ->
                    DEVICE
                            + " may not be opened: expected read and write access, which group kvm"
                            + " usually has";
            default -> DEVICE + " cannot be opened: " + Errno.name(errno);
        };
    }

    private void check() throws IOException {
        int version = ControlDevice.control("KVM_GET_API_VERSION", descriptor, GET_API_VERSION, 0);
        if (version != API_VERSION) {
            throw new IOException(DEVICE + " has version " + version + ": expected " + API_VERSION);
        }
        for (Needed needed : Needed.values()) {
            if (ControlDevice.control(
                            "KVM_CHECK_EXTENSION", descriptor, CHECK_EXTENSION, needed.number)
                    == 0) {
                throw new IOException(DEVICE + " has no " + needed + ", which a PC needs");
            }
        }
    }

    /** Returns in one sentence why KVM cannot be used here; empty if it can. */
    public static Optional<String> obstacle() {
        try {
            open().close();
            return Optional.empty();
        } catch (IOException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
    }

    /**
     * Makes a virtual machine with interrupt chip and timer, and neither memory nor processors.
     *
     * @throws LinuxException if the kernel refuses
     */
    public KvmVm createVm() throws LinuxException {
        int vm = ControlDevice.control("KVM_CREATE_VM", descriptor, CREATE_VM, 0);
        try {
            int runLength =
                    ControlDevice.control(
                            "KVM_GET_VCPU_MMAP_SIZE", descriptor, GET_VCPU_MMAP_SIZE, 0);
            return new KvmVm(vm, runLength, supportedCpuid());
        } catch (LinuxException refused) {
            Descriptors.close(vm);
            throw refused;
        }
    }

    /** Returns a {@code struct kvm_cpuid2} of what the host can let a guest use. */
    private MemorySegment supportedCpuid() throws LinuxException {
        MemorySegment list = Arena.ofAuto().allocate(8 + CPUID_ROOM * CPUID_ENTRY, 8);
        list.set(ValueLayout.JAVA_INT, 0, CPUID_ROOM);
        int ignored =
                ControlDevice.control(
                        "KVM_GET_SUPPORTED_CPUID", descriptor, GET_SUPPORTED_CPUID, list.address());
        return list;
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}
