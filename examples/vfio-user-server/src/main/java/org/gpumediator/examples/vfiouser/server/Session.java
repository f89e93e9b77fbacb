package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.vfiouser.protocol.Capabilities;
import org.gpumediator.examples.vfiouser.protocol.FrameReader;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client from its first message to its last. Belongs to the thread that serves it.
 *
 * <p>Invariants: commands are carried out in the order of arrival and answered in that order, each
 * with one send; a command that wants no reply gets none, not even an error.
 *
 * <p>Threats: a client may send anything. A message that can be understood but not carried out gets
 * an error reply; one after which the stream cannot be understood gets an error reply and ends the
 * session. Nothing a client sends ends the process, or reaches another client.
 */
final class Session implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    /** How long one message may take to arrive. Clients send messages in one piece. */
    private static final long MESSAGE_NANOS = 5_000_000_000L;

    private static final int OUTPUT_LENGTH = Wire.MAX_MESSAGE;
    private static final int PAYLOAD = Wire.HEADER_LENGTH;

    /** Fixed part of region reads and writes. */
    private static final int ACCESS_LENGTH = 16;

    private static final int INFO_FLAG_RESET = 1;
    private static final int INFO_FLAG_PCI = 2;
    private static final int UNMAP_ALL = 2;
    private static final int MULTI_ENTRY_LENGTH = 24;

    private final GpuEndpoint endpoint;
    private final VirtualGpu vgpu;
    private final RegionTable regions;
    private final ClientMemory memory;
    private final ClientInterrupts interrupts;
    private final SessionCounters counters;
    private final Runnable activity;
    private final FrameReader frames;
    private final MessageSocket socket;
    private final MemorySegment in;
    private final MemorySegment out;
    private final DmaMessages dma;
    private final Row[] rows = new Row[Wire.COMMANDS];

    private @Nullable Capabilities client;
    private int passedDescriptor = -1;
    private String endedBy = "client has gone";

    /** Carries out one command. */
    @FunctionalInterface
    private interface Handler {

        /**
         * Carries out the current message.
         *
         * @param at where in the input buffer its payload begins
         * @param length of the payload in bytes
         * @return length of the reply's payload, which is in the output buffer; or a negative error
         *     number
         */
        int handle(int at, int length);
    }

    /** What is checked of a command before it is carried out. */
    private record Row(int leastPayload, int mostDescriptors, Handler handler) {}

    /** Begins a session on a connected socket, which is closed with the session. */
    Session(GpuEndpoint endpoint, int connection) {
        this.endpoint = endpoint;
        vgpu = endpoint.vgpu();
        regions = endpoint.regions();
        memory = endpoint.port().memory();
        interrupts = endpoint.port().interrupts();
        counters = endpoint.counters();
        activity = endpoint.activity();
        frames = new FrameReader(connection, OUTPUT_LENGTH, MESSAGE_NANOS);
        socket = frames.socket();
        in = frames.input();
        out = socket.output();
        dma = new DmaMessages(frames, counters);
        // spotless:off
        //  command                         payload descriptors
        row(Wire.VERSION,                   4,      0,                    this::version);
        row(Wire.DMA_MAP,                   32,     1,                    this::dmaMap);
        row(Wire.DMA_UNMAP,                 24,     0,                    this::dmaUnmap);
        row(Wire.DEVICE_GET_INFO,           16,     0,                    this::getInfo);
        row(Wire.DEVICE_GET_REGION_INFO,    32,     0,                    this::getRegionInfo);
        row(Wire.DEVICE_GET_REGION_IO_FDS,  16,     0,                    this::getRegionIoFds);
        row(Wire.DEVICE_GET_IRQ_INFO,       16,     0,                    this::getIrqInfo);
        row(Wire.DEVICE_SET_IRQS,           20,     Wire.MAX_DESCRIPTORS, this::setIrqs);
        row(Wire.REGION_READ,               16,     0,                    this::regionRead);
        row(Wire.REGION_WRITE,              16,     0,                    this::regionWrite);
        row(Wire.DEVICE_RESET,              0,      0,                    this::reset);
        row(Wire.REGION_WRITE_MULTI,        8,      0,                    this::regionWriteMulti);
        // spotless:on
    }

    private void row(int command, int leastPayload, int mostDescriptors, Handler handler) {
        rows[command] = new Row(leastPayload, mostDescriptors, handler);
    }

    /**
     * Serves the client until it goes.
     *
     * @return why the session ended, for people
     */
    String serve() {
        memory.askThrough(dma);
        boolean more = true;
        while (more) {
            switch (frames.next(
                    client == null ? GpuEndpoint.FIRST_MESSAGE_NANOS : Long.MAX_VALUE)) {
                case FrameReader.WHOLE -> more = dispatch();
                case FrameReader.BAD_SIZE -> {
                    refuseSize();
                    more = false;
                }
                case FrameReader.SILENT -> more = ended("connection said nothing");
                case FrameReader.BROKEN -> {
                    endedBy = "stream broke inside a message";
                    more = false;
                }
                default -> more = false;
            }
        }
        return endedBy;
    }

    private void refuseSize() {
        int at = frames.frameAt();
        endedBy = "message of " + Integer.toUnsignedString(in.get(Wire.LE32, at + 4)) + " bytes";
        int flags = in.get(Wire.LE32, at + Wire.HEADER_FLAGS);
        if ((flags & Wire.TYPE_MASK) == Wire.TYPE_COMMAND && (flags & Wire.NO_REPLY) == 0) {
            counters.refused++;
            reply(-Errno.EINVAL);
        }
    }

    /** Carries out the current message; answers whether the session goes on. */
    private boolean dispatch() {
        int at = frames.frameAt();
        int flags = in.get(Wire.LE32, at + Wire.HEADER_FLAGS);
        int type = flags & Wire.TYPE_MASK;
        counters.messages++;
        if (type != Wire.TYPE_COMMAND) {
            return type == Wire.TYPE_REPLY && dma.expected(in.get(Wire.LE16, at))
                    || ended("message of a type that nobody waits for");
        }
        boolean posted = (flags & Wire.NO_REPLY) != 0;
        boolean negotiated = client != null;
        dma.allow(posted);
        int result = execute(Short.toUnsignedInt(in.get(Wire.LE16, at + Wire.HEADER_COMMAND)));
        dma.allow(false);
        frames.dropDescriptors();
        if (posted) {
            counters.posted++;
        }
        if (result < 0) {
            refused(result);
        }
        if (!posted && !reply(result)) {
            return ended("client does not take replies");
        }
        if (!negotiated && client == null) {
            return ended("no usable VERSION");
        }
        if (dma.broken()) {
            return ended("client does not read questions");
        }
        return !memory.vanished() || ended("client took guest memory away");
    }

    private void refused(int result) {
        counters.refused++;
        if (log.isDebugEnabled()) {
            int at = frames.frameAt();
            log.debug(
                    "{}: refused command {} of {} bytes: {}",
                    vgpu.name(),
                    in.get(Wire.LE16, at + Wire.HEADER_COMMAND),
                    frames.frameSize(),
                    Errno.name(-result));
        }
    }

    private boolean ended(String why) {
        endedBy = why;
        return false;
    }

    private int execute(int command) {
        Row row = command < Wire.COMMANDS ? rows[command] : null;
        int payload = frames.frameSize() - Wire.HEADER_LENGTH;
        if (row == null
                || payload < row.leastPayload
                || frames.frameDescriptors() > row.mostDescriptors
                || frames.frameIncomplete()
                || client == null && command != Wire.VERSION) {
            return -Errno.EINVAL;
        }
        try {
            return row.handler.handle(frames.frameAt() + PAYLOAD, payload);
        } catch (IllegalArgumentException malformed) {
            return command == Wire.VERSION ? -Errno.EINVAL : failed(malformed);
        } catch (RuntimeException thrown) {
            return failed(thrown);
        } catch (InternalError gone) {
            memory.markVanished();
            return -Errno.EIO;
        }
    }

    private int failed(RuntimeException thrown) {
        if (counters.failures++ == 0) {
            log.error("{}: a command of the client failed", vgpu.name(), thrown);
        }
        return -Errno.EIO;
    }

    /**
     * Answers the current message.
     *
     * @param result length of the payload, or a negative error number
     * @return whether the client took it
     */
    private boolean reply(int result) {
        int at = frames.frameAt();
        int length = Wire.HEADER_LENGTH + Math.max(result, 0);
        out.set(Wire.LE32, Wire.HEADER_ID, in.get(Wire.LE32, at + Wire.HEADER_ID));
        out.set(Wire.LE32, Wire.HEADER_SIZE, length);
        out.set(
                Wire.LE32,
                Wire.HEADER_FLAGS,
                result < 0 ? Wire.TYPE_REPLY | Wire.ERROR : Wire.TYPE_REPLY);
        out.set(Wire.LE32, Wire.HEADER_ERROR, result < 0 ? -result : 0);
        if (passedDescriptor < 0) {
            return socket.send(length) == 0;
        }
        int passed = passedDescriptor;
        passedDescriptor = -1;
        return socket.send(length, passed) == 0;
    }

    // ---- commands

    private int version(int at, int length) {
        if (client != null) {
            return -Errno.EINVAL;
        }
        Capabilities offered = Capabilities.parse(in.asSlice(at, length));
        client = offered;
        endpoint.clientKnown();
        dma.limit(offered.maxDataBytes());
        return offered.reply(out.asSlice(PAYLOAD), endpoint.offersWriteMultiple());
    }

    private int dmaMap(int at, int length) {
        int argumentBytes = in.get(Wire.LE32, at);
        if (argumentBytes < 32) {
            return -Errno.EINVAL;
        }
        int descriptor = frames.takeDescriptor();
        try {
            int result =
                    memory.map(
                            in.get(Wire.LE64, at + 16),
                            in.get(Wire.LE64, at + 24),
                            in.get(Wire.LE32, at + 4),
                            descriptor,
                            in.get(Wire.LE64, at + 8));
            counters.maps += result == 0 ? 1 : 0;
            return result;
        } finally {
            if (descriptor >= 0) {
                Descriptors.close(descriptor);
            }
        }
    }

    private int dmaUnmap(int at, int length) {
        int argumentBytes = in.get(Wire.LE32, at);
        int flags = in.get(Wire.LE32, at + 4);
        long start = in.get(Wire.LE64, at + 8);
        long size = in.get(Wire.LE64, at + 16);
        if (argumentBytes < 24 || flags != 0 && flags != UNMAP_ALL) {
            return -Errno.EINVAL;
        }
        if (flags == UNMAP_ALL) {
            if (start != 0 || size != 0) {
                return -Errno.EINVAL;
            }
            memory.clear();
        } else {
            int result = memory.unmap(start, size);
            if (result < 0) {
                return result;
            }
        }
        counters.unmaps++;
        MemorySegment.copy(in, at, out, PAYLOAD, 24);
        out.set(Wire.LE32, PAYLOAD, 24);
        return 24;
    }

    private int getInfo(int at, int length) {
        if (in.get(Wire.LE32, at) < 16) {
            return -Errno.EINVAL;
        }
        out.set(Wire.LE32, PAYLOAD, 16);
        out.set(Wire.LE32, PAYLOAD + 4, INFO_FLAG_RESET | INFO_FLAG_PCI);
        out.set(Wire.LE32, PAYLOAD + 8, Wire.REGIONS);
        out.set(Wire.LE32, PAYLOAD + 12, Wire.IRQS);
        return 16;
    }

    private int getRegionInfo(int at, int length) {
        long room = Integer.toUnsignedLong(in.get(Wire.LE32, at));
        int index = in.get(Wire.LE32, at + 8);
        if (room < RegionTable.INFO_LENGTH || index < 0 || index >= Wire.REGIONS) {
            return -Errno.EINVAL;
        }
        int described = regions.describe(index, room, out.asSlice(PAYLOAD));
        SharedMemory backing = regions.backing(index);
        if (described > RegionTable.INFO_LENGTH && backing != null) {
            passedDescriptor = endpoint.lent().lend(backing);
        }
        return described;
    }

    private int getRegionIoFds(int at, int length) {
        int argumentBytes = in.get(Wire.LE32, at);
        int index = in.get(Wire.LE32, at + 8);
        if (argumentBytes < 16
                || argumentBytes > Wire.MAX_DATA
                || in.get(Wire.LE32, at + 4) != 0
                || index < 0
                || index >= Wire.REGIONS
                || in.get(Wire.LE32, at + 12) != 0) {
            return -Errno.EINVAL;
        }
        MemorySegment.copy(in, at, out, PAYLOAD, 16);
        out.set(Wire.LE32, PAYLOAD, 16);
        return 16;
    }

    private int getIrqInfo(int at, int length) {
        int index = in.get(Wire.LE32, at + 8);
        if (in.get(Wire.LE32, at) < 16 || index < 0 || index >= Wire.IRQS) {
            return -Errno.EINVAL;
        }
        int flags = Wire.IRQ_INFO_EVENTFD | Wire.IRQ_INFO_MASKABLE;
        out.set(Wire.LE32, PAYLOAD, 16);
        out.set(
                Wire.LE32,
                PAYLOAD + 4,
                index == Wire.IRQ_INTX ? flags | Wire.IRQ_INFO_AUTOMASKED : flags);
        out.set(Wire.LE32, PAYLOAD + 8, index);
        out.set(Wire.LE32, PAYLOAD + 12, interrupts.count(index));
        return 16;
    }

    private int setIrqs(int at, int length) {
        if (in.get(Wire.LE32, at) < 20) {
            return -Errno.EINVAL;
        }
        int[] descriptors = new int[frames.frameDescriptors()];
        for (int i = 0; i < descriptors.length; i++) {
            descriptors[i] = frames.takeDescriptor();
        }
        return interrupts.set(
                in.get(Wire.LE32, at + 4),
                in.get(Wire.LE32, at + 8),
                in.get(Wire.LE32, at + 12),
                in.get(Wire.LE32, at + 16),
                in.asSlice(at + 20L, length - 20L),
                descriptors,
                endpoint.poller());
    }

    private int regionRead(int at, int length) {
        long offset = in.get(Wire.LE64, at);
        int region = in.get(Wire.LE32, at + 8);
        int count = in.get(Wire.LE32, at + 12);
        if (count > Wire.MAX_DATA || !regions.inside(region, offset, count)) {
            return -Errno.EINVAL;
        }
        long began = endpoint.timed() ? System.nanoTime() : 0;
        regions.read(region, offset, count, out, PAYLOAD + ACCESS_LENGTH);
        counters.reads[region]++;
        if (endpoint.timed()) {
            counters.nanos[region] += System.nanoTime() - began;
        }
        out.set(Wire.LE64, PAYLOAD, offset);
        out.set(Wire.LE32, PAYLOAD + 8, region);
        out.set(Wire.LE32, PAYLOAD + 12, count);
        return ACCESS_LENGTH + count;
    }

    private int regionWrite(int at, int length) {
        long offset = in.get(Wire.LE64, at);
        int region = in.get(Wire.LE32, at + 8);
        int count = in.get(Wire.LE32, at + 12);
        if (count != length - ACCESS_LENGTH || !write(region, offset, count, at + ACCESS_LENGTH)) {
            return -Errno.EINVAL;
        }
        out.set(Wire.LE64, PAYLOAD, offset);
        out.set(Wire.LE32, PAYLOAD + 8, region);
        out.set(Wire.LE32, PAYLOAD + 12, count);
        return ACCESS_LENGTH;
    }

    private boolean write(int region, long offset, int count, int at) {
        if (!regions.inside(region, offset, count)) {
            return false;
        }
        long began = endpoint.timed() ? System.nanoTime() : 0;
        regions.write(region, offset, count, in, at);
        counters.writes[region]++;
        if (endpoint.timed()) {
            counters.nanos[region] += System.nanoTime() - began;
        }
        activity.run();
        return true;
    }

    private int regionWriteMulti(int at, int length) {
        long entries = in.get(Wire.LE64, at);
        if (!endpoint.offersWriteMultiple()
                || client == null
                || !client.writeMultiple()
                || (length - 8) % MULTI_ENTRY_LENGTH != 0
                || entries != (length - 8) / MULTI_ENTRY_LENGTH) {
            return -Errno.EINVAL;
        }
        int result = 8;
        for (int entry = at + 8; entry < at + length; entry += MULTI_ENTRY_LENGTH) {
            int count = in.get(Wire.LE32, entry + 12);
            if (count < 0
                    || count > 8
                    || !write(
                            in.get(Wire.LE32, entry + 8),
                            in.get(Wire.LE64, entry),
                            count,
                            entry + 16)) {
                result = -Errno.EINVAL;
            }
        }
        out.set(Wire.LE64, PAYLOAD, entries);
        return result;
    }

    private int reset(int at, int length) {
        vgpu.reset(ResetKind.BUS); // the VMM's own: a guest's is a write to configuration space
        interrupts.forgetPending();
        counters.resets++;
        activity.run();
        return vgpu.state() == VirtualGpuState.FAILED ? -Errno.EIO : 0;
    }

    /** Ends the session: nothing of the client is used any more. */
    @Override
    public void close() {
        memory.askThrough(null);
        interrupts.disconnect();
        // First: what the reset writes and clears must be out of the client's reach.
        boolean ignored = endpoint.lent().takeBack();
        try {
            vgpu.reset(ResetKind.LOST_CLIENT);
        } catch (IllegalStateException closedMeanwhile) {
            log.debug("{}: closed before its client went", vgpu.name());
        } finally {
            memory.clear();
            frames.close();
        }
    }
}
