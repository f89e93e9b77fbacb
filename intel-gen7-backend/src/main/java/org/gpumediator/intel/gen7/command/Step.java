package org.gpumediator.intel.gen7.command;

/** How a walk over commands goes on, or why it has ended. */
enum Step {
    /** Behind a command that has been seen to: goes on. */
    GO_ON,
    /** At a command that has to be looked into. */
    LOOK,
    /** At the end of what it was given. */
    COMPLETE,
    /** At a command that goes on behind the end. */
    INCOMPLETE,
    /** At a command that no row matches. */
    UNDECODABLE,
    /** Behind the last command of a batch. */
    LEFT,
    /** Behind a jump of the ring whose batch was cut. */
    CUT,
    /** Before a command that has to wait until the caller is ready for it. */
    POSTPONED,
    /** Before a jump, or a command, that would exceed the budget. */
    BUDGET
}
