package org.gpumediator.testkit.haswell;

import java.util.Arrays;

/** A source of one bit per pixel, from memory or inside the command; bit 7 is the leftmost. */
final class BlitMono {

    private static final int INLINE_DWORDS = 260;

    private final BlitSurface surface;
    private final byte[] inline = new byte[4 * INLINE_DWORDS];
    private byte[] bits = new byte[64];
    private boolean inMemory;
    private int inlineBytes;
    private int strideBits;
    private int firstBit;
    private int foreground;
    private int background;
    private boolean keep;

    BlitMono(Translator memory) {
        surface = new BlitSurface(memory);
    }

    void setColours(int backgroundColour, int foregroundColour, boolean keepBackground) {
        background = backgroundColour;
        foreground = foregroundColour;
        keep = keepBackground;
    }

    /** Sets where a row starts: so many bits after the one before, the first so many bits in. */
    void setRows(int bitsPerRow, int bitsBefore) {
        strideBits = bitsPerRow;
        firstBit = bitsBefore;
    }

    void setMemory(int address, int space) {
        inMemory = true;
        surface.set(address, 0, BlitSurface.Tiling.LINEAR, space);
    }

    /** Starts a source inside the command; {@link #add} gives its dwords. */
    void setInline() {
        inMemory = false;
        inlineBytes = 0;
    }

    void add(int dword) {
        if (inlineBytes + 4 <= inline.length) {
            BlitPattern.put(inline, inlineBytes, dword, 4);
            inlineBytes += 4;
        }
    }

    boolean transparent() {
        return keep;
    }

    /** Expands {@code count} pixels from {@code x} of row {@code y}, and clears the mask. */
    void fill(byte[] row, byte[] mask, int x, int y, int count, int bytes) {
        long first = (long) y * strideBits + firstBit + x;
        long from = first >> 3;
        int length = (int) ((first + count + 7 >> 3) - from);
        fetch(from, length);
        int skip = (int) (first & 7);
        for (int i = 0; i < count; i++) {
            int bit = skip + i;
            boolean set = (bits[bit >> 3] >>> 7 - (bit & 7) & 1) != 0;
            BlitPattern.put(row, i * bytes, set ? foreground : background, bytes);
            if (keep && !set) {
                Arrays.fill(mask, i * bytes, (i + 1) * bytes, (byte) 0);
            }
        }
    }

    private void fetch(long from, int length) {
        if (bits.length < length) {
            bits = new byte[Integer.highestOneBit(length) * 2];
        }
        if (inMemory) {
            surface.read(0, (int) from, bits, length);
            return;
        }
        for (int i = 0; i < length; i++) {
            long at = from + i;
            bits[i] = at >= 0 && at < inlineBytes ? inline[(int) at] : 0;
        }
    }
}
