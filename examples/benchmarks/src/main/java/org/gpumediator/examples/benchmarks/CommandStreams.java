package org.gpumediator.examples.benchmarks;

import java.util.Arrays;

/** Synthetic batches in the proportions that drivers emit, every address inside one slice. */
final class CommandStreams {

    static final int SLICE_START = 0x0400_0000;
    static final int SLICE_END = 0x0800_0000;

    private static final int BATCH_BUFFER_END = 0x0500_0000;

    private int[] dwords = new int[16];
    private int length;
    private int commands;

    private CommandStreams() {}

    /** A finished batch. */
    static final class Batch {

        final int[] dwords;
        final int commands;

        private Batch(CommandStreams stream) {
            dwords = Arrays.copyOf(stream.dwords, stream.length);
            commands = stream.commands;
        }

        int bytes() {
            return dwords.length * Integer.BYTES;
        }
    }

    /**
     * Makes a batch.
     *
     * @param kind {@code render}, {@code blit} or {@code noop}
     * @param bytes about how long
     */
    static Batch make(String kind, int bytes) {
        CommandStreams stream = new CommandStreams();
        for (int i = 0; stream.length * Integer.BYTES < bytes; i++) {
            switch (kind) {
                case "render" -> stream.draw(i);
                case "blit" -> stream.blits(i);
                case "noop" -> stream.put(i % 8 == 0 ? 0x0280_0000 : 0);
                default -> throw new IllegalArgumentException(kind);
            }
        }
        stream.put(BATCH_BUFFER_END);
        return new Batch(stream);
    }

    private void put(int... command) {
        if (length + command.length > dwords.length) {
            dwords = Arrays.copyOf(dwords, dwords.length * 2 + command.length);
        }
        System.arraycopy(command, 0, dwords, length, command.length);
        length += command.length;
        commands++;
    }

    private static int address(int i) {
        return SLICE_START + ((i * 0x9e37_79b1) >>> 20) * 4096;
    }

    /** The state a driver emits for a draw call that changes most of it. */
    private void draw(int i) {
        if (i % 64 == 0) {
            int a = address(i) | 1;
            put(0x6904_0000);
            put(
                    0x6101_0008,
                    a,
                    a,
                    a,
                    a,
                    a,
                    SLICE_END | 1,
                    SLICE_END | 1,
                    SLICE_END | 1,
                    SLICE_END | 1);
            put(0x1100_0001, 0x2600, i);
        }
        if (i % 8 == 0) {
            put(0x7a00_0003, 1 << 24 | 1 << 14 | 1 << 20, address(i), i, 0);
        }
        put(0x7808_0003, 0x0000_4000 | 16, address(i), address(i) + 4095, 0);
        put(0x7809_0003, 0, 0, 0, 0);
        put(0x780a_0001, address(i + 1), address(i + 1) + 4095);
        put(0x7821_0000, 0x40);
        put(0x7823_0000, 0x80);
        put(0x7824_0000, 0xc0);
        put(0x7825_0000, 0x100);
        put(0x780e_0000, 0x140);
        put(0x7826_0000, 0x180);
        put(0x782a_0000, 0x1c0);
        put(0x782b_0000, 0x200);
        put(0x782f_0000, 0x240);
        put(0x7815_0005, 4, 0, 0x40, 0, 0, 0);
        put(0x7817_0005, 4, 0, 0x80, 0, 0, 0);
        put(0x7810_0004, 0x40, 0, 0, 0, 0);
        put(0x7813_0005, 0, 0, 0, 0, 0, 0);
        put(0x7820_0006, 0x80, 0, 0, 0, 0, 0, 0);
        put(0x781f_000c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        put(0x7814_0001, 0, 0);
        put(0x7900_0002, 0, 0x0437_077f, 0);
        put(0x7b00_0005, 4, 3, 0, 1, 0, 0);
    }

    private void blits(int i) {
        int format = 3 << 24 | 0xcc << 16 | 4096;
        put(0x5430_0004, format, 0, 0x0040_0040, address(i), i);
        put(0x54f0_0006, format, 0, 0x0040_0040, address(i), 0, 4096, address(i + 7));
        if (i % 16 == 0) {
            put(0x1300_0001, 0, 0);
        }
    }
}
