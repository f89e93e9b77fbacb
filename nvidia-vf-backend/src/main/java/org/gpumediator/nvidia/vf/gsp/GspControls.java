package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Objects and controls of the firmware's resource manager. Safe for use by multiple threads.
 *
 * <p>Source: control numbers of the open drivers.
 */
public final class GspControls {

    // spotless:off
    /** Control: bytes of a translation segment. */
    public static final int SEGMENT_BYTES   = 0x2080_017e;
    /** Control: whether memory errors are corrected. */
    public static final int ERROR_CORRECTION = 0x2080_012f;
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
    private static final int CLASS_CHANNEL = 0xc56f;

    private final GspRpc rpc;
    private final AtomicInteger handles = new AtomicInteger(FIRST_HANDLE);

    /** Creates the controls over a connection. */
    public GspControls(GspRpc rpc) {
        this.rpc = rpc;
    }

    /** Makes a client of the resource manager and returns its handle. */
    public int newClient(String what) {
        int handle = newHandle();
        allocate(what, handle, handle, CLASS_CLIENT, new byte[0]);
        return handle;
    }

    /** Returns a handle that nothing has yet. */
    public int newHandle() {
        return handles.getAndIncrement();
    }

    /**
     * Makes a copy-engine channel.
     *
     * @param client who owns it
     * @param handle its handle
     * @param channel its channel id
     * @param pushBuffer bus address of its push buffer
     */
    public void openChannel(String what, int client, int handle, int channel, long pushBuffer) {
        ByteBuffer parameters = little(16);
        parameters.putInt(0, channel).putLong(8, pushBuffer);
        allocate(what, client, handle, CLASS_CHANNEL, parameters.array());
    }

    private void allocate(String what, int client, int handle, int classId, byte[] parameters) {
        ByteBuffer body = little(32 + parameters.length);
        body.putInt(0, client).putInt(4, client).putInt(8, handle).putInt(12, classId);
        body.putInt(20, parameters.length);
        body.put(32, parameters);
        ByteBuffer reply = rpc.call(what, GspRpc.RM_ALLOC, body.array());
        check(what, reply, 16);
    }

    /** Frees an object. Nothing to be freed is not an error. */
    public void free(String what, int client, int handle) {
        ByteBuffer body = little(16);
        body.putInt(0, client).putInt(4, client).putInt(8, handle);
        ByteBuffer reply = rpc.call(what, GspRpc.FREE, body.array());
        if (reply.limit() < 16 || reply.getInt(12) != NOT_FOUND) {
            check(what, reply, 12);
        }
    }

    /**
     * Carries out a control.
     *
     * @param client on whose behalf
     * @param command which
     * @param parameters its parameters; replaced by what the firmware makes of them
     */
    public void control(String what, int client, int command, byte[] parameters) {
        ByteBuffer body = little(24 + parameters.length);
        body.putInt(0, client).putInt(4, client).putInt(8, command);
        body.putInt(16, parameters.length);
        body.put(24, parameters);
        ByteBuffer reply = rpc.call(what, GspRpc.RM_CONTROL, body.array());
        check(what, reply, 12);
        if (reply.limit() != 24 + parameters.length) {
            throw new GspTimeoutException(
                    what
                            + ": reply of "
                            + reply.limit()
                            + " bytes: expected "
                            + (24 + parameters.length));
        }
        reply.get(24, parameters);
    }

    /** Carries out a control that has words for parameters. */
    public void control(String what, int client, int command, int... words) {
        ByteBuffer body = little(4 * words.length);
        body.asIntBuffer().put(words);
        control(what, client, command, body.array());
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
