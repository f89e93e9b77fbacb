package org.gpumediator.core.catalogue;

import java.util.Objects;

/**
 * One place where a block of registers appears: an engine, a pipe, a port.
 *
 * @param name short name, such as {@code RCS}; empty for a block that appears once
 * @param offset byte offset added to the offsets of the block's rows
 */
public record RegisterBase(String name, int offset) {

    /** Where a block appears whose rows have offsets from the start of the region. */
    public static final RegisterBase ABSOLUTE = new RegisterBase("", 0);

    /** Checks that the name is there. */
    public RegisterBase {
        Objects.requireNonNull(name, "name");
    }

    /**
     * Returns the name of a row at this base: the row's name with {@code {}} replaced by the base's
     * name, or the base's name in front of it.
     */
    String nameOf(String row) {
        if (row.contains("{}")) {
            return row.replace("{}", name);
        }
        return name.isEmpty() ? row : name + "_" + row;
    }
}
