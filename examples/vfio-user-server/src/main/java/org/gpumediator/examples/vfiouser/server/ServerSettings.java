package org.gpumediator.examples.vfiouser.server;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gpumediator.api.vmm.TrapRegion;

/**
 * How a server serves.
 *
 * @param activity told after every write of a client, on the thread that carried it out; must not
 *     block
 * @param observer gives, for the name of a virtual GPU, what wraps its trapped regions
 * @param writeMultiple whether clients may send several region writes in one message
 * @param timed whether the time spent in accesses is measured
 */
public record ServerSettings(
        Runnable activity,
        Function<String, UnaryOperator<TrapRegion>> observer,
        boolean writeMultiple,
        boolean timed) {

    /** Tells nobody of activity, wraps nothing, takes single writes, measures no time. */
    public static final ServerSettings DEFAULT =
            new ServerSettings(() -> {}, name -> region -> region, false, false);

    /** Checks that nothing is missing. */
    public ServerSettings {
        Objects.requireNonNull(activity, "activity");
        Objects.requireNonNull(observer, "observer");
    }

    /** Returns these with somebody told of activity. */
    public ServerSettings withActivity(Runnable told) {
        return new ServerSettings(told, observer, writeMultiple, timed);
    }

    /** Returns these with trapped regions wrapped. */
    public ServerSettings withObserver(Function<String, UnaryOperator<TrapRegion>> wrapping) {
        return new ServerSettings(activity, wrapping, writeMultiple, timed);
    }

    /** Returns these with several writes in one message taken. */
    public ServerSettings withWriteMultiple() {
        return new ServerSettings(activity, observer, true, timed);
    }

    /** Returns these with the time of accesses measured. */
    public ServerSettings withTiming() {
        return new ServerSettings(activity, observer, writeMultiple, true);
    }

    UnaryOperator<TrapRegion> observed(String vgpu) {
        return observer.apply(vgpu);
    }
}
