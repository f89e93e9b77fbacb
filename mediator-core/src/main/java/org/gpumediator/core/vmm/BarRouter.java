package org.gpumediator.core.vmm;

import java.util.List;
import java.util.Objects;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.jspecify.annotations.Nullable;

/**
 * Knows where the BARs of one virtual GPU are in its guest's address spaces: fed with the effects
 * of configuration writes, asked for every trapped access.
 *
 * <pre>{@code
 * gpu.configSpace().write(offset, width, value).forEach(router::apply);
 * BarRouter.Route route = router.memory(address);
 * long answer = route == null ? ONES : route.region().handler().read(route.offset(address), width);
 * }</pre>
 *
 * <p>A BAR moves several times while firmware sizes it with decoding on; each move replaces the
 * routes whole. Safe for use by multiple threads; look-ups take no lock and allocate nothing.
 */
public final class BarRouter {

    private static final int SLOTS = TrapRegion.EXPANSION_ROM + 1;

    /**
     * A BAR that is decoded.
     *
     * @param region the BAR
     * @param base address of its first byte, in memory or in port space
     */
    public record Route(TrapRegion region, long base) {

        /** Returns the offset in the BAR of an address. */
        public long offset(long address) {
            return address - base;
        }

        private boolean holds(long address) {
            return Long.compareUnsigned(address - base, region.length()) < 0;
        }

        private boolean isPort() {
            return region.kind() == BarKind.PORT_IO;
        }
    }

    private final @Nullable TrapRegion[] regions = new TrapRegion[SLOTS];
    private volatile @Nullable Route[] routes = new Route[SLOTS];

    /** Creates a router of a virtual GPU of which nothing is decoded yet. */
    public BarRouter(VirtualGpu gpu) {
        this(gpu.regions());
    }

    /** Creates a router of BARs of which none is decoded yet. */
    public BarRouter(List<TrapRegion> regions) {
        for (TrapRegion region : regions) {
            this.regions[region.index()] = region;
        }
    }

    /**
     * Takes an effect of a configuration write over; those that move no BAR change nothing. A reset
     * that was asked for is not carried out here: reset the virtual GPU, then {@link #forget}.
     *
     * @throws IllegalArgumentException if the effect is of a BAR that the function does not have
     * @throws IllegalStateException if a BAR moves that is elsewhere by what was applied before: an
     *     effect was lost, or applied out of order
     */
    public synchronized void apply(ConfigWriteEffect effect) {
        switch (effect) {
            case ConfigWriteEffect.BarMoved moved -> {
                if (base(moved.index()) != moved.oldBase()) {
                    throw new IllegalStateException(
                            String.format(
                                    "BAR %d moves from 0x%x: this router has it at 0x%x",
                                    moved.index(), moved.oldBase(), base(moved.index())));
                }
                put(moved.index(), moved.newBase(), true);
            }
            case ConfigWriteEffect.DecodeChanged changed ->
                    put(changed.index(), changed.base(), changed.decoded());
            case ConfigWriteEffect.ResetRequested ignored -> {}
            case ConfigWriteEffect.BusMasterChanged ignored -> {}
            case ConfigWriteEffect.InterruptsChanged ignored -> {}
            case ConfigWriteEffect.PowerStateChanged ignored -> {}
        }
    }

    private void put(int index, long base, boolean decoded) {
        TrapRegion region = region(index);
        @Nullable Route[] next = routes.clone();
        next[index] = decoded ? new Route(region, base) : null;
        routes = next;
    }

    private TrapRegion region(int index) {
        TrapRegion region = index < 0 || index >= SLOTS ? null : regions[index];
        if (region == null) {
            throw new IllegalArgumentException("BAR " + index + ": the function has none");
        }
        return region;
    }

    /** Forgets where everything was, as after a reset of the virtual GPU. */
    public synchronized void forget() {
        routes = new Route[SLOTS];
    }

    /**
     * Returns where a BAR is.
     *
     * @param index BAR number, {@code 0} to {@code 5}, or {@link TrapRegion#EXPANSION_ROM}
     * @return its base, or {@code -1} while it is not decoded
     */
    public long base(int index) {
        Route route = routes[Objects.checkIndex(index, SLOTS)];
        return route == null ? -1 : route.base();
    }

    /** Returns the BAR that answers a guest-physical address, {@code null} if none does. */
    public @Nullable Route memory(long address) {
        return find(address, false);
    }

    /** Returns the BAR that answers an I/O port, {@code null} if none does. */
    public @Nullable Route port(int port) {
        return find(port, true);
    }

    private @Nullable Route find(long address, boolean port) {
        @Nullable Route[] now = routes;
        for (Route route : now) {
            if (route != null && route.isPort() == port && route.holds(address)) {
                return route;
            }
        }
        return null;
    }
}
