package org.gpumediator.examples.vfiouser.server;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Disjoint regions in the order of their unsigned addresses. Immutable: looking up takes no lock,
 * adding and removing copy a run of at most {@link #RUN} regions and the list of runs.
 */
final class RegionList {

    /** A run that gets longer is cut in two. */
    private static final int RUN = 256;

    static final RegionList EMPTY = new RegionList(new ClientRegion[0][], 0);

    /** No run is empty. */
    private final ClientRegion[][] runs;

    private final int size;

    private RegionList(ClientRegion[][] runs, int size) {
        this.runs = runs;
        this.size = size;
    }

    int size() {
        return size;
    }

    void forEach(Consumer<ClientRegion> action) {
        for (ClientRegion[] run : runs) {
            for (ClientRegion region : run) {
                action.accept(region);
            }
        }
    }

    /** Returns the last region that begins at or before an address, {@code null} if none does. */
    @Nullable ClientRegion floor(long address) {
        int run = runBefore(address);
        return run < 0 ? null : runs[run][countBefore(runs[run], address) - 1];
    }

    /** Returns the last run that begins at or before an address, {@code -1} if none does. */
    private int runBefore(long address) {
        int low = 0;
        int high = runs.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(runs[middle][0].start(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Returns how many regions of a run begin at or before an address. */
    private static int countBefore(ClientRegion[] run, long address) {
        int low = 0;
        int high = run.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(run[middle].start(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the list with one more region, which overlaps none of it. */
    RegionList with(ClientRegion region) {
        if (runs.length == 0) {
            return new RegionList(new ClientRegion[][] {{region}}, 1);
        }
        int at = Math.max(runBefore(region.start()), 0);
        ClientRegion[] old = runs[at];
        int place = countBefore(old, region.start());
        ClientRegion[] run = Arrays.copyOf(old, old.length + 1);
        System.arraycopy(old, place, run, place + 1, old.length - place);
        run[place] = region;
        return run.length <= RUN
                ? replaced(at, size + 1, run)
                : replaced(
                        at,
                        size + 1,
                        Arrays.copyOf(run, RUN / 2),
                        Arrays.copyOfRange(run, RUN / 2, run.length));
    }

    /** Returns the list without a region that is in it. */
    RegionList without(ClientRegion region) {
        int at = runBefore(region.start());
        ClientRegion[] old = runs[at];
        if (old.length == 1) {
            return replaced(at, size - 1);
        }
        int place = countBefore(old, region.start()) - 1;
        ClientRegion[] run = Arrays.copyOf(old, old.length - 1);
        System.arraycopy(old, place + 1, run, place, run.length - place);
        return replaced(at, size - 1, run);
    }

    private RegionList replaced(int at, int newSize, ClientRegion[]... by) {
        ClientRegion[][] changed = new ClientRegion[runs.length - 1 + by.length][];
        System.arraycopy(runs, 0, changed, 0, at);
        System.arraycopy(by, 0, changed, at, by.length);
        System.arraycopy(runs, at + 1, changed, at + by.length, runs.length - at - 1);
        return new RegionList(changed, newSize);
    }
}
