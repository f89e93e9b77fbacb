package org.gpumediator.intel.gen7.command;

import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;

/** What the audits of one submission share. Belongs to one scanner. */
final class AuditState {

    private static final String UNKNOWN_COMMAND = "unknown command";
    private static final ScanEvents NOBODY = (kind, command, value) -> {};

    final SliceBounds bounds = new SliceBounds();
    final ScanResult result;
    ScanEvents events = NOBODY;
    WorkBudget budget = new WorkBudget();
    RegisterRules registers = RegisterRules.of(0);
    boolean ppgtt;
    boolean surfacesConfined;
    boolean absoluteConstants;

    /** Whether a batch is being walked rather than the ring. */
    boolean inBatch;

    /** Whether the guest asked for that batch to run unprivileged. */
    boolean unprivileged;

    /** Where in the ring the jump is that leads to that batch. */
    int ringPosition;

    /** Index of the command before which the scan has to stop, {@link #GO_ON} for none. */
    int stopBefore = GO_ON;

    static final int GO_ON = -1;

    AuditState(ScanResult result) {
        this.result = result;
    }

    void begin(ScanContext context) {
        bounds.set(context);
        events = context.events();
        budget = context.budget();
        registers = RegisterRules.of(context.engine());
        ppgtt = context.ppgttEnabled();
        surfacesConfined = context.surfacesConfined();
        absoluteConstants = context.absoluteConstants();
        inBatch = false;
        unprivileged = false;
        stopBefore = GO_ON;
    }

    void end() {
        events = NOBODY;
    }

    int position(int at) {
        return inBatch ? ringPosition : at;
    }

    /** Counts something refused without changing the copy. */
    void count(GuestFaultKind kind, int row, long value) {
        result.refused++;
        budget.spend(WorkBudget.EVENT);
        String name = row == 0 ? UNKNOWN_COMMAND : Gen7Commands.CATALOGUE.row(row).name();
        events.refused(kind, name, value);
    }

    /** Replaces a command by MI_NOOP and counts it. */
    void refuse(int[] dwords, int at, int length, GuestFaultKind kind, int row, long value) {
        Arrays.fill(dwords, at, at + length, Mi.NOOP);
        count(kind, row, value);
    }

    void refuseMalformed(int[] dwords, int at, int length, int row) {
        refuse(dwords, at, length, GuestFaultKind.MALFORMED_COMMAND, row, dwords[at]);
    }

    /** Replaces a command by MI_NOOP: it names an address outside the slice. */
    void refuseAddress(int[] dwords, int at, int length, int row, long graphicsAddress) {
        refuse(dwords, at, length, GuestFaultKind.OUT_OF_PARTITION, row, graphicsAddress);
    }

    /** Replaces a command by MI_NOOP: a guest may not execute it. */
    void refusePrivileged(int[] dwords, int at, int length, int row, long value) {
        refuse(dwords, at, length, GuestFaultKind.PRIVILEGED_COMMAND, row, value);
    }

    /**
     * Returns whether bytes at an address may be accessed. Without a per-process table, or with the
     * bit set that says so, the address is global and must lie in the slice; else the shadowed
     * per-process table confines it.
     */
    boolean reachable(boolean global, long graphicsAddress, long length) {
        return ppgtt && !global || bounds.contains(graphicsAddress, length);
    }
}
