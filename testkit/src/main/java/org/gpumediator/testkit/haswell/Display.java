package org.gpumediator.testkit.haswell;

/**
 * The timing of three display pipes: frames of 60 Hz while a pipe is enabled, page flips that
 * finish at once. What is seen of it: {@link Monitors}.
 */
final class Display {

    static final int PIPES = 3;

    /** Duration of a frame: 60 Hz. */
    static final long FRAME_NANOS = 16_666_667;

    private static final int LINES = 1125;
    private static final int SURFACE_LIVE = 0x7_01ac;
    private static final int SPRITE_SURFACE_LIVE = 0x7_02ac;
    private static final int FLIP_COUNT = 0x7_0044;
    private static final int PIPE_STRIDE = 0x1000;
    private static final int EVENTS_PER_PIPE = 5;
    private static final int VBLANK = 1;
    private static final int PRIMARY_FLIP_DONE = 1 << 3;
    private static final int SPRITE_FLIP_DONE = 1 << 4;

    private final Chip chip;
    private final boolean[] enabled = new boolean[PIPES];
    private final long[] enabledAt = new long[PIPES];
    private final int[] framesBefore = new int[PIPES];
    private final int[] announced = new int[PIPES];

    Display(Chip chip) {
        this.chip = chip;
    }

    void reset() {
        for (int pipe = 0; pipe < PIPES; pipe++) {
            enabled[pipe] = false;
            framesBefore[pipe] = 0;
            announced[pipe] = 0;
        }
    }

    int configure(int pipe, int value) {
        boolean on = value < 0;
        if (on != enabled[pipe]) {
            framesBefore[pipe] = frames(pipe);
            enabledAt[pipe] = chip.now();
            announced[pipe] = framesBefore[pipe];
            enabled[pipe] = on;
        }
        return value;
    }

    int frames(int pipe) {
        int before = framesBefore[pipe];
        return enabled[pipe] ? before + (int) (elapsed(pipe) / FRAME_NANOS) : before;
    }

    int scanLine(int pipe) {
        return enabled[pipe] ? (int) (elapsed(pipe) % FRAME_NANOS * LINES / FRAME_NANOS) : 0;
    }

    int flip(int pipe, int surface) {
        chip.registers.set(SURFACE_LIVE + pipe * PIPE_STRIDE, surface);
        int count = FLIP_COUNT + pipe * PIPE_STRIDE;
        chip.registers.set(count, chip.registers.get(count) + 1);
        chip.monitors.arm(pipe, 0);
        chip.interrupts.pulse(InterruptTree.DE, PRIMARY_FLIP_DONE << EVENTS_PER_PIPE * pipe);
        return surface;
    }

    int flipSprite(int pipe, int surface) {
        chip.registers.set(SPRITE_SURFACE_LIVE + pipe * PIPE_STRIDE, surface);
        chip.monitors.arm(pipe, 1);
        chip.interrupts.pulse(InterruptTree.DE, SPRITE_FLIP_DONE << EVENTS_PER_PIPE * pipe);
        return surface;
    }

    /** Raises the vertical blanks that have come; several missed ones are one event. */
    void tick() {
        for (int pipe = 0; pipe < PIPES; pipe++) {
            if (enabled[pipe] && frames(pipe) != announced[pipe]) {
                announced[pipe] = frames(pipe);
                chip.monitors.latch(pipe);
                chip.interrupts.pulse(InterruptTree.DE, VBLANK << EVENTS_PER_PIPE * pipe);
            }
        }
    }

    /** Returns when the next vertical blank comes, {@link Long#MAX_VALUE} for never. */
    long nextVblankNanos() {
        long next = Long.MAX_VALUE;
        for (int pipe = 0; pipe < PIPES; pipe++) {
            next = Math.min(next, nextVblankNanos(pipe));
        }
        return next;
    }

    /** Returns when the next vertical blank of a pipe comes, {@link Long#MAX_VALUE} for never. */
    long nextVblankNanos(int pipe) {
        return enabled[pipe]
                ? enabledAt[pipe] + (elapsed(pipe) / FRAME_NANOS + 1) * FRAME_NANOS
                : Long.MAX_VALUE;
    }

    private long elapsed(int pipe) {
        return Math.max(0, chip.now() - enabledAt[pipe]);
    }
}
