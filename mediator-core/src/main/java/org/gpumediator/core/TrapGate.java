package org.gpumediator.core;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.catalogue.RegisterRegion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The VMM's side of one trapped region. Hands every access to the model's handler until it is shut;
 * then answers all ones and drops writes.
 *
 * <p>Cost: one volatile read and one call. Traps in flight are not counted, since two atomic
 * additions cost more than a plain register: the model itself keeps a trap that overlaps its close
 * from reaching the GPU or guest memory, as {@link org.gpumediator.api.spi.DeviceModel#close}
 * demands. A VMM sees one class of handler for all regions, so its call is direct, and registers
 * are answered by their file, which is one class too; for the rest of a region one virtual call is
 * made here.
 *
 * <p>A handler that throws is a bug of the backend: the access is answered with ones, logged once
 * for the region, and counted.
 */
final class TrapGate implements TrapHandler {

    private static final Logger log = LoggerFactory.getLogger(TrapGate.class);

    private final String label;
    private final LongAdder errors = new LongAdder();
    private volatile TrapHandler target;

    /** What answers the start of the region, if that is registers and nothing else. */
    private volatile @Nullable RegisterFile<?> registers;

    TrapGate(String label, TrapHandler target) {
        this.label = label;
        this.target = target;
        registers = target instanceof RegisterRegion region ? region.registers() : null;
    }

    /** Ends the region's life: accesses that begin from now on are answered with ones. */
    void shut() {
        registers = null;
        target = Shut.INSTANCE;
    }

    long errors() {
        return errors.sum();
    }

    @Override
    public long read(long offset, int width) {
        RegisterFile<?> file = registers;
        if (file != null) {
            long stored = file.readPlain(offset, width);
            if (stored != RegisterFile.NOT_PLAIN) {
                return stored;
            }
        }
        return readTarget(offset, width);
    }

    private long readTarget(long offset, int width) {
        try {
            return target.read(offset, width);
        } catch (Throwable error) {
            broken(error);
            return AccessWidth.lowBytes(width);
        }
    }

    @Override
    public void write(long offset, int width, long value) {
        RegisterFile<?> file = registers;
        try {
            if (file != null && offset >= 0 && offset < file.length()) {
                file.write(offset, width, value);
            } else {
                target.write(offset, width, value);
            }
        } catch (Throwable error) {
            broken(error);
        }
    }

    @Override
    public void readBlock(long offset, MemorySegment data) {
        try {
            target.readBlock(offset, data);
        } catch (Throwable error) {
            broken(error);
            data.fill((byte) 0xff);
        }
    }

    @Override
    public void writeBlock(long offset, MemorySegment data) {
        try {
            target.writeBlock(offset, data);
        } catch (Throwable error) {
            broken(error);
        }
    }

    // A wrong width of a string access is the VMM's mistake, as the contract says: let through.

    @Override
    public void readString(long offset, int width, StringDirection direction, MemorySegment data) {
        try {
            target.readString(offset, width, direction, data);
        } catch (IllegalArgumentException callers) {
            throw callers;
        } catch (Throwable error) {
            broken(error);
            data.fill((byte) 0xff);
        }
    }

    @Override
    public void writeString(long offset, int width, StringDirection direction, MemorySegment data) {
        try {
            target.writeString(offset, width, direction, data);
        } catch (IllegalArgumentException callers) {
            throw callers;
        } catch (Throwable error) {
            broken(error);
        }
    }

    private synchronized void broken(Throwable error) {
        errors.increment();
        if (errors.sum() == 1) {
            log.error("Trap handler of {} threw; further ones are only counted", label, error);
        }
    }

    /** Nobody claims the address. */
    private static final class Shut implements TrapHandler {

        static final Shut INSTANCE = new Shut();

        @Override
        public long read(long offset, int width) {
            return AccessWidth.lowBytes(width);
        }

        @Override
        public void write(long offset, int width, long value) {}
    }
}
