package org.gpumediator.examples.vfiouser.server;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.common.linux.SealedMemory;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;

/**
 * Serves a client of its own for a moment, so that every class is loaded and the usual messages are
 * compiled before a real client counts the seconds.
 */
public final class WarmUp {

    private static final int ROUNDS = 2_000;
    private static final int ROUNDS_PER_MAP = 100;
    private static final long MOST_NANOS = 700_000_000;
    private static final int PAGE = 4096;
    private static final int MSI_ASSIGN = Wire.IRQ_DATA_EVENTFD | Wire.IRQ_TRIGGER;

    private final MessageSocket socket;
    private final MemorySegment out;

    private WarmUp(MessageSocket socket) {
        this.socket = socket;
        out = socket.output();
    }

    /**
     * Runs, for less than a second.
     *
     * @throws IOException if the host refuses a socket or a descriptor
     */
    public static void run() throws IOException {
        int[] pair = UnixSocket.pair();
        ClientPort port = new ClientPort();
        try (ScratchGpu gpu = new ScratchGpu("warm-up", port.vmmPort());
                SocketServer server = new SocketServer(ServerSettings.DEFAULT);
                MessageSocket socket = new MessageSocket(pair[0], PAGE, PAGE);
                SharedMemory memory = SealedMemory.allocator().allocate("warm-up", PAGE)) {
            server.serveConnected(gpu, port, pair[1]);
            new WarmUp(socket).converse(memory.fileDescriptor().orElseThrow());
        } finally {
            Descriptors.close(pair[0]);
        }
    }

    private void converse(int memory) throws LinuxException {
        out.set(Wire.LE32, Wire.HEADER_LENGTH, 0);
        call(Wire.VERSION, 4);
        for (int index = 0; index < Wire.REGIONS; index++) {
            out.set(Wire.LE32, Wire.HEADER_LENGTH, PAGE);
            out.set(Wire.LE32, Wire.HEADER_LENGTH + 8, index);
            call(Wire.DEVICE_GET_REGION_INFO, 32);
        }
        int counter = EventFd.create();
        long end = System.nanoTime() + MOST_NANOS;
        for (int round = 0; round < ROUNDS && System.nanoTime() < end; round++) {
            access(Wire.REGION_READ, Wire.REGION_CONFIG, 4, 0);
            access(Wire.REGION_READ, 0, 4, 0);
            access(Wire.REGION_WRITE, 0, 4, 4);
            access(Wire.REGION_WRITE, 2, 8, 8);
            if (round % ROUNDS_PER_MAP == 0) {
                map(memory);
                irqs(counter);
            }
        }
        Descriptors.close(counter);
    }

    private void access(int command, int region, int count, int dataBytes) {
        out.set(Wire.LE64, Wire.HEADER_LENGTH, 0);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 8, region);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 12, count);
        call(command, 16 + dataBytes);
    }

    private void map(int memory) {
        out.set(Wire.LE32, Wire.HEADER_LENGTH, 32);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 4, 3);
        out.set(Wire.LE64, Wire.HEADER_LENGTH + 8, 0);
        out.set(Wire.LE64, Wire.HEADER_LENGTH + 16, 0);
        out.set(Wire.LE64, Wire.HEADER_LENGTH + 24, PAGE);
        call(Wire.DMA_MAP, 32, memory);
        out.set(Wire.LE32, Wire.HEADER_LENGTH, 24);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 4, 0);
        out.set(Wire.LE64, Wire.HEADER_LENGTH + 8, 0);
        out.set(Wire.LE64, Wire.HEADER_LENGTH + 16, PAGE);
        call(Wire.DMA_UNMAP, 24);
    }

    private void irqs(int counter) {
        out.set(Wire.LE32, Wire.HEADER_LENGTH, 20);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 4, MSI_ASSIGN);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 8, Wire.IRQ_MSI);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 12, 0);
        out.set(Wire.LE32, Wire.HEADER_LENGTH + 16, 1);
        call(Wire.DEVICE_SET_IRQS, 20, counter);
    }

    private void call(int command, int payload, int... descriptors) {
        out.set(Wire.LE16, Wire.HEADER_ID, (short) 0);
        out.set(Wire.LE16, Wire.HEADER_COMMAND, (short) command);
        out.set(Wire.LE32, Wire.HEADER_SIZE, Wire.HEADER_LENGTH + payload);
        out.set(Wire.LE32, Wire.HEADER_FLAGS, Wire.TYPE_COMMAND);
        out.set(Wire.LE32, Wire.HEADER_ERROR, 0);
        long length = Wire.HEADER_LENGTH + (long) payload;
        int sent = descriptors.length == 0 ? socket.send(length) : socket.send(length, descriptors);
        if (sent != 0 || socket.receive(0, PAGE) < Wire.HEADER_LENGTH) {
            throw new IllegalStateException("the server does not answer its own warm-up");
        }
        for (int i = 0; i < socket.descriptorCount(); i++) {
            Descriptors.close(socket.takeDescriptor(i));
        }
    }
}
