package org.gpumediator.intel.gen7.command;

/** Audits commands, one after the other. Belongs to one scanner. */
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

    /**
     * Audits a command; what is refused has become MI_NOOP.
     *
     * @return {@link Step#GO_ON} behind it, {@link Step#POSTPONED} to stop before it
     */
    Step audit(Command command) {
        AuditedRow row = command.row();
        if (state.isUnprivileged() && !row.audit().needsNoPrivilege()) {
            command.refusePrivileged(command.unsigned(0));
        } else if (command.requireLegalBits() && command.requireLegalLength()) {
            row.check().passes(this, command);
        }
        return command.isPostponed() ? Step.POSTPONED : Step.GO_ON;
    }
}
