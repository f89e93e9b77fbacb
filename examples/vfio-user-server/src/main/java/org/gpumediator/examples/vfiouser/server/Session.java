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
import org.gpumediator.examples.vfiouser.protocol.DeviceInfo;
import org.gpumediator.examples.vfiouser.protocol.DmaMap;
import org.gpumediator.examples.vfiouser.protocol.DmaUnmap;
import org.gpumediator.examples.vfiouser.protocol.FrameReader;
import org.gpumediator.examples.vfiouser.protocol.Header;
import org.gpumediator.examples.vfiouser.protocol.IrqInfo;
import org.gpumediator.examples.vfiouser.protocol.IrqSet;
import org.gpumediator.examples.vfiouser.protocol.RegionAccess;
import org.gpumediator.examples.vfiouser.protocol.RegionInfo;
import org.gpumediator.examples.vfiouser.protocol.RegionIoFds;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.gpumediator.examples.vfiouser.protocol.WriteMulti;
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
    private static final int PAYLOAD = Header.LENGTH;

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

    /** The command register of configuration space, and its bit that lets a GPU access memory. */
    private static final int COMMAND = 0x04;

    private static final int BUS_MASTER = 1 << 2;

    private final Row[] rows = new Row[Wire.COMMANDS];

    private final Header header = new Header();
    private final Header replied = new Header();
    private final DmaMap dmaMap = new DmaMap();
    private final DmaUnmap dmaUnmap = new DmaUnmap();
    private final DeviceInfo deviceInfo = new DeviceInfo();
    private final RegionInfo regionInfo = new RegionInfo();
    private final RegionIoFds ioFds = new RegionIoFds();
    private final IrqInfo irqInfo = new IrqInfo();
    private final IrqSet irqSet = new IrqSet();
    private final RegionAccess asked = new RegionAccess();
    private final RegionAccess answered = new RegionAccess();
    private final WriteMulti writeMulti = new WriteMulti();

    private @Nullable Capabilities client;
    private int passedDescriptor = -1;
    private String endedBy = "client has gone";
    private boolean memoryJudged;

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
        replied.wrap(out, 0);
        answered.wrap(out, PAYLOAD);
        // spotless:off
        //  command                         least payload          descriptors
        row(Wire.VERSION,                   Capabilities.LEAST,    0,                    this::version);
        row(Wire.DMA_MAP,                   DmaMap.LENGTH,         1,                    this::dmaMap);
        row(Wire.DMA_UNMAP,                 DmaUnmap.LENGTH,       0,                    this::dmaUnmap);
        row(Wire.DEVICE_GET_INFO,           DeviceInfo.LENGTH,     0,                    this::getInfo);
        row(Wire.DEVICE_GET_REGION_INFO,    RegionInfo.LENGTH,     0,                    this::getRegionInfo);
        row(Wire.DEVICE_GET_REGION_IO_FDS,  RegionIoFds.LENGTH,    0,                    this::getRegionIoFds);
        row(Wire.DEVICE_GET_IRQ_INFO,       IrqInfo.LENGTH,        0,                    this::getIrqInfo);
        row(Wire.DEVICE_SET_IRQS,           IrqSet.LENGTH,         Wire.MAX_DESCRIPTORS, this::setIrqs);
        row(Wire.REGION_READ,               RegionAccess.LENGTH,   0,                    this::regionRead);
        row(Wire.REGION_WRITE,              RegionAccess.LENGTH,   0,                    this::regionWrite);
        row(Wire.DEVICE_RESET,              0,                     0,                    this::reset);
        row(Wire.REGION_WRITE_MULTI,        WriteMulti.LENGTH,     0,                    this::regionWriteMulti);
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
                case FrameReader.SILENT -> more = endWith("connection said nothing");
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
        header.wrap(in, frames.frameAt());
        endedBy = "message of " + Integer.toUnsignedString(header.size()) + " bytes";
        if (header.isCommand() && !header.isPosted()) {
            counters.refused++;
            reply(-Errno.EINVAL);
        }
    }

    /** Carries out the current message; answers whether the session goes on. */
    private boolean dispatch() {
        header.wrap(in, frames.frameAt());
        counters.messages++;
        if (!header.isCommand()) {
            return header.isReply() && dma.isExpected(header.id())
                    || endWith("message of a type that nobody waits for");
        }
        boolean posted = header.isPosted();
        boolean negotiated = client != null;
        dma.allow(posted);
        int result = execute(header.command());
        dma.allow(false);
        frames.dropDescriptors();
        if (posted) {
            counters.posted++;
        }
        if (rows(header.command()) == null) {
            counters.notOffered++;
        } else if (result < 0) {
            refused(result);
        }
        if (!posted && !reply(result)) {
            return endWith("client does not take replies");
        }
        if (!negotiated && client == null) {
            return endWith("no usable VERSION");
        }
        if (dma.isBroken()) {
            return endWith("client does not read questions");
        }
        return !memory.vanished() || endWith("client took guest memory away");
    }

    private void refused(int result) {
        counters.refused++;
        if (log.isDebugEnabled()) {
            log.debug(
                    "{}: refused command {} of {} bytes: {}",
                    vgpu.name(),
                    header.command(),
                    frames.frameSize(),
                    Errno.name(-result));
        }
    }

    private boolean endWith(String why) {
        endedBy = why;
        return false;
    }

    private @Nullable Row rows(int command) {
        return command < Wire.COMMANDS ? rows[command] : null;
    }

    private int execute(int command) {
        Row row = rows(command);
        int payload = frames.frameSize() - PAYLOAD;
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
        replied.putReply(header, result);
        int length = replied.size();
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
        dmaMap.wrap(in, at);
        if (dmaMap.argumentBytes() < DmaMap.LENGTH) {
            return -Errno.EINVAL;
        }
        int descriptor = frames.takeDescriptor();
        try {
            int result =
                    memory.map(
                            dmaMap.address(),
                            dmaMap.size(),
                            dmaMap.flags(),
                            descriptor,
                            dmaMap.fileOffset());
            counters.maps += result == 0 ? 1 : 0;
            return result;
        } finally {
            if (descriptor >= 0) {
                Descriptors.close(descriptor);
            }
        }
    }

    private int dmaUnmap(int at, int length) {
        dmaUnmap.wrap(in, at);
        int flags = dmaUnmap.flags();
        if (dmaUnmap.argumentBytes() < DmaUnmap.LENGTH || flags != 0 && flags != DmaUnmap.ALL) {
            return -Errno.EINVAL;
        }
        long start = dmaUnmap.address();
        long size = dmaUnmap.size();
        if (flags == DmaUnmap.ALL) {
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
        MemorySegment.copy(in, at, out, PAYLOAD, DmaUnmap.LENGTH);
        dmaUnmap.wrap(out, PAYLOAD);
        dmaUnmap.argumentBytes(DmaUnmap.LENGTH);
        return DmaUnmap.LENGTH;
    }

    private int getInfo(int at, int length) {
        deviceInfo.wrap(in, at);
        if (deviceInfo.argumentBytes() < DeviceInfo.LENGTH) {
            return -Errno.EINVAL;
        }
        deviceInfo.wrap(out, PAYLOAD);
        deviceInfo.argumentBytes(DeviceInfo.LENGTH);
        deviceInfo.flags(DeviceInfo.RESET | DeviceInfo.PCI);
        deviceInfo.regions(Wire.REGIONS);
        deviceInfo.irqs(Wire.IRQS);
        return DeviceInfo.LENGTH;
    }

    private int getRegionInfo(int at, int length) {
        regionInfo.wrap(in, at);
        long room = Integer.toUnsignedLong(regionInfo.argumentBytes());
        int index = regionInfo.index();
        if (room < RegionInfo.LENGTH || index < 0 || index >= Wire.REGIONS) {
            return -Errno.EINVAL;
        }
        int described = regions.describe(index, room, out, PAYLOAD);
        SharedMemory backing = regions.backing(index);
        if (described > RegionInfo.LENGTH && backing != null) {
            passedDescriptor = endpoint.lent().lend(backing);
        }
        return described;
    }

    private int getRegionIoFds(int at, int length) {
        ioFds.wrap(in, at);
        int argumentBytes = ioFds.argumentBytes();
        int index = ioFds.index();
        if (argumentBytes < RegionIoFds.LENGTH
                || argumentBytes > Wire.MAX_DATA
                || ioFds.flags() != 0
                || index < 0
                || index >= Wire.REGIONS
                || ioFds.count() != 0) {
            return -Errno.EINVAL;
        }
        MemorySegment.copy(in, at, out, PAYLOAD, RegionIoFds.LENGTH);
        ioFds.wrap(out, PAYLOAD);
        ioFds.argumentBytes(RegionIoFds.LENGTH);
        return RegionIoFds.LENGTH;
    }

    private int getIrqInfo(int at, int length) {
        irqInfo.wrap(in, at);
        int index = irqInfo.index();
        if (irqInfo.argumentBytes() < IrqInfo.LENGTH || index < 0 || index >= Wire.IRQS) {
            return -Errno.EINVAL;
        }
        int flags = Wire.IRQ_INFO_EVENTFD | Wire.IRQ_INFO_MASKABLE;
        irqInfo.wrap(out, PAYLOAD);
        irqInfo.argumentBytes(IrqInfo.LENGTH);
        irqInfo.flags(index == Wire.IRQ_INTX ? flags | Wire.IRQ_INFO_AUTOMASKED : flags);
        irqInfo.index(index);
        irqInfo.count(interrupts.count(index));
        return IrqInfo.LENGTH;
    }

    private int setIrqs(int at, int length) {
        irqSet.wrap(in, at);
        if (irqSet.argumentBytes() < IrqSet.LENGTH) {
            return -Errno.EINVAL;
        }
        int[] descriptors = new int[frames.frameDescriptors()];
        for (int i = 0; i < descriptors.length; i++) {
            descriptors[i] = frames.takeDescriptor();
        }
        return interrupts.set(
                irqSet.flags(),
                irqSet.index(),
                irqSet.start(),
                irqSet.count(),
                in.asSlice((long) at + IrqSet.LENGTH, (long) length - IrqSet.LENGTH),
                descriptors,
                endpoint.poller());
    }

    private int regionRead(int at, int length) {
        asked.wrap(in, at);
        long offset = asked.offset();
        int region = asked.region();
        int count = asked.count();
        if (count > Wire.MAX_DATA || !regions.inside(region, offset, count)) {
            return -Errno.EINVAL;
        }
        long began = endpoint.timed() ? System.nanoTime() : 0;
        regions.read(region, offset, count, out, PAYLOAD + RegionAccess.LENGTH);
        counters.reads[region]++;
        if (endpoint.timed()) {
            counters.nanos[region] += System.nanoTime() - began;
        }
        answered.put(offset, region, count);
        return RegionAccess.LENGTH + count;
    }

    private int regionWrite(int at, int length) {
        asked.wrap(in, at);
        long offset = asked.offset();
        int region = asked.region();
        int count = asked.count();
        if (count != length - RegionAccess.LENGTH
                || !write(region, offset, count, at + RegionAccess.LENGTH)) {
            return -Errno.EINVAL;
        }
        answered.put(offset, region, count);
        return RegionAccess.LENGTH;
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
        if (region == Wire.REGION_CONFIG && !memoryJudged) {
            judgeMemory();
        }
        return true;
    }

    /** Once for each client, when its guest's driver has taken the GPU. */
    private void judgeMemory() {
        if ((vgpu.configSpace().read(COMMAND, 2) & BUS_MASTER) != 0) {
            memoryJudged = true;
            String complaint = memory.complaint();
            if (!complaint.isEmpty()) {
                log.warn("{}: {}", vgpu.name(), complaint);
            }
        }
    }

    private int regionWriteMulti(int at, int length) {
        writeMulti.wrap(in, at);
        long entries = writeMulti.entries();
        int bytes = length - WriteMulti.LENGTH;
        if (!endpoint.offersWriteMultiple()
                || client == null
                || !client.writeMultiple()
                || bytes % WriteMulti.ENTRY_LENGTH != 0
                || entries != bytes / WriteMulti.ENTRY_LENGTH) {
            return -Errno.EINVAL;
        }
        int result = WriteMulti.LENGTH;
        for (int entry = at + WriteMulti.LENGTH;
                entry < at + length;
                entry += WriteMulti.ENTRY_LENGTH) {
            asked.wrap(in, entry);
            int count = asked.count();
            if (count < 0
                    || count > WriteMulti.MOST_DATA
                    || !write(asked.region(), asked.offset(), count, entry + RegionAccess.LENGTH)) {
                result = -Errno.EINVAL;
            }
        }
        writeMulti.wrap(out, PAYLOAD);
        writeMulti.entries(entries);
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
