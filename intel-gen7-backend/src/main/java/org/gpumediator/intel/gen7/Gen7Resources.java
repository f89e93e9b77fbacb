package org.gpumediator.intel.gen7;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Resource;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.intel.gen7.gtt.GlobalGtt;
import org.gpumediator.intel.gen7.gtt.Pte;
import org.gpumediator.intel.gen7.gtt.ReservedArea;

/**
 * What a Haswell GPU has to divide, and the types that divide it.
 *
 * <p>Source of the numbers: XenGT's partition parameters (1 MiB granularity, host 96 + 384 MiB and
 * 4 fences, 32 MiB of the aperture for the mediator); GVT-g's type names, in which the last number
 * says how many fill the GPU beside the host, and their resolutions.
 */
final class Gen7Resources {

    static final long MIB = 1L << 20;
    static final int FENCES_OF_HASWELL = 32;

    static final ResourceKind APERTURE = new ResourceKind("aperture", Unit.BYTES, Shape.RANGE, MIB);
    static final ResourceKind HIDDEN = new ResourceKind("hidden", Unit.BYTES, Shape.RANGE, MIB);
    static final ResourceKind FENCES = new ResourceKind("fences", Unit.PIECES, Shape.RANGE, 1);

    static final String TYPE_PREFIX = "i915-GVTg_V3_";

    /** Least aperture that leaves something for guests beside host and mediator. */
    private static final long LEAST_APERTURE = 128 * MIB;

    /** What a virtual GPU gets of a resource that its quotas leave out, as XenGT has it. */
    private static final Map<ResourceKind, Long> LEFT_OUT =
            Map.of(APERTURE, 64 * MIB, HIDDEN, 448 * MIB, FENCES, 4L);

    private static final long LEAST_SHARE = MIB;
    private static final int[] FILLING = {8, 4, 3, 2, 1};

    /** Above this many virtual GPUs a type's screen is the smaller one. */
    private static final int FEW = 4;

    private static final int FREE_WIDTH = 4088;
    private static final int FREE_HEIGHT = 4095;

    private final long aperture;
    private final GpuInventory capacity;
    private final Map<ResourceKind, Long> hostQuotas = new LinkedHashMap<>();
    private final List<VgpuType> types;

    /**
     * Creates the resources of one GPU.
     *
     * @throws IllegalArgumentException if the aperture is too small to be shared
     */
    Gen7Resources(long aperture) {
        if (aperture < LEAST_APERTURE) {
            throw new IllegalArgumentException(
                    "aperture of "
                            + APERTURE.format(aperture)
                            + ": sharing needs at least "
                            + APERTURE.format(LEAST_APERTURE));
        }
        this.aperture = aperture;
        long total = (long) GlobalGtt.ENTRIES * Pte.PAGE;
        capacity =
                new GpuInventory(
                        List.of(
                                new Resource(
                                        APERTURE,
                                        new ResourceRange(0, aperture),
                                        List.of(
                                                new ResourceRange(
                                                        reservedStart(), ReservedArea.BYTES))),
                                new Resource(
                                        HIDDEN,
                                        new ResourceRange(aperture, total - aperture),
                                        List.of()),
                                new Resource(
                                        FENCES,
                                        new ResourceRange(0, FENCES_OF_HASWELL),
                                        List.of())),
                        List.of(),
                        Map.of());
        hostQuotas.put(APERTURE, aperture >= 256 * MIB ? 96 * MIB : aperture / 4);
        hostQuotas.put(HIDDEN, 384 * MIB);
        hostQuotas.put(FENCES, 4L);
        types = types();
    }

    /** Returns the graphics address of the mediator's own area. */
    long reservedStart() {
        return aperture - ReservedArea.BYTES;
    }

    long aperture() {
        return aperture;
    }

    GpuInventory capacity() {
        return capacity;
    }

    List<VgpuType> typesOnOffer() {
        return types;
    }

    /** Returns the type of the host's own share. */
    VgpuType hostType() {
        return type("host", hostQuotas, 1, FREE_WIDTH, FREE_HEIGHT);
    }

    private List<VgpuType> types() {
        List<VgpuType> list = new ArrayList<>();
        for (int count : FILLING) {
            Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
            for (Resource resource : capacity.resources()) {
                ResourceKind kind = resource.kind();
                long forGuests = capacity.capacity(kind) - hostQuotas.getOrDefault(kind, 0L);
                quotas.put(kind, forGuests / count / kind.granularity() * kind.granularity());
            }
            boolean few = count <= FEW;
            list.add(
                    type(
                            TYPE_PREFIX + count,
                            quotas,
                            fitting(quotas),
                            few ? 1920 : 1024,
                            few ? 1200 : 768));
        }
        return List.copyOf(list);
    }

    /** Returns how many shares fit while the host has none; there is one hole in each space. */
    private int fitting(Map<ResourceKind, Long> quotas) {
        return quotas.entrySet().stream()
                .mapToInt(quota -> (int) (capacity.largestHole(quota.getKey()) / quota.getValue()))
                .min()
                .orElse(1);
    }

    private static VgpuType type(
            String name, Map<ResourceKind, Long> quotas, int count, int maxWidth, int maxHeight) {
        String description =
                "aperture "
                        + APERTURE.format(quotas.getOrDefault(APERTURE, 0L))
                        + ", hidden "
                        + HIDDEN.format(quotas.getOrDefault(HIDDEN, 0L))
                        + ", fences "
                        + quotas.getOrDefault(FENCES, 0L)
                        + ", up to "
                        + maxWidth
                        + "x"
                        + maxHeight;
        return new VgpuType(name, "", description, quotas, 1, maxWidth, maxHeight, count, Map.of());
    }

    /**
     * Makes a type of free quotas; what is left out is 64 MiB of the aperture, 448 MiB of hidden
     * memory, 4 fences.
     */
    VgpuType anonymousType(Map<ResourceKind, Long> wished) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        for (Resource resource : capacity.resources()) {
            ResourceKind kind = resource.kind();
            long quota = wished.getOrDefault(kind, LEFT_OUT.getOrDefault(kind, 0L));
            long least = kind.equals(FENCES) ? 0 : LEAST_SHARE;
            if (quota < least) {
                throw new IllegalArgumentException(
                        kind.name()
                                + " "
                                + kind.format(quota)
                                + ": expected at least "
                                + kind.format(least));
            }
            if (quota > 0) {
                quotas.put(kind, quota);
            }
        }
        return type("custom", quotas, Integer.MAX_VALUE, FREE_WIDTH, FREE_HEIGHT);
    }
}
