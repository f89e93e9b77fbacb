package org.gpumediator.intel.gen7.command;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.CommandDecoder;

/** What the audits of one submission share. Belongs to one scanner. */
final class AuditState {

    private static final int RENDER = 0;
    private static final ScanEvents NOBODY = (kind, command, value) -> {};

    final SliceBounds bounds = new SliceBounds();
    final ScanResult result;
    ScanEvents events = NOBODY;
    WorkBudget budget = new WorkBudget();
    CommandDecoder decoder = Gen7Commands.CATALOGUE.decoder(0);
    RegisterRules registers = RegisterRules.of(0);

    /** DW0 of MI_BATCH_BUFFER_START: the batch is unprivileged. */
    int unprivilegedBit;

    boolean ppgtt;
    boolean surfacesConfined;
    boolean absoluteConstants;

    private boolean inBatch;
    private boolean unprivileged;
    private int jumpPosition;

    AuditState(ScanResult result) {
        this.result = result;
    }

    void begin(ScanContext context) {
        bounds.set(context);
        events = context.events();
        budget = context.budget();
        int engine = context.engine();
        decoder = Gen7Commands.CATALOGUE.decoder(engine);
        registers = RegisterRules.of(engine);
        unprivilegedBit = engine == RENDER ? Mi.START_UNPRIVILEGED : Mi.START_PPGTT;
        ppgtt = context.ppgttEnabled();
        surfacesConfined = context.surfacesConfined();
        absoluteConstants = context.absoluteConstants();
        enterRing();
    }

    void end() {
        events = NOBODY;
    }

    /** Says that commands of the ring are audited from now on. */
    void enterRing() {
        inBatch = false;
        unprivileged = false;
    }

    /**
     * Says that commands of a batch are audited from now on.
     *
     * @param position where in the ring the jump is that leads to it
     * @param asksForNoPrivilege whether the guest asked for the batch to run unprivileged
     */
    void enterBatch(int position, boolean asksForNoPrivilege) {
        inBatch = true;
        jumpPosition = position;
        unprivileged = asksForNoPrivilege;
    }

    boolean inBatch() {
        return inBatch;
    }

    /** Returns whether the guest asked for what is audited to run unprivileged. */
    boolean isUnprivileged() {
        return unprivileged;
    }

    /** Returns the index in the ring at which the guest hears of a command at an index. */
    int position(int at) {
        return inBatch ? jumpPosition : at;
    }

    /** Counts something refused without changing the copy. */
    void count(GuestFaultKind kind, AuditedRow row, long value) {
        result.refused++;
        budget.spend(WorkBudget.EVENT);
        events.refused(kind, row.name(), value);
    }
}
