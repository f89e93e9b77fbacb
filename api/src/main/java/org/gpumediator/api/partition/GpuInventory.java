package org.gpumediator.api.partition;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
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
        return resource.space().length()
                - resource.reserved().stream().mapToLong(ResourceRange::length).sum();
    }

    /** Returns how much of a resource nobody holds. */
    public long available(ResourceKind kind) {
        return capacity(kind)
                - holdings.stream().mapToLong(holding -> holding.partition().amount(kind)).sum();
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
        List<ResourceRange> taken = new ArrayList<>(resource.reserved());
        holdings.forEach(holding -> taken.addAll(holding.partition().ranges(kind)));
        Collections.sort(taken);
        List<ResourceRange> holes = new ArrayList<>();
        long free = resource.space().start();
        for (ResourceRange range : taken) {
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
        return holes(kind).stream().mapToLong(ResourceRange::length).max().orElse(0);
    }

    /** Returns this inventory with one more share given out. */
    public GpuInventory with(Holding holding) {
        List<Holding> more = new ArrayList<>(holdings);
        more.add(holding);
        return new GpuInventory(resources, more, attributes);
    }

    /** Returns this inventory without what one owner holds. */
    public GpuInventory without(String owner) {
        return new GpuInventory(
                resources,
                holdings.stream().filter(holding -> !holding.owner().equals(owner)).toList(),
                attributes);
    }
}
