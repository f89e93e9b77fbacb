package org.gpumediator.testkit.ada;

/**
 * A channel that a guest's driver has made for a copy engine: a ring of entries, each of which
 * names a piece of a push buffer, all at addresses of the guest's own page tables. It runs one
 * entry at a time, and no entry of more than 16,384 dwords; what leads nowhere, or is no method
 * that it knows how to carry out, stops it for good.
 *
 * <p>Used under the board's lock.
 *
 * <p>Source: public headers of channel class 0xc56f (ring entries, user data, host methods).
 */
final class GuestChannel {

    // spotless:off
    private static final int USER_GET          = 0x88;
    private static final int USER_PUT          = 0x8c;
    private static final int MOST_DWORDS       = 1 << 14;
    private static final int FIRST_ENGINE_METHOD = 0x100;
    private static final int SEMAPHORE_LOW     = 0x5c;
    private static final int SEMAPHORE_HIGH    = 0x60;
    private static final int PAYLOAD_LOW       = 0x64;
    private static final int PAYLOAD_HIGH      = 0x68;
    private static final int EXECUTE           = 0x6c;
    private static final int EXECUTE_RELEASE   = 1;
    private static final int EXECUTE_64_BIT    = 1 << 24;
    
    private static final int INCREMENTING      = 1;
    private static final int NON_INCREMENTING  = 3;
    private static final int IMMEDIATE         = 4;
    private static final int ONCE              = 5;
    // spotless:on

    private final GuestTables tables;
    private final GuestCopies engine;
    private final Place place;
    private final int[] host = new int[FIRST_ENGINE_METHOD / 4];
    private int get;
    private boolean dead;

    /**
     * Where a channel is.
     *
     * @param instance its instance block, a place of {@link GuestTables}
     * @param user its user data, a place of {@link GuestTables}
     * @param ring address of its ring
     * @param entries of its ring
     */
    record Place(long instance, long user, long ring, int entries) {}

    GuestChannel(GuestTables tables, Place place, Runnable interrupt) {
        this.tables = tables;
        this.place = place;
        engine = new GuestCopies(tables, place.instance, interrupt);
    }

    /** Puts the base of its page directory into its instance block. */
    void setDirectory(long base) {
        tables.store(place.instance + GuestTables.DIRECTORY, 8, base);
    }

    /** Returns whether there is an entry to be run. */
    boolean hasWork() {
        return !dead && put() != get;
    }

    private int put() {
        int put = (int) tables.load(place.user + USER_PUT, 4);
        return Integer.compareUnsigned(put, place.entries) < 0 ? put : get;
    }

    /** Runs the next entry. */
    void runEntry() {
        long entry = tables.loadVirtual(place.instance, place.ring + 8L * get, 8);
        get = (get + 1) % place.entries;
        long buffer = entry & 0xff_ffff_fffcL;
        int dwords = (int) (entry >>> 42) & 0x1f_ffff;
        dead = dwords > MOST_DWORDS || !run(buffer, dwords);
        tables.store(place.user + USER_GET, 4, get);
    }

    private boolean run(long buffer, int dwords) {
        for (int at = 0; at < dwords; ) {
            int header = next(buffer, at++);
            int kind = header >>> 29;
            int method = (header & 0xfff) << 2;
            int count = header >>> 16 & 0x1fff;
            switch (kind) {
                case IMMEDIATE -> {
                    if (!method(method, count)) {
                        return false;
                    }
                }
                case INCREMENTING, NON_INCREMENTING, ONCE -> {
                    for (int i = 0; i < count && at < dwords; i++) {
                        int step = kind == INCREMENTING ? i : kind == ONCE ? Math.min(i, 1) : 0;
                        if (!method(method + 4 * step, next(buffer, at++))) {
                            return false;
                        }
                    }
                }
                default -> {
                    if (header != 0) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private int next(long buffer, int index) {
        return (int) tables.loadVirtual(place.instance, buffer + 4L * index, 4);
    }

    private boolean method(int method, int value) {
        if (method >= FIRST_ENGINE_METHOD) {
            return engine.method(method, value);
        }
        host[method / 4] = value;
        if (method != EXECUTE || (value & 7) != EXECUTE_RELEASE) {
            return true;
        }
        long at =
                Integer.toUnsignedLong(host[SEMAPHORE_LOW / 4])
                        | (long) host[SEMAPHORE_HIGH / 4] << 32;
        boolean wide = (value & EXECUTE_64_BIT) != 0;
        long payload =
                Integer.toUnsignedLong(host[PAYLOAD_LOW / 4]) | (long) host[PAYLOAD_HIGH / 4] << 32;
        return tables.storeVirtual(place.instance, at, wide ? 8 : 4, payload);
    }
}
