package org.gpumediator.intel.gen7.display;

/**
 * Where a sprite is to be seen: not where its own colour lies in a range (source key), or only
 * where the plane below has a colour (destination key).
 *
 * <p>Source: Linux i915 and its colour key request: SPRCTL bits 22 and 2; SPRKEYVAL the lowest
 * source colour or the destination's, SPRKEYMAX the highest, 8 bits for red (V), green (Y) and blue
 * (U); SPRKEYMSK bits 26:24 the channels of the source that count, bits 23:0 the bits of the
 * destination that count.
 *
 * @param source whether the source key is on
 * @param destination whether the destination key is on
 */
record ColourKey(boolean source, boolean destination, int value, int highest, int mask) {

    private static final int CHANNELS = 24;
    private static final int RGB = 0xff_ffff;

    boolean on() {
        return source || destination;
    }

    /** Whether a pixel of the sprite is to be seen. */
    boolean shows(int sprite, int below) {
        return !(source && hides(sprite)) && !(destination && ((below ^ value) & mask & RGB) != 0);
    }

    private boolean hides(int colour) {
        int channels = mask >>> CHANNELS & 7;
        boolean inside = channels != 0;
        for (int channel = 0; channel < 3; channel++) {
            int part = channel(colour, channel);
            boolean counts = (channels >>> channel & 1) != 0;
            inside &=
                    !counts || part >= channel(value, channel) && part <= channel(highest, channel);
        }
        return inside;
    }

    private static int channel(int colour, int channel) {
        return colour >>> 8 * channel & 0xff;
    }
}
