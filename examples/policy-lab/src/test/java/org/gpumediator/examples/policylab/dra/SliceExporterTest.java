package org.gpumediator.examples.policylab.dra;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SliceExporterTest {

    private static final Pool POOL = new Pool("gpu.example.com", "host-1", "host-1-gpu-0", 1);

    private static List<VgpuType> types(AdaBoard board, PlacementMode mode) {
        return VfInventory.types(TypeCatalogue.shipped(), FramebufferSetup.of(board), mode)
                .all()
                .stream()
                .filter(type -> type.name().endsWith("Q"))
                .toList();
    }

    private static List<ResourceSlice> mixed(GpuInventory inventory, Set<String> claimed) {
        return SliceExporter.export(
                POOL, inventory, types(AdaBoard.L40, PlacementMode.HETEROGENEOUS), claimed);
    }

    private static List<ResourceSlice> mixed() {
        return mixed(VfInventory.empty(AdaBoard.L40, PlacementMode.HETEROGENEOUS), Set.of());
    }

    private static List<Device> devices(List<ResourceSlice> slices) {
        return slices.stream().flatMap(slice -> slice.getSpec().getDevices().stream()).toList();
    }

    private static Device device(List<ResourceSlice> slices, String name) {
        return devices(slices).stream()
                .filter(device -> device.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> used(Device device, String set) {
        return device.getConsumesCounters().stream()
                .filter(use -> use.getCounterSet().equals(set))
                .findFirst()
                .orElseThrow()
                .getCounters()
                .keySet();
    }

    @Test
    void boardOf48Slots_isOneSliceOfCountersAndTwoOfDevices() {
        List<ResourceSlice> slices = mixed();

        assertThat(slices)
                .extracting(slice -> slice.getSpec().getDevices().size())
                .containsExactly(0, 64, 13);
        assertThat(slices.getFirst().getSpec().getSharedCounters())
                .extracting(set -> set.getName() + " " + set.getCounters().size())
                .containsExactly("low 25", "high 24");
        assertThat(used(device(slices, "l40-8q-16"), "low"))
                .containsExactlyInAnyOrder(
                        "vf", "slot-16", "slot-17", "slot-18", "slot-19", "slot-20", "slot-21",
                        "slot-22", "slot-23");
        assertThat(used(device(slices, "l40-1q-47"), "low")).containsExactly("vf");
        assertThat(used(device(slices, "l40-1q-47"), "high")).containsExactly("slot-47");
        assertThat(used(device(slices, "l40-48q-0"), "low")).hasSize(25);
        assertThat(used(device(slices, "l40-48q-0"), "high")).hasSize(24);
        assertThat(
                        requireNonNull(
                                        device(slices, "l40-24q-24")
                                                .getCapacity()
                                                .get("framebuffer"))
                                .getValue())
                .hasToString("24Gi");
    }

    /** Allocates as a scheduler does: whoever's counters suffice. */
    private static final class Counting {

        private final Map<String, Long> left = new HashMap<>();

        Counting(List<ResourceSlice> slices) {
            for (ResourceSlice slice : slices) {
                slice.getSpec()
                        .getSharedCounters()
                        .forEach(
                                set ->
                                        set.getCounters()
                                                .forEach(
                                                        (name, counter) ->
                                                                left.put(
                                                                        set.getName() + name,
                                                                        amount(counter))));
            }
        }

        private static long amount(Counter counter) {
            return SliceLimits.number(counter.getValue()).longValueExact();
        }

        boolean allocate(Device device) {
            for (boolean take : new boolean[] {false, true}) {
                for (DeviceCounterConsumption use : device.getConsumesCounters()) {
                    for (Map.Entry<String, Counter> one : use.getCounters().entrySet()) {
                        String name = use.getCounterSet() + one.getKey();
                        long amount = amount(one.getValue());
                        if (left.getOrDefault(name, 0L) < amount) {
                            return false;
                        }
                        left.merge(name, take ? -amount : 0L, Long::sum);
                    }
                }
            }
            return true;
        }

        void free(Device device) {
            for (DeviceCounterConsumption use : device.getConsumesCounters()) {
                use.getCounters()
                        .forEach(
                                (name, counter) ->
                                        left.merge(
                                                use.getCounterSet() + name,
                                                amount(counter),
                                                Long::sum));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(AdaBoard.class)
    void countersDecideAsThePlannerDoes(AdaBoard board) {
        List<VgpuType> types = types(board, PlacementMode.HETEROGENEOUS);
        GpuInventory empty = VfInventory.empty(board, PlacementMode.HETEROGENEOUS);
        List<ResourceSlice> slices = SliceExporter.export(POOL, empty, types, Set.of());
        int placed = agreements(types, slices, empty, new Random(board.ordinal()));

        assertThat(placed).as("decisions of both kinds").isBetween(300, 2700);
    }

    /** Compares three thousand decisions; returns how many were to place. */
    private static int agreements(
            List<VgpuType> types, List<ResourceSlice> slices, GpuInventory empty, Random random) {
        Map<String, VgpuType> byName = new HashMap<>();
        types.forEach(type -> byName.put(type.attributes().get(TypeAttributes.SHORT_NAME), type));
        List<Device> devices = devices(slices);
        int placed = 0;
        for (int round = 0; round < 50; round++) {
            Counting counting = new Counting(slices);
            GpuInventory inventory = empty;
            Map<String, Device> there = new LinkedHashMap<>();
            for (int i = 0; i < 60; i++) {
                if (!there.isEmpty() && random.nextInt(4) == 0) {
                    String gone = new ArrayList<>(there.keySet()).get(random.nextInt(there.size()));
                    counting.free(requireNonNull(there.remove(gone)));
                    inventory = inventory.without(gone);
                }
                Device device = devices.get(random.nextInt(devices.size()));
                String name = requireNonNull(device.getAttributes().get("type")).getString();
                VgpuType type = requireNonNull(byName.get(name));
                long place = requireNonNull(device.getAttributes().get("placement")).getInt();
                PartitionDecision decision =
                        VfPlacementPolicy.FIRST.decide(
                                inventory,
                                new PartitionRequest(
                                        "vm" + i, type, Map.of(VfResources.PLACEMENT, place)));
                assertThat(counting.allocate(device))
                        .as(device.getName())
                        .isEqualTo(decision instanceof PartitionDecision.Placed);
                if (decision instanceof PartitionDecision.Placed yes) {
                    there.put("vm" + i, device);
                    inventory =
                            inventory.with(
                                    new GpuInventory.Holding("vm" + i, type, yes.partition()));
                    placed++;
                }
            }
        }
        return placed;
    }

    @Test
    void whatOthersHold_isLeftOut_whatWasClaimedIsNot() {
        GpuInventory inventory = VfInventory.empty(AdaBoard.L40, PlacementMode.HETEROGENEOUS);
        for (String owner : List.of("ours", "theirs")) {
            VgpuType type =
                    types(AdaBoard.L40, PlacementMode.HETEROGENEOUS).stream()
                            .filter(one -> one.name().endsWith("L40-24Q"))
                            .findFirst()
                            .orElseThrow();
            if (VfPlacementPolicy.FIRST.decide(inventory, PartitionRequest.of(owner, type))
                    instanceof PartitionDecision.Placed placed) {
                inventory =
                        inventory.with(new GpuInventory.Holding(owner, type, placed.partition()));
            }
        }

        List<ResourceSlice> slices = mixed(inventory, Set.of("ours"));

        assertThat(devices(slices)).extracting(Device::getName).contains("l40-24q-0");
        assertThat(devices(slices))
                .extracting(Device::getName)
                .doesNotContain("l40-24q-24", "l40-48q-0", "l40-1q-47");
        Counter functions =
                slices.getFirst().getSpec().getSharedCounters().getFirst().getCounters().get("vf");
        assertThat(requireNonNull(functions).getValue()).hasToString("31");
    }

    @Test
    void oneSizeOnly_cannotBeSaidUntilItIsFixed() {
        List<VgpuType> types = types(AdaBoard.L40, PlacementMode.HOMOGENEOUS);
        GpuInventory empty = VfInventory.empty(AdaBoard.L40);
        VgpuType size =
                types.stream()
                        .filter(type -> type.name().endsWith("L40-16Q"))
                        .findFirst()
                        .orElseThrow();

        assertThatThrownBy(() -> SliceExporter.export(POOL, empty, types, Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host-1-gpu-0: one size only")
                .hasMessageContaining("publish the next generation");
        assertThat(devices(SliceExporter.export(POOL, empty, List.of(size), Set.of())))
                .extracting(Device::getName)
                .containsExactly("l40-16q-0", "l40-16q-16", "l40-16q-32");

        if (VfPlacementPolicy.FIRST.decide(empty, PartitionRequest.of("first", size))
                instanceof PartitionDecision.Placed placed) {
            GpuInventory fixed =
                    empty.with(new GpuInventory.Holding("first", size, placed.partition()));
            List<ResourceSlice> next =
                    SliceExporter.export(POOL.next(), fixed, types, Set.of("first"));
            assertThat(devices(next)).hasSize(3);
            assertThat(next.getFirst().getSpec().getPool().getGeneration()).isEqualTo(2);
            assertThat(agreements(List.of(size), next, empty, new Random(4))).isPositive();
        }
    }
}
