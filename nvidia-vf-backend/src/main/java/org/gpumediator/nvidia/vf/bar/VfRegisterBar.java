package org.gpumediator.nvidia.vf.bar;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.observe.FaultBook;

/**
 * BAR 0 of a virtual function, without its MSI-X table. What a guest writes to its two doorbells
 * must name its own channels and its own function; everything else is its own to write.
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

    /** Doorbell bits that a guest may ring: set-up of its calls, a call, lockless service. */
    private static final int GUEST_BITS = 0b111;

    private final VfGate gate;
    private final long length;
    private final int gfid;
    private final ResourceRange channels;
    private final FaultBook faults;
    private final Runnable onTouch;
    private final CallBudget calls;

    /** Says whether one more message of the guest to its firmware task is let through. */
    public interface CallBudget {
        boolean take(boolean setUp);
    }

    public VfRegisterBar(
            VfGate gate,
            long length,
            int gfid,
            ResourceRange channels,
            FaultBook faults,
            Runnable onTouch,
            CallBudget calls) {
        this.gate = gate;
        this.length = length;
        this.gfid = gfid;
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
        return gate.read(BAR, offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (!isInside(offset, width)) {
            return;
        }
        onTouch.run();
        if (touches(offset, width, CHANNEL_DOORBELL)) {
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
        long channel = value & 0xffff_ffffL;
        if (channel < channels.start() || channel >= channels.end()) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "channel doorbell", channel);
            return;
        }
        gate.write(BAR, offset, width, channel);
    }

    private void writePrivilegedDoorbell(long offset, int width, long value) {
        if (!isWhole(offset, width, PRIVILEGED_DOORBELL)) {
            return;
        }
        long word = value & 0xffff_ffffL;
        boolean legal = word >>> 5 == gfid && (GUEST_BITS >>> (int) (word & 31) & 1) != 0;
        if (!legal) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "privileged doorbell", word);
        } else if (!calls.take((word & 31) == SET_UP)) {
            faults.count(GuestFaultKind.RATE_LIMITED, "privileged doorbell", word);
        } else {
            gate.write(BAR, offset, width, word);
        }
    }
}
