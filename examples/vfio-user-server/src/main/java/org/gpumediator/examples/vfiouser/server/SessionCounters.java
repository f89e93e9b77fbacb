package org.gpumediator.examples.vfiouser.server;

import java.util.SortedMap;
import java.util.TreeMap;
import org.gpumediator.examples.vfiouser.protocol.Wire;

/**
 * What the clients of one virtual GPU have sent. Written by the thread that serves them; read when
 * it has ended, or roughly at any time.
 */
final class SessionCounters {

    final long[] reads = new long[Wire.REGIONS];
    final long[] writes = new long[Wire.REGIONS];
    final long[] nanos = new long[Wire.REGIONS];
    long clients;
    long messages;
    long posted;
    long refused;
    long notOffered;
    long failures;
    long maps;
    long unmaps;
    long resets;
    long dmaMessages;

    /** Returns the counters by name; those that are zero are left out. */
    SortedMap<String, Long> byName(RegionTable regions) {
        SortedMap<String, Long> all = new TreeMap<>();
        for (int region = 0; region < Wire.REGIONS; region++) {
            String label = regions.label(region);
            if (label != null) {
                put(all, "socket." + label + ".reads", reads[region]);
                put(all, "socket." + label + ".writes", writes[region]);
                put(all, "socket." + label + ".nanos", nanos[region]);
            }
        }
        put(all, "socket.clients", clients);
        put(all, "socket.messages", messages);
        put(all, "socket.posted", posted);
        put(all, "socket.refused", refused);
        put(all, "socket.not-offered", notOffered);
        put(all, "socket.failures", failures);
        put(all, "socket.maps", maps);
        put(all, "socket.unmaps", unmaps);
        put(all, "socket.resets", resets);
        put(all, "socket.dma-messages", dmaMessages);
        return all;
    }

    private static void put(SortedMap<String, Long> all, String name, long value) {
        if (value != 0) {
            all.put(name, value);
        }
    }
}
