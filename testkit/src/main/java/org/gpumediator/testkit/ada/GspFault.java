package org.gpumediator.testkit.ada;

/** What the firmware of a {@link FakeAda} can do wrong, on demand. */
public enum GspFault {
    /** A request is carried out, its reply never comes. */
    LOST_REPLY,
    /** A request is carried out, its reply comes far too late. */
    LATE_REPLY,
    /** A reply's checksum is wrong. */
    BAD_CHECKSUM,
    /** A reply's element sequence number is one too high. */
    WRONG_SEQUENCE,
    /** The second piece of a long reply never comes. */
    LOST_CONTINUATION,
    /** The second piece of a long reply comes twice. */
    DUPLICATED_CONTINUATION,
    /** The last piece of a long reply is longer than what is missing. */
    LONG_CONTINUATION,
    /** The second piece of a long reply is damaged. */
    DAMAGED_CONTINUATION,
    /** The reply to a control says of itself that it is 4 GiB long; other replies do not say. */
    HUGE_REPLY,
    /**
     * From a request on none is taken out of the command queue any more, until the firmware is
     * booted anew.
     */
    COMMANDS_NOT_TAKEN,
    /** A request is not carried out and answered by an error. */
    ERROR_STATUS,
    /** The firmware stops for good instead of carrying a request out. */
    CRASH,
    /** An event comes before the reply. */
    EVENT_BEFORE_REPLY,
    /** A thousand events come before the reply. */
    EVENT_STORM,
    /** A started plugin never says so. */
    DROPPED_MARKER,
    /** A plugin negotiates a version that nobody asked for. */
    WRONG_VERSION,
    /** A plugin stops for good instead of answering a message. */
    PLUGIN_CRASH,
    /** A plugin answers a message by an error. */
    PLUGIN_ERROR,
    /** A plugin never answers a message. */
    LOST_PLUGIN_REPLY,
    /** A plugin answers a message far too late. */
    LATE_PLUGIN_REPLY,
    /** The copy engine does not finish. */
    SCRUB_TIMEOUT,
    /** A virtual function does not come back from its reset. The request is its GFID. */
    FUNCTION_RESET_HANGS,
    /** The boot loader refuses. */
    BOOTER_FAILS,
    /** The firmware starts but sets up no status queue. */
    NO_STATUS_QUEUE,
    /** The firmware starts but never says that it is ready. */
    NO_INIT_DONE
}
