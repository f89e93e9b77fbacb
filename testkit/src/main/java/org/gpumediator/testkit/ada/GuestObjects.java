package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gpumediator.core.wire.WireStructure;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocDevice;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocObject;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocRoot;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocSubdevice;
import org.gpumediator.testkit.ada.GspObjectStructures.Free;

/**
 * What one guest driver has allocated in its firmware task. Its handles mean nothing to others; how
 * many there are is bounded.
 */
final class GuestObjects {

    private static final int MOST_HANDLES = 4096;

    /** The children of each object of each client. */
    private final Map<Integer, Map<Integer, Set<Integer>>> clients = new HashMap<>();

    private int handles;

    void clear() {
        clients.clear();
        handles = 0;
    }

    int count() {
        return handles;
    }

    /** Returns whether a control may name an object. */
    boolean has(int client, int object) {
        Map<Integer, Set<Integer>> objects = clients.get(client);
        return objects != null && objects.containsKey(object);
    }

    int allocateRoot(ByteBuffer body) {
        int client = view(AllocRoot.LAYOUT, body).getInt(AllocRoot.CLIENT);
        if (clients.containsKey(client)) {
            return GspStatus.DUPLICATE;
        }
        if (handles >= MOST_HANDLES) {
            return GspStatus.NO_RESOURCES;
        }
        handles++;
        Map<Integer, Set<Integer>> objects = new HashMap<>();
        objects.put(client, new HashSet<>());
        clients.put(client, objects);
        return GspStatus.OK;
    }

    int allocateDevice(ByteBuffer body) {
        WireView request = view(AllocDevice.LAYOUT, body);
        int client = request.getInt(AllocDevice.CLIENT);
        return add(client, client, request.getInt(AllocDevice.DEVICE));
    }

    int allocateSubdevice(ByteBuffer body) {
        WireView request = view(AllocSubdevice.LAYOUT, body);
        return add(
                request.getInt(AllocSubdevice.ROOT),
                request.getInt(AllocSubdevice.OBJECT_PARENT),
                request.getInt(AllocSubdevice.OBJECT_NEW));
    }

    int allocateObject(ByteBuffer body) {
        WireView request = view(AllocObject.LAYOUT, body);
        return add(
                request.getInt(AllocObject.CLIENT),
                request.getInt(AllocObject.PARENT),
                request.getInt(AllocObject.OBJECT));
    }

    /** Adds an object below another. */
    int add(int client, int parent, int object) {
        Map<Integer, Set<Integer>> objects = clients.get(client);
        if (objects == null) {
            return GspStatus.BAD_CLIENT;
        }
        Set<Integer> siblings = objects.get(parent);
        if (siblings == null) {
            return GspStatus.BAD_PARENT;
        }
        if (objects.containsKey(object)) {
            return GspStatus.DUPLICATE;
        }
        if (handles >= MOST_HANDLES) {
            return GspStatus.NO_RESOURCES;
        }
        handles++;
        siblings.add(object);
        objects.put(object, new HashSet<>());
        return GspStatus.OK;
    }

    int free(ByteBuffer body) {
        WireView request = view(Free.LAYOUT, body);
        int client = request.getInt(Free.ROOT);
        int object = request.getInt(Free.OBJECT_OLD);
        Map<Integer, Set<Integer>> objects = clients.get(client);
        if (objects == null) {
            return GspStatus.BAD_CLIENT;
        }
        if (!objects.containsKey(object)) {
            return GspStatus.NOT_FOUND;
        }
        freeTree(objects, object);
        objects.values().forEach(children -> children.remove(object));
        if (client == object) {
            clients.remove(client);
        }
        return GspStatus.OK;
    }

    /** Frees an object and all below it: no deeper than there are handles. */
    private void freeTree(Map<Integer, Set<Integer>> objects, int object) {
        Set<Integer> doomed = new HashSet<>(Set.of(object));
        while (!doomed.isEmpty()) {
            Set<Integer> below = new HashSet<>();
            for (int each : doomed) {
                Set<Integer> children = objects.remove(each);
                if (children != null) {
                    handles--;
                    below.addAll(children);
                }
            }
            doomed = below;
        }
    }

    /** Returns a view of a message's body; what the guest has left out is zero. */
    private static WireView view(WireStructure layout, ByteBuffer body) {
        if (body.limit() >= layout.bytes()) {
            return layout.view(body);
        }
        ByteBuffer padded = GspQueues.little(new byte[layout.bytes()]);
        padded.put(0, body.array(), 0, body.limit());
        return layout.view(padded);
    }
}
