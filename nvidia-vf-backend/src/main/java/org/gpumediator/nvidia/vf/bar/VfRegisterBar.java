package org.gpumediator.nvidia.vf.bar;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.observe.FaultBook;

/**
 * BAR 0 of a virtual function, without its MSI-X table. What a guest writes to its two doorbells
 * must be its own channels and its own calls; everything else is its own to write. A guest names
 * its channels from 0 on, and its calls without the number of its function: the board adds both.
 *
 * <p>The guest is told a longer BAR than the function has; the rest reads as zero and takes no
 * writes.
 *
 * <p>On hardware all of it may be mapped straight into the guest but the page of the MSI-X table,
 * and, where invalidating translations has an erratum and several virtual GPUs share the board, the
 * page at 0x3000. There the doorbells are checked by the board's own firmware.
 */
public final class VfRegisterBar implements TrapHandler {

    // spotless:off
    private static final int PRIVILEGED_DOORBELL = 0x2200;
    private static final int CHANNEL_DOORBELL    = 0x3_0090;
    // spotless:on

    private static final int BAR = 0;

    private static final int SET_UP = 0;

    /** Calls that a guest may make: set-up of its calls, a call, lockless service. */
    private static final int LAST_CALL = 2;

    /** Channel in bits 11:0, runlist in bits 22:16; what others would mean nobody says. */
    private static final long TOKEN = 0x7f_0fff;

    private static final int TOKEN_CHANNEL = 0xfff;

    private final VfGate gate;
    private final long length;
    private final long real;
    private final long channels;
    private final FaultBook faults;
    private final Runnable onTouch;
    private final CallBudget calls;

    /** Says whether one more message of the guest to its firmware task is let through. */
    public interface CallBudget {
        boolean take(boolean setUp);
    }

    /**
     * Creates the BAR.
     *
     * @param length bytes that the guest is told
     * @param real bytes that the function has
     * @param channels how many channels the virtual GPU has
     */
    public VfRegisterBar(
            VfGate gate,
            long length,
            long real,
            long channels,
            FaultBook faults,
            Runnable onTouch,
            CallBudget calls) {
        this.gate = gate;
        this.length = length;
        this.real = real;
        this.channels = channels;
        this.faults = faults;
        this.onTouch = onTouch;
        this.calls = calls;
    }

    private boolean isInside(long offset, int width) {
        if (AccessWidth.isLegal(width) && offset >= 0 && offset <= length - width) {
            return true;
        }
        faults.count(GuestFaultKind.REFUSED_ACCESS, "BAR 0", offset);
        return false;
    }

    private static boolean touches(long offset, int width, int register) {
        return offset < register + 4 && offset + width > register;
    }

    @Override
    public long read(long offset, int width) {
        if (!isInside(offset, width)) {
            return AccessWidth.ones(width);
        }
        onTouch.run();
        return offset > real - width ? 0 : gate.read(BAR, offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (!isInside(offset, width)) {
            return;
        }
        onTouch.run();
        if (offset > real - width) {
            faults.count(GuestFaultKind.REFUSED_ACCESS, "BAR 0", offset);
        } else if (touches(offset, width, CHANNEL_DOORBELL)) {
            writeChannelDoorbell(offset, width, value);
        } else if (touches(offset, width, PRIVILEGED_DOORBELL)) {
            writePrivilegedDoorbell(offset, width, value);
        } else {
            gate.write(BAR, offset, width, value);
        }
    }

    /** Whole words only: a doorbell rung by pieces would be checked by pieces. */
    private boolean isWhole(long offset, int width, int register) {
        if (width == 4 && offset == register) {
            return true;
        }
        faults.count(GuestFaultKind.REFUSED_ACCESS, "doorbell", offset);
        return false;
    }

    private void writeChannelDoorbell(long offset, int width, long value) {
        if (!isWhole(offset, width, CHANNEL_DOORBELL)) {
            return;
        }
        long token = value & 0xffff_ffffL;
        if ((token & TOKEN_CHANNEL) >= channels || (token & ~TOKEN) != 0) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "channel doorbell", token);
            return;
        }
        gate.write(BAR, offset, width, token);
    }

    private void writePrivilegedDoorbell(long offset, int width, long value) {
        if (!isWhole(offset, width, PRIVILEGED_DOORBELL)) {
            return;
        }
        long word = value & 0xffff_ffffL;
        if (word > LAST_CALL) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "privileged doorbell", word);
        } else if (!calls.take(word == SET_UP)) {
            faults.count(GuestFaultKind.RATE_LIMITED, "privileged doorbell", word);
        } else {
            gate.write(BAR, offset, width, word);
        }
    }
}
