package org.gpumediator.intel.gen7.gtt;

/**
 * A page directory that the GPU can use while it has a place in the {@link ReservedArea}.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
abstract class ResidentDirectory {

    /** {@link #resident} of a directory that is not in the reserved area. */
    static final int NOWHERE = -1;

    private final ReservedArea area;
    private int resident = NOWHERE;
    private long lastUse;

    ResidentDirectory(ReservedArea area) {
        this.area = area;
    }

    /** Returns the entry of a slot, {@code 0} to {@code DIRECTORY_ENTRIES - 1}. */
    abstract int entry(int slot);

    int resident() {
        return resident;
    }

    void resident(int place) {
        resident = place;
    }

    long lastUse() {
        return lastUse;
    }

    void used(long when) {
        lastUse = when;
    }

    /** Writes a slot to the place it has been given, if any. */
    void publish(int slot) {
        if (resident != NOWHERE) {
            area.setDirectoryEntry(resident, slot, entry(slot));
        }
    }

    /** Writes every slot to the place it has been given. */
    void publishAll() {
        for (int slot = 0; slot < ReservedArea.DIRECTORY_ENTRIES; slot++) {
            publish(slot);
        }
    }
}
