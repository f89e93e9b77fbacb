package org.gpumediator.core.pci;

import com.google.common.base.Preconditions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.vmm.VmmPort;

/**
 * Builds a {@link PciFunction}. Every register is a row: offset, width, reset value, writable bits,
 * write-one-to-clear bits. Methods throw {@link IllegalArgumentException} for values out of range,
 * {@link #build} also for registers and capabilities that overlap or do not fit. A builder builds
 * once.
 */
public final class PciFunctionBuilder {

    record Placed(int offset, Capability capability) {}

    private record Register(
            String name, int offset, int width, int reset, int writable, int oneToClear) {}

    private record FrozenRegister(
            int offset, int width, int mask, int guardOffset, int guardMask) {}

    /** Place of a capability that the builder chooses. */
    private static final int AUTOMATIC = -1;

    final Bars bars = new Bars();
    final List<Placed> placed = new ArrayList<>();
    final List<PciFunction.Hook> hooks = new ArrayList<>();
    final List<PciFunction.ResetBits> resetBits = new ArrayList<>();
    boolean tellsLater;

    private final List<Placed> wanted = new ArrayList<>();
    private final List<Register> registers = new ArrayList<>();
    private final List<FrozenRegister> frozen = new ArrayList<>();
    private int length = ConfigHeader.CONVENTIONAL_LENGTH;
    private int vendorId = 0xffff;
    private int deviceId = 0xffff;
    private int revision;
    private int classCode;
    private int subsystemVendorId;
    private int subsystemId;
    private int headerType;
    private int interruptPin;
    private int commandWritable = -1;
    private boolean built;

    PciFunctionBuilder() {}

    /** Sets the vendor and device identifiers, 0 to 0xffff each. */
    public PciFunctionBuilder identity(int vendorId, int deviceId) {
        this.vendorId = word("vendor", vendorId);
        this.deviceId = word("device", deviceId);
        return this;
    }

    /**
     * Lets the device call the function under locks of its own: the VMM is not told of interrupts
     * before the device calls {@link PciFunction#tell}. A guest's accesses to the configuration
     * space and to the MSI-X table still tell at their end.
     */
    public PciFunctionBuilder tellingLater() {
        this.tellsLater = true;
        return this;
    }

    /** Sets vendor, device, subsystem, revision and class code. */
    public PciFunctionBuilder identity(GpuIdentity identity) {
        return identity(identity.vendor(), identity.device())
                .subsystem(identity.subsystemVendor(), identity.subsystem())
                .revision(identity.revision())
                .classCode(identity.classCode());
    }

    /** Sets the subsystem's vendor and identifier, 0 to 0xffff each; 0 and 0 if not called. */
    public PciFunctionBuilder subsystem(int vendorId, int subsystemId) {
        this.subsystemVendorId = word("subsystem vendor", vendorId);
        this.subsystemId = word("subsystem", subsystemId);
        return this;
    }

    /** Sets the revision, 0 to 0xff. */
    public PciFunctionBuilder revision(int revision) {
        Preconditions.checkArgument(
                revision >= 0 && revision <= 0xff, "revision %s: expected 0 to 255", revision);
        this.revision = revision;
        return this;
    }

    /**
     * Sets the class code.
     *
     * @param classCode base class, sub-class and programming interface in bits 23:16, 15:8 and 7:0
     */
    public PciFunctionBuilder classCode(int classCode) {
        Preconditions.checkArgument(
                classCode >>> 24 == 0, "class code %s: expected 24 bits", classCode);
        this.classCode = classCode;
        return this;
    }

    /** Marks the function as one of several of its device, in the header type. */
    public PciFunctionBuilder multiFunction() {
        this.headerType = 0x80;
        return this;
    }

    /** Gives the function 4096 bytes of configuration space instead of 256. */
    public PciFunctionBuilder extendedSpace() {
        this.length = ConfigHeader.EXPRESS_LENGTH;
        return this;
    }

    /** Gives the function an INTx pin: 1 to 4 for INTA to INTD. Without this call it has none. */
    public PciFunctionBuilder interruptPin(int pin) {
        Preconditions.checkArgument(pin >= 1 && pin <= 4, "pin %s: expected 1 to 4", pin);
        this.interruptPin = pin;
        return this;
    }

    /**
     * Says which bits of the command register a guest can write. Without this call: I/O and memory
     * decode where there are such BARs, bus master, parity, SERR and INTx disable.
     */
    public PciFunctionBuilder commandWritable(int mask) {
        this.commandWritable = word("command mask", mask);
        return this;
    }

    /**
     * Adds a BAR.
     *
     * @param index 0 to 5; a 64-bit BAR also takes the slot after it
     * @param kind any but {@link BarKind#ROM}
     * @param length bytes, a power of two: 16 to 2^31 for 32-bit memory, 16 to 2^62 for 64-bit
     *     memory, 4 to 256 for port I/O
     */
    public PciFunctionBuilder bar(int index, BarKind kind, long length) {
        Preconditions.checkArgument(
                kind != BarKind.ROM, "BAR %s: an expansion ROM is no BAR", index);
        bars.declare(index, kind, length);
        return this;
    }

    /** Adds an expansion ROM: a power of two from 2 KiB to 16 MiB. */
    public PciFunctionBuilder expansionRom(long length) {
        bars.declare(Bars.ROM, BarKind.ROM, length);
        return this;
    }

    /**
     * Adds a capability at the lowest free place. Capabilities are linked in the order in which
     * they were added, conventional and extended ones apart.
     */
    public PciFunctionBuilder capability(Capability capability) {
        wanted.add(new Placed(AUTOMATIC, capability));
        return this;
    }

    /**
     * Adds a capability at a given place.
     *
     * @param offset byte offset, a multiple of 4, from 0x40 for a conventional capability and from
     *     0x100 for an extended one
     */
    public PciFunctionBuilder capability(int offset, Capability capability) {
        int start =
                capability.isExtended() ? ConfigHeader.CONVENTIONAL_LENGTH : ConfigHeader.LENGTH;
        Preconditions.checkArgument(
                offset >= start && (offset & 3) == 0,
                "capability at %s: expected a multiple of 4 from %s",
                offset,
                start);
        wanted.add(new Placed(offset, capability));
        return this;
    }

    /**
     * Adds a device-specific register.
     *
     * @param name for messages
     * @param offset byte offset, from 0x40
     * @param width 1, 2 or 4 bytes
     * @param reset value after reset
     * @param writable bits that a guest can write
     * @param oneToClear bits that a guest clears by writing ones; wins over {@code writable}
     */
    public PciFunctionBuilder register(
            String name, int offset, int width, int reset, int writable, int oneToClear) {
        checkRegister(offset, width);
        registers.add(new Register(name, offset, width, reset, writable, oneToClear));
        return this;
    }

    /** Adds a device-specific register that tells a hook of every guest write to it. */
    public PciFunctionBuilder register(
            String name,
            int offset,
            int width,
            int reset,
            int writable,
            int oneToClear,
            ConfigRegisterHook hook) {
        return register(name, offset, width, reset, writable, oneToClear)
                .onWrite(offset, width, hook);
    }

    /**
     * Tells a hook of every guest write to a register, of a capability for instance.
     *
     * @param offset byte offset
     * @param width 1, 2 or 4 bytes
     */
    public PciFunctionBuilder onWrite(int offset, int width, ConfigRegisterHook hook) {
        checkWidth(width);
        hooks.add(new PciFunction.Hook(offset, width, hook));
        return this;
    }

    /**
     * Makes bits of a register read-only while bits of another are set. At most one such rule for
     * each byte.
     *
     * @param offset byte offset of the register
     * @param width its width, 1, 2 or 4 bytes
     * @param mask which of its bits are frozen
     * @param guardOffset byte offset of the register that decides
     * @param guardMask the bits of its four bytes of which any set one freezes
     */
    public PciFunctionBuilder frozenWhile(
            int offset, int width, int mask, int guardOffset, int guardMask) {
        checkRegister(offset, width);
        frozen.add(new FrozenRegister(offset, width, mask, guardOffset, guardMask));
        return this;
    }

    /**
     * Builds the function.
     *
     * @param port where its interrupts go, and who masks them
     * @throws IllegalArgumentException if registers or capabilities overlap or do not fit
     * @throws IllegalStateException if it was called before
     */
    public PciFunction build(VmmPort port) {
        Preconditions.checkState(!built, "already built");
        built = true;
        checkRoles();
        ConfigLayout layout = new ConfigLayout(length);
        layOutHeader(layout);
        for (Register row : registers) {
            layout.claim(row.name, row.offset, row.width);
            layout.field(row.offset, row.width, row.reset, row.writable, row.oneToClear);
            layout.deviceOwned(row.offset, row.width);
        }
        placeCapabilities(layout);
        for (Placed each : placed) {
            layOutCapability(layout, each);
            checkMessages(each.capability);
        }
        linkConventional(layout);
        linkExtended(layout);
        for (FrozenRegister row : frozen) {
            layout.freeze(row.offset, row.width, row.mask, row.guardOffset, row.guardMask);
        }
        return new PciFunction(new ConfigBytes(layout), this, port);
    }

    private void layOutHeader(ConfigLayout layout) {
        int decode =
                (bars.has(BarKind.PORT_IO) ? ConfigHeader.COMMAND_IO : 0)
                        | (bars.hasMemory() ? ConfigHeader.COMMAND_MEMORY : 0);
        int command =
                commandWritable != -1
                        ? commandWritable
                        : decode
                                | ConfigHeader.COMMAND_BUS_MASTER
                                | ConfigHeader.COMMAND_PARITY
                                | ConfigHeader.COMMAND_SERR
                                | ConfigHeader.COMMAND_INTX_DISABLE;
        layout.claim("header", 0, ConfigHeader.LENGTH);
        // spotless:off
        layout.field(ConfigHeader.VENDOR_ID,           2, vendorId,          0,       0);
        layout.field(ConfigHeader.DEVICE_ID,           2, deviceId,          0,       0);
        layout.field(ConfigHeader.COMMAND,             2, 0,                 command, 0);
        layout.field(ConfigHeader.STATUS,              2, 0,                 0,       ConfigHeader.STATUS_ONE_TO_CLEAR);
        layout.field(ConfigHeader.REVISION_ID,         1, revision,          0,       0);
        layout.field(ConfigHeader.CLASS_CODE,          1, classCode,         0,       0);
        layout.field(ConfigHeader.CLASS_CODE + 1,      2, classCode >>> 8,   0,       0);
        layout.field(ConfigHeader.CACHE_LINE_SIZE,     1, 0,                 0xff,    0);
        layout.field(ConfigHeader.LATENCY_TIMER,       1, 0,                 0,       0);
        layout.field(ConfigHeader.HEADER_TYPE,         1, headerType,        0,       0);
        layout.field(ConfigHeader.SUBSYSTEM_VENDOR_ID, 2, subsystemVendorId, 0,       0);
        layout.field(ConfigHeader.SUBSYSTEM_ID,        2, subsystemId,       0,       0);
        layout.field(ConfigHeader.INTERRUPT_LINE,      1, 0,                 0xff,    0);
        layout.field(ConfigHeader.INTERRUPT_PIN,       1, interruptPin,      0,       0);
        // spotless:on
        bars.layOut(layout);
    }

    /** Takes the given places first, so that automatic ones go around them. */
    private void placeCapabilities(ConfigLayout layout) {
        for (Placed each : wanted) {
            if (each.offset != AUTOMATIC) {
                layout.claim(nameOf(each.capability), each.offset, each.capability.length);
            }
        }
        for (Placed each : wanted) {
            placed.add(each.offset == AUTOMATIC ? place(layout, each.capability) : each);
        }
    }

    private static Placed place(ConfigLayout layout, Capability capability) {
        String name = nameOf(capability);
        int from = capability.isExtended() ? ConfigHeader.CONVENTIONAL_LENGTH : ConfigHeader.LENGTH;
        int limit = capability.isExtended() ? layout.length() : ConfigHeader.CONVENTIONAL_LENGTH;
        int offset = layout.free(name, capability.length, from, limit);
        layout.claim(name, offset, capability.length);
        return new Placed(offset, capability);
    }

    private void layOutCapability(ConfigLayout layout, Placed each) {
        Capability capability = each.capability;
        int base = each.offset;
        if (!capability.isExtended() && base + capability.length > 0x100) {
            throw new IllegalArgumentException(
                    nameOf(capability) + " at 0x%x: expected to end at 0x100".formatted(base));
        }
        for (Capability.Field field : capability.fields) {
            layout.field(
                    base + field.at(),
                    field.width(),
                    field.reset(),
                    field.writable(),
                    field.oneToClear());
        }
        for (Capability.FrozenField rule : capability.frozenFields) {
            layout.freeze(
                    base + rule.at(),
                    rule.width(),
                    rule.mask(),
                    base + rule.guardAt(),
                    rule.guardMask());
        }
        for (Capability.Field bits : capability.resetBits) {
            for (int i = 0; i < bits.width(); i++) {
                int mask = bits.writable() >>> (8 * i) & 0xff;
                if (mask != 0) {
                    resetBits.add(new PciFunction.ResetBits(base + bits.at() + i, mask));
                }
            }
        }
    }

    /** Checks that no capability with a behaviour of its own is there twice. */
    private void checkRoles() {
        Set<Class<?>> seen = new HashSet<>();
        for (Placed each : wanted) {
            Capability.Role role = each.capability.role;
            Preconditions.checkArgument(
                    role == null || seen.add(role.getClass()),
                    "%s: the function has one already",
                    nameOf(each.capability));
        }
    }

    /** Checks that the MSI-X structures are inside BARs. */
    private void checkMessages(Capability capability) {
        if (capability.role instanceof Capability.Role.MsiX msix) {
            MsixPlace place = msix.place();
            int table = MsixPlace.tableLength(msix.vectors());
            int pending = MsixPlace.pendingLength(msix.vectors());
            bars.checkInside("MSI-X table", place.tableBar(), place.tableOffset(), table);
            bars.checkInside("pending bits", place.pendingBar(), place.pendingOffset(), pending);
        }
    }

    private void linkConventional(ConfigLayout layout) {
        int link = ConfigHeader.CAPABILITY_POINTER;
        for (Placed each : placed) {
            if (!each.capability.isExtended()) {
                layout.field(link, 1, each.offset, 0, 0);
                layout.field(each.offset, 1, each.capability.id, 0, 0);
                link = each.offset + 1;
                layout.field(
                        ConfigHeader.STATUS,
                        2,
                        ConfigHeader.STATUS_CAPABILITY_LIST,
                        0,
                        ConfigHeader.STATUS_ONE_TO_CLEAR);
            }
        }
    }

    /** Links the extended list; it begins at 0x100, with a null capability if need be. */
    private void linkExtended(ConfigLayout layout) {
        List<Placed> chain = placed.stream().filter(p -> p.capability.isExtended()).toList();
        if (!chain.isEmpty() && chain.getFirst().offset != ConfigHeader.CONVENTIONAL_LENGTH) {
            layout.claim("null capability", ConfigHeader.CONVENTIONAL_LENGTH, 4);
            int header = chain.getFirst().offset << 20;
            layout.field(ConfigHeader.CONVENTIONAL_LENGTH, 4, header, 0, 0);
        }
        for (int i = 0; i < chain.size(); i++) {
            Placed each = chain.get(i);
            int next = i + 1 < chain.size() ? chain.get(i + 1).offset : 0;
            int header = each.capability.id | each.capability.version << 16 | next << 20;
            layout.field(each.offset, 4, header, 0, 0);
        }
    }

    private static String nameOf(Capability capability) {
        String number = (capability.id < 16 ? "0" : "") + Integer.toHexString(capability.id);
        return (capability.isExtended() ? "extended capability 0x" : "capability 0x") + number;
    }

    private static void checkRegister(int offset, int width) {
        checkWidth(width);
        Preconditions.checkArgument(
                offset >= ConfigHeader.LENGTH,
                "register at %s: expected to lie after the header",
                offset);
    }

    private static void checkWidth(int width) {
        Preconditions.checkArgument(
                ConfigBytes.isWidth(width), "width %s: expected 1, 2 or 4", width);
    }

    private static int word(String name, int value) {
        Preconditions.checkArgument(
                value >= 0 && value <= 0xffff, "%s %s: expected 0 to 0xffff", name, value);
        return value;
    }
}
