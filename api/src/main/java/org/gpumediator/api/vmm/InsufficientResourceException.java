package org.gpumediator.api.vmm;

import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.partition.PartitionDecision;

/** Says that a virtual GPU does not fit, and which resource ran out. */
public class InsufficientResourceException extends GpuMediationException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    private final PartitionDecision.Refused refusal;

    /** Creates one from a policy's refusal. */
    public InsufficientResourceException(PartitionDecision.Refused refusal) {
        super(refusal.message());
        this.refusal = refusal;
    }

    /** Returns the refusal: resource, requested, available, largest hole. */
    public PartitionDecision.Refused refusal() {
        return refusal;
    }
}
