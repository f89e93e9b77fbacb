package org.gpumediator.intel.gen7.registers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.core.catalogue.RegisterAccess;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFlag;
import org.gpumediator.intel.gen7.engine.RenderState;
import org.gpumediator.intel.gen7.hardware.RingRegisters;

/**
 * Which registers go on and off the hardware with a guest: every one of the render class that a
 * guest can write and every one that its commands can load, but for those of the rings and address
 * spaces, which the engines' mediation moves in an order of its own.
 */
public final class MovedRegisters {

    private static final String RENDER = "RENDER";

    /** Ends of names of what moves by other ways, or stays virtual. */
    private static final Set<String> NOT_HERE =
            Set.of(
                    "RING_TAIL",
                    "RING_HEAD",
                    "RING_START",
                    "RING_CTL",
                    "RING_EMR",
                    "RING_UHPTR",
                    "RING_HWS_PGA",
                    "CCID",
                    "DERRMR");

    private MovedRegisters() {}

    public static List<RenderState.Moved> of(RegisterCatalogue<Gen7Hooks> catalogue) {
        List<RenderState.Moved> moved = new ArrayList<>();
        for (Register<Gen7Hooks> register : catalogue.registers()) {
            if (moves(register)) {
                add(register, moved);
            }
        }
        moved.sort(Comparator.comparingInt(RenderState.Moved::offset));
        return moved;
    }

    private static boolean moves(Register<Gen7Hooks> register) {
        RegisterAccess access = register.access();
        return (register.stateClass().equals(RENDER) || register.has(RegisterFlag.COMMAND_ACCESS))
                && (access == RegisterAccess.READ_WRITE || access == RegisterAccess.MASKED)
                && !register.has(RegisterFlag.STICKY)
                && NOT_HERE.stream().noneMatch(register.name()::endsWith);
    }

    private static int maskOf(Register<Gen7Hooks> register) {
        if (register.name().endsWith("RING_MI_MODE")) {
            return RingRegisters.MI_MODE_MOVED;
        }
        return register.name().endsWith("RING_INSTPM") ? RingRegisters.INSTPM_MOVED : 0xffff;
    }

    private static void add(Register<Gen7Hooks> register, List<RenderState.Moved> moved) {
        int masked = register.access() == RegisterAccess.MASKED ? maskOf(register) : 0;
        boolean address = register.has(RegisterFlag.GRAPHICS_ADDRESS);
        for (int i = 0; i < register.count(); i++) {
            for (int part = 0; part < register.width(); part += 4) {
                moved.add(
                        new RenderState.Moved(
                                register.offset() + i * register.stride() + part, masked, address));
            }
        }
    }
}
