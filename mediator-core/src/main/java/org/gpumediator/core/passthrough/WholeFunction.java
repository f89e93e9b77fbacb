package org.gpumediator.core.passthrough;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.pci.Capability;
import org.gpumediator.core.pci.Capability.D3Exit;
import org.gpumediator.core.pci.Capability.MsiFeature;
import org.gpumediator.core.pci.MsixPlace;
import org.gpumediator.core.pci.PciFunction;
import org.gpumediator.core.pci.PciFunctionBuilder;

/**
 * What the configuration space of a physical function consists of, and who answers for each byte of
 * it towards a guest that owns the function whole.
 *
 * <p>The header, the messages, the power state and the device control of PCI Express are the
 * guest's own: kept by a {@link PciFunction}. Capabilities that hand out parts of the function, or
 * let it pass the IOMMU, are the host's: the guest sees a null capability. Every other capability
 * reads as it is and takes no writes. What belongs to no capability is the device's: forwarded.
 *
 * <p>Source: PCI Local Bus Specification 3.0, section 6; PCI Express Base Specification 4.0,
 * section 7.
 */
final class WholeFunction {

    /** Who answers for a byte. */
    enum Share {
        GUEST,
        DEVICE,
        READ_ONLY,
        HIDDEN
    }

    /** A BAR. */
    record Bar(int index, BarKind kind, long length) {}

    // spotless:off
    private static final int STATUS             = 0x06;
    private static final int BAR_0              = 0x10;
    private static final int CAPABILITY_POINTER = 0x34;
    private static final int INTERRUPT_PIN      = 0x3d;
    private static final int HEADER_LENGTH      = 0x40;
    private static final int EXTENDED           = 0x100;

    private static final int POWER_MANAGEMENT   = 0x01;
    private static final int MSI                = 0x05;
    private static final int VENDOR_SPECIFIC    = 0x09;
    private static final int EXPRESS            = 0x10;
    private static final int MSI_X              = 0x11;
    // spotless:on

    /**
     * ATS, SR-IOV, PRI, resizable BAR, PASID and resizable VF BAR: sizes and functions are the
     * host's to set, and translation is the IOMMU's.
     */
    private static final Set<Integer> HOSTS = Set.of(0x0f, 0x10, 0x13, 0x15, 0x1b, 0x24);

    private static final int STATUS_CAPABILITY_LIST = 1 << 4;
    private static final int NO_SOFT_RESET = 1 << 3;
    private static final int MSI_64_BITS = 1 << 7;
    private static final int MSI_MASKING = 1 << 8;
    private static final int EXPRESS_CAN_RESET = 1 << 28;
    private static final int EXPRESS_RESET = 1 << 15;

    /** All of device control but phantom functions, auxiliary power and the reset. */
    private static final int EXPRESS_CONTROL_WRITABLE = 0x79ff;

    private static final int EXPRESS_STATUS_ONE_TO_CLEAR = 0xf;
    private static final int EXPRESS_CONTROL_END = 0x0c;

    private record Found(int at, int id, boolean extended) {}

    private final PhysicalGpu gpu;
    private final List<Found> found = new ArrayList<>();
    private final Share[] shares;

    /** Reads what there is. */
    WholeFunction(PhysicalGpu gpu) {
        this.gpu = gpu;
        shares = new Share[gpu.configLength()];
        listConventional();
        listExtended();
        found.sort(Comparator.comparingInt(Found::at));
        share(0, shares.length, Share.DEVICE);
        share(0, HEADER_LENGTH, Share.GUEST);
        share(CAPABILITY_POINTER, 1, Share.READ_ONLY);
        if (shares.length > EXTENDED) {
            share(EXTENDED, shares.length - EXTENDED, Share.READ_ONLY);
        }
    }

    private void share(int at, int length, Share share) {
        for (int i = at; i < Math.min(at + length, shares.length); i++) {
            shares[i] = share;
        }
    }

    private void listConventional() {
        if ((gpu.readConfig(STATUS, 2) & STATUS_CAPABILITY_LIST) == 0) {
            return;
        }
        int at = gpu.readConfig(CAPABILITY_POINTER, 1) & ~3;
        for (int seen = 0; at >= HEADER_LENGTH && seen < EXTENDED / 4; seen++) {
            found.add(new Found(at, gpu.readConfig(at, 1), false));
            at = gpu.readConfig(at + 1, 1) & ~3;
        }
    }

    private void listExtended() {
        int at = EXTENDED;
        for (int seen = 0; at >= EXTENDED && at < shares.length && seen < 1024; seen++) {
            int header = gpu.readConfig(at, 4);
            if (header != 0 && header != -1) {
                found.add(new Found(at, header & 0xffff, true));
            }
            at = header == -1 ? 0 : header >>> 20 & ~3;
        }
    }

    /** Returns the BARs, by rising index. */
    List<Bar> bars() {
        List<Bar> bars = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            long length = gpu.barLength(index);
            if (length != 0) {
                bars.add(new Bar(index, kind(gpu.readConfig(BAR_0 + 4 * index, 4)), length));
            }
        }
        return bars;
    }

    private static BarKind kind(int register) {
        for (BarKind kind : BarKind.values()) {
            int mask = kind == BarKind.PORT_IO ? 0x3 : 0xf;
            if (kind != BarKind.ROM && (register & mask) == kind.typeBits()) {
                return kind;
            }
        }
        throw new HardwareAccessException(
                String.format("BAR register 0x%08x: of a kind that PCI does not have", register),
                null);
    }

    /** Builds the guest's part; to be called once. */
    PciFunction build(VmmPort vmm) {
        PciFunctionBuilder builder = PciFunction.builder().identity(gpu.identity()).tellingLater();
        if (shares.length > EXTENDED) {
            builder.extendedSpace();
        }
        int pin = gpu.readConfig(INTERRUPT_PIN, 1);
        if (pin != 0) {
            builder.interruptPin(pin);
        }
        for (Bar bar : bars()) {
            builder.bar(bar.index(), bar.kind(), bar.length());
        }
        for (int i = 0; i < found.size(); i++) {
            Found each = found.get(i);
            int length = lengthUpToNext(i);
            if (each.extended) {
                share(each.at, length, HOSTS.contains(each.id) ? Share.HIDDEN : Share.READ_ONLY);
            } else {
                conventional(builder, each, length);
            }
        }
        return builder.build(vmm);
    }

    private int lengthUpToNext(int index) {
        int at = found.get(index).at;
        int end = at < EXTENDED ? Math.min(EXTENDED, shares.length) : shares.length;
        return Math.min(end, index + 1 < found.size() ? found.get(index + 1).at : end) - at;
    }

    private void conventional(PciFunctionBuilder builder, Found each, int room) {
        int at = each.at;
        switch (each.id) {
            case POWER_MANAGEMENT -> {
                share(at, 8, Share.READ_ONLY);
                share(at + 4, 2, Share.GUEST);
                boolean keeps = (gpu.readConfig(at + 4, 2) & NO_SOFT_RESET) != 0;
                builder.capability(
                        at, Capability.powerManagement(keeps ? D3Exit.KEEPS_STATE : D3Exit.RESETS));
            }
            case MSI -> {
                Capability messages = msi(gpu.readConfig(at + 2, 2));
                share(at, 2, Share.READ_ONLY);
                share(at + 2, messages.length() - 2, Share.GUEST);
                builder.capability(at, messages);
            }
            case MSI_X -> {
                share(at, 12, Share.READ_ONLY);
                share(at + 2, 2, Share.GUEST);
                builder.capability(at, msiX(at));
            }
            case EXPRESS -> {
                share(at, room, Share.READ_ONLY);
                share(at + 8, 4, Share.GUEST);
                builder.capability(at, express(at));
            }
            case VENDOR_SPECIFIC -> share(at, gpu.readConfig(at + 2, 1), Share.READ_ONLY);
            default -> share(at, room, Share.READ_ONLY);
        }
    }

    private static Capability msi(int control) {
        List<MsiFeature> features = new ArrayList<>();
        if ((control & MSI_64_BITS) != 0) {
            features.add(MsiFeature.ADDRESS_64);
        }
        if ((control & MSI_MASKING) != 0) {
            features.add(MsiFeature.VECTOR_MASKING);
        }
        return Capability.msi(1 << (control >> 1 & 7), features.toArray(MsiFeature[]::new));
    }

    private Capability msiX(int at) {
        int table = gpu.readConfig(at + 4, 4);
        int pending = gpu.readConfig(at + 8, 4);
        return Capability.msiX(
                (gpu.readConfig(at + 2, 2) & 0x7ff) + 1,
                new MsixPlace(table & 7, table & ~7, pending & 7, pending & ~7));
    }

    private Capability express(int at) {
        Capability.Builder builder =
                Capability.conventional(EXPRESS, EXPRESS_CONTROL_END)
                        .field(8, 2, gpu.readConfig(at + 8, 2), EXPRESS_CONTROL_WRITABLE, 0)
                        .field(10, 2, 0, 0, EXPRESS_STATUS_ONE_TO_CLEAR);
        if ((gpu.readConfig(at + 4, 4) & EXPRESS_CAN_RESET) != 0) {
            builder.resetRequest(8, 2, EXPRESS_RESET);
        }
        return builder.build();
    }

    /** Returns who answers for each byte; right once {@link #build} was called. */
    Share[] shares() {
        return shares.clone();
    }

    /** Returns where the capabilities begin that the guest does not see. */
    List<Integer> hidden() {
        return found.stream()
                .filter(each -> each.extended && HOSTS.contains(each.id))
                .map(Found::at)
                .toList();
    }
}
