package org.gpumediator.nvidia.vf.snapshot;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.SnapshotIncompatibleException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.nvidia.vf.manager.ManagedVgpu;
import org.gpumediator.nvidia.vf.snapshot.PacketStream.Packet;

/**
 * Saves and restores one virtual GPU: descriptor, PCI function, firmware task, registers,
 * framebuffer in blocks of 16 MiB of which those that are all zero are left out, trailer.
 */
public final class VfSnapshot implements Snapshottable {

    private static final int BLOCK = PacketStream.MOST_BYTES;
    private static final int FRAMEBUFFER_BAR = 1;

    /**
     * Where the windows to framebuffer and instance memory are, the buffers of MMU faults, then the
     * interrupt enables of the leaves and of the top: what a write sets is what a read gives.
     */
    private static final int[] REGISTERS =
            Stream.of(
                            IntStream.of(0x0f40, 0x0f48),
                            IntStream.iterate(0x3000, at -> at < 0x30a0, at -> at + 4),
                            IntStream.iterate(0x1200, at -> at < 0x1220, at -> at + 4),
                            IntStream.of(0x1608))
                    .flatMapToInt(part -> part)
                    .toArray();

    private final PhysicalGpu board;
    private final ManagedVgpu vgpu;
    private final PciFunction function;
    private final Descriptor descriptor;
    private final Runnable reset;

    /**
     * Creates the ability.
     *
     * @param board the physical function
     * @param vgpu the virtual GPU on it
     * @param function its PCI function
     * @param descriptor what it is
     * @param reset resets it, and holds it again
     */
    public VfSnapshot(
            PhysicalGpu board,
            ManagedVgpu vgpu,
            PciFunction function,
            Descriptor descriptor,
            Runnable reset) {
        this.board = board;
        this.vgpu = vgpu;
        this.function = function;
        this.descriptor = descriptor;
        this.reset = reset;
    }

    @Override
    public void save(OutputStream target) throws IOException {
        byte[] firmware = vgpu.saveState();
        PacketStream.write(target, new Packet(PacketType.DESCRIPTOR, 0, descriptor.encode()));
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        function.save(new DataOutputStream(state));
        PacketStream.write(target, new Packet(PacketType.FUNCTION, 0, state.toByteArray()));
        PacketStream.write(target, new Packet(PacketType.FIRMWARE, 0, firmware));
        PacketStream.write(target, new Packet(PacketType.REGISTERS, 0, registers()));
        byte[] bytes = new byte[BLOCK];
        MemorySegment block = MemorySegment.ofArray(bytes);
        MemorySegment zeros = MemorySegment.ofArray(new byte[BLOCK]).asReadOnly();
        long start = vgpu.record().framebuffer().start();
        for (long at = 0; at < descriptor.framebufferBytes(); at += BLOCK) {
            board.readBlock(FRAMEBUFFER_BAR, start + at, block);
            if (block.mismatch(zeros) >= 0) {
                PacketStream.write(target, new Packet(PacketType.FRAMEBUFFER, at, bytes));
            }
        }
        PacketStream.write(target, new Packet(PacketType.TRAILER, 0, new byte[0]));
    }

    /** All or nothing: whatever the source throws, nothing of the stream is left. */
    @Override
    public void restore(InputStream source) throws IOException {
        try {
            checkDescriptor(source);
        } catch (SnapshotIncompatibleException unfit) {
            throw unfit; // nothing was touched yet
        } catch (Throwable failure) {
            resetAfter(failure);
            throw failure;
        }
        reset.run();
        try {
            restoreRest(source);
        } catch (SnapshotIncompatibleException unfit) {
            resetAfter(unfit);
            throw new SnapshotFormatException("part of the stream: " + unfit.getMessage());
        } catch (Throwable failure) {
            resetAfter(failure);
            throw failure;
        }
    }

    private void resetAfter(Throwable failure) {
        try {
            reset.run();
        } catch (RuntimeException second) {
            failure.addSuppressed(second);
        }
    }

    private void checkDescriptor(InputStream source) throws IOException {
        Packet first = PacketStream.read(source);
        if (first.type() != PacketType.DESCRIPTOR || first.offset() != 0) {
            throw new SnapshotFormatException(
                    "first packet is " + first.type() + ": expected DESCRIPTOR");
        }
        Descriptor.decode(first.payload()).checkFits(descriptor);
    }

    private void restoreFunction(byte[] saved) throws IOException {
        DataInputStream source = new DataInputStream(new ByteArrayInputStream(saved));
        try {
            function.restore(source);
        } catch (EOFException ended) {
            throw new SnapshotFormatException(
                    "FUNCTION packet of " + saved.length + " bytes: too short");
        }
        if (source.available() > 0) {
            throw new SnapshotFormatException(
                    "FUNCTION packet of "
                            + saved.length
                            + " bytes: "
                            + source.available()
                            + " too many");
        }
    }

    private void restoreRest(InputStream source) throws IOException {
        long expected = 0;
        PacketType last = PacketType.DESCRIPTOR;
        while (true) {
            Packet packet = PacketStream.read(source);
            boolean inOrder =
                    switch (packet.type()) {
                        case DESCRIPTOR -> false;
                        case FUNCTION -> last == PacketType.DESCRIPTOR && packet.offset() == 0;
                        case FIRMWARE -> last == PacketType.FUNCTION && packet.offset() == 0;
                        case REGISTERS ->
                                last == PacketType.FIRMWARE
                                        && packet.offset() == 0
                                        && packet.payload().length == 4 * REGISTERS.length;
                        case FRAMEBUFFER ->
                                (last == PacketType.REGISTERS || last == PacketType.FRAMEBUFFER)
                                        && packet.offset() >= expected
                                        && packet.offset() % BLOCK == 0
                                        && packet.payload().length == BLOCK
                                        && packet.offset() <= descriptor.framebufferBytes() - BLOCK;
                        case TRAILER ->
                                (last == PacketType.REGISTERS || last == PacketType.FRAMEBUFFER)
                                        && packet.offset() == 0
                                        && packet.payload().length == 0;
                    };
            if (!inOrder) {
                throw new SnapshotFormatException(
                        packet.type()
                                + " packet at offset "
                                + packet.offset()
                                + " after "
                                + last
                                + ": out of order");
            }
            last = packet.type();
            switch (packet.type()) {
                case FUNCTION -> restoreFunction(packet.payload());
                case FIRMWARE -> vgpu.restoreState(packet.payload());
                case REGISTERS -> restoreRegisters(packet.payload());
                case FRAMEBUFFER -> {
                    restoreBlock(packet);
                    expected = packet.offset() + BLOCK;
                }
                case DESCRIPTOR -> {}
                case TRAILER -> {
                    PacketStream.checkEnd(source);
                    return;
                }
            }
        }
    }

    private PhysicalGpu running() {
        PhysicalGpu running = vgpu.function();
        if (running == null) {
            throw new GpuMediationException(vgpu + ": has no virtual function");
        }
        return running;
    }

    private byte[] registers() {
        ByteBuffer values =
                ByteBuffer.allocate(4 * REGISTERS.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int register : REGISTERS) {
            values.putInt((int) running().read(0, register, 4));
        }
        return values.array();
    }

    private void restoreRegisters(byte[] saved) {
        ByteBuffer values = ByteBuffer.wrap(saved).order(ByteOrder.LITTLE_ENDIAN);
        for (int register : REGISTERS) {
            running().write(0, register, 4, values.getInt() & 0xffff_ffffL);
        }
    }

    private void restoreBlock(Packet packet) {
        ByteBuffer block = ByteBuffer.wrap(packet.payload()).order(ByteOrder.LITTLE_ENDIAN);
        long start = vgpu.record().framebuffer().start() + packet.offset();
        for (int i = 0; i < BLOCK; i += 8) {
            long word = block.getLong(i);
            if (word != 0) {
                board.write(FRAMEBUFFER_BAR, start + i, 8, word);
            }
        }
    }
}
