package org.gpumediator.examples.vfiouser.protocol;

/** What every message begins with. */
public final class Header extends MessageView {

    /** Length in bytes. */
    public static final int LENGTH = 16;

    private static final int ID = 0;
    private static final int COMMAND = 2;
    private static final int SIZE = 4;
    private static final int FLAGS = 8;
    private static final int ERROR = 12;

    /** Returns the number that a reply repeats. */
    public int id() {
        return int16(ID);
    }

    /** Sets the number that a reply repeats. */
    public void id(int value) {
        int16(ID, value);
    }

    /** Returns the command. */
    public int command() {
        return int16(COMMAND);
    }

    /** Sets the command. */
    public void command(int value) {
        int16(COMMAND, value);
    }

    /** Returns the length of the whole message in bytes, this header included. */
    public int size() {
        return int32(SIZE);
    }

    /** Sets the length of the whole message in bytes, this header included. */
    public void size(int value) {
        int32(SIZE, value);
    }

    /** Returns type and flags. */
    public int flags() {
        return int32(FLAGS);
    }

    /** Sets type and flags. */
    public void flags(int value) {
        int32(FLAGS, value);
    }

    /** Returns the error number of a reply with the error flag. */
    public int error() {
        return int32(ERROR);
    }

    /** Sets the error number of a reply with the error flag. */
    public void error(int value) {
        int32(ERROR, value);
    }

    /** Returns whether the message is a command, not a reply. */
    public boolean isCommand() {
        return (flags() & Wire.TYPE_MASK) == Wire.TYPE_COMMAND;
    }

    /** Returns whether the message is a reply. */
    public boolean isReply() {
        return (flags() & Wire.TYPE_MASK) == Wire.TYPE_REPLY;
    }

    /** Returns whether the sender of a command wants no reply, not even an error. */
    public boolean isPosted() {
        return (flags() & Wire.NO_REPLY) != 0;
    }

    /** Returns whether a reply says that its command failed. */
    public boolean isError() {
        return (flags() & Wire.ERROR) != 0;
    }

    /**
     * Makes this the header of a command that wants a reply.
     *
     * @param number the number that the reply repeats
     * @param name the command
     * @param payloadBytes length of what follows this header
     */
    public void putCommand(int number, int name, int payloadBytes) {
        id(number);
        command(name);
        size(LENGTH + payloadBytes);
        flags(Wire.TYPE_COMMAND);
        error(0);
    }

    /**
     * Makes this the header of the reply to a command.
     *
     * @param asked the header of the command
     * @param result length of the payload that follows; or a negative error number
     */
    public void putReply(Header asked, int result) {
        id(asked.id());
        command(asked.command());
        size(LENGTH + Math.max(result, 0));
        flags(result < 0 ? Wire.TYPE_REPLY | Wire.ERROR : Wire.TYPE_REPLY);
        error(result < 0 ? -result : 0);
    }
}
