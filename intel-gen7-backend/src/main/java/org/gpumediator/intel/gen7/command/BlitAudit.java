package org.gpumediator.intel.gen7.command;

import static java.lang.Integer.toUnsignedLong;

/**
 * Audits the 2D blitter: every byte a blit may touch, computed from base, pitch, rectangle and
 * colour depth, must lie in the range of the slice that holds the base. Each method returns whether
 * the command passes.
 *
 * <p>Clipping only makes a blit smaller and is ignored. A tiled surface may be X or Y tiled, as a
 * register says that unprivileged batches may change: it has to fit as both, whichever way the
 * hardware rounds a pitch that is no multiple of a tile's, and its pitch is positive. Commands that
 * draw with a destination that was set up before are legal only after the setup in the same run of
 * commands: another batch, audited or not, may have set up something else.
 *
 * <p>Sources: XenGT opcode table for the address positions; Mesa and i915 users of the blitter for
 * BR13 and tiling bits.
 */
final class BlitAudit {

    private final AuditState state;
    private final BlitExtent extent;

    private boolean setUp;
    private int setupBase;
    private int setupFormat;
    private boolean setupTiled;

    BlitAudit(AuditState state) {
        this.state = state;
        extent = new BlitExtent(state.bounds);
    }

    /** Forgets the destination that was set up: what runs next may come from anywhere. */
    void forgetSetup() {
        setUp = false;
    }

    /** Keeps what is set up where a batch is cut. */
    void keepSetup(BatchRest rest) {
        rest.setUp = setUp;
        rest.setupBase = setupBase;
        rest.setupFormat = setupFormat;
        rest.setupTiled = setupTiled;
    }

    /** Goes on with what was set up: nothing else has run on the engine in between. */
    void takeSetup(BatchRest rest) {
        setUp = rest.setUp;
        setupBase = rest.setupBase;
        setupFormat = rest.setupFormat;
        setupTiled = rest.setupTiled;
    }

    /** Audits the base of a destination that is to be set up. */
    boolean setup(Command c) {
        setUp = false;
        return c.requireInside(c.unsigned(Blit.BASE), 1);
    }

    /** Takes note of a setup whose audit is complete. */
    boolean rememberSetup(Command c) {
        setUp = true;
        setupBase = c.dword(Blit.BASE);
        setupFormat = c.dword(Blit.FORMAT);
        setupTiled = c.isSet(0, Blit.TILED_DESTINATION);
        return true;
    }

    boolean pixel(Command c) {
        int x = Blit.x(c.dword(Blit.DRAWN_FROM));
        int y = Blit.y(c.dword(Blit.DRAWN_FROM));
        return drawWithSetup(c, x, y, x + 1, y + 1);
    }

    boolean spans(Command c) {
        int from = c.dword(Blit.DRAWN_FROM);
        int to = c.dword(Blit.DRAWN_TO);
        return drawWithSetup(c, Blit.x(from), Blit.y(from), Blit.x(to), Blit.y(to));
    }

    /** Audits the monochrome source of text, whose lines begin with a byte. */
    boolean glyphs(Command c) {
        int from = c.dword(Blit.DRAWN_FROM);
        return monochrome(c, Blit.GLYPHS, from, c.dword(Blit.DRAWN_TO), 0);
    }

    private boolean drawWithSetup(Command c, int x1, int y1, int x2, int y2) {
        if (!setUp) {
            return c.refusePrivileged(c.unsigned(0));
        }
        boolean tiled = c.isSet(0, Blit.TILED_DESTINATION);
        return coveredBySetup(x1, y1, x2, y2, setupTiled) && coveredBySetup(x1, y1, x2, y2, tiled)
                || c.refuseAddress(toUnsignedLong(setupBase));
    }

    private boolean coveredBySetup(int x1, int y1, int x2, int y2, boolean tiled) {
        return extent.covers(setupBase, x1, y1, x2, y2, setupFormat, setupFormat, tiled);
    }

    boolean linearDestination(Command c) {
        int size = c.dword(Blit.LINEAR_SIZE);
        if (Blit.width(size) == 0 || Blit.height(size) == 0) {
            return c.refuseMalformed();
        }
        return linear(c, Blit.LINEAR_BASE, Blit.FORMAT);
    }

    /** Audits the source; its size is the destination's. */
    boolean linearSource(Command c) {
        return linear(c, Blit.LINEAR_SOURCE, Blit.LINEAR_SOURCE_PITCH);
    }

    private boolean linear(Command c, int base, int pitch) {
        int size = c.dword(Blit.LINEAR_SIZE);
        boolean backwards = c.isSet(Blit.FORMAT, Blit.RIGHT_TO_LEFT);
        boolean covered =
                extent.coversLines(
                        c.dword(base),
                        Blit.width(size),
                        Blit.height(size),
                        Blit.pitch(c.dword(pitch)),
                        backwards);
        return covered || c.refuseAddress(c.unsigned(base));
    }

    /** Audits the rectangle that is drawn. */
    boolean destination(Command c) {
        int format = c.dword(Blit.FORMAT);
        int from = c.dword(Blit.FROM);
        int to = c.dword(Blit.TO);
        boolean tiled = c.isSet(0, Blit.TILED_DESTINATION);
        boolean covered =
                extent.covers(
                        c.dword(Blit.BASE),
                        Blit.x(from),
                        Blit.y(from),
                        Blit.x(to),
                        Blit.y(to),
                        format,
                        format,
                        tiled);
        return covered || c.refuseAddress(c.unsigned(Blit.BASE));
    }

    /** Audits the rectangle that is copied; its size is the destination's. */
    boolean source(Command c) {
        int from = c.dword(Blit.FROM);
        int to = c.dword(Blit.TO);
        int x = Blit.x(c.dword(Blit.SOURCE_FROM));
        int y = Blit.y(c.dword(Blit.SOURCE_FROM));
        boolean tiled = c.isSet(0, Blit.TILED_SOURCE);
        boolean covered =
                extent.covers(
                        c.dword(Blit.SOURCE),
                        x,
                        y,
                        x + Blit.x(to) - Blit.x(from),
                        y + Blit.y(to) - Blit.y(from),
                        c.dword(Blit.SOURCE_PITCH),
                        c.dword(Blit.FORMAT),
                        tiled);
        return covered || c.refuseAddress(c.unsigned(Blit.SOURCE));
    }

    boolean monochromeSource(Command c) {
        int firstBit = c.dword(0) >>> Blit.MONO_BIT & 7;
        return monochrome(c, Blit.MONO_SOURCE, c.dword(Blit.FROM), c.dword(Blit.TO), firstBit);
    }

    /**
     * Audits a monochrome source: one bit per pixel, each line padded to at most a qword.
     *
     * @param firstBit bit of its first byte that a line begins in, {@code 0} to {@code 7}
     */
    private static boolean monochrome(Command c, int address, int from, int to, int firstBit) {
        long width = (long) Math.max(0, Blit.x(to) - Blit.x(from)) + firstBit;
        long height = Math.max(0, Blit.y(to) - Blit.y(from));
        long bytes = (width + Long.SIZE - 1) / Long.SIZE * Long.BYTES * height;
        return c.requireInside(c.unsigned(address), Math.max(1, bytes));
    }

    /** Audits a pattern of 8 by 8 pixels; a null address is a pattern that is not there. */
    boolean pattern(Command c, int address) {
        if (!c.isSet(address, Mi.PAGE_MASK) && !state.bounds.contains(c.unsigned(address), 1)) {
            c.put(address, c.dword(address) | state.bounds.home());
        }
        long bytes = (long) Blit.PATTERN_PIXELS << Blit.pixelShift(c.dword(Blit.FORMAT));
        return c.requireInside(c.unsigned(address), bytes);
    }
}
