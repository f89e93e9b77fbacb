package org.gpumediator.intel.gen7.engine;

import java.util.List;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.intel.gen7.gtt.ReservedArea;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/**
 * Moves the registers that belong to whoever is on the engines between the hardware and a guest's
 * stored registers. Every register of that class moves, and every other one that commands can load,
 * so that none carries a value from one guest to the next.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
public final class RenderState {

    /**
     * One register that moves.
     *
     * @param offset BAR0 offset
     * @param masked the bits that move of a register whose upper half enables the bits of its lower
     *     half, 0 for a plain one
     * @param address whether it holds a graphics address of its guest
     */
    public record Moved(int offset, int masked, boolean address) {}

    private static final int CONSTANT_MODE = Engine.RCS.base() + RingRegisters.INSTPM;

    private final Mmio mmio;
    private final Moved[] moved;
    private final Engine[] owners;
    private final ReservedArea area;

    /**
     * Creates the list of what moves.
     *
     * @param moved by rising offset, without ring registers and page directories, which move by
     *     other ways
     */
    public RenderState(Mmio mmio, List<Moved> moved, ReservedArea area) {
        this.mmio = mmio;
        this.moved = moved.toArray(Moved[]::new);
        owners = moved.stream().map(register -> owner(register.offset)).toArray(Engine[]::new);
        this.area = area;
    }

    /**
     * Takes the hardware's values into a guest's registers.
     *
     * @param lost engines whose registers were reset meanwhile, bits of {@link Engine#bit}: the
     *     guest's stored values stand
     */
    void save(GuestEngines guest, int lost) {
        ShadowRegisters registers = guest.registers();
        for (int i = 0; i < moved.length; i++) {
            if ((lost & owners[i].bit()) != 0) {
                continue;
            }
            Moved register = moved[i];
            int value = mmio.read(register.offset);
            if (register.address && value == (int) area.scratch()) {
                continue; // stood in for an address that is not the guest's
            }
            if (register.masked != 0) {
                int others = registers.get(register.offset) & ~register.masked;
                registers.set(register.offset, others | value & register.masked);
            } else {
                registers.set(register.offset, value);
            }
        }
    }

    /** Returns whose register it is: that of the block it is in, else the render engine's. */
    private static Engine owner(int offset) {
        for (Engine engine : Engine.ALL) {
            if (isOf(engine, offset)) {
                return engine;
            }
        }
        return Engine.RCS;
    }

    private static boolean isOf(Engine engine, int offset) {
        return offset >= engine.base() && offset < engine.base() + RingRegisters.BLOCK;
    }

    /** Puts a guest's values into the hardware. */
    void restore(GuestEngines guest) {
        for (Moved register : moved) {
            load(guest, register);
        }
    }

    /**
     * Puts a guest's values of one engine's registers into the hardware, after a reset of that
     * engine.
     */
    void restore(GuestEngines guest, Engine engine) {
        for (int i = 0; i < moved.length; i++) {
            if (owners[i] == engine) {
                load(guest, moved[i]);
            }
        }
    }

    /**
     * Puts a guest's value of one register into the hardware; no effect for a register that does
     * not move.
     */
    void restore(GuestEngines guest, int offset) {
        int low = 0;
        int high = moved.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (moved[middle].offset == offset) {
                int value = restore(guest, moved[middle]);
                if (offset == CONSTANT_MODE) {
                    guest.constantModeMayBecome(value);
                }
                return;
            }
            if (moved[middle].offset < offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
    }

    private void load(GuestEngines guest, Moved register) {
        int value = restore(guest, register);
        if (register.offset == CONSTANT_MODE) {
            guest.constantMode(value);
        }
    }

    /** Returns the guest's value, read once, that is in the hardware now. */
    private int restore(GuestEngines guest, Moved register) {
        int value = guest.registers().get(register.offset);
        if (register.masked != 0) {
            mmio.write(register.offset, register.masked << 16 | value & register.masked);
        } else if (register.address
                && !guest.gtt()
                        .slice()
                        .contains(Integer.toUnsignedLong(value & 0xffff_f000), 4096)) {
            mmio.write(register.offset, (int) area.scratch());
        } else {
            mmio.write(register.offset, value);
        }
        return value;
    }
}
