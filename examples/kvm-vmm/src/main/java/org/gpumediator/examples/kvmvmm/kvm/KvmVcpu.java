package org.gpumediator.examples.kvmvmm.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.examples.common.linux.ControlDevice;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.ThreadSignal;

/**
 * A processor of a virtual machine. All methods but {@link #kick} are for the thread that made it.
 * Nothing from {@link #run} to the next {@code run} allocates.
 */
public final class KvmVcpu implements AutoCloseable {

    private static final long RUN = 0xae80;
    private static final long GET_REGS = 0x8090_ae81L;
    private static final long SET_REGS = 0x4090_ae82L;
    private static final long GET_SREGS = 0x8138_ae83L;
    private static final long SET_SREGS = 0x4138_ae84L;
    private static final long SET_SIGNAL_MASK = 0x4004_ae8bL;
    private static final long GET_LAPIC = 0x8400_ae8eL;
    private static final long SET_LAPIC = 0x4400_ae8fL;
    private static final long SET_CPUID2 = 0x4008_ae90L;

    /** Why {@link #run} has come back: {@code KVM_EXIT_...} by number. */
    public static final int EXIT_IO = 2;

    public static final int EXIT_HALT = 5;
    public static final int EXIT_MMIO = 6;
    public static final int EXIT_SHUTDOWN = 8;
    public static final int EXIT_FAIL_ENTRY = 9;
    public static final int EXIT_INTERNAL_ERROR = 17;

    /** Somebody has kicked the processor, or the kernel wants the call repeated. */
    public static final int EXIT_KICKED = -1;

    private static final int RUN_EXIT_REASON = 8;

    /** The union of {@code struct kvm_run}: what belongs to the reason. */
    private static final int RUN_DETAIL = 32;

    private static final int IO_SIZE = RUN_DETAIL + 1;
    private static final int IO_PORT = RUN_DETAIL + 2;
    private static final int IO_COUNT = RUN_DETAIL + 4;
    private static final int IO_DATA_OFFSET = RUN_DETAIL + 8;
    private static final int MMIO_DATA = RUN_DETAIL + 8;
    private static final int MMIO_LENGTH = RUN_DETAIL + 16;
    private static final int MMIO_IS_WRITE = RUN_DETAIL + 20;

    private static final int REGS_LENGTH = 144;
    private static final int SREGS_LENGTH = 0x138;
    private static final int LAPIC_LENGTH = 0x400;
    private static final int LVT0 = 0x350;
    private static final int LVT1 = 0x360;
    private static final int EXTERNAL_INTERRUPT = 0x700;
    private static final int NON_MASKABLE = 0x400;

    private static final int CPUID_FEATURES = 1;
    private static final int CPUID_TOPOLOGY = 0xb;
    private static final int FEATURE_HYPERVISOR = 1 << 31;
    private static final int FEATURE_TSC_DEADLINE = 1 << 24;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment callState = ControlDevice.callState(arena);
    private final ThreadSignal signal = ThreadSignal.ofCurrentThread(arena);
    private final int descriptor;
    private final int id;
    private final MemorySegment run;

    KvmVcpu(int descriptor, int id, int runLength, MemorySegment supported) throws LinuxException {
        this.descriptor = descriptor;
        this.id = id;
        run = ControlDevice.map(descriptor, runLength, arena);
        letSignalIn();
        setCpuid(supported);
        setLocalInterrupts();
    }

    private int request(String what, long request, MemorySegment argument) throws LinuxException {
        return ControlDevice.control(what, descriptor, request, argument.address());
    }

    private void letSignalIn() throws LinuxException {
        MemorySegment mask = arena.allocate(12, 4);
        mask.set(ValueLayout.JAVA_INT, 0, Long.BYTES);
        mask.set(ValueLayout.JAVA_LONG_UNALIGNED, 4, signal.maskThatLetsItIn());
        request("KVM_SET_SIGNAL_MASK", SET_SIGNAL_MASK, mask);
    }

    /** What the host supports, with this processor's own number, as a guest of a hypervisor. */
    private void setCpuid(MemorySegment supported) throws LinuxException {
        MemorySegment list = arena.allocate(supported.byteSize(), 8).copyFrom(supported);
        int count = list.get(ValueLayout.JAVA_INT, 0);
        for (int i = 0; i < count; i++) {
            MemorySegment entry = list.asSlice(8 + 40L * i, 40);
            int function = entry.get(ValueLayout.JAVA_INT, 0);
            if (function == CPUID_FEATURES) {
                or(entry, 20, FEATURE_HYPERVISOR | FEATURE_TSC_DEADLINE);
                int ebx = entry.get(ValueLayout.JAVA_INT, 16) & 0xff_ffff;
                entry.set(ValueLayout.JAVA_INT, 16, ebx | id << 24);
            } else if (function == CPUID_TOPOLOGY) {
                entry.set(ValueLayout.JAVA_INT, 24, id);
            }
        }
        request("KVM_SET_CPUID2", SET_CPUID2, list);
    }

    private static void or(MemorySegment entry, long at, int bits) {
        entry.set(ValueLayout.JAVA_INT, at, entry.get(ValueLayout.JAVA_INT, at) | bits);
    }

    private void setLocalInterrupts() throws LinuxException {
        MemorySegment registers = arena.allocate(LAPIC_LENGTH, 8);
        request("KVM_GET_LAPIC", GET_LAPIC, registers);
        registers.set(ValueLayout.JAVA_INT, LVT0, EXTERNAL_INTERRUPT);
        registers.set(ValueLayout.JAVA_INT, LVT1, NON_MASKABLE);
        request("KVM_SET_LAPIC", SET_LAPIC, registers);
    }

    // ---- registers, while it is not running

    /** Returns a copy of {@code struct kvm_regs}. */
    public MemorySegment registers() throws LinuxException {
        MemorySegment registers = arena.allocate(REGS_LENGTH, 8);
        request("KVM_GET_REGS", GET_REGS, registers);
        return registers;
    }

    /** Sets {@code struct kvm_regs}. */
    public void setRegisters(MemorySegment registers) throws LinuxException {
        request("KVM_SET_REGS", SET_REGS, registers);
    }

    /** Returns a copy of {@code struct kvm_sregs}. */
    public MemorySegment systemRegisters() throws LinuxException {
        MemorySegment registers = arena.allocate(SREGS_LENGTH, 8);
        request("KVM_GET_SREGS", GET_SREGS, registers);
        return registers;
    }

    /** Sets {@code struct kvm_sregs}. */
    public void setSystemRegisters(MemorySegment registers) throws LinuxException {
        request("KVM_SET_SREGS", SET_SREGS, registers);
    }

    // ---- running

    /**
     * Runs the guest until it does what this process must answer.
     *
     * @return {@code EXIT_...}
     * @throws LinuxException if the kernel cannot run it
     */
    public int run() throws LinuxException {
        int result = ControlDevice.controlOnce(callState, descriptor, RUN, 0);
        if (result >= 0) {
            return run.get(ValueLayout.JAVA_INT, RUN_EXIT_REASON);
        }
        if (result == -Errno.EINTR) {
            signal.consume();
            return EXIT_KICKED;
        }
        if (result == -Errno.EAGAIN) {
            return EXIT_KICKED;
        }
        throw new LinuxException("KVM_RUN of processor " + id, -result);
    }

    /** Ends {@link #run}, or the next one. May be called on any thread while its own lives. */
    public void kick() {
        signal.send();
    }

    // ---- what has come, after EXIT_MMIO

    /** Returns the guest-physical address of the access. */
    public long mmioAddress() {
        return run.get(ValueLayout.JAVA_LONG, RUN_DETAIL);
    }

    /** Returns how many bytes it has: 1 to 8, also 3, 5, 6 and 7. */
    public int mmioLength() {
        return run.get(ValueLayout.JAVA_INT, MMIO_LENGTH);
    }

    /** Returns whether it is a write. */
    public boolean mmioIsWrite() {
        return run.get(ValueLayout.JAVA_BYTE, MMIO_IS_WRITE) != 0;
    }

    /** Returns the value written; bits above its length are anything. */
    public long mmioValue() {
        return run.get(ValueLayout.JAVA_LONG, MMIO_DATA);
    }

    /** Answers a read. */
    public void answerMmio(long value) {
        run.set(ValueLayout.JAVA_LONG, MMIO_DATA, value);
    }

    // ---- what has come, after EXIT_IO

    /** Returns the port. */
    public int port() {
        return Short.toUnsignedInt(run.get(ValueLayout.JAVA_SHORT, IO_PORT));
    }

    /** Returns the width of each element: 1, 2 or 4. */
    public int portWidth() {
        return run.get(ValueLayout.JAVA_BYTE, IO_SIZE);
    }

    /** Returns how many elements a string instruction moves; 1 of a plain one. */
    public int portCount() {
        return run.get(ValueLayout.JAVA_INT, IO_COUNT);
    }

    /** Returns whether it is a write. */
    public boolean portIsWrite() {
        return run.get(ValueLayout.JAVA_BYTE, RUN_DETAIL) != 0;
    }

    /** Returns an element written. */
    public long portValue(int index) {
        return AccessWidth.get(run, portData(index), portWidth());
    }

    /** Answers an element read. */
    public void answerPort(int index, long value) {
        AccessWidth.put(run, portData(index), portWidth(), value);
    }

    private long portData(int index) {
        return run.get(ValueLayout.JAVA_LONG, IO_DATA_OFFSET) + (long) index * portWidth();
    }

    // ---- what has come, after EXIT_INTERNAL_ERROR and EXIT_FAIL_ENTRY

    /** Returns the kernel's number for what went wrong. */
    public int errorDetail() {
        return run.get(ValueLayout.JAVA_INT, RUN_DETAIL);
    }

    @Override
    public void close() {
        arena.close();
        Descriptors.close(descriptor);
    }
}
