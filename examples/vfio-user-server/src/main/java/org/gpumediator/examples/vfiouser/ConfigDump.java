package org.gpumediator.examples.vfiouser;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.pci.LspciDump;
import org.gpumediator.core.pci.PciAddress;
import org.gpumediator.core.pci.SriovCapability;

/**
 * The configuration spaces of a GPU in the form that {@code lspci -F} reads: on bus 0 each virtual
 * GPU as its guest sees it once firmware has placed its BARs, from slot 2 on; on bus 1 the GPU
 * itself, and those of its virtual functions that carry a virtual GPU, as the host sees them and
 * where SR-IOV puts them.
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
        Firmware firmware = new Firmware();
        for (int i = 0; i < vgpus.size(); i++) {
            int slot = FIRST_GUEST_SLOT + i;
            dump.add(
                    new PciAddress(0, slot / SLOTS * 2, slot % SLOTS, 0),
                    firmware.place(vgpus.get(i)));
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

    /**
     * Gives BARs addresses and switches decoding on, in the dump alone: {@code lspci} shows no BAR
     * without an address, and a guest's firmware has not run yet.
     */
    private static final class Firmware {

        private static final int COMMAND = 0x04;
        private static final int PORTS_DECODED = 1;
        private static final int MEMORY_DECODED = 2;
        private static final int FIRST_BAR = 0x10;
        private static final int ROM_BAR = 0x30;
        private static final int ROM_ENABLED = 1;

        private long ports = 0x1000;
        private long low = 0xc000_0000L;
        private long high = 64L << 30;

        byte[] place(VirtualGpu vgpu) {
            byte[] space = vgpu.configSpace().snapshot();
            ByteBuffer bytes = ByteBuffer.wrap(space).order(ByteOrder.LITTLE_ENDIAN);
            int decoding = bytes.getShort(COMMAND);
            for (TrapRegion region : vgpu.regions()) {
                BarKind kind = region.kind();
                long base = next(kind, region.length());
                decoding |= kind.isMemory() ? MEMORY_DECODED : PORTS_DECODED;
                if (kind == BarKind.ROM) {
                    bytes.putInt(ROM_BAR, (int) base | ROM_ENABLED);
                    continue;
                }
                int at = FIRST_BAR + 4 * region.index();
                bytes.putInt(at, (int) base | kind.typeBits());
                if (kind.is64Bit()) {
                    bytes.putInt(at + 4, (int) (base >>> 32));
                }
            }
            bytes.putShort(COMMAND, (short) decoding);
            return space;
        }

        private long next(BarKind kind, long length) {
            if (kind == BarKind.PORT_IO) {
                ports = after(ports, length);
                return ports - length;
            }
            if (kind.is64Bit()) {
                high = after(high, length);
                return high - length;
            }
            low = after(low, length);
            return low - length;
        }

        private static long after(long free, long length) {
            return (free + length - 1 & -length) + length;
        }
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
