package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.core.wire.WireStructure;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspObjectStructures.Allocate;
import org.gpumediator.testkit.ada.GspObjectStructures.Channel;
import org.gpumediator.testkit.ada.GspObjectStructures.Client;
import org.gpumediator.testkit.ada.GspObjectStructures.Device;
import org.gpumediator.testkit.ada.GspObjectStructures.Free;
import org.gpumediator.testkit.ada.GspObjectStructures.Subdevice;
import org.jspecify.annotations.Nullable;

/**
 * What the driver has allocated in the firmware: clients, their devices and subdevices, and
 * channels of the first copy engine.
 */
final class GspObjects {

    static final int RUNLIST_CHANNELS = 2048;

    // spotless:off
    /** The client that the firmware gives the driver from the start, its device and subdevice. */
    static final int INTERNAL_CLIENT    = 0xc100_0000;
    static final int INTERNAL_DEVICE    = INTERNAL_CLIENT + 1;
    static final int INTERNAL_SUBDEVICE = INTERNAL_CLIENT + 2;

    private static final int CLIENT_CLASS    = 0;
    private static final int DEVICE_CLASS    = 0x80;
    static final int SUBDEVICE_CLASS         = 0x2080;
    private static final int CHANNEL_CLASS   = 0xc56f;
    private static final int FIRST_COPY_ENGINE = 9;
    // spotless:on

    private static final Map<Integer, WireStructure> PARAMETERS =
            Map.of(
                    CLIENT_CLASS, Client.LAYOUT,
                    DEVICE_CLASS, Device.LAYOUT,
                    SUBDEVICE_CLASS, Subdevice.LAYOUT,
                    CHANNEL_CLASS, Channel.LAYOUT);

    /** One object of a client. */
    private record Item(int parent, int classId, int channel) {}

    private final Board board;
    private final Map<Integer, Map<Integer, Item>> clients = new HashMap<>();

    GspObjects(Board board) {
        this.board = board;
        reset();
    }

    void reset() {
        clients.clear();
        Map<Integer, Item> internal = new HashMap<>();
        internal.put(INTERNAL_CLIENT, new Item(INTERNAL_CLIENT, CLIENT_CLASS, 0));
        internal.put(INTERNAL_DEVICE, new Item(INTERNAL_CLIENT, DEVICE_CLASS, 0));
        internal.put(INTERNAL_SUBDEVICE, new Item(INTERNAL_DEVICE, SUBDEVICE_CLASS, 0));
        clients.put(INTERNAL_CLIENT, internal);
    }

    /** Returns how many clients the driver has made. */
    int clients() {
        return clients.size() - 1;
    }

    /** Returns why a control of an object cannot be carried out, or 0. */
    int check(int client, int object, int wantedClass) {
        Map<Integer, Item> objects = clients.get(client);
        if (objects == null) {
            return GspStatus.BAD_CLIENT;
        }
        Item item = objects.get(object);
        if (item == null) {
            return GspStatus.NOT_FOUND;
        }
        return item.classId == wantedClass ? GspStatus.OK : GspStatus.NOT_SUPPORTED;
    }

    /** Returns the body with the status in its place. */
    byte[] allocate(ByteBuffer body, boolean wrong) {
        if (body.limit() >= Allocate.LAYOUT.bytes()) {
            WireView request = Allocate.LAYOUT.view(body);
            request.put(Allocate.STATUS, wrong ? GspStatus.INJECTED : allocate(request, body));
        }
        return body.array();
    }

    private int allocate(WireView request, ByteBuffer body) {
        int classId = request.getInt(Allocate.CLASS);
        WireStructure layout = PARAMETERS.get(classId);
        if (layout == null) {
            return GspStatus.BAD_CLASS;
        }
        if (request.getInt(Allocate.PARAMS_SIZE) != layout.bytes()
                || body.limit() != Allocate.LAYOUT.bytes() + layout.bytes()) {
            return GspStatus.BAD_PARAMETERS;
        }
        int client = request.getInt(Allocate.CLIENT);
        int object = request.getInt(Allocate.OBJECT);
        WireView parameters = layout.view(body, Allocate.LAYOUT.bytes());
        if (classId == CLIENT_CLASS) {
            return allocateClient(client, object, parameters);
        }
        Map<Integer, Item> objects = clients.get(client);
        if (objects == null) {
            return GspStatus.BAD_CLIENT;
        }
        Item parent = objects.get(request.getInt(Allocate.PARENT));
        int wanted = classId == DEVICE_CLASS ? CLIENT_CLASS : DEVICE_CLASS;
        if (parent == null || parent.classId != wanted) {
            return GspStatus.BAD_PARENT;
        }
        if (objects.containsKey(object)) {
            return GspStatus.DUPLICATE;
        }
        int channel = classId == CHANNEL_CLASS ? parameters.getInt(Channel.CID) : 0;
        int status = classId == CHANNEL_CLASS ? openChannel(channel, parameters) : GspStatus.OK;
        if (status == GspStatus.OK) {
            objects.put(object, new Item(request.getInt(Allocate.PARENT), classId, channel));
        }
        return status;
    }

    private int allocateClient(int client, int object, WireView parameters) {
        if (client != object || parameters.getInt(Client.CLIENT) != object) {
            return GspStatus.BAD_CLIENT;
        }
        Map<Integer, Item> objects = new HashMap<>();
        objects.put(object, new Item(object, CLIENT_CLASS, 0));
        return clients.putIfAbsent(client, objects) == null ? GspStatus.OK : GspStatus.DUPLICATE;
    }

    private int openChannel(int channel, WireView parameters) {
        if (channel < 0
                || channel >= RUNLIST_CHANNELS
                || parameters.getInt(Channel.GP_FIFO_ENTRIES) == 0
                || parameters.getInt(Channel.ENGINE_TYPE) != FIRST_COPY_ENGINE) {
            return GspStatus.BAD_ARGUMENT;
        }
        return board.copyEngine().open(channel, parameters.get(Channel.GP_FIFO_OFFSET))
                ? GspStatus.OK
                : GspStatus.IN_USE;
    }

    /** Returns the body with the status in its place. */
    byte[] free(ByteBuffer body, boolean wrong) {
        if (body.limit() == Free.LAYOUT.bytes()) {
            WireView request = Free.LAYOUT.view(body);
            int status =
                    wrong
                            ? GspStatus.INJECTED
                            : free(request.getInt(Free.ROOT), request.getInt(Free.OBJECT_OLD));
            request.put(Free.STATUS, status);
        }
        return body.array();
    }

    private int free(int client, int object) {
        Map<Integer, Item> objects = clients.get(client);
        if (objects == null) {
            return client == object ? GspStatus.NOT_FOUND : GspStatus.BAD_CLIENT;
        }
        if (client == INTERNAL_CLIENT) {
            return GspStatus.BAD_ARGUMENT;
        }
        if (!objects.containsKey(object)) {
            return GspStatus.NOT_FOUND;
        }
        freeTree(objects, object);
        if (object == client) {
            clients.remove(client);
        }
        return GspStatus.OK;
    }

    /** Frees an object and all below it. */
    private void freeTree(Map<Integer, Item> objects, int object) {
        @Nullable Item item = objects.remove(object);
        if (item != null && item.classId == CHANNEL_CLASS) {
            board.copyEngine().close(item.channel);
        }
        List<Integer> children =
                objects.entrySet().stream()
                        .filter(each -> each.getValue().parent == object)
                        .map(Map.Entry::getKey)
                        .toList();
        children.forEach(child -> freeTree(objects, child));
    }
}
