package org.gpumediator.intel.gen7.bar;

import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.catalogue.RegisterRegion;
import org.gpumediator.intel.gen7.gtt.GlobalGtt;
import org.jspecify.annotations.Nullable;

/** BAR0: two MiB of registers, then the window of the graphics translation table. */
public final class RegisterBar implements RegisterRegion {

    public static final long LENGTH = 4L << 20;

    private final TrapHandler registers;
    private final TrapHandler table;

    public RegisterBar(TrapHandler registers, TrapHandler table) {
        this.registers = registers;
        this.table = table;
    }

    /** Returns the registers, unless they are the host's, some of which are the hardware's. */
    @Override
    public @Nullable RegisterFile<?> registers() {
        return registers instanceof RegisterFile<?> file ? file : null;
    }

    @Override
    public long read(long offset, int width) {
        return offset < GlobalGtt.WINDOW || offset >= LENGTH
                ? registers.read(offset, width)
                : table.read(offset - GlobalGtt.WINDOW, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (offset < GlobalGtt.WINDOW || offset >= LENGTH) {
            registers.write(offset, width, value);
        } else {
            table.write(offset - GlobalGtt.WINDOW, width, value);
        }
    }
}
