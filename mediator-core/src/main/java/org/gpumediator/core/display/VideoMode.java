package org.gpumediator.core.display;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A resolution and a rate, with the timings that VESA's CVT standard gives them with reduced
 * blanking (version 1: 160 clocks of horizontal blanking, at least 460 us of vertical blanking, a
 * clock in steps of 250 kHz).
 *
 * @param width in pixels, a multiple of 8, 640 to 4088
 * @param height in pixels, 480 to 4095
 * @param refresh in Hz, 24 to 240
 * @since 0.1.0
 */
public record VideoMode(int width, int height, int refresh) {

    static final int HORIZONTAL_BLANK = 160;
    static final int HORIZONTAL_FRONT = 48;
    static final int HORIZONTAL_SYNC = 32;
    static final int VERTICAL_FRONT = 3;

    private static final int CLOCK_STEP_KHZ = 250;
    private static final int MAX_CLOCK_KHZ = 655_350;
    private static final double MIN_BLANK_SECONDS = 460e-6;
    private static final int MIN_BACK_PORCH = 6;
    private static final Pattern TEXT = Pattern.compile("(\\d{3,4})x(\\d{3,4})(?:@(\\d{2,3}))?");

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range, or the clock would be above
     *     655.35 MHz, which an EDID cannot say
     */
    public VideoMode {
        if (width < 640 || width > 4088 || width % 8 != 0) {
            throw new IllegalArgumentException(
                    "width " + width + ": expected a multiple of 8 from 640 to 4088");
        }
        if (height < 480 || height > 4095) {
            throw new IllegalArgumentException("height " + height + ": expected 480 to 4095");
        }
        if (refresh < 24 || refresh > 240) {
            throw new IllegalArgumentException("refresh " + refresh + " Hz: expected 24 to 240");
        }
        if (clock(width, height, refresh) > MAX_CLOCK_KHZ) {
            throw new IllegalArgumentException(
                    width + "x" + height + "@" + refresh + ": needs a clock above 655.35 MHz");
        }
    }

    /**
     * Reads {@code 1920x1080} (60 Hz) or {@code 1280x1024@75}.
     *
     * @throws IllegalArgumentException if the text is neither, or a number is out of its range
     */
    public static VideoMode parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "mode \"" + text + "\": expected WIDTHxHEIGHT or WIDTHxHEIGHT@HZ");
        }
        String rate = matcher.group(3);
        return new VideoMode(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                rate == null ? 60 : Integer.parseInt(rate));
    }

    /** Returns the pixel clock in kHz. */
    public int clockKilohertz() {
        return clock(width, height, refresh);
    }

    /** Returns the lines of a frame that are not shown. */
    public int verticalBlank() {
        return blank(height, refresh);
    }

    /** Returns the lines of vertical sync, by which CVT marks the aspect. */
    int verticalSync() {
        if (height * 4 == width * 3) {
            return 4;
        }
        if (height * 16 == width * 9) {
            return 5;
        }
        if (height * 16 == width * 10) {
            return 6;
        }
        return height * 5 == width * 4 || height * 15 == width * 9 ? 7 : 10;
    }

    private static int blank(int height, int refresh) {
        double line = (1.0 / refresh - MIN_BLANK_SECONDS) / height;
        return Math.max((int) (MIN_BLANK_SECONDS / line) + 1, VERTICAL_FRONT + 10 + MIN_BACK_PORCH);
    }

    private static int clock(int width, int height, int refresh) {
        long pixels = (long) (width + HORIZONTAL_BLANK) * (height + blank(height, refresh));
        return (int) (pixels * refresh / 1000 / CLOCK_STEP_KHZ * CLOCK_STEP_KHZ);
    }

    @Override
    public String toString() {
        return width + "x" + height + "@" + refresh;
    }
}
