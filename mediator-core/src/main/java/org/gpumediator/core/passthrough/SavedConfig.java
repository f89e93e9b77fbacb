package org.gpumediator.core.passthrough;

import org.gpumediator.api.hardware.PhysicalGpu;

/**
 * The configuration space of a function as the host had it, which a reset takes: where its BARs
 * are, and that it decodes them. Immutable.
 */
final class SavedConfig {

    private static final int COMMAND = 0x04;

    private final int[] words;

    SavedConfig(PhysicalGpu gpu) {
        words = new int[gpu.configLength() / 4];
        for (int i = 0; i < words.length; i++) {
            words[i] = gpu.readConfig(4 * i, 4);
        }
    }

    /** Writes back what is different, the command register last. */
    void restore(PhysicalGpu gpu) {
        for (int i = words.length - 1; i > COMMAND / 4; i--) {
            if (gpu.readConfig(4 * i, 4) != words[i]) {
                gpu.writeConfig(4 * i, 4, words[i]);
            }
        }
        command(gpu, command());
    }

    /** Returns the command register. */
    int command() {
        return words[COMMAND / 4] & 0xffff;
    }

    static void command(PhysicalGpu gpu, int value) {
        gpu.writeConfig(COMMAND, 2, value);
    }
}
