package org.gpumediator.nvidia.vf.bar;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.jspecify.annotations.Nullable;

/**
 * The way of a guest's accesses to its virtual function. While it is shut (before opening, during a
 * reset, after closing) reads give ones and writes have no effect: an access that began before
 * shutting does not reach the function after it. A virtual GPU that has failed is in quarantine:
 * its gate is as good as shut until it is opened anew.
 */
public final class VfGate {

    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable PhysicalGpu function;

    private volatile boolean quarantined;
    private volatile Runnable afterAccess = () -> {};

    /** Sets what is done after each access, with the lock let go of: events came up meanwhile. */
    public void afterAccess(Runnable action) {
        afterAccess = action;
    }

    /** Returns whether the current thread is in an access. */
    public boolean isHeldHere() {
        return Thread.holdsLock(lock);
    }

    public void open(@Nullable PhysicalGpu newFunction) {
        synchronized (lock) {
            function = newFunction;
            quarantined = false;
        }
    }

    /**
     * Shuts it from a thread that may hold the lock of another gate: what is under way may still
     * reach the function, what begins later does not.
     */
    public void quarantine() {
        quarantined = true;
    }

    public void shut() {
        synchronized (lock) {
            function = null;
        }
    }

    public boolean isOpen() {
        synchronized (lock) {
            return function != null && !quarantined;
        }
    }

    /** Reads; any alignment inside the BAR. */
    long read(int bar, long offset, int width) {
        long value;
        synchronized (lock) {
            value = readFunction(bar, offset, width);
        }
        afterAccess.run();
        return value;
    }

    @GuardedBy("lock")
    private long readFunction(int bar, long offset, int width) {
        PhysicalGpu target = function;
        if (target == null || quarantined) {
            return AccessWidth.ones(width);
        }
        if ((offset & width - 1) == 0) {
            return target.read(bar, offset, width);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= target.read(bar, offset + i, 1) << 8 * i;
        }
        return value;
    }

    /** Writes; any alignment inside the BAR. */
    void write(int bar, long offset, int width, long value) {
        synchronized (lock) {
            writeFunction(bar, offset, width, value);
        }
        afterAccess.run();
    }

    @GuardedBy("lock")
    private void writeFunction(int bar, long offset, int width, long value) {
        PhysicalGpu target = function;
        if (target == null || quarantined) {
            return;
        }
        if ((offset & width - 1) == 0) {
            target.write(bar, offset, width, value);
            return;
        }
        for (int i = 0; i < width; i++) {
            target.write(bar, offset + i, 1, value >>> 8 * i & 0xff);
        }
    }
}
