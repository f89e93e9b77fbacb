package org.gpumediator.intel.gen7.command;

/** Audits the commands that a walk has noted. Belongs to one scanner. */
final class CommandAuditor {

    final MiAudit mi;
    final BlitAudit blit;
    final RenderAudit render;

    private final AuditState state;

    CommandAuditor(AuditState state) {
        this.state = state;
        mi = new MiAudit(state);
        blit = new BlitAudit(state);
        render = new RenderAudit(state);
    }

    /** Says that what comes next may run after anything. */
    void newStream() {
        blit.forgetSetup();
    }

    /** Returns a note that a command has to be looked into. */
    static long note(int at, int plan) {
        return (long) plan << Integer.SIZE | at;
    }

    /**
     * Audits the noted commands, which lie whole in {@code dwords}; what is refused has become
     * MI_NOOP. None is a jump or the end of a batch.
     *
     * @param command set to one after the other
     * @return {@link Step#GO_ON} behind all of them; {@link Step#BUDGET} or {@link Step#POSTPONED}
     *     if {@code command} is one to stop before
     */
    Step audit(Command command, int[] dwords, long[] notes, int count) {
        for (int i = 0; i < count; i++) {
            command.set(dwords, (int) notes[i], (int) (notes[i] >>> Integer.SIZE));
            if (i > 0 && !state.inBatch() && !state.budget.allows(1)) {
                return Step.BUDGET;
            }
            state.budget.spend(WorkBudget.LOOK);
            audit(command);
            if (command.isPostponed()) {
                return Step.POSTPONED;
            }
        }
        return Step.GO_ON;
    }

    private void audit(Command command) {
        CommandAudit audit = command.row().audit();
        if (state.isUnprivileged() && !audit.needsNoPrivilege()) {
            command.refusePrivileged(command.unsigned(0));
        } else if (command.requireLegalBits() && command.requireLegalLength()) {
            audit.check().passes(this, command);
        }
    }
}
