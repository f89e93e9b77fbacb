package org.gpumediator.intel.gen7.gtt;

import org.gpumediator.intel.gen7.hardware.Engine;
import org.jspecify.annotations.Nullable;

/**
 * Who has a page directory in the reserved area. There are few places. A directory that commands on
 * an engine refer to, run or not, is held there for that engine; of the others, whoever was not
 * used for longest gives way. A place is kept free for each engine that holds none, so that what an
 * engine is loaded with always finds one.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
public final class DirectoryPlaces {

    private final @Nullable ResidentDirectory[] places =
            new ResidentDirectory[ReservedArea.DIRECTORIES];

    /** By place: the engines it is held for, bits of {@link Engine#bit}. */
    private final int[] holders = new int[ReservedArea.DIRECTORIES];

    private long uses;

    /**
     * Makes a directory resident and holds it for an engine.
     *
     * @return whether there was a place; if not, there will be once engines have run dry
     */
    boolean hold(ResidentDirectory directory, Engine engine) {
        int place = directory.resident();
        if (place == ResidentDirectory.NOWHERE || holders[place] == 0) {
            if (unheld() <= othersWithout(engine)) {
                return false;
            }
            if (place == ResidentDirectory.NOWHERE) {
                place = leastUsed();
                moveIn(directory, place);
            }
        }
        holders[place] |= engine.bit();
        use(directory);
        return true;
    }

    /** Takes note that a directory is wanted, with a place or without. */
    void use(ResidentDirectory directory) {
        directory.used(++uses);
    }

    /** Holds nothing for an engine any more. */
    public void release(Engine engine) {
        for (int i = 0; i < holders.length; i++) {
            holders[i] &= ~engine.bit();
        }
    }

    /** Returns how many directories are held for an engine. */
    int count(Engine engine) {
        int count = 0;
        for (int holder : holders) {
            count += (holder & engine.bit()) != 0 ? 1 : 0;
        }
        return count;
    }

    /** Returns whether a directory is held for some engine. */
    boolean isHeld(ResidentDirectory directory) {
        int place = directory.resident();
        return place != ResidentDirectory.NOWHERE && holders[place] != 0;
    }

    /** Takes a directory out, held or not. */
    void evict(ResidentDirectory directory) {
        int place = directory.resident();
        if (place != ResidentDirectory.NOWHERE) {
            places[place] = null;
            holders[place] = 0;
            directory.resident(ResidentDirectory.NOWHERE);
        }
    }

    private void moveIn(ResidentDirectory directory, int place) {
        ResidentDirectory loser = places[place];
        if (loser != null) {
            loser.resident(ResidentDirectory.NOWHERE);
        }
        places[place] = directory;
        directory.resident(place);
        directory.publishAll();
    }

    private int unheld() {
        int count = 0;
        for (int holder : holders) {
            count += holder == 0 ? 1 : 0;
        }
        return count;
    }

    private int othersWithout(Engine engine) {
        int with = engine.bit();
        for (int holder : holders) {
            with |= holder;
        }
        return Engine.COUNT - Integer.bitCount(with);
    }

    private int leastUsed() {
        int best = 0;
        long bestUse = Long.MAX_VALUE;
        for (int i = 0; i < places.length; i++) {
            ResidentDirectory directory = places[i];
            long use = directory == null ? -1 : directory.lastUse();
            if (holders[i] == 0 && use < bestUse) {
                bestUse = use;
                best = i;
            }
        }
        return best;
    }
}
