package org.gpumediator.examples.policylab.dra;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.desired.DesiredState;
import org.gpumediator.core.desired.DesiredVgpu;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.jspecify.annotations.Nullable;

/** Reads what a scheduler allocated of a board's slices, as the state the board shall have. */
public final class ClaimReader {

    private final Pool pool;
    private final Map<String, Device> devices = new HashMap<>();

    /** Reads allocations of these slices. */
    public ClaimReader(Pool pool, List<ResourceSlice> slices) {
        this.pool = pool;
        for (ResourceSlice slice : slices) {
            slice.getSpec().getDevices().forEach(device -> devices.put(device.getName(), device));
        }
    }

    /**
     * Returns the virtual GPUs that claims have been given, each at its place. Claims without an
     * allocation, what is of other pools, and access for administrators add nothing.
     *
     * @param gpu as {@link DesiredState#nameOf} writes it
     * @throws IllegalArgumentException if a device was allocated that the slices do not have
     */
    public DesiredState read(String gpu, List<ResourceClaim> claims) {
        List<DesiredVgpu> vgpus = new ArrayList<>();
        for (ResourceClaim claim : claims) {
            for (DeviceRequestAllocationResult result : results(claim)) {
                if (pool.driver().equals(result.getDriver())
                        && pool.name().equals(result.getPool())
                        && !Boolean.TRUE.equals(result.getAdminAccess())) {
                    vgpus.add(vgpu(owner(claim, result), result.getDevice()));
                }
            }
        }
        return new DesiredState(gpu, vgpus);
    }

    private static List<DeviceRequestAllocationResult> results(ResourceClaim claim) {
        if (claim.getStatus() == null
                || claim.getStatus().getAllocation() == null
                || claim.getStatus().getAllocation().getDevices() == null) {
            return List.of();
        }
        return claim.getStatus().getAllocation().getDevices().getResults();
    }

    /** Returns the name of the virtual GPU of a part of a claim: unique, and the same each time. */
    public static String owner(ResourceClaim claim, DeviceRequestAllocationResult result) {
        return String.join(
                "/",
                claim.getMetadata().getNamespace(),
                claim.getMetadata().getName(),
                result.getRequest(),
                result.getDevice());
    }

    private DesiredVgpu vgpu(String owner, String name) {
        Device device = devices.get(name);
        DeviceAttribute type = attribute(device, SliceExporter.TYPE);
        DeviceAttribute placement = attribute(device, SliceExporter.PLACEMENT);
        if (type == null || placement == null) {
            throw new IllegalArgumentException(
                    owner + ": pool " + pool.name() + " has no device " + name);
        }
        VgpuRequest request =
                VgpuRequest.ofType(owner, type.getString())
                        .at(VfResources.PLACEMENT.name(), placement.getInt());
        return new DesiredVgpu(request, Map.of());
    }

    private static @Nullable DeviceAttribute attribute(@Nullable Device device, String name) {
        return device == null ? null : device.getAttributes().get(name);
    }
}
