package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Allocate;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Channel;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Client;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Control;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Device;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Free;
import org.gpumediator.nvidia.vf.wire.ObjectStructures.Subdevice;

/**
 * Objects and controls of the firmware's resource manager. Safe for use by multiple threads.
 *
 * <p>Source: control numbers and classes of the open drivers.
 */
public final class GspControls {

    // spotless:off
    /** Control: bytes of a translation segment. */
    public static final int SEGMENT_BYTES   = 0x2080_017e;
    /** Control: whether memory errors are corrected. */
    public static final int ERROR_CORRECTION = 0x2080_012f;
    /** Control: channels of a runlist. */
    public static final int CHANNELS        = 0x2080_0a61;
    /** Control: the firmware's version. */
    public static final int FEATURES        = 0x2080_3601;
    /** Control: starts the task of a virtual GPU. */
    public static final int BOOTLOAD        = 0x2080_4001;
    /** Control: ends the task of a virtual GPU. */
    public static final int SHUT_DOWN       = 0x2080_4002;
    /** Control: uploads types. */
    public static final int ADD_TYPES       = 0x2080_4003;
    /** Control: bounds the use of the encoder. */
    public static final int ENCODER         = 0x2080_4007;
    /** Control: forgets an ended task. */
    public static final int CLEAN_UP        = 0x2080_4008;
    /** Control: whether sizes are mixed. */
    public static final int HETEROGENEOUS   = 0x2080_400e;
    /** Status: there is no such object. */
    public static final int NOT_FOUND       = 0x57;
    // spotless:on

    private static final int FIRST_HANDLE = 0xc1d0_0000;
    private static final int CLASS_CLIENT = 0;
    private static final int CLASS_DEVICE = 0x80;
    private static final int CLASS_SUBDEVICE = 0x2080;
    private static final int CLASS_CHANNEL = 0xc56f;
    private static final int FIRST_COPY_ENGINE = 9;
    private static final int NO_PROCESS = -1;

    private final GspRpc rpc;
    private final AtomicInteger handles = new AtomicInteger(FIRST_HANDLE);

    /** Creates the controls over a connection. */
    public GspControls(GspRpc rpc) {
        this.rpc = rpc;
    }

    /** Makes a client of the resource manager, with a device and a subdevice. */
    public GspClient newClient(String what) {
        int client = newHandle();
        WireView asClient = Client.LAYOUT.allocate();
        asClient.put(Client.CLIENT, client).put(Client.PROCESS_ID, NO_PROCESS);
        allocate(what, client, client, client, CLASS_CLIENT, asClient);
        try {
            int device = newHandle();
            WireView asDevice = Device.LAYOUT.allocate().put(Device.CLIENT_SHARE, client);
            allocate(what, client, client, device, CLASS_DEVICE, asDevice);
            int subdevice = newHandle();
            WireView asSubdevice = Subdevice.LAYOUT.allocate();
            allocate(what, client, device, subdevice, CLASS_SUBDEVICE, asSubdevice);
            return new GspClient(client, device, subdevice);
        } catch (RuntimeException failure) {
            try {
                free(what, client, client, client);
            } catch (RuntimeException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    /** Frees a client and all that it has. */
    public void free(String what, GspClient client) {
        free(what, client.client(), client.client(), client.client());
    }

    /** Returns a handle that nothing has yet. */
    public int newHandle() {
        return handles.getAndIncrement();
    }

    /**
     * Makes a channel of the first copy engine.
     *
     * @param client who owns it
     * @param handle its handle
     * @param channel its channel id
     * @param pushBuffer bus address of its push buffer
     */
    public void openChannel(
            String what, GspClient client, int handle, int channel, long pushBuffer) {
        WireView parameters = Channel.LAYOUT.allocate();
        parameters
                .put(Channel.GP_FIFO_OFFSET, pushBuffer)
                .put(Channel.GP_FIFO_ENTRIES, 1)
                .put(Channel.ENGINE_TYPE, FIRST_COPY_ENGINE)
                .put(Channel.CID, channel);
        allocate(what, client.client(), client.device(), handle, CLASS_CHANNEL, parameters);
    }

    /** Closes a channel. That there is none is not an error. */
    public void closeChannel(String what, GspClient client, int handle) {
        free(what, client.client(), client.device(), handle);
    }

    private void allocate(
            String what, int client, int parent, int handle, int classId, WireView parameters) {
        byte[] bytes = parameters.array();
        WireView body = Allocate.LAYOUT.allocate();
        body.put(Allocate.CLIENT, client)
                .put(Allocate.PARENT, parent)
                .put(Allocate.OBJECT, handle)
                .put(Allocate.CLASS, classId)
                .put(Allocate.PARAMS_SIZE, bytes.length);
        ByteBuffer reply = rpc.call(what, GspRpc.RM_ALLOC, body.array(), bytes);
        check(what, reply, Allocate.STATUS.offset());
    }

    /** Frees an object. Nothing to be freed is not an error. */
    private void free(String what, int client, int parent, int handle) {
        WireView body = Free.LAYOUT.allocate();
        body.put(Free.ROOT, client).put(Free.OBJECT_PARENT, parent).put(Free.OBJECT_OLD, handle);
        ByteBuffer reply = rpc.call(what, GspRpc.FREE, body.array());
        int status = Free.STATUS.offset();
        if (reply.limit() < status + 4 || reply.getInt(status) != NOT_FOUND) {
            check(what, reply, status);
        }
    }

    /**
     * Carries out a control of the board.
     *
     * @param client on whose behalf
     * @param command which
     * @param parameters its parameters; replaced by what the firmware makes of them
     */
    public void control(String what, GspClient client, int command, WireView parameters) {
        control(what, client, command, parameters.array());
    }

    /**
     * Carries out a control of the board.
     *
     * @param client on whose behalf
     * @param command which
     * @param parameters its parameters; replaced by what the firmware makes of them
     */
    public void control(String what, GspClient client, int command, byte[] parameters) {
        WireView head = Control.LAYOUT.allocate();
        head.put(Control.CLIENT, client.client())
                .put(Control.OBJECT, client.subdevice())
                .put(Control.CMD, command)
                .put(Control.PARAMS_SIZE, parameters.length);
        ByteBuffer reply = rpc.call(what, GspRpc.RM_CONTROL, head.array(), parameters);
        check(what, reply, Control.STATUS.offset());
        int expected = Control.LAYOUT.bytes() + parameters.length;
        if (reply.limit() != expected) {
            throw new GspTimeoutException(
                    what + ": reply of " + reply.limit() + " bytes: expected " + expected);
        }
        reply.get(Control.LAYOUT.bytes(), parameters);
    }

    private static void check(String what, ByteBuffer reply, int statusAt) {
        int status = reply.limit() < statusAt + 4 ? -1 : reply.getInt(statusAt);
        if (status != 0) {
            throw new GspRefusedException(what, status);
        }
    }

    static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
