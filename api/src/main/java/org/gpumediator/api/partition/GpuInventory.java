package org.gpumediator.api.partition;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a GPU has and who holds it, at one moment.
 *
 * @param resources every resource, in the backend's order
 * @param holdings who holds what, in the order it was given out
 * @param attributes what only this vendor has, such as a placement mode, by name
 */
public record GpuInventory(
        List<Resource> resources, List<Holding> holdings, Map<String, String> attributes) {

    /** Copies the collections, keeping their order. */
    public GpuInventory {
        resources = List.copyOf(resources);
        holdings = List.copyOf(holdings);
        attributes = attributes instanceof Copied ? attributes : new Copied(attributes);
    }

    /** Attributes that nobody can change any more, in their order: need not be copied again. */
    private static final class Copied extends AbstractMap<String, String> {

        private final Map<String, String> map;

        Copied(Map<String, String> map) {
            this.map = Collections.unmodifiableMap(new LinkedHashMap<>(map));
        }

        @Override
        public @Nullable String get(@Nullable Object name) {
            return map.get(name);
        }

        @Override
        public Set<Map.Entry<String, String>> entrySet() {
            return map.entrySet();
        }
    }

    /**
     * One resource of a GPU.
     *
     * @param kind which
     * @param space all its places, {@code [start, start + length)}; for a counted resource {@code
     *     [0, amount)}
     * @param reserved places that are never given out because the mediator or the GPU needs them;
     *     amounts for a counted resource are given as ranges from {@code 0}
     */
    public record Resource(ResourceKind kind, ResourceRange space, List<ResourceRange> reserved) {

        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException if a reserved range is not inside the space
         */
        public Resource {
            Objects.requireNonNull(kind, "kind");
            reserved = reserved.stream().sorted().toList();
            for (ResourceRange range : reserved) {
                if (!space.contains(range)) {
                    throw new IllegalArgumentException(
                            kind.name() + ": reserved " + range + " is not inside " + space);
                }
            }
        }
    }

    /**
     * One share that is given out.
     *
     * @param owner name of the virtual GPU
     * @param type what it was made as
     * @param partition what it holds
     * @param lost whether its owner has gone and it could not be made safe for another one yet:
     *     nobody can give it back
     */
    public record Holding(String owner, VgpuType type, ResourcePartition partition, boolean lost) {

        /** Checks that nothing is missing. */
        public Holding {
            Objects.requireNonNull(owner, "owner");
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(partition, "partition");
        }

        /** Makes the share of a living virtual GPU. */
        public Holding(String owner, VgpuType type, ResourcePartition partition) {
            this(owner, type, partition, false);
        }
    }

    /**
     * Returns a resource by its kind.
     *
     * @throws IllegalArgumentException if the GPU has no such resource
     */
    public Resource resource(ResourceKind kind) {
        for (Resource resource : resources) {
            if (resource.kind() == kind) { // as good as always
                return resource;
            }
        }
        for (Resource resource : resources) {
            if (resource.kind().equals(kind)) {
                return resource;
            }
        }
        throw new IllegalArgumentException("resource " + kind.name() + ": not one of this GPU");
    }

    /**
     * Returns a resource's kind by its name.
     *
     * @throws IllegalArgumentException if the GPU has no such resource; the message lists those it
     *     has
     */
    public ResourceKind kind(String name) {
        return resources.stream()
                .map(Resource::kind)
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "resource "
                                                + name
                                                + ": this GPU has "
                                                + resources.stream()
                                                        .map(resource -> resource.kind().name())
                                                        .toList()));
    }

    /** Returns how much of a resource there is, what is reserved left out. */
    public long capacity(ResourceKind kind) {
        Resource resource = resource(kind);
        long capacity = resource.space().length();
        for (ResourceRange range : resource.reserved()) {
            capacity -= range.length();
        }
        return capacity;
    }

    /** Returns how much of a resource nobody holds. */
    public long available(ResourceKind kind) {
        long available = capacity(kind);
        for (Holding holding : holdings) {
            available -= holding.partition().amount(kind);
        }
        return available;
    }

    /**
     * Returns the free places of a resource, ascending and maximal; for a counted resource one
     * range from {@code 0}.
     */
    public List<ResourceRange> holes(ResourceKind kind) {
        Resource resource = resource(kind);
        if (kind.shape() == ResourceKind.Shape.COUNT) {
            long left = available(kind);
            return left > 0 ? List.of(new ResourceRange(0, left)) : List.of();
        }
        List<ResourceRange> holes = new ArrayList<>();
        long free = resource.space().start();
        for (ResourceRange range : taken(resource)) {
            if (range.start() > free) {
                holes.add(new ResourceRange(free, range.start() - free));
            }
            free = Math.max(free, range.end());
        }
        if (resource.space().end() > free) {
            holes.add(new ResourceRange(free, resource.space().end() - free));
        }
        return holes;
    }

    /**
     * Returns the length of the longest run of free places of a resource, {@code 0} if there is
     * none.
     */
    public long largestHole(ResourceKind kind) {
        Resource resource = resource(kind);
        if (kind.shape() == ResourceKind.Shape.COUNT) {
            return Math.max(0, available(kind));
        }
        long largest = 0;
        long free = resource.space().start();
        for (ResourceRange range : taken(resource)) {
            largest = Math.max(largest, range.start() - free);
            free = Math.max(free, range.end());
        }
        return Math.max(largest, resource.space().end() - free);
    }

    /** Returns the places of a resource that are reserved or held, ascending. */
    private List<ResourceRange> taken(Resource resource) {
        List<ResourceRange> taken = new ArrayList<>(resource.reserved().size() + holdings.size());
        for (ResourceRange range : resource.reserved()) {
            taken.add(range);
        }
        for (Holding holding : holdings) {
            for (ResourceRange range : holding.partition().ranges(resource.kind())) {
                taken.add(range);
            }
        }
        Collections.sort(taken);
        return taken;
    }

    /** Returns this inventory with one more share given out. */
    public GpuInventory with(Holding holding) {
        Holding[] more = holdings.toArray(new Holding[holdings.size() + 1]);
        more[holdings.size()] = holding;
        return new GpuInventory(resources, List.of(more), attributes);
    }

    /** Returns this inventory without what one owner holds. */
    public GpuInventory without(String owner) {
        List<Holding> fewer = new ArrayList<>(holdings.size());
        for (Holding holding : holdings) {
            if (!holding.owner().equals(owner)) {
                fewer.add(holding);
            }
        }
        return new GpuInventory(resources, fewer, attributes);
    }
}
