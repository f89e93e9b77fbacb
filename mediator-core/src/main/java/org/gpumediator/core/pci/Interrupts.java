package org.gpumediator.core.pci;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.gpumediator.api.vmm.MessageInterrupts.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Takes events of a function to its guest by the mechanism that the guest has enabled. Not safe for
 * use by multiple threads.
 *
 * <p>Source: PCI Local Bus Specification 3.0, sections 6.2.2, 6.2.3 and 6.8.
 */
final class Interrupts {

    private final ConfigBytes bytes;
    private final boolean hasLine;
    private final Outbox outbox;
    private final @Nullable Msi msi;
    private final @Nullable MsixTable msix;
    private final int msixControl;

    /** What the device drives; the guest may not see it. */
    private boolean level;

    /** What the guest's line shall be. */
    private boolean asserted;

    private boolean powered = true;

    private boolean mayDeliver;

    Interrupts(
            ConfigBytes bytes,
            boolean hasLine,
            Outbox outbox,
            @Nullable Msi msi,
            @Nullable MsixTable msix,
            int msixControl) {
        this.bytes = bytes;
        this.hasLine = hasLine;
        this.outbox = outbox;
        this.msi = msi;
        this.msix = msix;
        this.msixControl = msixControl;
    }

    boolean hasLine() {
        return hasLine;
    }

    int msiVectors() {
        return msi == null ? 0 : msi.vectors();
    }

    int msixVectors() {
        return msix == null ? 0 : msix.vectors();
    }

    Mode mode() {
        if (msix != null && msix.isEnabled()) {
            return Mode.MSI_X;
        }
        return msi != null && msi.isEnabled() ? Mode.MSI : Mode.NONE;
    }

    long messageAddress(int vector) {
        if (outbox.isTelling(vector)) {
            return outbox.toldAddress();
        }
        if (msix != null && msix.isEnabled()) {
            checkVector(vector, msix.vectors());
            return msix.address(vector);
        }
        if (msi != null && msi.isEnabled()) {
            checkVector(vector, msi.vectors());
            return msi.address();
        }
        throw noMessages(vector);
    }

    int messageData(int vector) {
        if (outbox.isTelling(vector)) {
            return outbox.toldMessage();
        }
        if (msix != null && msix.isEnabled()) {
            checkVector(vector, msix.vectors());
            return msix.message(vector);
        }
        if (msi != null && msi.isEnabled()) {
            checkVector(vector, msi.vectors());
            return msi.message(vector);
        }
        throw noMessages(vector);
    }

    void signal(int vector) {
        checkVector(vector, Math.max(1, Math.max(msiVectors(), msixVectors())));
        if (msix != null && msix.isEnabled()) {
            if (mayDeliver) {
                msix.signal(vector % msix.vectors());
            }
        } else if (msi != null && msi.isEnabled()) {
            if (mayDeliver) {
                msi.signal(vector);
            }
        } else {
            setLevel(true);
        }
    }

    void setLevel(boolean active) {
        level = active;
        driveLine();
    }

    /**
     * Takes over what the registers say now, and sends what has become deliverable.
     *
     * @param powered whether the function is in D0
     * @return whether the set-up of messages is different
     */
    boolean refresh(boolean powered) {
        int command = bytes.read(ConfigHeader.COMMAND, 2);
        this.powered = powered;
        mayDeliver = powered && (command & ConfigHeader.COMMAND_BUS_MASTER) != 0;
        boolean changed = msi != null && msi.refresh();
        if (msix != null) {
            changed |= msix.refresh(bytes.read(msixControl, 2), mayDeliver);
        }
        if (msi != null && mayDeliver && mode() == Mode.MSI) {
            msi.deliverPending();
        }
        driveLine();
        return changed;
    }

    void reset() {
        level = false;
        outbox.dropMessages();
        if (msi != null) {
            msi.reset(0);
        }
        if (msix != null) {
            msix.clear();
        }
    }

    void save(DataOutput target) throws IOException {
        target.writeBoolean(level);
        target.writeInt(msi == null ? 0 : msi.pending());
        if (msix != null) {
            msix.save(target);
        }
    }

    /** Returns how many bytes {@link #save} writes. */
    int savedLength() {
        int table = MsixPlace.tableLength(msixVectors()) + MsixPlace.pendingLength(msixVectors());
        return 1 + Integer.BYTES + table;
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @return what takes it over, once the bytes of the space are restored; to be followed by
     *     {@link #refresh}
     */
    Runnable load(DataInput source) throws IOException {
        boolean savedLevel = source.readBoolean();
        int savedPending = source.readInt();
        Runnable table = msix == null ? () -> {} : msix.load(source);
        return () -> {
            level = savedLevel;
            if (msi != null) {
                msi.reset(savedPending & -1 >>> (32 - msi.vectors()));
            }
            table.run();
        };
    }

    private void driveLine() {
        boolean pending = level && hasLine && mode() == Mode.NONE;
        bytes.setBits(ConfigHeader.STATUS, ConfigHeader.STATUS_INTERRUPT, pending);
        int command = bytes.read(ConfigHeader.COMMAND, 2);
        boolean active = pending && powered && (command & ConfigHeader.COMMAND_INTX_DISABLE) == 0;
        if (active != asserted) {
            asserted = active;
            outbox.level(active);
        }
    }

    private static void checkVector(int vector, int vectors) {
        if (vector < 0 || vector >= vectors) {
            throw new IllegalArgumentException(
                    "vector " + vector + ": expected 0 to " + (vectors - 1));
        }
    }

    private static IllegalArgumentException noMessages(int vector) {
        return new IllegalArgumentException(
                "vector " + vector + ": no message interrupts are enabled");
    }
}
