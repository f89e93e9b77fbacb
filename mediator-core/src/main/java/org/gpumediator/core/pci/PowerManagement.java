package org.gpumediator.core.pci;

import java.util.List;
import org.gpumediator.api.pci.ConfigWriteEffect;

/**
 * The power state of a function: D0 or D3hot. Not safe for use by multiple threads.
 *
 * <p>Source: PCI Bus Power Management Interface Specification 1.2, sections 3.2.4 and 5.4.
 */
final class PowerManagement {

    static final int LENGTH = 8;
    static final int PMCSR = 0x04;
    static final int POWER_STATE = 0x3;
    static final int NO_SOFT_RESET = 1 << 3;
    static final int PMC_VERSION_1_2 = 0x3;

    static final int D0 = 0;
    static final int D3_HOT = 3;

    private final int pmcsr;
    private final Capability.D3Exit exit;
    private int state = D0;

    PowerManagement(int capability, Capability.D3Exit exit) {
        this.pmcsr = capability + PMCSR;
        this.exit = exit;
    }

    boolean isOn() {
        return state == D0;
    }

    /**
     * Takes over what the guest has written; a state that the function lacks is not entered.
     *
     * @return whether the function is to be reset
     */
    boolean refresh(ConfigBytes bytes, List<ConfigWriteEffect> effects) {
        int control = bytes.read(pmcsr, 2);
        int wanted = control & POWER_STATE;
        if (wanted != D0 && wanted != D3_HOT) {
            bytes.set(pmcsr, 2, control & ~POWER_STATE | state);
        } else if (wanted != state) {
            state = wanted;
            effects.add(new ConfigWriteEffect.PowerStateChanged(state));
            return state == D0 && exit == Capability.D3Exit.RESETS;
        }
        return false;
    }
}
