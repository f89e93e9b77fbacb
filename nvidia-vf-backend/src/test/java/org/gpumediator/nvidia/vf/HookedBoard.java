package org.gpumediator.nvidia.vf;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import org.gpumediator.api.hardware.PhysicalGpu;

/** A physical function whose reads of BARs are seen by a test, before and after. */
final class HookedBoard {

    /** Sees reads. Called on the reading thread. */
    interface Hook {
        /** The host is about to read. */
        default void before(int bar, long offset) throws InterruptedException {}

        /** The host has read a value, and will use that. */
        default void after(int bar, long offset, long value) {}
    }

    private static final Hook NONE = new Hook() {};

    private final AtomicReference<Hook> hook = new AtomicReference<>(NONE);

    /** Sets who sees the reads from now on. */
    void hook(Hook newHook) {
        hook.set(newHook);
    }

    /** Returns a physical function that does what another one does. */
    PhysicalGpu over(PhysicalGpu board) {
        return (PhysicalGpu)
                Proxy.newProxyInstance(
                        PhysicalGpu.class.getClassLoader(),
                        new Class<?>[] {PhysicalGpu.class},
                        (proxy, method, arguments) -> {
                            boolean read = method.getName().equals("read");
                            Hook now = hook.get();
                            if (read) {
                                now.before((int) arguments[0], (long) arguments[1]);
                            }
                            try {
                                Object result = method.invoke(board, arguments);
                                if (read) {
                                    now.after(
                                            (int) arguments[0], (long) arguments[1], (long) result);
                                }
                                return result;
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getCause();
                            }
                        });
    }
}
