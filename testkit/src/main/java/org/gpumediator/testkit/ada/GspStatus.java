package org.gpumediator.testkit.ada;

/** How the firmware answers. Source: status numbers of the open drivers. */
final class GspStatus {

    // spotless:off
    static final int OK             = 0;
    static final int DUPLICATE      = 0x19;
    static final int NO_RESOURCES   = 0x1a;
    static final int BAD_ARGUMENT   = 0x1f;
    static final int BAD_CLASS      = 0x22;
    static final int BAD_CLIENT     = 0x23;
    static final int BAD_PARENT     = 0x36;
    static final int BAD_PARAMETERS = 0x3a;
    static final int BAD_STATE      = 0x40;
    static final int NOT_SUPPORTED  = 0x56;
    static final int NOT_FOUND      = 0x57;
    static final int IN_USE         = 0x63;
    /** A fault that a test asked for. */
    static final int INJECTED       = 0x65;
    // spotless:on

    private GspStatus() {}
}
