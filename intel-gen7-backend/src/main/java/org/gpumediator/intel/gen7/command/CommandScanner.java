package org.gpumediator.intel.gen7.command;

import java.util.Objects;

/** Audits what a guest submits to one engine. */
public final class CommandScanner {

    private final ScanLimits limits;
    private final ScanResult result = new ScanResult();

    /** Creates a scanner; it makes its scratch memory as needed, within the limits. */
    public CommandScanner(ScanLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /** Returns the limits. */
    public ScanLimits limits() {
        return limits;
    }

    /**
     * Audits one submission, in place.
     *
     * @param context whose it is
     * @param ring the copied ring dwords; what is refused is replaced here, and jumps to privileged
     *     batches lead to their copies afterwards
     * @param from index of the first dword: the ring's head
     * @param to index after the last dword: the ring's tail. A submission that wraps is two scans
     * @return this scanner's result, valid until its next scan
     */
    public ScanResult scan(ScanContext context, int[] ring, int from, int to) {
        Objects.checkFromToIndex(from, to, ring.length);
        throw new IllegalStateException("engine " + context.engine() + " is not catalogued");
    }
}
