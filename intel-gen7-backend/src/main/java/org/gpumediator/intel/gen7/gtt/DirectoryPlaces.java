package org.gpumediator.intel.gen7.gtt;

import org.jspecify.annotations.Nullable;

/**
 * Who has a page directory in the reserved area. There are few places; whoever was not used for
 * longest gives way.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
public final class DirectoryPlaces {

    private final @Nullable ShadowDirectory[] places =
            new ShadowDirectory[ReservedArea.DIRECTORIES];
    private long uses;

    /** Makes a directory resident. */
    void makeResident(ShadowDirectory directory) {
        directory.used(++uses);
        if (directory.resident() != ShadowDirectory.NOWHERE) {
            return;
        }
        int place = leastUsed();
        ShadowDirectory loser = places[place];
        if (loser != null) {
            loser.resident(ShadowDirectory.NOWHERE);
        }
        places[place] = directory;
        directory.resident(place);
        directory.publishAll();
    }

    /** Takes a directory out. */
    void evict(ShadowDirectory directory) {
        if (directory.resident() != ShadowDirectory.NOWHERE) {
            places[directory.resident()] = null;
            directory.resident(ShadowDirectory.NOWHERE);
        }
    }

    private int leastUsed() {
        int best = 0;
        long bestUse = Long.MAX_VALUE;
        for (int i = 0; i < places.length; i++) {
            ShadowDirectory directory = places[i];
            long use = directory == null ? -1 : directory.lastUse();
            if (use < bestUse) {
                bestUse = use;
                best = i;
            }
        }
        return best;
    }
}
