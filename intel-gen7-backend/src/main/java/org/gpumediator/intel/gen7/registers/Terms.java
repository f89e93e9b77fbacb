package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.RegisterBehaviour;

/** The words of the state column, and behaviours that many rows share. */
final class Terms {

    /** Engine state that follows the virtual GPU on the hardware. */
    static final RegisterBehaviour<Gen7Hooks> RENDER = RegisterBehaviour.stateClass("RENDER");

    /** Display state; guests have a virtual display. */
    static final RegisterBehaviour<Gen7Hooks> DISPLAY = RegisterBehaviour.stateClass("DISPLAY");

    /** Settings of the whole GPU; guests have a copy that does nothing. */
    static final RegisterBehaviour<Gen7Hooks> HOST = RegisterBehaviour.stateClass("HOST");

    /** Registers that only ever exist virtually. */
    static final RegisterBehaviour<Gen7Hooks> VIRTUAL = RegisterBehaviour.stateClass("VIRTUAL");

    /** Registers that the 2015 mediator left to every guest; hardened here, see the policy. */
    static final RegisterBehaviour<Gen7Hooks> PASSTHROUGH =
            RegisterBehaviour.stateClass("PASSTHROUGH");

    /** While its owner is on the hardware the register is read and written there too. */
    static final RegisterBehaviour<Gen7Hooks> LIVE =
            RegisterBehaviour.hooks(EngineBehaviour::liveWritten, EngineBehaviour::live);

    /** Holds the page of a graphics address. */
    static final RegisterBehaviour<Gen7Hooks> ADDRESS =
            RegisterBehaviour.graphicsAddress(0xffff_f000L);

    private Terms() {}
}
