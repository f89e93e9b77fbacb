package org.gpumediator.intel.gen7.command;

import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.command.CommandDecoder;

/**
 * The command under audit: one object per walk, set to one command after the other. Dwords are
 * counted from the command's first.
 *
 * <p>What refuses a command replaces it by MI_NOOP for its whole length, counts it, and returns
 * {@code false}: the audit ends there.
 */
final class Command {

    private final AuditState state;
    private int[] dwords = {};
    private int plan;
    private int at;
    private int length;
    private boolean postponed;

    Command(AuditState state) {
        this.state = state;
    }

    /** Says which dwords the commands from now on are in. */
    void setStream(int[] stream) {
        dwords = stream;
    }

    /** Goes to the command at an index of the stream, all of which is there. */
    void set(int index, int count, int decoded) {
        at = index;
        length = count;
        plan = decoded;
        postponed = false;
    }

    AuditedRow row() {
        return AuditedRow.of(CommandDecoder.rowOf(plan));
    }

    /** Returns the index of its first dword. */
    int at() {
        return at;
    }

    int length() {
        return length;
    }

    int dword(int index) {
        return dwords[at + index];
    }

    void put(int index, int value) {
        dwords[at + index] = value;
    }

    /** Returns whether any of these bits of a dword is set. */
    boolean isSet(int index, int bits) {
        return (dword(index) & bits) != 0;
    }

    long unsigned(int index) {
        return Integer.toUnsignedLong(dword(index));
    }

    /** Returns the bits of a dword that a mask leaves. */
    long unsigned(int index, int mask) {
        return Integer.toUnsignedLong(dword(index) & mask);
    }

    /** Returns how many bytes it has from a dword on. */
    int bytesFrom(int index) {
        return (length - index) * Integer.BYTES;
    }

    /** Returns the index of the ring's dword that the guest hears of. */
    int position() {
        return state.position(at);
    }

    /** Refuses it if it has a bit that no guest may set; clears what never reaches the GPU. */
    boolean requireLegalBits() {
        return row().requireLegalBits(this);
    }

    /** Refuses it if its row does not know its length. */
    boolean requireLegalLength() {
        return row().takes(length) || refuseMalformed();
    }

    /** Refuses it if it has fewer dwords. */
    boolean requireLength(int least) {
        return length >= least || refuseMalformed();
    }

    /** Refuses it unless bytes at a global address lie in the slice. */
    boolean requireInside(long graphicsAddress, long bytes) {
        return state.bounds.contains(graphicsAddress, bytes) || refuseAddress(graphicsAddress);
    }

    /**
     * Refuses it unless bytes at an address may be accessed. Without a per-process table, or with
     * the bit set that says so, the address is global and must lie in the slice; else the shadowed
     * per-process table confines it.
     */
    boolean requireReachable(boolean global, long graphicsAddress, long bytes) {
        return state.ppgtt && !global || requireInside(graphicsAddress, bytes);
    }

    /** Refuses it: no engine would take it so, or none says what it would do. */
    boolean refuseMalformed() {
        return refuse(GuestFaultKind.MALFORMED_COMMAND, unsigned(0));
    }

    /** Refuses it: it names an address outside the slice. */
    boolean refuseAddress(long graphicsAddress) {
        return refuse(GuestFaultKind.OUT_OF_PARTITION, graphicsAddress);
    }

    /** Refuses it: a guest may not execute it. */
    boolean refusePrivileged(long value) {
        return refuse(GuestFaultKind.PRIVILEGED_COMMAND, value);
    }

    /**
     * Refuses it.
     *
     * @param value the offending address, register or dword
     */
    boolean refuse(GuestFaultKind kind, long value) {
        erase();
        count(kind, value);
        return false;
    }

    /** Counts a part of it that is refused; what becomes of that part the caller sees to. */
    void count(GuestFaultKind kind, long value) {
        state.count(kind, row(), value);
    }

    /** Replaces it by MI_NOOP. */
    void erase() {
        eraseFrom(0);
    }

    /** Replaces its last dwords by MI_NOOP. */
    void eraseFrom(int index) {
        Arrays.fill(dwords, at + index, at + length, Mi.NOOP);
    }

    /** Has the scan stop before it. */
    void postpone() {
        postponed = true;
    }

    boolean isPostponed() {
        return postponed;
    }
}
