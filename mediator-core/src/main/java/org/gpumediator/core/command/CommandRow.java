package org.gpumediator.core.command;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
    private final String bitText;
    private final BitRules bits;
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
            B behaviour,
            String bits) {
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
        this.bitText = bits;
        this.bits = BitRules.parse(bits);
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

    /** Returns its bit rules as the row writes them. */
    public String bitText() {
        return bitText;
    }

    /** Returns the fields whose bits the row names and that follow a rule. */
    public List<BitRules.Field> fields(BitRule rule) {
        return bits.named().stream().filter(field -> field.rule() == rule).toList();
    }

    /**
     * Returns the rule of a bit: named, of an address, of a bit that chooses an address space, or
     * of what is left. Empty for opcode and length, which choose the row, and where nothing says.
     *
     * @param layout where addresses are; null if the command has none
     */
    public Optional<BitRule> ruleOf(@Nullable AddressLayout layout, int dword, int bit) {
        if (dword == 0 && ((opcodeMask | length.mask()) >>> bit & 1) != 0) {
            return Optional.empty();
        }
        return bits.named(dword, bit)
                .or(() -> layout == null ? Optional.empty() : ofAddress(layout, dword, bit))
                .or(() -> bits.rest(dword, bit));
    }

    private static Optional<BitRule> ofAddress(AddressLayout layout, int dword, int bit) {
        for (AddressOperand operand : layout.operands()) {
            if (operand.choosesBy(dword, bit)) {
                return Optional.of(BitRule.CHECKED);
            }
            if (operand.holds(dword)) {
                boolean relative = operand.space() == OperandSpace.RELATIVE;
                return Optional.of(relative ? BitRule.CONFINED : BitRule.CHECKED);
            }
            if (layout.isPaired() && operand.dword() + 1 == dword) {
                return Optional.of(BitRule.CHECKED);
            }
        }
        return Optional.empty();
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
