package org.gpumediator.examples.policylab.dra;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SliceLimitsTest {

    private static ResourceSliceBuilder slice(String name, int count) {
        return new ResourceSliceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withDriver("gpu.example.com")
                .withNodeName("host-1")
                .withNewPool()
                .withName("pool")
                .withGeneration(1L)
                .withResourceSliceCount((long) count)
                .endPool()
                .endSpec();
    }

    private static Map<String, Counter> counters(int count) {
        Map<String, Counter> counters = new LinkedHashMap<>();
        IntStream.range(0, count)
                .forEach(i -> counters.put("c-" + i, new Counter(new Quantity("1"))));
        return counters;
    }

    private static CounterSet set(String name, int counters) {
        return new CounterSetBuilder().withName(name).withCounters(counters(counters)).build();
    }

    private static List<ResourceSlice> sets(int sets, int counters) {
        List<CounterSet> all =
                IntStream.range(0, sets).mapToObj(i -> set("s-" + i, counters)).toList();
        return List.of(slice("pool-0", 1).editSpec().withSharedCounters(all).endSpec().build());
    }

    private static List<ResourceSlice> devices(int count, UnaryOperator<DeviceBuilder> edit) {
        List<Device> devices =
                IntStream.range(0, count)
                        .mapToObj(i -> edit.apply(new DeviceBuilder().withName("d-" + i)).build())
                        .toList();
        return List.of(
                slice("pool-0", 2)
                        .editSpec()
                        .withSharedCounters(set("s-0", 3), set("s-1", 3), set("s-2", 3))
                        .endSpec()
                        .build(),
                slice("pool-1", 2).editSpec().withDevices(devices).endSpec().build());
    }

    private static List<ResourceSlice> device(UnaryOperator<DeviceBuilder> edit) {
        return devices(1, edit);
    }

    private static DeviceBuilder uses(DeviceBuilder device, String set, Map<String, Counter> used) {
        return device.addNewConsumesCounter()
                .withCounterSet(set)
                .withCounters(used)
                .endConsumesCounter();
    }

    private static DeviceBuilder uses(DeviceBuilder device, String set) {
        return uses(device, set, counters(1));
    }

    private static DeviceBuilder attributes(DeviceBuilder device, int count) {
        IntStream.range(0, count)
                .forEach(i -> device.addToAttributes("a" + i, SliceLimits.number(i)));
        return device;
    }

    private static void accepted(List<ResourceSlice> slices) {
        assertThatCode(() -> SliceLimits.check(slices)).doesNotThrowAnyException();
    }

    private static void refused(List<ResourceSlice> slices, String message) {
        assertThatThrownBy(() -> SliceLimits.check(slices))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void devicesOfASlice() {
        accepted(devices(128, it -> it));
        refused(devices(129, it -> it), "pool-1: devices: 129, expected at most 128");
        accepted(devices(64, it -> uses(it, "s-0")));
        refused(devices(65, it -> uses(it, "s-0")), "pool-1: devices: 65, expected at most 64");
        refused(
                devices(65, it -> it.addNewTaint().withKey("k").withEffect("None").endTaint()),
                "pool-1: devices: 65, expected at most 64");
    }

    @Test
    void counterSets() {
        accepted(sets(8, 32));
        refused(sets(9, 1), "counter sets: 9, expected at most 8");
        refused(sets(1, 33), "s-0: counters: 33, expected at most 32");
    }

    @Test
    void whatADeviceUses() {
        accepted(device(it -> uses(uses(it, "s-0"), "s-1")));
        refused(
                device(it -> uses(uses(uses(it, "s-0"), "s-1"), "s-2")),
                "d-0: counter sets: 3, expected at most 2");
        refused(device(it -> uses(uses(it, "s-0"), "s-0")), "uses a counter set twice");
        refused(device(it -> uses(it, "s-9")), "no counter set s-9");
        refused(device(it -> uses(it, "s-0", counters(4))), "no counter c-3");
        refused(device(it -> uses(it, "s-0", counters(33))), "counters: 33, expected at most 32");
        refused(
                device(it -> uses(it, "s-0", Map.of("c-0", new Counter(new Quantity("2"))))),
                "uses more of c-0 than there is");
    }

    @Test
    void attributesAndNames() {
        accepted(device(it -> attributes(it, 32)));
        refused(device(it -> attributes(it, 33)), "capacities: 33, expected at most 32");
        refused(
                device(
                        it ->
                                attributes(it, 32)
                                        .addToCapacity(
                                                "m", SliceLimits.capacity(new Quantity("1")))),
                "capacities: 33, expected at most 32");
        refused(
                device(it -> it.addToAttributes("a".repeat(33), SliceLimits.number(1))),
                "33, expected at most 32");
        refused(
                device(it -> it.addToAttributes("a-b", SliceLimits.number(1))),
                "a-b is no identifier");
        refused(
                device(it -> it.addToAttributes("a".repeat(60) + ".com/x", SliceLimits.number(1))),
                "64, expected at most 63");
        refused(
                device(it -> it.addToAttributes("a", SliceLimits.text("x".repeat(65)))),
                "65, expected at most 64");
        refused(device(it -> it.withName("D_0")), "device \"D_0\": expected a DNS label");
        refused(device(it -> it.withName("d".repeat(64))), "expected a DNS label");
        refused(devices(2, it -> it.withName("same")), "same: device given twice");
    }

    @Test
    void whatASliceSaysOfItself() {
        refused(List.of(slice("pool-0", 2).build()), "pool-0: slice count 2, expected 1");
        refused(
                List.of(slice("pool-0", 1).editSpec().withAllNodes(true).endSpec().build()),
                "2 ways to say which nodes");
        refused(
                List.of(slice("pool-0", 1).editSpec().withNodeName(null).endSpec().build()),
                "0 ways to say which nodes");
        refused(
                List.of(
                        slice("pool-0", 1)
                                .editSpec()
                                .withDriver("d".repeat(60) + ".com")
                                .endSpec()
                                .build()),
                "64, expected at most 63");
        refused(
                List.of(
                        slice("pool-0", 1)
                                .editSpec()
                                .withSharedCounters(set("s", 1))
                                .withDevices(new DeviceBuilder().withName("d").build())
                                .endSpec()
                                .build()),
                "devices and shared counters");
        refused(
                List.of(
                        slice("pool-0", 2).build(),
                        slice("pool-1", 2)
                                .editSpec()
                                .editPool()
                                .withGeneration(2L)
                                .endPool()
                                .endSpec()
                                .build()),
                "of another pool or generation");
    }
}
