package org.gpumediator.core.pci;

import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;

/**
 * A BAR with windows laid over it. An access beside all of them costs one comparison more than the
 * BAR's own handler; one that is partly inside is answered byte by byte. Safe for use by multiple
 * threads if the handlers are.
 */
final class MsixOverlay implements TrapHandler {

    /** What answers one part of the BAR: offsets from the part's start, its length in bytes. */
    record Window(TrapHandler handler, long start, int length) {

        private boolean hasAll(long offset, int width) {
            return offset >= start && offset - start <= length - width;
        }

        private boolean hasSome(long offset, int width) {
            return offset < start + length && offset + width > start;
        }
    }

    private final TrapHandler rest;
    private final Window[] windows;
    private final long length;
    private final long first;
    private final long end;

    /**
     * Lays windows over a BAR.
     *
     * @param rest answers what is outside of the windows, offsets from the start of the BAR
     * @param length of the BAR in bytes; {@code rest} alone answers what is not wholly inside it
     * @param windows at least one, none over another
     */
    MsixOverlay(TrapHandler rest, long length, Window... windows) {
        this.rest = rest;
        this.length = length;
        this.windows = windows.clone();
        long lowest = Long.MAX_VALUE;
        long highest = 0;
        for (Window window : windows) {
            lowest = Math.min(lowest, window.start());
            highest = Math.max(highest, window.start() + window.length());
        }
        this.first = lowest;
        this.end = highest;
    }

    @Override
    public long read(long offset, int width) {
        if (isBeside(offset, width)) {
            return rest.read(offset, width);
        }
        boolean cut = false;
        for (Window window : windows) {
            if (window.hasAll(offset, width)) {
                return window.handler().read(offset - window.start(), width);
            }
            cut |= window.hasSome(offset, width);
        }
        return cut && isInside(offset, width) ? readBytes(offset, width) : rest.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (isBeside(offset, width)) {
            rest.write(offset, width, value);
            return;
        }
        boolean cut = false;
        for (Window window : windows) {
            if (window.hasAll(offset, width)) {
                window.handler().write(offset - window.start(), width, value);
                return;
            }
            cut |= window.hasSome(offset, width);
        }
        if (cut && isInside(offset, width)) {
            writeBytes(offset, width, value);
        } else {
            rest.write(offset, width, value);
        }
    }

    private boolean isInside(long offset, int width) {
        return offset >= 0 && offset <= length - width;
    }

    private long readBytes(long offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (read(offset + i, 1) & 0xff) << (8 * i);
        }
        return value;
    }

    private void writeBytes(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            write(offset + i, 1, value >>> (8 * i) & 0xff);
        }
    }

    /** Whether no byte is between the windows' ends; also so for widths that make no sense. */
    private boolean isBeside(long offset, int width) {
        return offset >= end || offset <= first - width || !AccessWidth.isLegal(width);
    }
}
