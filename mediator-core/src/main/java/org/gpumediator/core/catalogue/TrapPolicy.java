package org.gpumediator.core.catalogue;

/** What the mediator does with a guest's access to a register. Every register has exactly one. */
public enum TrapPolicy {
    /** Reads and writes go to hardware. */
    PASS_THROUGH,
    /** Reads go to hardware; writes stay in the virtual register. */
    READ_THROUGH,
    /** Reads and writes stay in the virtual register and its hooks. */
    VIRTUALISED,
    /** Virtual, and holds an address that must be translated or audited before hardware sees it. */
    TRANSLATED,
    /** Virtual, and stands for a share of a resource that several guests divide. */
    PARTITIONED,
    /** Reads answer the reset value, writes are dropped; both are counted as refused. */
    DENIED
}
