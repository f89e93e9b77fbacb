package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.TrapHandler;

/** A handler that passes everything on; a mutant overrides one method. */
class AlteredHandler implements TrapHandler {

    final TrapHandler original;

    AlteredHandler(TrapHandler original) {
        this.original = original;
    }

    @Override
    public long read(long offset, int width) {
        return original.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        original.write(offset, width, value);
    }

    @Override
    public void readBlock(long offset, MemorySegment target) {
        original.readBlock(offset, target);
    }

    @Override
    public void writeBlock(long offset, MemorySegment source) {
        original.writeBlock(offset, source);
    }

    @Override
    public void readString(
            long offset, int width, StringDirection direction, MemorySegment target) {
        original.readString(offset, width, direction, target);
    }

    @Override
    public void writeString(
            long offset, int width, StringDirection direction, MemorySegment source) {
        original.writeString(offset, width, direction, source);
    }
}
