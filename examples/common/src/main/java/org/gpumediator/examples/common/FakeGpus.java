package org.gpumediator.examples.common;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.display.VideoMode;
import org.gpumediator.examples.common.linux.SealedMemory;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.view.AttributeTree;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.haswell.FakeHaswell;

/** The fake GPUs that the server can open, by name. */
public final class FakeGpus {

    /** Opens one kind of fake GPU. */
    @FunctionalInterface
    private interface Opener {

        /** Opens it with options that were checked to be known. */
        FakeGpu open(Map<String, String> options, MediationClock clock);
    }

    private record Entry(Set<String> options, Opener opener) {}

    private static final Map<String, Entry> BY_NAME = new LinkedHashMap<>();

    // spotless:off
    static {
        //       name           device id  source: intel-gfx PCI id list, Haswell desktop
        haswell("haswell-gt1",  0x0402);
        haswell("haswell-gt2",  0x0412);
        haswell("haswell-gt3",  0x0422);
        ada("l2",               AdaModel.L2);
        ada("l4",               AdaModel.L4);
        ada("l20",              AdaModel.L20);
        ada("l40",              AdaModel.L40);
        ada("l40s",             AdaModel.L40S);
        ada("rtx5000ada",       AdaModel.RTX_5000_ADA);
        ada("rtx6000ada",       AdaModel.RTX_6000_ADA);
    }
    // spotless:on

    /** Options of the fake board; all others are those of its backend. */
    private static final Set<String> BOARD_OPTIONS = Set.of("ecc", "mappable");

    private static void ada(String name, AdaModel model) {
        BY_NAME.put(
                name,
                new Entry(
                        Set.of(
                                "ecc",
                                "mappable",
                                "placement-mode",
                                "homogeneous-rule",
                                "vfs",
                                "RmPVMRL",
                                "RmPVMRLElasticSchedulingCap"),
                        (options, clock) -> openAda(model, options, clock)));
    }

    private FakeGpus() {}

    private static void haswell(String name, int deviceId) {
        BY_NAME.put(
                name,
                new Entry(
                        Set.of("aperture", "monitor", "timing"),
                        (options, clock) -> openHaswell(deviceId, options, clock)));
    }

    /** Returns the names and their options, for the help text. */
    public static String help() {
        StringBuilder text = new StringBuilder();
        BY_NAME.forEach((name, entry) -> text.append(text.isEmpty() ? "" : ", ").append(name));
        return text.toString();
    }

    /**
     * Opens a fake GPU.
     *
     * @param text its name, then options: {@code haswell-gt2,aperture=256M}
     * @throws UsageException if there is no such GPU or option
     */
    public static FakeGpu open(String text, MediationClock clock) {
        int comma = text.indexOf(',');
        String name = comma < 0 ? text : text.substring(0, comma);
        Entry entry = BY_NAME.get(name);
        if (entry == null) {
            throw UsageException.badOption(
                    "--gpu " + name + ": expected one of " + BY_NAME.keySet());
        }
        Map<String, String> options =
                OptionText.pairs("--gpu", comma < 0 ? "" : text.substring(comma + 1));
        for (String option : options.keySet()) {
            if (!entry.options.contains(option)) {
                throw UsageException.badOption(
                        "--gpu " + name + ": " + option + "=: expected one of " + entry.options);
            }
        }
        try {
            return entry.opener.open(options, clock);
        } catch (IllegalArgumentException refused) {
            throw UsageException.badOption("--gpu " + text + ": " + refused.getMessage());
        }
    }

    private static FakeGpu openHaswell(
            int deviceId, Map<String, String> options, MediationClock clock) {
        FakeHaswell.Builder builder =
                FakeHaswell.builder().deviceId(deviceId).clock(clock).emptyBatchesEnd(true);
        if (options.containsKey("aperture")) {
            builder.apertureBytes(
                    OptionText.amount("--gpu: aperture", options.getOrDefault("aperture", "")));
        }
        if (options.containsKey("monitor")) {
            VideoMode mode = VideoMode.parse(options.getOrDefault("monitor", ""));
            builder.monitor(mode.width(), mode.height());
        }
        builder.timing(timing(options.getOrDefault("timing", "instant")));
        return new Haswell(builder.stolenBytes(0).mappableTable(SealedMemory.allocator()).build());
    }

    private static FakeHaswell.CommandTiming timing(String name) {
        try {
            return FakeHaswell.CommandTiming.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw UsageException.badOption(
                    "--gpu: timing=" + name + ": expected instant or modelled");
        }
    }

    private static FakeGpu openAda(
            AdaModel model, Map<String, String> options, MediationClock clock) {
        FakeAda.Builder builder = FakeAda.builder(model).clock(clock);
        String ecc = options.getOrDefault("ecc", "off");
        switch (ecc) {
            case "on" -> builder.errorCorrecting();
            case "off" -> {}
            default -> throw UsageException.badOption("--gpu: ecc=" + ecc + ": expected on or off");
        }
        if (options.containsKey("mappable")) {
            builder.mappable(
                    OptionText.amount("--gpu: mappable", options.getOrDefault("mappable", "")),
                    SealedMemory.allocator());
        }
        Map<String, String> backendOptions = new LinkedHashMap<>(options);
        backendOptions.keySet().removeAll(BOARD_OPTIONS);
        return new Ada(builder.build(), backendOptions);
    }

    private record Ada(FakeAda fake, Map<String, String> backendOptions) implements FakeGpu {

        /** Places are fixed ids: a policy that only looks for room would give out none of them. */
        @Override
        public Map<String, PartitionPolicy> policies() {
            return Map.of(
                    "first-fit", VfPlacementPolicy.FIRST,
                    "keep-most-creatable", VfPlacementPolicy.KEEP_MOST_CREATABLE);
        }

        @Override
        public SortedMap<String, String> attributeFiles(Mediator mediator) {
            return new AttributeTree(mediator.inventory(), mediator.types()).files();
        }

        @Override
        public PhysicalGpu gpu() {
            return fake;
        }

        @Override
        public void advance(long nowNanos, long budget) {
            long ignored = fake.advance(nowNanos);
        }

        @Override
        public long nextWorkNanos() {
            return fake.nextWorkNanos();
        }

        /**
         * Its guests run on firmware and memory of their own: nothing of the mediator's path is
         * worth warming up.
         */
        @Override
        public void rehearse() {}

        @Override
        public void onWork(Runnable listener) {
            fake.setWorkListener(listener);
        }
    }

    private record Haswell(FakeHaswell fake) implements FakeGpu {

        @Override
        public PhysicalGpu gpu() {
            return fake;
        }

        /**
         * A driver that loads writes 115,000 table entries: unless told otherwise, let it map them.
         */
        @Override
        public Map<String, String> backendOptions() {
            return Map.of("gtt", "relaxed");
        }

        @Override
        public void advance(long nowNanos, long budget) {
            long ignored = fake.advance(nowNanos, budget);
        }

        @Override
        public long nextWorkNanos() {
            return fake.nextWorkNanos();
        }

        @Override
        public void rehearse() {
            HaswellRehearsal.run();
        }

        @Override
        public void onWork(Runnable listener) {
            fake.setWorkListener(listener);
        }
    }
}
