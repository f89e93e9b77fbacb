package org.gpumediator.nvidia.vf.types;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.VgpuType;

/**
 * The types of one board in the mediator's own words, and types made of free quotas.
 *
 * <p>A type of free quotas is modelled on the largest type of the board that needs no more
 * framebuffer: what it is given no number for (heads, modes, identity towards the guest) it has
 * from there. It has no placement slots: it may lie anywhere, and the fixed placements it touches
 * are not creatable meanwhile.
 */
public final class VfTypes {

    private static final int MIN_CHANNELS = VfResources.CHANNEL_GRANULARITY;

    private final FramebufferSetup setup;
    private final List<TypeRecord> records;
    private final Map<String, VgpuType> byName = new LinkedHashMap<>();
    private final ResourceKind framebuffer;

    /**
     * Describes the types of a board.
     *
     * @param catalogue where the records come from
     * @param setup framebuffer; types that it does not support are left out
     * @param maxInstances how many of a type an empty board carries; the record's number, or that
     *     of its mixed-size placements
     */
    public VfTypes(
            TypeCatalogue catalogue,
            FramebufferSetup setup,
            ToIntFunction<TypeRecord> maxInstances) {
        this.setup = setup;
        this.framebuffer = VfResources.framebuffer(setup.board());
        this.records =
                catalogue.types(setup.board()).stream()
                        .filter(setup::supports)
                        .sorted(Comparator.comparingLong(type -> type.memory().profileBytes()))
                        .toList();
        for (TypeRecord type : records) {
            byName.put(type.name(), describe(type, maxInstances.applyAsInt(type)));
        }
    }

    /** Returns all types, largest last, those of one size in the vendor's order. */
    public List<VgpuType> all() {
        return List.copyOf(byName.values());
    }

    /** Returns the type with a name, with or without the vendor's prefix, or empty. */
    public Optional<VgpuType> byName(String name) {
        VgpuType exact = byName.get(name);
        return Optional.ofNullable(
                exact != null ? exact : byName.get(TypeRecord.VENDOR_PREFIX + name));
    }

    /** Returns the type with a vendor's number, or empty. */
    public Optional<VgpuType> byId(int typeId) {
        return byName.values().stream()
                .filter(type -> TypeAttributes.typeId(type) == typeId)
                .findFirst();
    }

    private VgpuType describe(TypeRecord type, int maxInstances) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        quotas.put(VfResources.VF, 1L);
        quotas.put(framebuffer, setup.guestFramebufferBytes(type));
        quotas.put(VfResources.PLUGIN_HEAP, type.memory().heapBytes());
        quotas.put(VfResources.CHANNEL_IDS, (long) type.sharing().channels());
        quotas.put(VfResources.PLACEMENT, (long) type.sharing().placementSize());
        quotas.put(VfResources.BAR1, type.memory().bar1Bytes());
        quotas.put(VfResources.ENCODER, (long) type.sharing().encoderPercent());
        return new VgpuType(
                type.name(),
                type.identity().typeClass(),
                description(type),
                quotas,
                type.display().heads(),
                type.display().maxWidth(),
                type.display().maxHeight(),
                maxInstances,
                TypeAttributes.of(type));
    }

    /**
     * The line of a mediated device's {@code description}; the number of instances in it is that of
     * equal sizes, whatever the mode.
     */
    private String description(TypeRecord type) {
        return String.format(
                Locale.ROOT,
                "num_heads=%d, frl_config=%d, framebuffer=%dM, max_resolution=%dx%d,"
                        + " max_instance=%d",
                type.display().heads(),
                type.display().frameRateLimit(),
                setup.guestFramebufferBytes(type) / AdaBoard.MIB,
                type.display().maxWidth(),
                type.display().maxHeight(),
                type.sharing().maxInstances());
    }

    /**
     * Makes a type of free quotas.
     *
     * @param quotas by resource. Left out: framebuffer as the smallest type, heap as the model,
     *     channels in proportion to the framebuffer, 256 MiB of BAR 1, the whole encoder
     * @throws IllegalArgumentException if a quota is illegal in itself; the message names it and
     *     the limit
     */
    public VgpuType anonymous(Map<ResourceKind, Long> quotas) {
        quotas.forEach(this::checkQuota);
        long bytes =
                quotas.getOrDefault(framebuffer, setup.guestFramebufferBytes(records.getFirst()));
        TypeRecord model = model(bytes);
        long heap = quotas.getOrDefault(VfResources.PLUGIN_HEAP, model.memory().heapBytes());
        long room = setup.guestBytes();
        if (bytes > room - heap) {
            throw limit(framebuffer, bytes, "at most " + framebuffer.format(room - heap));
        }
        long channels =
                quotas.getOrDefault(VfResources.CHANNEL_IDS, channelsFor(bytes + heap, room));
        long bar1 = quotas.getOrDefault(VfResources.BAR1, model.memory().bar1Bytes());
        long encoder = quotas.getOrDefault(VfResources.ENCODER, 100L);
        int instances =
                (int)
                        Math.min(
                                Math.min(AdaBoard.TOTAL_VFS, room / (bytes + heap)),
                                AdaBoard.TOTAL_CHANNELS / channels);
        Map<ResourceKind, Long> all = new LinkedHashMap<>();
        all.put(VfResources.VF, 1L);
        all.put(framebuffer, bytes);
        all.put(VfResources.PLUGIN_HEAP, heap);
        all.put(VfResources.CHANNEL_IDS, channels);
        all.put(VfResources.BAR1, bar1);
        all.put(VfResources.ENCODER, encoder);
        Map<String, String> attributes = new LinkedHashMap<>(TypeAttributes.of(model));
        attributes.put(TypeAttributes.ANONYMOUS, "true");
        attributes.put(TypeAttributes.PROFILE_SIZE, Long.toString(bytes + heap));
        String name =
                String.format(
                        Locale.ROOT,
                        "custom-fb%dM-heap%dM-ch%d-bar%dM-enc%d",
                        bytes / AdaBoard.MIB,
                        heap / AdaBoard.MIB,
                        channels,
                        bar1 / AdaBoard.MIB,
                        encoder);
        attributes.put(TypeAttributes.SHORT_NAME, name);
        return new VgpuType(
                name,
                model.identity().typeClass(),
                "free quotas, modelled on " + model.name(),
                all,
                model.display().heads(),
                model.display().maxWidth(),
                model.display().maxHeight(),
                instances,
                attributes);
    }

    /** The largest workstation type that needs no more framebuffer, or the smallest. */
    private TypeRecord model(long framebufferBytes) {
        TypeRecord best = records.getFirst();
        for (TypeRecord type : records) {
            if (type.identity().series().equals("Q")
                    && setup.guestFramebufferBytes(type)
                            <= Math.max(framebufferBytes, setup.guestFramebufferBytes(best))) {
                best = type;
            }
        }
        return best;
    }

    private static long channelsFor(long bytes, long room) {
        long share = Long.highestOneBit(Math.max(1, AdaBoard.TOTAL_CHANNELS * bytes / room));
        return Math.clamp(share, MIN_CHANNELS, AdaBoard.TOTAL_CHANNELS);
    }

    private void checkQuota(ResourceKind kind, long amount) {
        if (!VfResources.of(setup.board()).contains(kind)) {
            throw new IllegalArgumentException("resource " + kind.name() + ": not one of this GPU");
        }
        if (amount < 0 || amount % kind.granularity() != 0) {
            throw limit(kind, amount, "a multiple of " + kind.format(kind.granularity()));
        }
        if (kind.equals(VfResources.VF) && amount != 1) {
            throw limit(kind, amount, "1");
        }
        if (kind.equals(VfResources.PLACEMENT) && amount != 0) {
            throw limit(kind, amount, "0 for free quotas");
        }
        if (kind.equals(framebuffer) && amount == 0) {
            throw limit(kind, amount, "at least " + kind.format(kind.granularity()));
        }
        if (kind.equals(VfResources.PLUGIN_HEAP) && amount < TypeRecordRules.COMMUNICATION_BYTES) {
            throw limit(
                    kind, amount, "at least " + kind.format(TypeRecordRules.COMMUNICATION_BYTES));
        }
        if (kind.equals(VfResources.CHANNEL_IDS)
                && (Long.bitCount(amount) != 1 || amount > AdaBoard.TOTAL_CHANNELS)) {
            throw limit(
                    kind,
                    amount,
                    "a power of two from " + MIN_CHANNELS + " to " + AdaBoard.TOTAL_CHANNELS);
        }
        if (kind.equals(VfResources.BAR1)
                && (Long.bitCount(amount) != 1 || amount > setup.board().vfBar1Bytes())) {
            throw limit(
                    kind,
                    amount,
                    "a power of two up to " + kind.format(setup.board().vfBar1Bytes()));
        }
        if (kind.equals(VfResources.ENCODER) && amount > 100) {
            throw limit(kind, amount, "0 % to 100 %");
        }
    }

    private static IllegalArgumentException limit(ResourceKind kind, long amount, String expected) {
        return new IllegalArgumentException(
                kind.name() + " " + kind.format(amount) + ": expected " + expected);
    }
}
