package org.gpumediator.examples.kvmvmm.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.gpumediator.examples.common.linux.ControlDevice;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.LinuxException;

/**
 * A virtual machine of the kernel's: memory slots, interrupt chip, timer. Safe for use by multiple
 * threads.
 */
public final class KvmVm implements MemorySlots, AutoCloseable {

    private static final long CREATE_VCPU = 0xae41;
    private static final long SET_USER_MEMORY_REGION = 0x4020_ae46L;
    private static final long SET_TSS_ADDR = 0xae47;
    private static final long SET_IDENTITY_MAP_ADDR = 0x4008_ae48L;
    private static final long CREATE_IRQCHIP = 0xae60;
    private static final long IRQ_LINE = 0x4008_ae61L;
    private static final long CREATE_PIT2 = 0x4040_ae77L;
    private static final long SIGNAL_MSI = 0x4020_aea5L;

    /** Three pages and one that Intel's processors need inside the guest, below its BIOS. */
    private static final long TSS = 0xfffb_d000L;

    private static final long IDENTITY_MAP = 0xfffb_c000L;

    private static final int PIT_SPEAKER_DUMMY = 1;
    private static final int SLOT_READ_ONLY = 2;

    /** {@code KVM_USER_MEM_SLOTS} of x86 less some. */
    private static final int MAX_SLOTS = 500;

    private final int descriptor;
    private final int runLength;
    private final MemorySegment cpuid;

    private final Arena arena = Arena.ofShared();

    /** Arguments of the requests that are made often; each used under its own monitor. */
    private final MemorySegment line = arena.allocate(8, 8);

    private final MemorySegment message = arena.allocate(32, 8);
    private final MemorySegment region = arena.allocate(32, 8);
    private final MemorySegment regionState = ControlDevice.callState(arena);
    private final MemorySegment lineState = ControlDevice.callState(arena);
    private final MemorySegment messageState = ControlDevice.callState(arena);
    private final BitSet slots = new BitSet();
    private boolean closed;

    KvmVm(int descriptor, int runLength, MemorySegment cpuid) throws LinuxException {
        this.descriptor = descriptor;
        this.runLength = runLength;
        this.cpuid = cpuid;
        boolean made = false;
        try (Arena local = Arena.ofConfined()) {
            MemorySegment address = local.allocate(8, 8);
            address.set(ValueLayout.JAVA_LONG, 0, IDENTITY_MAP);
            request("KVM_SET_IDENTITY_MAP_ADDR", SET_IDENTITY_MAP_ADDR, address.address());
            request("KVM_SET_TSS_ADDR", SET_TSS_ADDR, TSS);
            request("KVM_CREATE_IRQCHIP", CREATE_IRQCHIP, 0);
            MemorySegment timer = local.allocate(64, 8);
            timer.set(ValueLayout.JAVA_INT, 0, PIT_SPEAKER_DUMMY);
            request("KVM_CREATE_PIT2", CREATE_PIT2, timer.address());
            made = true;
        } finally {
            if (!made) {
                arena.close();
            }
        }
    }

    private int request(String what, long request, long argument) throws LinuxException {
        return ControlDevice.control(what, descriptor, request, argument);
    }

    /**
     * Makes a processor. To be called by the thread that will run it.
     *
     * @param id 0 for the one that boots
     * @throws LinuxException if the kernel refuses
     */
    public KvmVcpu createVcpu(int id) throws LinuxException {
        int vcpu = request("KVM_CREATE_VCPU " + id, CREATE_VCPU, id);
        try {
            return new KvmVcpu(vcpu, id, runLength, cpuid);
        } catch (LinuxException refused) {
            Descriptors.close(vcpu);
            throw refused;
        }
    }

    @Override
    public synchronized int map(
            long guestAddress, long length, long hostAddress, boolean readOnly) {
        int slot = slots.nextClearBit(0);
        if (slot == MAX_SLOTS
                || closed
                || !set(slot, readOnly ? SLOT_READ_ONLY : 0, guestAddress, length, hostAddress)) {
            return NONE;
        }
        slots.set(slot);
        return slot;
    }

    @Override
    public synchronized void unmap(int slot) {
        if (!closed && !set(slot, 0, 0, 0, 0)) {
            throw new IllegalStateException("memory slot " + slot + ": expected one in use");
        }
        slots.clear(slot);
    }

    private boolean set(int slot, int flags, long guestAddress, long length, long hostAddress) {
        region.set(ValueLayout.JAVA_INT, 0, slot);
        region.set(ValueLayout.JAVA_INT, 4, flags);
        region.set(ValueLayout.JAVA_LONG, 8, guestAddress);
        region.set(ValueLayout.JAVA_LONG, 16, length);
        region.set(ValueLayout.JAVA_LONG, 24, hostAddress);
        return ControlDevice.controlOnce(
                        regionState, descriptor, SET_USER_MEMORY_REGION, region.address())
                >= 0;
    }

    /** Drives an input of the interrupt chip. Does not wait and does not allocate. */
    public void interruptLine(int input, boolean active) {
        synchronized (line) {
            if (closed) {
                return;
            }
            line.set(ValueLayout.JAVA_INT, 0, input);
            line.set(ValueLayout.JAVA_INT, 4, active ? 1 : 0);
            int ignored =
                    ControlDevice.controlOnce(lineState, descriptor, IRQ_LINE, line.address());
        }
    }

    /**
     * Sends a message interrupt. Does not wait and does not allocate.
     *
     * @return whether a processor has got it; the guest may have none ready
     */
    public boolean signalMessage(long address, int data) {
        synchronized (message) {
            if (closed) {
                return false;
            }
            message.set(ValueLayout.JAVA_INT, 0, (int) address);
            message.set(ValueLayout.JAVA_INT, 4, (int) (address >>> 32));
            message.set(ValueLayout.JAVA_INT, 8, data);
            return ControlDevice.controlOnce(
                            messageState, descriptor, SIGNAL_MSI, message.address())
                    > 0;
        }
    }

    /** Gives the machine back; its processors must have been closed. Idempotent. */
    @Override
    public void close() {
        // In this order, so that no late interrupt or slot reaches a descriptor of somebody else's.
        synchronized (this) {
            synchronized (line) {
                synchronized (message) {
                    if (!closed) {
                        closed = true;
                        Descriptors.close(descriptor);
                        arena.close();
                    }
                }
            }
        }
    }
}
