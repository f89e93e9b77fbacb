package org.gpumediator.core.command;

import java.util.List;

/**
 * One command of a catalogue. Immutable.
 *
 * @param <B> what the backend calls the ways of handling a command; the constant declared first
 *     means that there is nothing to do
 */
public final class CommandRow<B extends Enum<B>> {

    private final int number;
    private final String name;
    private final String client;
    private final int engines;
    private final int opcodeMask;
    private final int opcode;
    private final LengthRule length;
    private final String addressText;
    private final List<AddressLayout> layouts;
    private final String registers;
    private final CommandVerdict verdict;
    private final B behaviour;
    private String source = "";

    CommandRow(
            int number,
            String name,
            String client,
            int engines,
            int opcodeMask,
            int opcode,
            LengthRule length,
            String addresses,
            String registers,
            CommandVerdict verdict,
            B behaviour) {
        this.number = number;
        this.name = name;
        this.client = client;
        this.engines = engines;
        this.opcodeMask = opcodeMask;
        this.opcode = opcode;
        this.length = length;
        this.addressText = addresses;
        this.layouts = List.copyOf(AddressLayout.parse(addresses));
        this.registers = registers;
        this.verdict = verdict;
        this.behaviour = behaviour;
    }

    void closeWith(String where) {
        source = where;
    }

    /** Returns its number in the catalogue, from 1. */
    public int number() {
        return number;
    }

    /** Returns the name the manual gives it. */
    public String name() {
        return name;
    }

    /** Returns the part of the command streamer that decodes it. */
    public String client() {
        return client;
    }

    /** Returns the engines that know it: bit {@code n} for engine {@code n}. */
    public int engines() {
        return engines;
    }

    /** Returns which bits of the first dword are the opcode. */
    public int opcodeMask() {
        return opcodeMask;
    }

    /** Returns the opcode, in place. */
    public int opcode() {
        return opcode;
    }

    /** Returns how long it is. */
    public LengthRule length() {
        return length;
    }

    /** Returns its address operands as the row writes them. */
    public String addressText() {
        return addressText;
    }

    /** Returns where it has addresses. */
    public List<AddressLayout> layouts() {
        return layouts;
    }

    /** Returns which dwords name registers, as the row writes them; empty if none does. */
    public String registers() {
        return registers;
    }

    /** Returns what is done with it. */
    public CommandVerdict verdict() {
        return verdict;
    }

    /** Returns how the backend goes about it. */
    public B behaviour() {
        return behaviour;
    }

    /**
     * Returns whether there is nothing to do but to step over it: allowed, with the behaviour
     * declared first.
     */
    public boolean isPlain() {
        return verdict == CommandVerdict.ALLOW && behaviour.ordinal() == 0;
    }

    /** Returns where the row comes from. */
    public String source() {
        return source;
    }

    @Override
    public String toString() {
        return name;
    }
}
