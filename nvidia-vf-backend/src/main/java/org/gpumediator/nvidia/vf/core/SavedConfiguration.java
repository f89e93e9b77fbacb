package org.gpumediator.nvidia.vf.core;

import java.util.List;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.nvidia.vf.sriov.VfActivation;
import org.gpumediator.nvidia.vf.sriov.VfBar;

/**
 * What a reset of the physical function takes from its configuration space and its driver has to
 * write back: its BARs, the windows of the virtual functions, and last the command register.
 *
 * <p>Source: PCI Express Base Specification 4.0, section 6.6.2 (a function-level reset clears the
 * SR-IOV capability with the rest).
 */
final class SavedConfiguration {

    private static final int COMMAND = 0x04;
    private static final int BAR_0 = 0x10;
    private static final int BARS = 6;

    private final PhysicalGpu gpu;
    private final int command;
    private final int[] bars = new int[BARS];
    private final List<VfBar> windows;

    /** Reads everything; only while virtual functions are off. */
    SavedConfiguration(PhysicalGpu gpu, VfActivation functions) {
        this.gpu = gpu;
        command = gpu.readConfig(COMMAND, 2);
        for (int i = 0; i < BARS; i++) {
            bars[i] = gpu.readConfig(BAR_0 + 4 * i, 4);
        }
        windows = functions.bars();
    }

    /** Writes everything back; only while virtual functions are off. */
    void restore(VfActivation functions) {
        for (int i = 0; i < BARS; i++) {
            gpu.writeConfig(BAR_0 + 4 * i, 4, bars[i]);
        }
        windows.forEach(window -> functions.assign(window, window.base()));
        gpu.writeConfig(COMMAND, 2, command);
    }
}
