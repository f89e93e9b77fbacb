package org.gpumediator.examples.benchmarks;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.intel.gen7.command.BatchSink;
import org.gpumediator.intel.gen7.command.GuestDwords;
import org.gpumediator.intel.gen7.command.ScanContext;
import org.gpumediator.intel.gen7.command.ScanEvents;
import org.gpumediator.intel.gen7.command.ScanLimits;
import org.gpumediator.intel.gen7.command.WorkBudget;

/**
 * A guest as the scanner sees it: a slice, memory, a place for copies. It submits nothing that is
 * refused.
 */
abstract class ScannedGuest implements ScanContext, GuestDwords, BatchSink, ScanEvents {

    private final WorkBudget budget = new WorkBudget(1 << 30);

    private static final int COPIES = 0x0e00_0000;

    private final long lowStart;
    private final long lowEnd;
    private final long highStart;
    private final long highEnd;

    /** Dwords of batches that were stored. */
    long stored;

    ScannedGuest(long lowStart, long lowEnd, long highStart, long highEnd) {
        this.lowStart = lowStart;
        this.lowEnd = lowEnd;
        this.highStart = highStart;
        this.highEnd = highEnd;
    }

    @Override
    public final long lowStart() {
        return lowStart;
    }

    @Override
    public final long lowEnd() {
        return lowEnd;
    }

    @Override
    public final long highStart() {
        return highStart;
    }

    @Override
    public final long highEnd() {
        return highEnd;
    }

    @Override
    public final GuestDwords memory() {
        return this;
    }

    @Override
    public final BatchSink batches() {
        return this;
    }

    @Override
    public final WorkBudget budget() {
        budget.begin();
        return budget;
    }

    @Override
    public final ScanEvents events() {
        return this;
    }

    @Override
    public final int capacityDwords() {
        return ScanLimits.DEFAULT.batchDwords();
    }

    @Override
    public final long graphicsAddress() {
        return COPIES;
    }

    @Override
    public final void store(int[] dwords, int count) {
        stored += count;
    }

    @Override
    public final void refused(GuestFaultKind kind, String command, long value) {
        throw new IllegalStateException(command + " refused");
    }
}
