package org.gpumediator.nvidia.vf.view;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.Placement;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.VfResources;

/**
 * One board at one moment as a tree of small text files, under the names of Linux: {@code sriov_*}
 * on the physical function, a mediated device's types on it and on each virtual function, and the
 * vendor's own group on each virtual function. A path has no leading slash; every text ends with a
 * newline, but for one that is empty.
 *
 * <pre>
 * sriov_totalvfs, sriov_numvfs
 * mdev_supported_types/nvidia-871/{name, description, available_instances, device_api}
 * virtfn0/mdev_supported_types/nvidia-871/...     one instance at most
 * virtfn0/nvidia/{creatable_vgpu_types, current_vgpu_type, placement_id}
 * </pre>
 *
 * <p>Immutable. Source: documentation of mediated devices and of the vendor's manager; the list of
 * creatable types always has its header, as the vendor's manager prints it, unless it is empty.
 */
public final class AttributeTree {

    /** First line of {@code creatable_vgpu_types}. */
    public static final String CREATABLE_HEADER = "ID    : vGPU Name";

    private static final String MDEV_TYPES = "mdev_supported_types/";
    private static final String MDEV_PREFIX = "nvidia-";
    private static final String DEVICE_API = "vfio-pci";

    private final SortedMap<String, String> files = new TreeMap<>();

    /**
     * Makes the tree of an inventory.
     *
     * @param inventory the board and who holds what
     * @param types the types it offers
     * @throws IllegalArgumentException if the inventory or a type is not one of this family
     */
    public AttributeTree(GpuInventory inventory, List<VgpuType> types) {
        PlacementPlanner planner = new PlacementPlanner(inventory);
        GpuInventory.Resource vfs = inventory.resource(VfResources.VF);
        long total = vfs.space().length();
        long enabled = inventory.capacity(VfResources.VF);
        put("sriov_totalvfs", Long.toString(total));
        put("sriov_numvfs", Long.toString(enabled));
        Map<VgpuType, Integer> available = new LinkedHashMap<>();
        for (VgpuType type : types) {
            available.put(type, planner.available(type));
            putType("", type, available.get(type));
        }
        for (int vf = 0; vf < enabled; vf++) {
            putFunction("virtfn" + vf + "/", holder(inventory, vf), available);
        }
    }

    private static Optional<Holding> holder(GpuInventory inventory, int vf) {
        ResourceRange wanted = new ResourceRange(vf, 1);
        return inventory.holdings().stream()
                .filter(
                        holding ->
                                holding.partition().ranges(VfResources.VF).stream()
                                        .anyMatch(range -> range.contains(wanted)))
                .findFirst();
    }

    private void putType(String parent, VgpuType type, int instances) {
        String folder = parent + MDEV_TYPES + MDEV_PREFIX + TypeAttributes.typeId(type) + "/";
        put(folder + "name", type.name());
        put(folder + "description", type.description());
        put(folder + "available_instances", Integer.toString(instances));
        put(folder + "device_api", DEVICE_API);
    }

    private void putFunction(
            String parent, Optional<Holding> holder, Map<VgpuType, Integer> available) {
        available.forEach(
                (type, count) ->
                        putType(parent, type, holder.isPresent() ? 0 : Math.min(1, count)));
        String group = parent + "nvidia/";
        files.put(group + "creatable_vgpu_types", holder.isPresent() ? "" : creatable(available));
        put(
                group + "current_vgpu_type",
                holder.map(held -> Integer.toString(TypeAttributes.typeId(held.type())))
                        .orElse("0"));
        put(
                group + "placement_id",
                Long.toString(
                        holder.map(AttributeTree::placementId).orElse((long) Placement.NO_ID)));
    }

    /** Lists what a free virtual function can become; empty if nothing fits. */
    private static String creatable(Map<VgpuType, Integer> available) {
        StringBuilder text = new StringBuilder();
        available.forEach(
                (type, count) -> {
                    if (count > 0) {
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        "%-5d : %s\n",
                                        TypeAttributes.typeId(type),
                                        type.name()));
                    }
                });
        return text.isEmpty() ? "" : CREATABLE_HEADER + "\n" + text;
    }

    private static long placementId(Holding holding) {
        List<ResourceRange> slots = holding.partition().ranges(VfResources.PLACEMENT);
        return slots.isEmpty() ? Placement.NO_ID : slots.getFirst().start();
    }

    private void put(String path, String text) {
        files.put(path, text + "\n");
    }

    /**
     * Returns the text of a file.
     *
     * @param path without a leading slash
     * @return the text, or empty if there is no such file
     */
    public Optional<String> read(String path) {
        return Optional.ofNullable(files.get(path));
    }

    /** Returns all files, by path. */
    public SortedMap<String, String> files() {
        return Collections.unmodifiableSortedMap(files);
    }
}
