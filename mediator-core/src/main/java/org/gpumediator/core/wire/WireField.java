package org.gpumediator.core.wire;

/**
 * A field of a {@link WireStructure}.
 *
 * @param name what the source calls it
 * @param offset bytes from the start of the structure
 * @param bytes its length, of an array that of the whole
 */
public record WireField(String name, int offset, int bytes) {}
