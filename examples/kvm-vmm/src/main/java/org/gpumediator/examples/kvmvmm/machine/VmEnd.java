package org.gpumediator.examples.kvmvmm.machine;

/**
 * How a virtual machine has ended.
 *
 * @param cause what ended it
 * @param detail more for people; may be empty
 */
public record VmEnd(Cause cause, String detail) {

    /** What ends a virtual machine. */
    public enum Cause {
        POWERED_OFF("powered off"),
        RESET("asked for a reset"),
        TRIPLE_FAULT("ended in a triple fault"),
        FAILED("failed"),
        CLOSED("was closed");

        private final String words;

        Cause(String words) {
            this.words = words;
        }
    }

    static VmEnd of(Cause cause) {
        return new VmEnd(cause, "");
    }

    static VmEnd failed(String detail) {
        return new VmEnd(Cause.FAILED, detail);
    }

    static VmEnd tripleFault(String detail) {
        return new VmEnd(Cause.TRIPLE_FAULT, detail);
    }

    /** Returns whether the guest itself has wished to end. */
    public boolean orderly() {
        return cause == Cause.POWERED_OFF || cause == Cause.RESET;
    }

    @Override
    public String toString() {
        return detail.isEmpty() ? cause.words : cause.words + ": " + detail;
    }
}
