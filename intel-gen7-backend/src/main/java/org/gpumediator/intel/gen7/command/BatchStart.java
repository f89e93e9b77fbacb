package org.gpumediator.intel.gen7.command;

/**
 * How an engine takes MI_BATCH_BUFFER_START. A batch runs unprivileged, by itself, if the
 * per-process table is on and the mode bits say so: bit 13 on RCS, bit 8 on the others.
 */
final class BatchStart {

    private BatchStart() {}

    /** Returns whether a guest asks for the batch to run unprivileged. */
    static boolean asksForNoPrivilege(AuditState state, Command start) {
        return start.isSet(0, state.unprivilegedBit);
    }

    /** Returns whether the batch is at an address of the per-process table. */
    static boolean isPerProcess(AuditState state, Command start) {
        return state.ppgtt && start.isSet(0, state.unprivilegedBit | Mi.START_PPGTT);
    }

    /** Returns whether a batch goes on behind the jump, always or perhaps. */
    static boolean returns(Command start) {
        return start.isSet(0, Mi.START_SECOND_LEVEL | Mi.START_PREDICATED);
    }

    /** Has a jump of the ring lead to an unprivileged batch: its space alone decides. */
    static void makeUnprivileged(AuditState state, Command start) {
        start.put(0, start.dword(0) | Mi.START_PPGTT | state.unprivilegedBit);
    }

    /** Has a jump lead to a copy, which is in the global table and has been audited. */
    static void makePrivileged(Command start) {
        start.put(0, start.dword(0) & ~(Mi.START_PPGTT | Mi.START_UNPRIVILEGED));
    }
}
