package org.gpumediator.testkit.ada;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.ada.GspGuestStructures.AddressSpace;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocChannel;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocDevice;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocRoot;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocSubdevice;
import org.gpumediator.testkit.ada.GspGuestStructures.BufferPlace;
import org.gpumediator.testkit.ada.GspGuestStructures.ChannelParameters;
import org.gpumediator.testkit.ada.GspGuestStructures.ControlBuffer;
import org.gpumediator.testkit.ada.GspGuestStructures.Level;
import org.gpumediator.testkit.ada.GspGuestStructures.Levels;
import org.gpumediator.testkit.ada.GspGuestStructures.MemoryPlace;
import org.gpumediator.testkit.ada.GspGuestStructures.ResponseBuffer;
import org.gpumediator.testkit.ada.GspGuestStructures.StaticData;
import org.gpumediator.testkit.ada.GspGuestStructures.SystemInfo;
import org.gpumediator.testkit.ada.GspGuestStructures.SystemInfoMore;
import org.gpumediator.testkit.ada.GspObjectStructures.Free;
import org.gpumediator.testkit.ada.GspQueueStructures.Header;
import org.gpumediator.testkit.ada.GspStaticStructures.MainRecord;
import org.gpumediator.testkit.ada.GspStaticStructures.Names;

/**
 * A guest driver on a virtual function, from probing to its first channels, access for access as
 * the open driver 555.58.02 was seen to do it.
 *
 * <p>Source: register and message trace of that driver under QEMU on an L40-8Q, and its public
 * headers. Pages of memory are where the caller wants them; in framebuffer they are where the
 * driver puts them.
 *
 * <p>Not safe for use by multiple threads.
 */
public final class ScriptedAdaGuest {

    // spotless:off
    /** Function: who the driver is, and which version of the protocol it speaks. */
    public static final int SYSTEM_INFO      = 1;
    /** Function: makes a client. */
    public static final int ALLOC_ROOT       = 2;
    /** Function: makes a channel. */
    public static final int ALLOC_CHANNEL    = 6;
    /** Function: frees an object. */
    public static final int FREE             = 10;
    /** Function: makes a subdevice. */
    public static final int ALLOC_SUBDEVICE  = 19;
    /** Function: makes a device. */
    public static final int ALLOC_DEVICE     = 32;
    /** Function: where the page directories of an address space are. */
    public static final int ADDRESS_SPACE    = 116;
    /** Function: the driver goes. */
    public static final int UNLOADING        = 47;
    /** Function: more of who the driver is. */
    public static final int SYSTEM_INFO_MORE = 64;
    /** Function: a piece of the facts of the graphics engine. */
    public static final int GRAPHICS_DATA    = 156;
    /** Function: a piece of the facts of the virtual GPU. */
    public static final int STATIC_DATA      = 207;

    /** Bytes of the facts of the virtual GPU in version 0x26.0x05. */
    public static final int STATIC_BYTES     = 0xd49c;
    /** Bytes of the facts of the graphics engine. */
    public static final int GRAPHICS_BYTES   = 0x7c30;

    private static final int BOOT_ID         = 0x0000;
    private static final int BOOT_KIND       = 0x0004;
    private static final int BOOT_CHIP       = 0x0a00;
    private static final int BIND_INSTANCE   = 0x0f48;
    private static final int BIND_STATUS     = 0x0f50;
    private static final int SCRATCH_LOW     = 0x2108;
    private static final int SCRATCH_HIGH    = 0x210c;
    private static final int INVALIDATE_BASE = 0x30a0;
    private static final int INVALIDATE      = 0x30b0;
    private static final int INVALIDATE_ALL  = 0x8001_0005;
    private static final int LEAF_TRIGGER    = 0x1640;
    private static final int CPU_DOORBELL    = 129;
    private static final int CHANNEL_RING    = 0x3_0090;
    private static final int CHANNEL_CLASS   = 0xc56f;
    private static final int COPY_ENGINE     = 9;
    private static final int FRAMEBUFFER     = 2;
    private static final int DOORBELL        = 0x2200;
    private static final int MESSAGE         = 0xa0_0000;
    private static final int EVENTS          = 0xa2_0000;
    private static final int SHARED          = 0xa2_1000;
    private static final int MOST_PIECE      = 0xfd8;
    private static final int LINUX_X86_64    = 0x0a;
    private static final int PENDING         = -1;
    private static final int PATIENCE        = 1000;
    private static final int CLIENT          = 0xc1e0_0004;
    private static final int DEVICE          = 0xcaf0_0000;
    private static final int SUBDEVICE       = 0xcaf0_0001;
    // spotless:on

    /**
     * An answer.
     *
     * @param result 0, or why the call was not carried out
     * @param privateResult 0, or that the body holds another version
     * @param body what came back
     */
    public record Answer(int result, int privateResult, byte[] body) {}

    /** Says that the firmware task does not answer; the driver would wait for ten seconds. */
    public static final class NoAnswerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoAnswerException(String what) {
            super(what + ": not answered");
        }
    }

    private final FakeVmm vmm;
    private final FakeGuestMemory memory;
    private final long control;
    private final Runnable passTime;
    private final List<String> said = new ArrayList<>();
    private int major = 0x26;
    private int minor = 0x05;
    private int request;
    private int sequence;

    /**
     * Creates a guest on a virtual GPU that is plugged and enumerated.
     *
     * @param pages where its two pages of memory are: a multiple of 4 KiB
     * @param passTime lets time pass for the board, at least 20 microseconds
     */
    public ScriptedAdaGuest(FakeVmm vmm, long pages, Runnable passTime) {
        this.vmm = vmm;
        this.memory = vmm.memory();
        this.control = pages;
        this.passTime = passTime;
    }

    /** Returns what it has said so far: {@code FUNCTION LENGTH} of each message, and doorbells. */
    public List<String> said() {
        return List.copyOf(said);
    }

    /** Speaks another version of the protocol. */
    public ScriptedAdaGuest speaking(int newMajor, int newMinor) {
        major = newMajor;
        minor = newMinor;
        return this;
    }

    // ---- registers

    /**
     * Looks at the device as the driver does when it probes.
     *
     * @return registers 0x4, 0x0 and 0xa00
     */
    public int[] probe() {
        return new int[] {read(BOOT_KIND), read(BOOT_ID), read(BOOT_CHIP)};
    }

    private int read(int register) {
        return vmm.bar(0).read32(register);
    }

    private void write(int register, int value) {
        vmm.bar(0).write32(register, value);
    }

    /** Binds the window to instance memory physically: it shows framebuffer from its start. */
    public void bindInstanceMemory() {
        write(BIND_INSTANCE, 0x4000_0000);
        for (int i = 0; (read(BIND_STATUS) & 0xc) != 0; i++) {
            if (i > PATIENCE) {
                throw new NoAnswerException("bind of instance memory");
            }
        }
    }

    /**
     * Binds the window to instance memory through page tables, and drops what was kept of older
     * ones.
     *
     * @param instance framebuffer offset of the instance block, a multiple of 4 KiB
     */
    public void bindThroughTables(long instance) {
        write(BIND_INSTANCE, (int) (0xc000_0000L | instance >>> 12));
        write(INVALIDATE_BASE, (int) (instance >>> 8));
        write(INVALIDATE_BASE + 4, (int) (instance >>> 40));
        write(INVALIDATE, INVALIDATE_ALL);
        for (int i = 0; (read(BIND_STATUS) & 0xc) != 0 || read(INVALIDATE) < 0; i++) {
            if (i > PATIENCE) {
                throw new NoAnswerException("bind of instance memory through tables");
            }
        }
    }

    /** Interrupts itself, as the driver does to see that interrupts arrive. */
    public void interruptItself() {
        write(LEAF_TRIGGER, CPU_DOORBELL);
    }

    // ---- buffers

    /** Sets its buffers up. */
    public void setUp() {
        request = memory.cpuRead32(response() + ResponseBuffer.RESPONSE_ID.offset());
        control(ControlBuffer.VERSION, 2);
        place(ControlBuffer.RESPONSE_BUF, response() | 0b0_0011, 0);
        place(ControlBuffer.MSG_BUF, MESSAGE | 0b0_1101, MESSAGE);
        place(ControlBuffer.EVENT_BUF, EVENTS | 0b0_0101, EVENTS);
        place(ControlBuffer.SHARED_MEM, SHARED | 0b0_0101, SHARED);
        control(ControlBuffer.GUEST_OS_TYPE, LINUX_X86_64);
        setUp(control | 0b0_0011);
    }

    /**
     * Rings for buffers at an address word, whatever stands there.
     *
     * @throws NoAnswerException if the task does not answer
     */
    public void setUp(long word) {
        write(SCRATCH_HIGH, (int) (word >>> 32));
        write(SCRATCH_LOW, (int) word);
        ring(0);
        await("set-up");
    }

    /** Takes its buffers away. */
    public void tearDown() {
        memory.cpuWrite(control + ControlBuffer.MSG_BUF.offset(), 8, 0);
        setUp(0);
    }

    private long response() {
        return control + 0x1000;
    }

    /** Writes a word of the control buffer. */
    public void control(int offset, int width, long value) {
        memory.cpuWrite(control + offset, width, value);
    }

    private void control(WireField field, long value) {
        control(field.offset(), field.bytes(), value);
    }

    private void place(WireField buffer, long word, long window) {
        control(buffer.offset() + BufferPlace.ADDR.offset(), 8, word);
        control(buffer.offset() + BufferPlace.BAR2_OFFSET.offset(), 8, window);
    }

    private void ring(int handle) {
        control(ControlBuffer.REQUEST_ID, ++request);
        said.add("doorbell " + handle);
        write(DOORBELL, handle);
    }

    private void await(String what) {
        for (int i = 0; memory.cpuRead32(response()) != request; i++) {
            if (i > PATIENCE) {
                throw new NoAnswerException(what);
            }
            passTime.run();
        }
    }

    // ---- messages

    /** Calls a function of its firmware task. */
    public Answer call(int function, byte[] body) {
        send(function, Header.LAYOUT.bytes() + body.length, body);
        await("function " + function);
        return answer(body.length);
    }

    /**
     * Sends a message without waiting.
     *
     * @param length what the header says: not always the truth
     */
    public void send(int function, int length, byte[] body) {
        WireView header = Header.LAYOUT.allocate();
        header.put(Header.HEADER_VERSION, 0x0300_0000)
                .put(Header.SIGNATURE, 0x4350_5256)
                .put(Header.LENGTH, length)
                .put(Header.FUNCTION, function)
                .put(Header.RPC_RESULT, PENDING)
                .put(Header.RPC_RESULT_PRIVATE, PENDING)
                .put(Header.SEQUENCE, sequence++);
        put(0, header.array());
        put(Header.LAYOUT.bytes(), body);
        said.add("function " + function + " length " + length);
        ring(1);
    }

    /** Returns what stands in the message buffer. */
    public Answer answer(int bytes) {
        int size = Header.LAYOUT.bytes();
        WireView header = Header.LAYOUT.view(GspQueues.little(get(0, size)));
        return new Answer(
                header.getInt(Header.RPC_RESULT),
                header.getInt(Header.RPC_RESULT_PRIVATE),
                get(size, bytes));
    }

    private void put(int offset, byte[] bytes) {
        ByteBuffer words = GspQueues.little(bytes);
        int whole = bytes.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            vmm.bar(3).write32(MESSAGE + offset + i, words.getInt(i));
        }
        for (int i = whole; i < bytes.length; i++) {
            vmm.bar(3).write(MESSAGE + offset + i, 1, bytes[i] & 0xff);
        }
    }

    private byte[] get(int offset, int bytes) {
        ByteBuffer words = GspQueues.little(new byte[bytes + 3 & ~3]);
        for (int i = 0; i < bytes; i += 4) {
            words.putInt(i, vmm.bar(3).read32(MESSAGE + offset + i));
        }
        return Arrays.copyOf(words.array(), bytes);
    }

    // ---- what the driver does, in its order

    /** Says who it is, twice if the task speaks an older version only. */
    public Answer introduce() {
        WireView info = SystemInfo.LAYOUT.allocate();
        info.put(SystemInfo.VGX_VERSION_MAJOR_NUM, major)
                .put(SystemInfo.VGX_VERSION_MINOR_NUM, minor)
                .put(SystemInfo.GUEST_DRIVER_VERSION_BUFFER_LENGTH, 0x100)
                .put(SystemInfo.GUEST_VERSION_BUFFER_LENGTH, 0x100)
                .put(SystemInfo.GUEST_TITLE_BUFFER_LENGTH, 0x100)
                .put(SystemInfo.GUEST_DRIVER_VERSION, "555.58.02");
        Answer answer = call(SYSTEM_INFO, info.array());
        if (answer.result == 0 && answer.privateResult != 0) {
            WireView other = SystemInfo.LAYOUT.view(GspQueues.little(answer.body));
            major = other.getInt(SystemInfo.VGX_VERSION_MAJOR_NUM);
            minor = other.getInt(SystemInfo.VGX_VERSION_MINOR_NUM);
            info.put(SystemInfo.VGX_VERSION_MAJOR_NUM, major)
                    .put(SystemInfo.VGX_VERSION_MINOR_NUM, minor);
            answer = call(SYSTEM_INFO, info.array());
        }
        return answer;
    }

    /** Returns the version spoken by now: major in bits 15:8, minor in 7:0. */
    public int version() {
        return major << 8 | minor;
    }

    /** Says more of who it is. */
    public Answer introduceFurther() {
        WireView more = SystemInfoMore.LAYOUT.allocate();
        more.put(SystemInfoMore.GUEST_DRIVER_BRANCH, "r555_90");
        return call(SYSTEM_INFO_MORE, more.array());
    }

    /**
     * Fetches facts piece by piece.
     *
     * @param function {@link #STATIC_DATA} or {@link #GRAPHICS_DATA}
     * @param bytes how many there are in the version spoken
     * @throws NoAnswerException if a piece is refused
     */
    public byte[] fetch(int function, int bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < bytes) {
            int size = Math.min(MOST_PIECE, bytes - all.size());
            WireView piece = StaticData.LAYOUT.allocate(size);
            piece.put(StaticData.OFFSET, all.size()).put(StaticData.SIZE, size);
            Answer answer = call(function, piece.array());
            if (answer.result != 0) {
                throw new NoAnswerException("piece at " + all.size() + " of function " + function);
            }
            all.write(answer.body, StaticData.LAYOUT.bytes(), size);
        }
        return all.toByteArray();
    }

    /** Makes client, device and subdevice; returns the results of the three calls. */
    public int[] allocate() {
        WireView root = AllocRoot.LAYOUT.allocate();
        root.put(AllocRoot.CLIENT, CLIENT).put(AllocRoot.PROCESS_ID, -1);
        WireView device = AllocDevice.LAYOUT.allocate();
        device.put(AllocDevice.CLIENT, CLIENT)
                .put(AllocDevice.DEVICE, DEVICE)
                .put(AllocDevice.CLASS, 0x80)
                .put(AllocDevice.CLIENT_SHARE, CLIENT);
        WireView subdevice = AllocSubdevice.LAYOUT.allocate();
        subdevice
                .put(AllocSubdevice.ROOT, CLIENT)
                .put(AllocSubdevice.OBJECT_PARENT, DEVICE)
                .put(AllocSubdevice.OBJECT_NEW, SUBDEVICE)
                .put(AllocSubdevice.CLASS, 0x2080);
        return new int[] {
            call(ALLOC_ROOT, root.array()).result,
            call(ALLOC_DEVICE, device.array()).result,
            call(ALLOC_SUBDEVICE, subdevice.array()).result
        };
    }

    /**
     * Says where the page directory of the default address space is.
     *
     * @param directory its address
     * @param aperture where that is: 1 framebuffer, 2 a peer, 3 and 4 memory
     * @return the result of the call
     */
    public int announceAddressSpace(long directory, int aperture) {
        WireView body = AddressSpace.LAYOUT.allocate();
        body.put(AddressSpace.CLIENT, CLIENT);
        WireView levels = body.element(AddressSpace.CTRL_PARAMS, 0, Levels.LAYOUT);
        levels.put(Levels.NUM_LEVELS, 1)
                .element(Levels.LEVELS, 0, Level.LAYOUT)
                .put(Level.PHYS_ADDRESS, directory)
                .put(Level.APERTURE, aperture);
        return call(ADDRESS_SPACE, body.array()).result;
    }

    /**
     * Makes a channel of the first copy engine below the device.
     *
     * @param handle its handle
     * @param number its channel id
     * @param instance framebuffer offset of its instance block
     * @param user framebuffer offset of its user data
     * @param ring address of its ring, in the tables of the instance block
     * @param entries of its ring
     * @return the result of the call
     */
    public int allocateChannel(
            int handle, int number, long instance, long user, long ring, int entries) {
        WireView body = AllocChannel.LAYOUT.allocate();
        body.put(AllocChannel.CLIENT, CLIENT)
                .put(AllocChannel.PARENT, DEVICE)
                .put(AllocChannel.CHANNEL, handle)
                .put(AllocChannel.CLASS, CHANNEL_CLASS)
                .put(AllocChannel.CHID, number);
        WireView parameters = body.element(AllocChannel.PARAMS, 0, ChannelParameters.LAYOUT);
        parameters
                .put(ChannelParameters.GP_FIFO_OFFSET, ring)
                .put(ChannelParameters.GP_FIFO_ENTRIES, entries)
                .put(ChannelParameters.ENGINE_TYPE, COPY_ENGINE);
        parameters
                .element(ChannelParameters.INSTANCE_MEM, 0, MemoryPlace.LAYOUT)
                .put(MemoryPlace.BASE, instance)
                .put(MemoryPlace.ADDRESS_SPACE, FRAMEBUFFER);
        parameters
                .element(ChannelParameters.USERD_MEM, 0, MemoryPlace.LAYOUT)
                .put(MemoryPlace.BASE, user)
                .put(MemoryPlace.ADDRESS_SPACE, FRAMEBUFFER);
        return call(ALLOC_CHANNEL, body.array()).result;
    }

    /** Frees a channel; returns the result of the call. */
    public int freeChannel(int handle) {
        return free(DEVICE, handle);
    }

    /** Rings a channel of the first copy engine. */
    public void ringChannel(int number) {
        write(CHANNEL_RING, 1 << 16 | number);
    }

    /** Frees subdevice, device and client; returns the results of the three calls. */
    public int[] free() {
        return new int[] {free(DEVICE, SUBDEVICE), free(CLIENT, DEVICE), free(CLIENT, CLIENT)};
    }

    private int free(int parent, int object) {
        WireView body = Free.LAYOUT.allocate();
        body.put(Free.ROOT, CLIENT).put(Free.OBJECT_PARENT, parent).put(Free.OBJECT_OLD, object);
        return call(FREE, body.array()).result;
    }

    /** Says that it goes. */
    public Answer unload() {
        return call(UNLOADING, new byte[8]);
    }

    /**
     * Returns what the driver takes from the facts first.
     *
     * @param facts as fetched, in any version
     * @return name and bytes of framebuffer
     */
    public static String summary(byte[] facts) {
        WireView main = MainRecord.LAYOUT.view(GspQueues.little(facts), GuestVersion.oldest().main);
        String name = main.element(MainRecord.GPU_NAME, 0, Names.LAYOUT).text(Names.ADAPTER_NAME);
        return name + ", " + (main.get(MainRecord.FB_LENGTH) >>> 20) + " MiB";
    }
}
