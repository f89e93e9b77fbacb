package org.gpumediator.testkit.haswell;

import java.util.Arrays;
import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * The 2D blitter: executes one blit, some rows at a time.
 *
 * <p>A blit has a destination rectangle, a raster operation of pattern, source and destination, and
 * may be clipped. {@link BlitCommands} sets one up; {@link #proceed} does a piece of it.
 */
final class Blitter {

    /** How much of a blit is done before others get their turn. */
    private static final int PIECE_BYTES = 16 * 1024;

    /** How many bytes count as one command. */
    private static final int COMMAND_BYTES = 4096;

    private final Engine engine;
    final BlitSurface destination;
    final BlitSurface source;
    final BlitMono mono;
    final BlitPattern pattern = new BlitPattern();

    final BlitSetup setup = new BlitSetup();
    private final BlitRows rows = new BlitRows();

    // The blit.
    private boolean active;
    private long startedAt;
    private int left;
    private int top;
    private int right;
    private int bottom;
    private int originX;
    private int originY;
    private int sourceX;
    private int sourceY;
    private int pixelBytes;
    private int code;
    private int writeMask;
    private boolean fromColour;
    private boolean fromMono;
    private boolean keyed;
    private int keyLow;
    private int keyHigh;
    private boolean upwards;
    private int row;

    Blitter(Engine engine) {
        this.engine = engine;
        destination = new BlitSurface(engine.memory);
        source = new BlitSurface(engine.memory);
        mono = new BlitMono(engine.memory);
    }

    void abandon() {
        active = false;
    }

    /** Returns whether the command at this address is half done. */
    boolean continues(long address) {
        return active && startedAt == address;
    }

    /** Starts a blit to a rectangle; right and bottom are not part of it. */
    void begin(long address, int x1, int y1, int x2, int y2, int bytesPerPixel, int rasterCode) {
        active = true;
        startedAt = address;
        left = originX = x1;
        top = originY = y1;
        right = x2;
        bottom = y2;
        pixelBytes = bytesPerPixel;
        code = rasterCode;
        writeMask = -1;
        fromColour = false;
        fromMono = false;
        keyed = false;
        upwards = false;
        row = 0;
        pattern.setSolid(0, bytesPerPixel);
    }

    void clip() {
        left = Math.max(left, setup.clipLeft());
        top = Math.max(top, setup.clipTop());
        right = Math.min(right, setup.clipRight());
        bottom = Math.min(bottom, setup.clipBottom());
    }

    /** Restricts what is written of each pixel of 32 bits. */
    void writeOnly(int mask) {
        writeMask = mask;
    }

    /** Takes the source from a surface, where the rectangle starts at this pixel. */
    void useColour(int x, int y) {
        fromColour = true;
        sourceX = x;
        sourceY = y;
        upwards =
                destination.overlapsAfter(originY, originX * pixelBytes, source, y, x * pixelBytes);
    }

    void useMono() {
        fromMono = true;
    }

    /** Leaves the destination alone where the source, or the pattern, is between two colours. */
    void useKey(int low, int high) {
        keyed = true;
        keyLow = low;
        keyHigh = high;
    }

    /** Does some rows. */
    Outcome proceed() {
        int count = right - left;
        int height = bottom - top;
        if (count <= 0 || height <= 0) {
            active = false;
            return Outcome.DONE;
        }
        int bytes = count * pixelBytes;
        rows.ensure(bytes);
        int worked = 0;
        do {
            doRow(upwards ? bottom - 1 - row : top + row, count, bytes);
            row++;
            worked += Math.max(bytes, 64);
        } while (row < height && worked < PIECE_BYTES);
        engine.takeTime(worked / CommandCosts.BLIT_BYTES_PER_NANO);
        engine.countExtra(worked / COMMAND_BYTES);
        active = row < height;
        return active ? Outcome.AGAIN : Outcome.DONE;
    }

    private void doRow(int y, int count, int bytes) {
        int fromLeft = left - originX;
        int fromTop = y - originY;
        boolean masked = writeMask != -1 || keyed || pattern.transparent() && usesPattern();
        masked |= fromMono && mono.transparent();
        if (masked) {
            fillMask(count);
        }
        if (usesPattern() || keyed && !fromColour) {
            pattern.fill(rows.pattern, fromLeft, fromTop, count);
            if (pattern.transparent()) {
                pattern.mask(rows.mask, fromLeft, fromTop, count);
            }
        }
        if (fromColour && (keyed || RasterOperation.usesSource(code))) {
            source.read(sourceY + fromTop, (sourceX + fromLeft) * pixelBytes, rows.source, bytes);
        } else if (fromMono) {
            mono.fill(rows.source, rows.mask, fromLeft, fromTop, count, pixelBytes);
        }
        if (keyed) {
            key(fromColour ? rows.source : rows.pattern, count);
        }
        destination.write(y, left * pixelBytes, result(y, bytes, masked), bytes);
    }

    private boolean usesPattern() {
        return RasterOperation.usesPattern(code);
    }

    private byte[] result(int y, int bytes, boolean masked) {
        if (!masked && code == RasterOperation.SOURCE_COPY) {
            return rows.source;
        }
        if (!masked && code == RasterOperation.PATTERN_COPY) {
            return rows.pattern;
        }
        if (masked || RasterOperation.usesDestination(code)) {
            destination.read(y, left * pixelBytes, rows.result, bytes);
        }
        if (masked) {
            System.arraycopy(rows.result, 0, rows.kept, 0, bytes);
        }
        RasterOperation.combine(code, rows.pattern, rows.source, rows.result, bytes);
        if (masked) {
            RasterOperation.merge(rows.kept, rows.result, rows.mask, bytes);
        }
        return rows.result;
    }

    private void fillMask(int count) {
        if (writeMask == -1) {
            Arrays.fill(rows.mask, 0, count * pixelBytes, (byte) -1);
        } else {
            for (int i = 0; i < count; i++) {
                BlitPattern.put(rows.mask, i * pixelBytes, writeMask, pixelBytes);
            }
        }
    }

    /** Clears the mask where every channel lies between those of the key. */
    private void key(byte[] pixels, int count) {
        int channels = Math.min(pixelBytes, 3);
        for (int i = 0; i < count; i++) {
            boolean inside = true;
            for (int b = 0; b < channels; b++) {
                int value = pixels[i * pixelBytes + b] & 0xff;
                inside &= value >= (keyLow >>> 8 * b & 0xff) && value <= (keyHigh >>> 8 * b & 0xff);
            }
            if (inside) {
                Arrays.fill(rows.mask, i * pixelBytes, (i + 1) * pixelBytes, (byte) 0);
            }
        }
    }
}
