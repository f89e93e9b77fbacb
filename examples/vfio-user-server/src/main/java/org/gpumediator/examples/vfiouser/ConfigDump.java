package org.gpumediator.examples.vfiouser;

import java.util.List;
import java.util.OptionalInt;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.pci.LspciDump;
import org.gpumediator.core.pci.PciAddress;
import org.gpumediator.core.pci.SriovCapability;

/**
 * The configuration spaces of a GPU in the form that {@code lspci -F} reads: on bus 0 each virtual
 * GPU as its guest sees it, from slot 2 on; on bus 1 the GPU itself, and those of its virtual
 * functions that carry a virtual GPU, as the host sees them and where SR-IOV puts them.
 */
final class ConfigDump {

    private static final int FIRST_GUEST_SLOT = 2;
    private static final int SLOTS = 32;
    private static final PciAddress HOST = new PciAddress(0, 1, 0, 0);
    private static final String VIRTUAL_FUNCTION = "vf";
    private static final int FIRST_EXTENDED = 0x100;
    private static final int MAX_EXTENDED = (0x1000 - FIRST_EXTENDED) / 8;

    private ConfigDump() {}

    static String of(PhysicalGpu gpu, List<VirtualGpu> vgpus) {
        LspciDump dump = new LspciDump();
        for (int i = 0; i < vgpus.size(); i++) {
            int slot = FIRST_GUEST_SLOT + i;
            dump.add(
                    new PciAddress(0, slot / SLOTS * 2, slot % SLOTS, 0),
                    vgpus.get(i).configSpace());
        }
        dump.add(HOST, gpu);
        OptionalInt sriov = sriov(gpu);
        if (sriov.isPresent()) {
            int first = gpu.readConfig(sriov.getAsInt() + SriovCapability.FIRST_VF_OFFSET, 2);
            int stride = gpu.readConfig(sriov.getAsInt() + SriovCapability.VF_STRIDE, 2);
            vgpus.stream()
                    .mapToInt(ConfigDump::virtualFunction)
                    .filter(index -> index >= 0)
                    .sorted()
                    .forEach(
                            index ->
                                    gpu.virtualFunction(index)
                                            .ifPresent(
                                                    vf ->
                                                            dump.add(
                                                                    at(first + index * stride),
                                                                    vf)));
        }
        return dump.toString();
    }

    private static PciAddress at(int offset) {
        return HOST.withRoutingId(HOST.routingId() + offset);
    }

    /** Returns the index of the virtual function that carries a virtual GPU, or -1. */
    private static int virtualFunction(VirtualGpu vgpu) {
        for (ResourceKind kind : vgpu.partition().kinds()) {
            if (kind.name().equals(VIRTUAL_FUNCTION)) {
                return (int) vgpu.partition().range(kind).start();
            }
        }
        return -1;
    }

    private static OptionalInt sriov(PhysicalGpu gpu) {
        int at = gpu.configLength() > FIRST_EXTENDED ? FIRST_EXTENDED : 0;
        for (int i = 0; i < MAX_EXTENDED && at >= FIRST_EXTENDED; i++) {
            int header = gpu.readConfig(at, 4);
            if ((header & 0xffff) == SriovCapability.ID) {
                return OptionalInt.of(at);
            }
            at = header >>> 20 & ~3;
        }
        return OptionalInt.empty();
    }
}
