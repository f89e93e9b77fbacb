package org.gpumediator.core.catalogue;

/** Register widths in bytes, named by their bits, for the width column of a catalogue. */
public final class RegisterWidth {

    /** One byte. */
    public static final int W8 = 1;

    /** Two bytes. */
    public static final int W16 = 2;

    /** Four bytes. */
    public static final int W32 = 4;

    /** Eight bytes. */
    public static final int W64 = 8;

    private RegisterWidth() {}
}
