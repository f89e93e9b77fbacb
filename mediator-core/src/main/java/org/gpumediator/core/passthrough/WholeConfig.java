package org.gpumediator.core.passthrough;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.core.passthrough.WholeFunction.Share;
import org.gpumediator.core.pci.PciFunction;

/**
 * The configuration space of a physical function as the guest sees it that owns the function: its
 * own part, the device's, and nothing of the host's. Safe for use by multiple threads.
 */
final class WholeConfig implements ConfigSpace {

    private static final int STATUS = 0x06;
    private static final int STATUS_CAPABILITY_LIST = 1 << 4;
    private static final int NEXT_SHIFT = 20;

    private final PhysicalGpu gpu;
    private final PciFunction own;
    private final Share[] shares;
    private final Set<Integer> hiddenHeaders;
    private final Lock lock;
    private final Runnable written;
    private boolean shut;

    /**
     * Creates the space.
     *
     * @param own the guest's part, built by {@code function}
     * @param lock held while the function is accessed
     * @param written called under the lock after each write
     */
    WholeConfig(
            PhysicalGpu gpu, WholeFunction function, PciFunction own, Lock lock, Runnable written) {
        this.gpu = gpu;
        this.own = own;
        this.lock = lock;
        this.written = written;
        shares = function.shares();
        hiddenHeaders = new HashSet<>(function.hidden());
    }

    /** Lets the guest reach the function no more. Called under the lock. */
    void shut() {
        shut = true;
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int length() {
        return shares.length;
    }

    @Override
    public int read(int offset, int width) {
        if (width != 1 && width != 2 && width != 4) {
            return -1;
        }
        return locked(() -> shut ? (int) AccessWidth.ones(width) : readLocked(offset, width));
    }

    private int readLocked(int offset, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= octet(offset + i) << 8 * i;
        }
        return value;
    }

    private int octet(int at) {
        if (at < 0 || at >= shares.length) {
            return 0xff;
        }
        return switch (shares[at]) {
            case GUEST -> own.read(at, 1) | (at == STATUS ? capabilityList() : 0);
            case DEVICE, READ_ONLY -> gpu.readConfig(at, 1) & 0xff;
            case HIDDEN -> {
                int header = at & ~3;
                int link =
                        hiddenHeaders.contains(header)
                                ? gpu.readConfig(header, 4) >>> NEXT_SHIFT << NEXT_SHIFT
                                : 0;
                yield link >>> 8 * (at & 3) & 0xff;
            }
        };
    }

    private int capabilityList() {
        return gpu.readConfig(STATUS, 1) & STATUS_CAPABILITY_LIST;
    }

    @Override
    public List<ConfigWriteEffect> write(int offset, int width, int value) {
        if (width != 1 && width != 2 && width != 4) {
            return List.of();
        }
        // Not under the lock: it may tell the VMM of an interrupt.
        List<ConfigWriteEffect> effects = own.write(offset, width, value);
        lock.lock();
        try {
            if (!shut) {
                forward(offset, width, value);
                written.run();
            }
        } finally {
            lock.unlock();
        }
        return effects;
    }

    /** Writes what is the device's, in one access where that can be. */
    private void forward(int offset, int width, int value) {
        int devices = 0;
        for (int i = 0; i < width; i++) {
            devices += isDevices(offset + i) ? 1 : 0;
        }
        if (devices == width && offset % width == 0) {
            gpu.writeConfig(offset, width, value);
            return;
        }
        for (int i = 0; i < width && devices > 0; i++) {
            if (isDevices(offset + i)) {
                gpu.writeConfig(offset + i, 1, value >>> 8 * i & 0xff);
            }
        }
    }

    private boolean isDevices(int at) {
        return at >= 0 && at < shares.length && shares[at] == Share.DEVICE;
    }

    @Override
    public OptionalLong barAddress(int index) {
        return own.barAddress(index);
    }

    @Override
    public byte[] snapshot() {
        byte[] bytes = new byte[shares.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) read(i, 1);
        }
        return bytes;
    }
}
