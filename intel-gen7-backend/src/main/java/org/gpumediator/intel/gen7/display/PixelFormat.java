package org.gpumediator.intel.gen7.display;

import java.util.Arrays;
import org.gpumediator.core.catalogue.BitField;

/**
 * The formats of planes, and how a row of them becomes pixels.
 *
 * <p>Source: Linux i915, DSPCNTR bits 29:26, SPRCTL bits 27:25 and 20 (order of red and blue) and
 * 17:16 (order of YUV), CURCNTR bits 5 and 2:0; names as in {@code drm_fourcc.h}.
 */
enum PixelFormat {
    PALETTE_8("C8  ", 1),
    RGB_565("RG16", 2),
    XRGB_8888("XR24", 4),
    XBGR_8888("XB24", 4),
    XRGB_2101010("XR30", 4),
    XBGR_2101010("XB30", 4),
    XBGR_FLOAT("XB4H", 8),
    YUYV("YUYV", 2),
    UYVY("UYVY", 2),
    YVYU("YVYU", 2),
    VYUY("VYUY", 2),
    UNKNOWN("????", 4);

    private static final BitField PRIMARY = BitField.range(29, 26);
    private static final BitField SPRITE = BitField.range(27, 25);
    private static final BitField SPRITE_RED_LOW = BitField.bit(20);
    private static final BitField SPRITE_YUV_ORDER = BitField.range(17, 16);
    private static final int RGB = 0xff_ffff;

    final String fourcc;
    final int bytes;

    PixelFormat(String fourcc, int bytes) {
        this.fourcc = fourcc;
        this.bytes = bytes;
    }

    static PixelFormat ofPrimary(int control) {
        return switch (PRIMARY.get(control)) {
            case 2 -> PALETTE_8;
            case 5 -> RGB_565;
            case 6, 7 -> XRGB_8888;
            case 8, 9 -> XBGR_2101010;
            case 10, 11 -> XRGB_2101010;
            case 12 -> XBGR_FLOAT;
            case 14, 15 -> XBGR_8888;
            default -> UNKNOWN;
        };
    }

    static PixelFormat ofSprite(int control) {
        boolean redLow = SPRITE_RED_LOW.isSet(control);
        return switch (SPRITE.get(control)) {
            case 0 ->
                    switch (SPRITE_YUV_ORDER.get(control)) {
                        case 0 -> YUYV;
                        case 1 -> UYVY;
                        case 2 -> YVYU;
                        default -> VYUY;
                    };
            case 1 -> redLow ? XBGR_2101010 : XRGB_2101010;
            case 2 -> redLow ? XBGR_8888 : XRGB_8888;
            case 3 -> XBGR_FLOAT;
            default -> UNKNOWN;
        };
    }

    /** Whether a pixel is a dword, so that rows become pixels where they are. */
    boolean inPlace() {
        return bytes == Integer.BYTES;
    }

    /**
     * Turns dwords into pixels where they are; for formats that are {@link #inPlace}.
     *
     * @param mark the top byte of each pixel
     */
    void convert(int[] pixels, int from, int end, int mark) {
        switch (this) {
            case XRGB_8888 -> {
                for (int i = from; i < end; i++) {
                    pixels[i] = pixels[i] & RGB | mark;
                }
            }
            case XBGR_8888 -> {
                for (int i = from; i < end; i++) {
                    pixels[i] = Integer.reverseBytes(pixels[i]) >>> 8 | mark;
                }
            }
            case XRGB_2101010 -> {
                for (int i = from; i < end; i++) {
                    int pixel = pixels[i];
                    int red = pixel >>> 6 & 0xff_0000;
                    pixels[i] = red | pixel >>> 4 & 0xff00 | pixel >>> 2 & 0xff | mark;
                }
            }
            case XBGR_2101010 -> {
                for (int i = from; i < end; i++) {
                    int pixel = pixels[i];
                    int red = pixel << 14 & 0xff_0000;
                    pixels[i] = red | pixel >>> 4 & 0xff00 | pixel >>> 22 & 0xff | mark;
                }
            }
            default -> Arrays.fill(pixels, from, end, mark);
        }
    }

    /**
     * Turns a row into pixels; for formats that are not {@link #inPlace}.
     *
     * @param row dwords as they are in memory, little endian
     * @param skip bytes in front of the first pixel
     * @param palette 256 colours, for {@link #PALETTE_8}
     * @param mark the top byte of each pixel
     */
    void decode(int[] row, int skip, int[] palette, int[] target, int at, int count, int mark) {
        switch (this) {
            case RGB_565 -> {
                for (int i = 0; i < count; i++) {
                    int half = half(row, (skip >>> 1) + i);
                    int red = half >>> 11;
                    int green = half >>> 5 & 0x3f;
                    int blue = half & 0x1f;
                    target[at + i] =
                            mark
                                    | rgb(
                                            red << 3 | red >>> 2,
                                            green << 2 | green >>> 4,
                                            blue << 3 | blue >>> 2);
                }
            }
            case PALETTE_8 -> {
                for (int i = 0; i < count; i++) {
                    int at8 = skip + i;
                    int index = row[at8 >>> 2] >>> 8 * (at8 & 3) & 0xff;
                    target[at + i] = palette[index] & RGB | mark;
                }
            }
            case XBGR_FLOAT -> {
                int first = skip >>> 1;
                for (int i = 0; i < count; i++) {
                    target[at + i] =
                            mark
                                    | rgb(
                                            unit(half(row, first + 4 * i)),
                                            unit(half(row, first + 4 * i + 1)),
                                            unit(half(row, first + 4 * i + 2)));
                }
            }
            case YUYV, UYVY, YVYU, VYUY -> {
                for (int i = 0; i < count; i++) {
                    target[at + i] = mark | rgbOfYuv(yuvChannels(row, skip, i));
                }
            }
            default -> Arrays.fill(target, at, at + count, mark);
        }
    }

    private static int half(int[] row, int index) {
        return row[index >>> 1] >>> 16 * (index & 1) & 0xffff;
    }

    private static int unit(int half) {
        float value = Float.float16ToFloat((short) half);
        return value >= 1 ? 255 : value > 0 ? (int) (value * 255 + 0.5f) : 0;
    }

    boolean isYuv() {
        return this == YUYV || this == UYVY || this == YVYU || this == VYUY;
    }

    /** Returns V, Y and U of a pixel of a row, 8 bits each; for the YUV formats. */
    int yuvChannels(int[] row, int skip, int x) {
        int half = (skip >>> 1) + x;
        int word = row[half >>> 1];
        int odd = half & 1;
        boolean lumaFirst = this == YUYV || this == YVYU;
        boolean swapped = this == YVYU || this == VYUY;
        int luma = word >>> (lumaFirst ? 0 : 8) + 16 * odd & 0xff;
        int first = word >>> (lumaFirst ? 8 : 0) & 0xff;
        int second = word >>> (lumaFirst ? 24 : 16) & 0xff;
        return rgb(swapped ? first : second, luma, swapped ? second : first);
    }

    /** Turns V, Y and U into red, green and blue: BT.601, limited range. */
    private static int rgbOfYuv(int channels) {
        int v = (channels >>> 16) - 128;
        int u = (channels & 0xff) - 128;
        int scaled = 298 * ((channels >>> 8 & 0xff) - 16) + 128;
        return rgb(
                Math.clamp(scaled + 409 * v >> 8, 0, 255),
                Math.clamp(scaled - 100 * u - 208 * v >> 8, 0, 255),
                Math.clamp(scaled + 516 * u >> 8, 0, 255));
    }

    private static int rgb(int red, int green, int blue) {
        return red << 16 | green << 8 | blue;
    }
}
