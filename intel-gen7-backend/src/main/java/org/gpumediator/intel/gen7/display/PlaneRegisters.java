package org.gpumediator.intel.gen7.display;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.vmm.Displays.Plane;
import org.gpumediator.api.vmm.Displays.PlaneKind;
import org.gpumediator.core.catalogue.BitField;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * Reads what the planes of a pipe are set to show. Not thread safe: a {@link Surface} is good until
 * the next one is asked for.
 *
 * <p>Source: Linux i915 plane, sprite and cursor registers of Haswell: the primary plane covers the
 * pipe's source size, offsets are in pixels and rows for linear and tiled surfaces alike; the
 * cursor's position is sign and magnitude, CUR_FBC_CTL can lower its height.
 */
final class PlaneRegisters {

    private static final int PIPE_STRIDE = 0x1000;
    private static final int SOURCE_SIZE = 0x6_001c;
    private static final int PRIMARY = 0x7_0180;
    private static final int SPRITE = 0x7_0280;
    private static final int CURSOR = 0x7_0080;
    private static final int STRIDE = 0x08;
    private static final int POSITION = 0x0c;
    private static final int SIZE = 0x10;
    private static final int SURFACE = 0x1c;
    private static final int KEY_VALUE = 0x14;
    private static final int KEY_MASK = 0x18;
    private static final int KEY_HIGHEST = 0x20;
    private static final int PRIMARY_OFFSET = 0x24;
    private static final int SPRITE_OFFSET = 0x24;
    private static final int CURSOR_BASE = 0x04;
    private static final int CURSOR_POSITION = 0x08;
    private static final int CURSOR_HEIGHT = 0x20;

    private static final BitField ENABLE = BitField.bit(31);
    private static final BitField GAMMA = BitField.bit(30);
    private static final BitField SOURCE_KEY = BitField.bit(22);
    private static final BitField DESTINATION_KEY = BitField.bit(2);
    private static final BitField CURSOR_GAMMA = BitField.bit(26);
    private static final BitField ROTATED = BitField.bit(15);
    private static final BitField TILED = BitField.bit(10);
    private static final BitField LOW_SIZE = BitField.range(11, 0);
    private static final BitField HIGH_SIZE = BitField.range(27, 16);
    private static final BitField OFFSET_X = BitField.range(12, 0);
    private static final BitField OFFSET_Y = BitField.range(27, 16);
    private static final int SURFACE_MASK = 0xffff_f000;
    private static final int STRIDE_MASK = 0xffc0;

    private final ShadowRegisters registers;
    private final int at;
    private final Surface surface = new Surface();

    PlaneRegisters(ShadowRegisters registers, int pipe) {
        this.registers = registers;
        at = pipe * PIPE_STRIDE;
    }

    private int get(int offset) {
        return registers.get(offset + at);
    }

    int width() {
        return HIGH_SIZE.get(get(SOURCE_SIZE)) + 1;
    }

    int height() {
        return LOW_SIZE.get(get(SOURCE_SIZE)) + 1;
    }

    boolean primaryOn() {
        return ENABLE.isSet(get(PRIMARY));
    }

    boolean primaryGamma() {
        return GAMMA.isSet(get(PRIMARY));
    }

    boolean primaryRotated() {
        return ROTATED.isSet(get(PRIMARY));
    }

    PixelFormat primaryFormat() {
        return PixelFormat.ofPrimary(get(PRIMARY));
    }

    Surface primary() {
        return surface(PRIMARY, PRIMARY_OFFSET, primaryFormat());
    }

    boolean spriteOn() {
        return ENABLE.isSet(get(SPRITE));
    }

    boolean spriteGamma() {
        return GAMMA.isSet(get(SPRITE));
    }

    boolean spriteRotated() {
        return ROTATED.isSet(get(SPRITE));
    }

    PixelFormat spriteFormat() {
        return PixelFormat.ofSprite(get(SPRITE));
    }

    Surface sprite() {
        return surface(SPRITE, SPRITE_OFFSET, spriteFormat());
    }

    ColourKey spriteKey() {
        int control = get(SPRITE);
        return new ColourKey(
                SOURCE_KEY.isSet(control),
                DESTINATION_KEY.isSet(control),
                get(SPRITE + KEY_VALUE),
                get(SPRITE + KEY_HIGHEST),
                get(SPRITE + KEY_MASK));
    }

    int spriteX() {
        return LOW_SIZE.get(get(SPRITE + POSITION));
    }

    int spriteY() {
        return HIGH_SIZE.get(get(SPRITE + POSITION));
    }

    int spriteWidth() {
        return LOW_SIZE.get(get(SPRITE + SIZE)) + 1;
    }

    int spriteHeight() {
        return HIGH_SIZE.get(get(SPRITE + SIZE)) + 1;
    }

    /** Says where a surface is, in the same object each time. */
    private Surface surface(int plane, int offset, PixelFormat format) {
        int place = get(plane + offset);
        return surface.set(
                Integer.toUnsignedLong(get(plane + SURFACE) & SURFACE_MASK),
                get(plane + STRIDE) & STRIDE_MASK,
                TILED.isSet(get(plane)),
                OFFSET_X.get(place) * format.bytes,
                OFFSET_Y.get(place));
    }

    /** Returns the side of the cursor, 0 while it is off or of a kind without full colour. */
    int cursorWidth() {
        return switch (get(CURSOR) & 0x7) {
            case 2 -> 128;
            case 3 -> 256;
            case 7 -> 64;
            default -> 0;
        };
    }

    /** Whether the cursor's top byte is its alpha; else it inverts and is shown opaque. */
    boolean cursorAlpha() {
        return (get(CURSOR) & 0x20) != 0;
    }

    boolean cursorGamma() {
        return CURSOR_GAMMA.isSet(get(CURSOR));
    }

    int cursorHeight() {
        int lowered = get(CURSOR + CURSOR_HEIGHT);
        int width = cursorWidth();
        return ENABLE.isSet(lowered) ? Math.min((lowered & 0xff) + 1, width) : width;
    }

    int cursorX() {
        return signed(get(CURSOR + CURSOR_POSITION));
    }

    int cursorY() {
        return signed(get(CURSOR + CURSOR_POSITION) >>> 16);
    }

    private static int signed(int value) {
        int magnitude = value & 0x7fff;
        return (value & 0x8000) == 0 ? magnitude : -magnitude;
    }

    Surface cursor() {
        long base = Integer.toUnsignedLong(get(CURSOR + CURSOR_BASE) & SURFACE_MASK);
        return surface.set(base, cursorWidth() * Integer.BYTES, false, 0, 0);
    }

    List<Plane> list() {
        List<Plane> planes = new ArrayList<>();
        if (primaryOn()) {
            planes.add(
                    plane(
                            PlaneKind.PRIMARY,
                            primaryFormat().fourcc,
                            primary(),
                            0,
                            0,
                            width(),
                            height()));
        }
        if (spriteOn()) {
            planes.add(
                    plane(
                            PlaneKind.SPRITE,
                            spriteFormat().fourcc,
                            sprite(),
                            spriteX(),
                            spriteY(),
                            spriteWidth(),
                            spriteHeight()));
        }
        if (cursorWidth() != 0) {
            planes.add(
                    plane(
                            PlaneKind.CURSOR,
                            "AR24",
                            cursor(),
                            cursorX(),
                            cursorY(),
                            cursorWidth(),
                            cursorHeight()));
        }
        return planes;
    }

    private static Plane plane(
            PlaneKind kind, String format, Surface surface, int x, int y, int width, int height) {
        return new Plane(
                kind,
                format,
                surface.tiled(),
                surface.base(),
                surface.stride(),
                x,
                y,
                width,
                height);
    }
}
