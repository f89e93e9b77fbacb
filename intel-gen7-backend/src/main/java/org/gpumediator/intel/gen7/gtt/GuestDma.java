package org.gpumediator.intel.gen7.gtt;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.GuestMemory.Region;
import org.gpumediator.core.contain.GuestFailure;
import org.jspecify.annotations.Nullable;

/**
 * One guest's memory on the bus: each region is mapped whole when the GPU first needs a page of it,
 * and unmapped when the region goes. Not thread safe: used under the lock of its virtual GPU.
 */
public final class GuestDma {

    /** What {@link #busAddress} answers where the GPU cannot be given the page. */
    public static final long NONE = -1;

    private final PhysicalGpu gpu;
    private final GuestMemory memory;
    private final GuestFailure failure;
    private final List<Mapping> mappings = new ArrayList<>();
    private final List<Mapping> leaving = new ArrayList<>();
    private @Nullable Mapping last;

    private record Mapping(Region region, long start, long end, long bus) {}

    /** Creates one with nothing mapped. */
    public GuestDma(PhysicalGpu gpu, GuestMemory memory, GuestFailure failure) {
        this.gpu = gpu;
        this.memory = memory;
        this.failure = failure;
    }

    /** Returns the bus address of a guest page, or {@link #NONE}. */
    public long busAddress(long guestPhysicalPage) {
        Mapping hit = last;
        if (hit == null || guestPhysicalPage < hit.start || guestPhysicalPage >= hit.end) {
            hit = find(guestPhysicalPage);
            if (hit == null) {
                return NONE;
            }
            last = hit;
        }
        return hit.bus + (guestPhysicalPage - hit.start);
    }

    private @Nullable Mapping find(long guestPhysicalPage) {
        for (int i = 0; i < mappings.size(); i++) {
            Mapping mapping = mappings.get(i);
            if (guestPhysicalPage >= mapping.start && guestPhysicalPage < mapping.end) {
                return mapping;
            }
        }
        Region region = memory.regionAt(guestPhysicalPage);
        if (region == null) {
            return null;
        }
        long bus;
        try {
            bus =
                    gpu.mapForDma(
                            region.segment(),
                            region.writable() ? DmaAccess.READ_WRITE : DmaAccess.READ_ONLY);
        } catch (GpuMediationException refused) {
            return null; // the host cannot map it: as good as no memory, counted by the caller
        } catch (Throwable thrown) {
            failure.report(thrown); // the VMM's region is none: closed, too short, not native
            return null;
        }
        Mapping mapping =
                new Mapping(region, region.start(), region.start() + region.length(), bus);
        mappings.add(mapping);
        return mapping;
    }

    /** Translates nothing into a region any more that goes away; what leads there still may. */
    public void hide(Region region) {
        last = null;
        for (Mapping mapping : mappings) {
            if (mapping.region == region) {
                leaving.add(mapping);
            }
        }
        mappings.removeAll(leaving);
    }

    /** Unmaps a region that is hidden; its users have been pointed elsewhere before. */
    public void drop(Region region) {
        leaving.removeIf(
                mapping -> {
                    boolean gone = mapping.region == region;
                    if (gone) {
                        gpu.unmapForDma(mapping.bus);
                    }
                    return gone;
                });
    }

    /** Unmaps everything. */
    public void dropAll() {
        last = null;
        mappings.forEach(mapping -> gpu.unmapForDma(mapping.bus));
        mappings.clear();
        leaving.forEach(mapping -> gpu.unmapForDma(mapping.bus));
        leaving.clear();
    }
}
