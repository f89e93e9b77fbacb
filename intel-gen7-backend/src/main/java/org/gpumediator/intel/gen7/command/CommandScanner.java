package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

import java.util.Objects;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.CommandDecoder;

/**
 * Audits what a guest submits to one engine, on a copy that the guest cannot change.
 *
 * <p><b>Motivation.</b> A gen7.5 engine executes the ring and every batch fetched through the
 * global table with full privilege: it stores to any graphics address of any guest, loads any
 * register and rewrites the global table itself. Drivers need some of that in their rings, and the
 * i915 driver runs user batches that its own parser has passed with privilege, too. So a mediator
 * cannot forbid privileged streams; it decodes them.
 *
 * <p><b>Threats.</b> First, addresses: a command that names memory outside the slice, an extent
 * that leaves it, a sum that wraps at 32 bits, a bound that is no bound. Second, registers: loads
 * that stop the engine, move its status page or page directory, or reach what the host keeps;
 * stores that read what others left. Third, the scan itself: memory changed after it was looked at,
 * commands the scanner and the engine measure differently, jumps into the middle of a command,
 * chains without end, commands that rely on what another batch has set up. What this class does not
 * confine is what shaders, samplers and kernels reach through state in memory, and what a logical
 * context image restores: the page directory and the save area do that.
 *
 * <p><b>Implementation.</b> The caller copies the ring; the scanner copies each privileged batch it
 * leads to, whole, before it looks at it, and points the jumps at the copies. It hops from header
 * to header with a table look-up; only commands whose row says so are looked into. A refused
 * command becomes MI_NOOP for its whole length, so that both sides keep measuring the same. Of
 * MI_LOAD_REGISTER_IMM only the refused registers are taken out. What cannot be decoded ends the
 * batch there, and stops the ring there. A jump into a batch already copied leads into that copy if
 * a walk over the audited copy ends exactly there; else that part is copied and audited on its own.
 * A batch runs unaudited only if the per-process table is on and the mode bits say that the engine
 * takes it as unprivileged: bit 13 on RCS, bit 8 on the others. A jump from the ring into the
 * per-process space gets those bits, so that the space alone decides. In a privileged batch they
 * change nothing, since a chain keeps the privilege of its parent. Dwords copied and walked,
 * batches and depth have budgets.
 *
 * <p>Not thread safe; one scanner serves one engine, under that engine's lock. No allocation once
 * its scratch memory has grown to what the guests use.
 *
 * <p>Sources: XenGT command parser, i915 gen7 command parser, i915 command headers.
 */
public final class CommandScanner {

    private final ScanLimits limits;
    private final ScanResult result = new ScanResult();
    private final AuditState state = new AuditState(result);
    private final CommandAuditor auditor = new CommandAuditor(state);
    private final BatchCopies copies;
    private final CopySearch search;
    private final RingJumps jumps;
    private final CommandWalk walk;

    /** Creates a scanner; it makes its scratch memory as needed, within the limits. */
    public CommandScanner(ScanLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
        copies = new BatchCopies(limits.batches());
        search = new CopySearch(state, limits, copies);
        MainLine mainLine = new MainLine();
        BatchCopier copier = new BatchCopier(state, limits, auditor, copies, search, mainLine);
        jumps = new RingJumps(state, limits, copies, copier, search, mainLine);
        walk = new CommandWalk(state, auditor, jumps);
    }

    /** Returns the limits. */
    public ScanLimits limits() {
        return limits;
    }

    /**
     * Audits one submission, in place. Never throws for what the dwords, or the batches they lead
     * to, contain.
     *
     * @param context whose it is
     * @param ring the copied ring dwords; what is refused is replaced here, and jumps to privileged
     *     batches lead to their copies afterwards
     * @param from index of the first dword: the ring's head
     * @param to index after the last dword: the ring's tail. A submission that wraps is two scans
     * @return this scanner's result, valid until its next scan
     * @throws IndexOutOfBoundsException if {@code from} and {@code to} are no range of {@code ring}
     */
    public ScanResult scan(ScanContext context, int[] ring, int from, int to) {
        return scan(context, ring, from, to, false);
    }

    /**
     * Audits a part of a submission, as {@link #scan(ScanContext, int[], int, int)} does.
     *
     * @param more whether the submission goes on behind {@code to}: a command that does so, too, is
     *     then left for later, with {@link ScanResult.Stop#BUDGET}
     */
    public ScanResult scan(ScanContext context, int[] ring, int from, int to, boolean more) {
        Objects.checkFromToIndex(from, to, ring.length);
        begin(context);
        Step step = walk.walk(context, ring, from, to);
        result.stoppedAt = walk.at();
        result.stop =
                switch (step) {
                    case COMPLETE -> ScanResult.Stop.COMPLETE;
                    case BUDGET, POSTPONED, CUT -> ScanResult.Stop.BUDGET;
                    case INCOMPLETE -> more ? ScanResult.Stop.BUDGET : ScanResult.Stop.UNDECODABLE;
                    case GO_ON, LOOK, UNDECODABLE, LEFT -> ScanResult.Stop.UNDECODABLE;
                };
        if (result.stop == ScanResult.Stop.UNDECODABLE) {
            int dw0 = ring[result.stoppedAt];
            AuditedRow row = AuditedRow.of(CommandDecoder.rowOf(state.decoder.plan(dw0)));
            state.count(GuestFaultKind.MALFORMED_COMMAND, row, toUnsignedLong(dw0));
        }
        result.batches = copies.count();
        result.batchDwords = copies.used();
        if (copies.used() > 0) {
            context.batches().store(copies.dwords(), copies.used());
        }
        state.end();
        return result;
    }

    private void begin(ScanContext context) {
        result.clear();
        state.begin(context);
        copies.reset();
        search.begin();
        jumps.begin();
        auditor.newStream();
    }
}
