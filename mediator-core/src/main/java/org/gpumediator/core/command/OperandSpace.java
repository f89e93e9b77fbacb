package org.gpumediator.core.command;

/** Which address space an address operand of a command belongs to. */
public enum OperandSpace {
    /** The address space the stream runs in. */
    CONTEXT("ctx"),
    /** Always the global space. */
    GLOBAL("ggtt"),
    /** The global space if a bit of the command is 1, else the per-process space. */
    GLOBAL_IF_SET("sel"),
    /** The per-process space if a bit of the command is 1, else the global space. */
    GLOBAL_IF_CLEAR("selnot"),
    /** An upper bound of accesses; lies in the same range as the base before it. */
    UPPER_BOUND("bound"),
    /** An offset from a base that another command has set. */
    RELATIVE("rel"),
    /** An offset from a base, or an address of the stream's space, as a mode bit says. */
    RELATIVE_OR_CONTEXT("rel-or-ctx");

    private final String spelling;

    OperandSpace(String spelling) {
        this.spelling = spelling;
    }

    /** Returns how catalogues write it. */
    public String spelling() {
        return spelling;
    }
}
