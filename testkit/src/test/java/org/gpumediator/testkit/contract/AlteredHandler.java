package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;
import org.gpumediator.api.vmm.TrapHandler;

/** A handler that passes everything on; a mutant overrides one method. */
class AlteredHandler implements TrapHandler {

    /** What becomes of a read. */
    interface Read {
        long read(TrapHandler original, long offset, int width);
    }

    /** What becomes of a write. */
    interface Write {
        void write(TrapHandler original, long offset, int width, long value);
    }

    final TrapHandler original;

    AlteredHandler(TrapHandler original) {
        this.original = original;
    }

    /** Returns what makes another of a handler, one that reads so. */
    static UnaryOperator<TrapHandler> reading(Read altered) {
        return handler ->
                new AlteredHandler(handler) {
                    @Override
                    public long read(long offset, int width) {
                        return altered.read(original, offset, width);
                    }
                };
    }

    /** Returns what makes another of a handler, one that writes so. */
    static UnaryOperator<TrapHandler> writing(Write altered) {
        return handler ->
                new AlteredHandler(handler) {
                    @Override
                    public void write(long offset, int width, long value) {
                        altered.write(original, offset, width, value);
                    }
                };
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
