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
import org.gpumediator.examples.vfiouser.protocol.Capabilities;
import org.gpumediator.examples.vfiouser.protocol.DmaMap;
import org.gpumediator.examples.vfiouser.protocol.DmaUnmap;
import org.gpumediator.examples.vfiouser.protocol.Header;
import org.gpumediator.examples.vfiouser.protocol.IrqSet;
import org.gpumediator.examples.vfiouser.protocol.MessageView;
import org.gpumediator.examples.vfiouser.protocol.RegionAccess;
import org.gpumediator.examples.vfiouser.protocol.RegionInfo;
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
    private static final int READ_WRITE = 3;
    private static final int MSI_ASSIGN = Wire.IRQ_DATA_EVENTFD | Wire.IRQ_TRIGGER;

    private final MessageSocket socket;
    private final MemorySegment out;
    private final Header header = new Header();
    private final RegionAccess access = new RegionAccess();

    private WarmUp(MessageSocket socket) {
        this.socket = socket;
        out = socket.output();
        header.wrap(out, 0);
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
        call(Wire.VERSION, Capabilities.LEAST);
        for (int index = 0; index < Wire.REGIONS; index++) {
            RegionInfo info = payload(new RegionInfo());
            info.argumentBytes(PAGE);
            info.index(index);
            call(Wire.DEVICE_GET_REGION_INFO, RegionInfo.LENGTH);
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

    private <V extends MessageView> V payload(V view) {
        view.wrap(out, Header.LENGTH);
        return view;
    }

    private void access(int command, int region, int count, int dataBytes) {
        payload(access).put(0, region, count);
        call(command, RegionAccess.LENGTH + dataBytes);
    }

    private void map(int memory) {
        DmaMap map = payload(new DmaMap());
        map.argumentBytes(DmaMap.LENGTH);
        map.flags(READ_WRITE);
        map.fileOffset(0);
        map.address(0);
        map.size(PAGE);
        call(Wire.DMA_MAP, DmaMap.LENGTH, memory);
        DmaUnmap unmap = payload(new DmaUnmap());
        unmap.argumentBytes(DmaUnmap.LENGTH);
        unmap.flags(0);
        unmap.address(0);
        unmap.size(PAGE);
        call(Wire.DMA_UNMAP, DmaUnmap.LENGTH);
    }

    private void irqs(int counter) {
        IrqSet set = payload(new IrqSet());
        set.argumentBytes(IrqSet.LENGTH);
        set.flags(MSI_ASSIGN);
        set.index(Wire.IRQ_MSI);
        set.start(0);
        set.count(1);
        call(Wire.DEVICE_SET_IRQS, IrqSet.LENGTH, counter);
    }

    private void call(int command, int payloadBytes, int... descriptors) {
        header.putCommand(0, command, payloadBytes);
        long length = header.size();
        int sent = descriptors.length == 0 ? socket.send(length) : socket.send(length, descriptors);
        if (sent != 0 || socket.receive(0, PAGE) < Header.LENGTH) {
            throw new IllegalStateException("the server does not answer its own warm-up");
        }
        for (int i = 0; i < socket.descriptorCount(); i++) {
            Descriptors.close(socket.takeDescriptor(i));
        }
    }
}
