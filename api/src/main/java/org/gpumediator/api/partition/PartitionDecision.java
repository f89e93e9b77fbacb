package org.gpumediator.api.partition;

import java.util.Objects;

/** What a policy answers to a request. */
public sealed interface PartitionDecision {

    /**
     * The request fits.
     *
     * @param partition what the virtual GPU gets
     */
    record Placed(ResourcePartition partition) implements PartitionDecision {

        /** Checks that nothing is missing. */
        public Placed {
            Objects.requireNonNull(partition, "partition");
        }
    }

    /**
     * The request does not fit.
     *
     * @param owner name of the virtual GPU that was asked for
     * @param kind the resource that ran out first
     * @param requested how much was asked for
     * @param available how much nobody holds
     * @param largestHole the longest free run; equal to {@code available} for a counted resource
     * @param reason what else stands in the way, a fact in a few words; empty if the numbers say it
     *     all
     */
    record Refused(
            String owner,
            ResourceKind kind,
            long requested,
            long available,
            long largestHole,
            String reason)
            implements PartitionDecision {

        /** Checks that nothing is missing. */
        public Refused {
            Objects.requireNonNull(owner, "owner");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(reason, "reason");
        }

        /**
         * Returns the refusal as one line that names resource, requested, available and largest
         * hole.
         */
        public String message() {
            return owner
                    + ": insufficient "
                    + kind.name()
                    + ": requested "
                    + kind.format(requested)
                    + ", available "
                    + kind.format(available)
                    + (kind.shape() == ResourceKind.Shape.RANGE
                            ? ", largest hole " + kind.format(largestHole)
                            : "")
                    + (reason.isEmpty() ? "" : " (" + reason + ")");
        }
    }
}
