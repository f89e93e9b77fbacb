package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What the driver has allocated in the firmware: clients, and channels of the copy engine. */
final class GspObjects {

    static final int RUNLIST_CHANNELS = 2048;

    /** The client that the firmware gives the driver from the start. */
    static final int FIRST_CLIENT = 0xc100_0000;

    private static final int CLIENT_CLASS = 0;
    private static final int CHANNEL_CLASS = 0xc56f;

    private final Board board;
    private final Set<Integer> clients = new HashSet<>();
    private final Map<Integer, Integer> channels = new HashMap<>();

    GspObjects(Board board) {
        this.board = board;
    }

    void reset() {
        clients.clear();
        channels.clear();
    }

    int clients() {
        return clients.size();
    }

    boolean isClient(int handle) {
        return handle == FIRST_CLIENT || clients.contains(handle);
    }

    /** Returns the body with the status in its place. */
    byte[] allocate(ByteBuffer body, boolean wrong) {
        if (body.limit() >= 32) {
            body.putInt(16, wrong ? GspStatus.INJECTED : allocate(body));
        }
        return body.array();
    }

    private int allocate(ByteBuffer body) {
        int object = body.getInt(8);
        int classId = body.getInt(12);
        if (classId == CLIENT_CLASS) {
            return clients.add(object) ? GspStatus.OK : GspStatus.IN_USE;
        }
        if (classId != CHANNEL_CLASS || body.limit() < 48) {
            return GspStatus.NOT_SUPPORTED;
        }
        int channel = body.getInt(32);
        if (!isClient(body.getInt(0)) || channel < 0 || channel >= RUNLIST_CHANNELS) {
            return GspStatus.BAD_ARGUMENT;
        }
        if (!board.copyEngine().open(channel, body.getLong(40))) {
            return GspStatus.IN_USE;
        }
        channels.put(object, channel);
        return GspStatus.OK;
    }

    /** Returns the body with the status in its place. */
    byte[] free(ByteBuffer body, boolean wrong) {
        if (body.limit() >= 16) {
            body.putInt(12, wrong ? GspStatus.INJECTED : free(body.getInt(8)));
        }
        return body.array();
    }

    private int free(int object) {
        Integer channel = channels.remove(object);
        if (channel != null) {
            board.copyEngine().close(channel);
            return GspStatus.OK;
        }
        return clients.remove(object) ? GspStatus.OK : GspStatus.NOT_FOUND;
    }
}
