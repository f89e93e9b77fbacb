package org.gpumediator.intel.gen7.registers;

import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFlag;
import org.gpumediator.core.catalogue.ResetImage;

/**
 * The registers of a virtual Haswell: the lower half of BAR0.
 *
 * <p>The state column of a row says what the register belongs to (see {@link #RENDER} and its
 * siblings); the policy what a guest's access does.
 */
public final class Gen7Registers {

    /** Bytes of the register half of BAR0. */
    public static final int LENGTH = 0x20_0000;

    /** State class of registers that follow the virtual GPU on the hardware. */
    public static final String RENDER = "RENDER";

    /** State class of display registers. */
    public static final String DISPLAY = "DISPLAY";

    /** State class of settings of the whole GPU, of which guests have a copy. */
    public static final String HOST = "HOST";

    private static final String BLOCK_WITH_HARDWARE_VALUES = "MCHBAR";

    private Gen7Registers() {}

    /** Builds the catalogue. */
    public static RegisterCatalogue<Gen7Hooks> catalogue() {
        RegisterCatalogue.Builder<Gen7Hooks> builder = RegisterCatalogue.builder("BAR0", LENGTH);
        EngineRegisters.declare(builder);
        RenderRegisters.declare(builder);
        MemoryRegisters.declare(builder);
        PowerRegisters.declare(builder);
        InterruptRegisters.declare(builder);
        ParavirtualRegisters.declare(builder);
        DisplayRegisters.declare(builder);
        TranscoderRegisters.declare(builder);
        PortRegisters.declare(builder);
        PipeRegisters.declare(builder);
        SouthDisplayRegisters.declare(builder);
        SouthFixedRegisters.declare(builder);
        HostBridgeRegisters.declare(builder);
        return builder.build();
    }

    /**
     * Returns the values after reset, with those of the host's plain settings and of the memory
     * configuration as a GPU has them. To be called before a guest is on it.
     *
     * @param catalogue from {@link #catalogue}
     * @param hardware the GPU's registers
     */
    public static ResetImage image(RegisterCatalogue<Gen7Hooks> catalogue, HardwarePort hardware) {
        ResetImage.Editor editor = catalogue.resetImage().edit();
        for (Register<Gen7Hooks> register : catalogue.registers()) {
            boolean setting =
                    register.stateClass().equals(HOST)
                            && (register.hooks().isEmpty()
                                    || register.has(RegisterFlag.COMMAND_ACCESS))
                            && register.reset() == 0;
            boolean memory =
                    register.block().equals(BLOCK_WITH_HARDWARE_VALUES) && register.count() == 1;
            if (!setting && !memory) {
                continue;
            }
            for (int at = 0; at < register.width(); at += 4) {
                int value = (int) hardware.read(register.offset() + at, 4);
                // All ones is a device that does not answer; zero leaves what is declared.
                if (value != 0 && value != -1) {
                    editor.set(register.offset() + at, value);
                }
            }
        }
        return editor.build();
    }
}
