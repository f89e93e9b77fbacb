package org.gpumediator.examples.quickstart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.quickstart.Narrator.Kind;
import org.gpumediator.nvidia.vf.placement.Placement;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.PlacementPlanner;
import org.gpumediator.nvidia.vf.placement.PlacementRefusal;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;

/** The second act: one L40, sliced into virtual functions of mixed sizes. */
final class AdaAct implements Quickstart.Act {

    private static final long MIB = 1L << 20;
    private static final int CHANNEL_DOORBELL = 0x3_0090;
    private static final int PRIVILEGED_DOORBELL = 0x2200;
    private static final int SETUP_BIT = 0;
    private static final int WATCH_SECONDS = 2;
    private static final String ONE_TOO_LARGE = "L40-12Q";

    private final SteppedClock clock = new SteppedClock();
    private final FakeAda board = FakeAda.builder(AdaModel.L40).clock(clock).build();
    private final Map<String, FakeVmm> vmms = new LinkedHashMap<>();

    AdaAct() {}

    @Override
    public void play(Narrator narrator) {
        narrator.act(
                "Act 2: one L40, sliced into virtual functions of mixed sizes",
                "VF slicing: a type fixes framebuffer, channels and limits; each virtual GPU is a"
                        + " virtual function of the board with a firmware task of its own.");
        try (Mediator mediator =
                Mediator.builder(board)
                        .clock(clock)
                        .option("placement-mode", PlacementMode.HETEROGENEOUS.text())
                        .build()) {
            GpuInventory empty = mediator.inventory();
            offer(narrator, mediator);
            slice(narrator, mediator, empty);
            refuse(narrator, mediator);
            work(narrator);
            attack(narrator);
            restart(narrator, mediator);
            account(narrator, mediator, empty);
        } finally {
            vmms.values().forEach(FakeVmm::close);
        }
    }

    // ---- scenes --------------------------------------------------------------------------------

    private void offer(Narrator narrator, Mediator mediator) {
        narrator.heading("What an empty board can become");
        narrator.say(
                "GPU %s, %s, driven by the backend %s: %d types, sizes may be mixed",
                board.identity(),
                AdaModel.L40.title(),
                mediator.backendName(),
                mediator.types().size());
        PlacementPlanner planner = new PlacementPlanner(mediator.inventory());
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of("type", "id", "framebuffer", "channels", "BAR1", "creatable", "placed at"));
        for (VgpuType type : workstations(mediator)) {
            rows.add(
                    List.of(
                            shortName(type),
                            Integer.toString(TypeAttributes.typeId(type)),
                            type.quota(framebuffer()) / MIB + " MiB",
                            Long.toString(type.quota(VfResources.CHANNEL_IDS)),
                            type.quota(VfResources.BAR1) / MIB + " MiB",
                            Integer.toString(planner.available(type)),
                            ids(planner.creatablePlacements(type))));
        }
        narrator.table(rows);
    }

    private static String ids(List<Placement> placements) {
        return String.join(
                " ", placements.stream().map(place -> Integer.toString(place.id())).toList());
    }

    /** One type of each size: those of the other series are placed alike. */
    private static List<VgpuType> workstations(Mediator mediator) {
        return mediator.types().stream()
                .filter(type -> "Q".equals(type.attributes().get(TypeAttributes.SERIES)))
                .toList();
    }

    private static String shortName(VgpuType type) {
        return type.attributes().getOrDefault(TypeAttributes.SHORT_NAME, type.name());
    }

    private void slice(Narrator narrator, Mediator mediator, GpuInventory empty) {
        narrator.heading("Seven virtual GPUs of six sizes");
        Map<String, String> wishes = new LinkedHashMap<>();
        wishes.put("design", "L40-12Q");
        wishes.put("video", "L40-6Q");
        wishes.put("cad", "L40-8Q");
        wishes.put("office1", "L40-2B");
        wishes.put("office2", "L40-2B");
        wishes.put("apps", "L40-4A");
        wishes.put("kiosk", "L40-1B");
        wishes.forEach((name, type) -> create(mediator, name, type));
        narrator.table(partitions(mediator.inventory()));
        boolean running = true;
        for (FakeVmm vmm : vmms.values()) {
            running &= board.plugin(gfid(vmm.gpu())).equals("ACTIVE");
        }
        narrator.expect(
                running,
                Kind.WORKED,
                "%d virtual functions given out, the firmware runs a task for each",
                vmms.size());
        narrator.heading("What can still be created");
        narrator.table(creatable(mediator, empty));
        PlacementPlanner.Fragmentation spread =
                new PlacementPlanner(mediator.inventory()).fragmentation();
        narrator.say(
                "%d of %d slots free, the longest run %d; %d %% of what a compact board could give"
                        + " is out of reach",
                spread.freeSlots(),
                AdaBoard.L40.placementSlots(),
                spread.longestRun(),
                spread.percent());
        narrator.picture(
                new PlacementMap(mediator.inventory(), empty, workstations(mediator)).svg(),
                "The board's slots, memory and channels, to scale; below, every place that each"
                        + " size may have, and which of them are still open.");
    }

    private void create(Mediator mediator, String name, String type) {
        FakeVmm vmm = FakeVmm.create();
        vmms.put(name, vmm);
        vmm.plug(mediator.create(VgpuRequest.ofType(name, type), vmm.port()));
    }

    private static List<List<String>> partitions(GpuInventory inventory) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "owner",
                        "type",
                        "VF",
                        "slots",
                        "framebuffer",
                        "firmware heap",
                        "channels"));
        for (GpuInventory.Holding holding : inventory.holdings()) {
            ResourcePartition share = holding.partition();
            rows.add(
                    List.of(
                            holding.owner(),
                            shortName(holding.type()),
                            Long.toString(share.range(VfResources.VF).start()),
                            span(share.range(VfResources.PLACEMENT)),
                            bytes(share.range(framebuffer())),
                            bytes(share.range(VfResources.PLUGIN_HEAP)),
                            span(share.range(VfResources.CHANNEL_IDS))));
        }
        return rows;
    }

    private static String span(ResourceRange range) {
        return range.length() == 1
                ? Long.toString(range.start())
                : range.start() + " to " + (range.end() - 1);
    }

    private static String bytes(ResourceRange range) {
        return String.format(
                Locale.ROOT, "%,6d MiB at 0x%09x", range.length() / MIB, range.start());
    }

    private static List<List<String>> creatable(Mediator mediator, GpuInventory empty) {
        PlacementPlanner before = new PlacementPlanner(empty);
        PlacementPlanner now = new PlacementPlanner(mediator.inventory());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("type", "on an empty board", "now", "at"));
        for (VgpuType type : workstations(mediator)) {
            rows.add(
                    List.of(
                            shortName(type),
                            Integer.toString(before.available(type)),
                            Integer.toString(now.available(type)),
                            ids(now.creatablePlacements(type))));
        }
        return rows;
    }

    private static void refuse(Narrator narrator, Mediator mediator) {
        narrator.heading("One that does not fit, and what would have to go");
        VgpuType type = mediator.type(ONE_TOO_LARGE);
        try (FakeVmm vmm = FakeVmm.create()) {
            vmm.plug(mediator.create(VgpuRequest.ofType("render", ONE_TOO_LARGE), vmm.port()));
            narrator.expect(false, Kind.REFUSED, "render got a place although there is none");
            return;
        } catch (InsufficientResourceException noRoom) {
            narrator.refused("%s", noRoom.refusal().message());
        }
        Optional<PlacementRefusal> refusal =
                new PlacementPlanner(mediator.inventory())
                        .explain(PartitionRequest.of("render", type));
        List<String> mustGo = refusal.map(PlacementRefusal::mustGo).orElse(List.of());
        narrator.expect(
                !mustGo.isEmpty(),
                Kind.WORKED,
                "the planner's reason: %s; it names who would have to go: %s",
                refusal.map(why -> why.cause().toString()).orElse("none"),
                String.join(", ", mustGo));
        GpuInventory without = mediator.inventory();
        for (String owner : mustGo) {
            without = without.without(owner);
        }
        narrator.expect(
                new PlacementPlanner(without).available(type) == 1,
                Kind.WORKED,
                "on paper, without them, one %s fits: at %s",
                ONE_TOO_LARGE,
                ids(new PlacementPlanner(without).creatablePlacements(type)));
    }

    private void work(Narrator narrator) {
        narrator.heading("Every guest finds its own function and uses its own memory");
        boolean right = true;
        long window = 0;
        for (FakeVmm vmm : vmms.values()) {
            vmm.enumerate();
            vmm.bar(1).write64(0x1000, gfid(vmm.gpu()));
            vmm.bar(0).write32(CHANNEL_DOORBELL, 0);
            window = Math.max(window, vmm.bar(1).length());
        }
        for (FakeVmm vmm : vmms.values()) {
            int gfid = gfid(vmm.gpu());
            long place = vmm.gpu().partition().range(framebuffer()).start();
            right &= vmm.bar(1).read64(0x1000) == gfid && board.read(1, place + 0x1000, 8) == gfid;
            right &= board.doorbells(gfid) == 1;
        }
        narrator.expect(
                right,
                Kind.WORKED,
                "%d guests sized their BARs (a window of %d MiB at most), wrote the same address of"
                        + " it, and each has its own memory; each rang a channel",
                vmms.size(),
                window / MIB);
    }

    private static int channels(VirtualGpu vgpu) {
        return (int) vgpu.partition().range(VfResources.CHANNEL_IDS).length();
    }

    private static int gfid(VirtualGpu vgpu) {
        return (int) vgpu.partition().range(VfResources.VF).start() + 1;
    }

    private static ResourceKind framebuffer() {
        return VfResources.framebuffer(AdaBoard.L40);
    }

    private void attack(Narrator narrator) {
        narrator.heading("kiosk reaches beyond its share");
        FakeVmm kiosk = vmm("kiosk");
        FakeVmm design = vmm("design");
        int victim = gfid(design.gpu());
        long rung = board.doorbells(victim);

        long before = faults(kiosk);
        int beyond = channels(kiosk.gpu());
        kiosk.bar(0).write32(CHANNEL_DOORBELL, beyond);
        narrator.expect(
                faults(kiosk) > before && board.doorbells(victim) == rung,
                Kind.REFUSED,
                "it rings its channel %d, but has 0 to %d: not rung; counted",
                beyond,
                beyond - 1);

        before = faults(kiosk);
        kiosk.bar(0).write32(PRIVILEGED_DOORBELL, victim << 5 | SETUP_BIT);
        narrator.expect(
                faults(kiosk) > before && board.plugin(victim).equals("ACTIVE"),
                Kind.REFUSED,
                "it talks to the firmware in the name of design (function %d): not heard; counted",
                victim);

        before = faults(kiosk);
        long end = kiosk.bar(1).length();
        kiosk.bar(1).handler().write(end, 8, 0x0bad_0bad);
        long seen = kiosk.bar(1).handler().read(end, 8);
        narrator.expect(
                faults(kiosk) > before && seen == -1,
                Kind.REFUSED,
                "it writes behind the %d MiB of its window, where the real BAR goes on: reads"
                        + " 0x%x, not written; counted",
                end / MIB,
                seen);
        narrator.expect(
                design.bar(1).read64(0x1000) == victim,
                Kind.WORKED,
                "design's memory holds what it held");
    }

    private FakeVmm vmm(String name) {
        FakeVmm vmm = vmms.get(name);
        if (vmm == null) {
            throw new IllegalArgumentException(name + ": expected one of " + vmms.keySet());
        }
        return vmm;
    }

    private static long faults(FakeVmm vmm) {
        return vmm.gpu().statistics().faults().values().stream().mapToLong(Long::longValue).sum();
    }

    private void restart(Narrator narrator, Mediator mediator) {
        narrator.heading("The board's firmware crashes");
        List<List<String>> places = partitions(mediator.inventory());
        board.crashFirmware();
        narrator.say("firmware: %s", board.firmware());
        clock.advanceNanos(WATCH_SECONDS * 1_000_000_000L);
        mediator.step();
        boolean back = places.equals(partitions(mediator.inventory()));
        for (FakeVmm vmm : vmms.values()) {
            vmm.reset(ResetKind.BUS);
            vmm.enumerate();
            vmm.bar(1).write64(0x1000, gfid(vmm.gpu()));
            back &= board.plugin(gfid(vmm.gpu())).equals("ACTIVE");
            back &= vmm.bar(1).read64(0x1000) == gfid(vmm.gpu());
        }
        narrator.expect(
                back,
                Kind.WORKED,
                "found, the board reset, every virtual GPU created again in its own place; after a"
                        + " reset of its guest each works on");
    }

    private void account(Narrator narrator, Mediator mediator, GpuInventory empty) {
        narrator.heading("The books");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("virtual GPU", "state", "resets", "wrongdoings"));
        vmms.forEach(
                (name, vmm) -> {
                    VgpuStatistics statistics = vmm.gpu().statistics();
                    Map<GuestFaultKind, Long> faults = statistics.faults();
                    rows.add(
                            List.of(
                                    name,
                                    vmm.gpu().state().toString(),
                                    Long.toString(statistics.counter("resets")),
                                    faults.isEmpty() ? "none" : faults.toString()));
                });
        narrator.table(rows);
        List<ResourceRange> places = new ArrayList<>();
        vmms.values().forEach(vmm -> places.add(vmm.gpu().partition().range(framebuffer())));
        vmms.values().forEach(FakeVmm::close);
        boolean zero =
                places.stream().allMatch(place -> board.isZero(place.start(), place.length()));
        narrator.expect(
                zero && mediator.inventory().equals(empty),
                Kind.WORKED,
                "everything closed: framebuffer scrubbed to zero, the inventory equals the first");
    }
}
