package org.gpumediator.intel.gen7.bar;

import java.util.BitSet;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFlag;
import org.gpumediator.intel.gen7.gtt.GlobalGtt;
import org.gpumediator.intel.gen7.registers.Gen7Hooks;

/**
 * Registers as the host's own virtual GPU has them: the settings of the whole GPU (clocks, power,
 * memory controller) are those of the hardware. That is all it has before guests: its addresses are
 * audited, its engines are taken in turn, and GDRST resets nobody else.
 *
 * <p>Source: the host class of XenGT's registers.
 *
 * <p>Safe for use by multiple threads.
 */
public final class HostRegisters implements TrapHandler {

    private static final String HOST = "HOST";

    private final TrapHandler guestView;
    private final HardwarePort hardware;
    private final BitSet settings;

    public HostRegisters(
            TrapHandler guestView, HardwarePort hardware, RegisterCatalogue<Gen7Hooks> catalogue) {
        this.guestView = guestView;
        this.hardware = hardware;
        settings = settings(catalogue);
    }

    /** Returns the dwords that are settings: not what resets, moves with a guest, or is kept. */
    private static BitSet settings(RegisterCatalogue<Gen7Hooks> catalogue) {
        BitSet dwords = new BitSet();
        for (Register<Gen7Hooks> register : catalogue.registers()) {
            if (register.stateClass().equals(HOST)
                    && register.width() >= 4
                    && !register.has(RegisterFlag.STICKY)
                    && !register.has(RegisterFlag.COMMAND_ACCESS)
                    && !register.has(RegisterFlag.GRAPHICS_ADDRESS)) {
                for (int i = 0; i < register.count(); i++) {
                    int first = (register.offset() + i * register.stride()) / 4;
                    dwords.set(first, first + register.width() / 4);
                }
            }
        }
        return dwords;
    }

    private boolean isSetting(long offset, int width) {
        boolean whole = (width == 1 || width == 2 || width == 4) && (offset & width - 1) == 0;
        return whole && offset >= 0 && offset < GlobalGtt.WINDOW && settings.get((int) offset / 4);
    }

    @Override
    public long read(long offset, int width) {
        if (width == 8 && (isSetting(offset, 4) || isSetting(offset + 4, 4))) {
            return read(offset, 4) | read(offset + 4, 4) << 32;
        }
        return isSetting(offset, width)
                ? hardware.read((int) offset, width)
                : guestView.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (isSetting(offset, width)) {
            hardware.write((int) offset, width, value);
        } else if (width == 8 && (isSetting(offset, 4) || isSetting(offset + 4, 4))) {
            write(offset, 4, value & 0xffff_ffffL);
            write(offset + 4, 4, value >>> 32);
        } else {
            guestView.write(offset, width, value);
        }
    }
}
