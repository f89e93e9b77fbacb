package org.gpumediator.core.command;

/** What a mediator does with a command. Exactly one per command. */
public enum CommandVerdict {
    /** Nothing to check: the command is copied as it is. */
    ALLOW,
    /** Its addresses are checked against what the virtual GPU owns. */
    AUDIT,
    /** The registers it names are checked, and its addresses if it has any. */
    REGISTER_CHECK,
    /** It needs more than checks; the row's behaviour says what. */
    HANDLE,
    /** No guest may execute it. */
    REFUSE
}
