package org.gpumediator.examples.policylab.dra;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.HomogeneousRule;
import org.gpumediator.nvidia.vf.placement.Placement;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * Writes an Ada board as resource slices: a device for each type at each of its fixed places, which
 * uses up one counter for each slot it covers and one of the virtual functions. So a scheduler that
 * only counts never allocates what the planner of the board would refuse, and the other way round.
 *
 * <p>A scheduler tries devices in the order they are published in: by type as given, then by place.
 */
public final class SliceExporter {

    /** Attribute: the type's short name. */
    static final String TYPE = "type";

    /** Attribute: the placement id. */
    static final String PLACEMENT = "placement";

    private static final String FUNCTIONS = "vf";
    private static final List<String> SETS = List.of("low", "high");
    private static final long MIB = 1 << 20;

    private final Pool pool;
    private final GpuInventory inventory;
    private final Set<String> claimed;
    private final long slots;
    private final long half;

    private SliceExporter(Pool pool, GpuInventory inventory, Set<String> claimed) {
        this.pool = pool;
        this.inventory = inventory;
        this.claimed = claimed;
        slots = inventory.capacity(VfResources.PLACEMENT);
        half = slots < SliceLimits.COUNTERS ? slots : (slots + 1) / 2;
    }

    /**
     * Returns the slices of a board, ready to be published together.
     *
     * @param inventory of the board, as it is
     * @param types to offer; each must be one of the board's
     * @param claimed owners on the board that came by allocations from these slices: the scheduler
     *     counts those itself. What others hold is left out
     * @throws IllegalArgumentException if this cannot be said in slices; the message says why
     */
    public static List<ResourceSlice> export(
            Pool pool, GpuInventory inventory, List<VgpuType> types, Set<String> claimed) {
        SliceExporter exporter = new SliceExporter(pool, inventory, claimed);
        exporter.checkCounted(types);
        List<ResourceSlice> slices = exporter.slices(exporter.devices(exporter.offered(types)));
        SliceLimits.check(slices);
        return slices;
    }

    /** Where all must have one size, only types of the size there is can be offered. */
    private List<VgpuType> offered(List<VgpuType> types) {
        if (VfInventory.mode(inventory) == PlacementMode.HETEROGENEOUS) {
            return types;
        }
        List<VgpuType> left = types;
        if (!inventory.holdings().isEmpty()) {
            VgpuType there = inventory.holdings().getFirst().type();
            boolean named = VfInventory.rule(inventory) == HomogeneousRule.TYPE;
            left = types.stream().filter(type -> goesWith(there, type, named)).toList();
        }
        if (left.stream().mapToLong(type -> type.quota(VfResources.PLACEMENT)).distinct().count()
                > 1) {
            throw new IllegalArgumentException(
                    pool.name()
                            + ": one size only, and which is not fixed yet. Counters cannot say"
                            + " that: two sizes that fit alone would fit together. Offer the types"
                            + " of one size, or publish the next generation once the first virtual"
                            + " GPU has fixed it");
        }
        return left;
    }

    private static boolean goesWith(VgpuType there, VgpuType type, boolean named) {
        return named
                ? there.name().equals(type.name())
                : there.quota(VfResources.PLACEMENT) == type.quota(VfResources.PLACEMENT);
    }

    /** What is counted but not published must never be what runs out. */
    private void checkCounted(List<VgpuType> types) {
        for (ResourceKind kind : List.of(VfResources.BAR1, VfResources.ENCODER)) {
            long most = types.stream().mapToLong(type -> type.quota(kind)).max().orElse(0);
            if (most * inventory.capacity(VfResources.VF) > inventory.capacity(kind)) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s: %s could run out (%d each, %d in all), which is not published",
                                pool.name(), kind.name(), most, inventory.capacity(kind)));
            }
        }
    }

    private List<Device> devices(List<VgpuType> types) {
        GpuInventory empty =
                new GpuInventory(inventory.resources(), List.of(), inventory.attributes());
        PlacementPlanner planner = new PlacementPlanner(empty);
        List<Device> devices = new ArrayList<>();
        for (VgpuType type : types) {
            for (Placement placement : planner.creatablePlacements(type)) {
                ResourceRange place = placement.slots().orElseThrow();
                if (others().noneMatch(held -> held.overlaps(place))) {
                    devices.add(device(type, place));
                }
            }
        }
        return devices;
    }

    private java.util.stream.Stream<ResourceRange> others() {
        return inventory.holdings().stream()
                .filter(holding -> !claimed.contains(holding.owner()))
                .flatMap(holding -> holding.partition().ranges(VfResources.PLACEMENT).stream());
    }

    private Device device(VgpuType type, ResourceRange place) {
        String name = shortName(type);
        DeviceBuilder device =
                new DeviceBuilder()
                        .withName(name.toLowerCase(Locale.ROOT) + "-" + place.start())
                        .addToAttributes(TYPE, SliceLimits.text(name))
                        .addToAttributes(PLACEMENT, SliceLimits.number(place.start()))
                        .addToCapacity("framebuffer", SliceLimits.capacity(size(type)));
        for (String set : SETS) {
            Map<String, Counter> used = counters(set, place);
            if (set.equals(SETS.getFirst())) {
                used.put(FUNCTIONS, counter(1));
            }
            if (!used.isEmpty()) {
                device.addNewConsumesCounter()
                        .withCounterSet(set)
                        .withCounters(used)
                        .endConsumesCounter();
            }
        }
        return device.build();
    }

    private static String shortName(VgpuType type) {
        return Objects.requireNonNull(
                type.attributes().get(TypeAttributes.SHORT_NAME), "no short name");
    }

    private static Quantity size(VgpuType type) {
        long bytes =
                Long.parseLong(
                        Objects.requireNonNull(
                                type.attributes().get(TypeAttributes.PROFILE_SIZE), "no size"));
        return new Quantity(
                bytes % (1024 * MIB) == 0 ? bytes / MIB / 1024 + "Gi" : bytes / MIB + "Mi");
    }

    /** Returns a counter of one for each slot of a range that is in a set. */
    private Map<String, Counter> counters(String set, ResourceRange range) {
        boolean low = set.equals(SETS.getFirst());
        Map<String, Counter> counters = new LinkedHashMap<>();
        long end = Math.min(range.end(), low ? half : slots);
        for (long slot = Math.max(range.start(), low ? 0 : half); slot < end; slot++) {
            counters.put("slot-" + slot, counter(1));
        }
        return counters;
    }

    private static Counter counter(long value) {
        return new Counter(new Quantity(Long.toString(value)));
    }

    private List<ResourceSlice> slices(List<Device> devices) {
        List<CounterSet> sets = new ArrayList<>();
        for (String set : SETS) {
            Map<String, Counter> counters = counters(set, new ResourceRange(0, slots));
            if (set.equals(SETS.getFirst())) {
                long theirs =
                        inventory.holdings().stream()
                                .filter(holding -> claimed.contains(holding.owner()))
                                .count();
                counters.put(FUNCTIONS, counter(inventory.available(VfResources.VF) + theirs));
            }
            if (!counters.isEmpty()) {
                sets.add(new CounterSetBuilder().withName(set).withCounters(counters).build());
            }
        }
        int most = SliceLimits.DEVICES_WITH_COUNTERS;
        int count = 1 + (devices.size() + most - 1) / most;
        List<ResourceSlice> slices = new ArrayList<>();
        slices.add(slice(0, count).editSpec().withSharedCounters(sets).endSpec().build());
        for (int from = 0; from < devices.size(); from += most) {
            List<Device> some = devices.subList(from, Math.min(devices.size(), from + most));
            slices.add(slice(slices.size(), count).editSpec().withDevices(some).endSpec().build());
        }
        return slices;
    }

    private ResourceSliceBuilder slice(int number, int count) {
        return new ResourceSliceBuilder()
                .withNewMetadata()
                .withName(pool.name() + "-" + number)
                .endMetadata()
                .withNewSpec()
                .withDriver(pool.driver())
                .withNodeName(pool.node())
                .withNewPool()
                .withName(pool.name())
                .withGeneration(pool.generation())
                .withResourceSliceCount((long) count)
                .endPool()
                .endSpec();
    }
}
