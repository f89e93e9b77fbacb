package org.gpumediator.examples.policylab.dra;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceSpec;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a Kubernetes API server accepts of resource slices. Neither the schema nor the client holds
 * these limits.
 *
 * <p>Source: comments and constants of {@code resource/v1/types.go} of k8s.io/api.
 */
public final class SliceLimits {

    // spotless:off
    /** Devices in a slice. */
    static final int DEVICES               = 128;
    /** Devices in a slice if one uses counters or has taints. */
    static final int DEVICES_WITH_COUNTERS = 64;
    /** Counter sets in a slice. */
    static final int COUNTER_SETS          = 8;
    /** Counters in a set, and of a set that a device uses. */
    static final int COUNTERS              = 32;
    /** Counter sets that a device uses. */
    static final int SETS_OF_A_DEVICE      = 2;
    /** Attributes and capacities of a device, together. */
    static final int ATTRIBUTES            = 32;
    /** Taints of a device. */
    static final int TAINTS                = 16;
    /** Binding conditions of a device, and of those for failure. */
    static final int CONDITIONS            = 4;
    /** Characters of the identifier of an attribute, and of a text. */
    static final int IDENTIFIER = 32, TEXT = 64;
    /** Characters of a domain and the name of a driver; of the name of a pool. */
    static final int DOMAIN = 63, POOL = 253;
    // spotless:on

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern IDENTIFIERS = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Map<String, CounterSet> sets = new HashMap<>();
    private final Set<String> devices = new HashSet<>();

    private SliceLimits() {}

    /**
     * Checks the slices of one pool, all of them.
     *
     * @throws IllegalArgumentException if a server would refuse one, or a scheduler the pool; the
     *     message names value and limit
     */
    public static void check(List<ResourceSlice> slices) {
        SliceLimits limits = new SliceLimits();
        for (ResourceSlice slice : slices) {
            limits.checkFrame(slice, slices);
            limits.checkSets(slice);
        }
        for (ResourceSlice slice : slices) {
            limits.checkDevices(slice);
        }
    }

    private void checkFrame(ResourceSlice slice, List<ResourceSlice> all) {
        ResourceSliceSpec spec = slice.getSpec();
        String name = slice.getMetadata().getName();
        atMost(name + ": name of the driver", spec.getDriver().length(), DOMAIN);
        subdomain(name + ": name of the driver", spec.getDriver());
        atMost(name + ": name of the pool", spec.getPool().getName().length(), POOL);
        for (String part : spec.getPool().getName().split("/", -1)) {
            subdomain(name + ": name of the pool", part);
        }
        subdomain("name of a slice", name);
        require(
                spec.getPool().equals(all.getFirst().getSpec().getPool()),
                name + ": of another pool or generation than the first slice");
        require(
                spec.getPool().getResourceSliceCount() == all.size(),
                name
                        + ": slice count "
                        + spec.getPool().getResourceSliceCount()
                        + ", expected "
                        + all.size());
        int nodes = spec.getNodeName() == null ? 0 : 1;
        nodes += spec.getNodeSelector() == null ? 0 : 1;
        nodes += Boolean.TRUE.equals(spec.getAllNodes()) ? 1 : 0;
        nodes += Boolean.TRUE.equals(spec.getPerDeviceNodeSelection()) ? 1 : 0;
        require(nodes == 1, name + ": " + nodes + " ways to say which nodes, expected 1");
        require(
                spec.getDevices().isEmpty() || spec.getSharedCounters().isEmpty(),
                name + ": devices and shared counters, expected one of the two");
    }

    private void checkSets(ResourceSlice slice) {
        String name = slice.getMetadata().getName();
        atMost(name + ": counter sets", slice.getSpec().getSharedCounters().size(), COUNTER_SETS);
        for (CounterSet set : slice.getSpec().getSharedCounters()) {
            label(name + ": counter set", set.getName());
            require(sets.put(set.getName(), set) == null, set.getName() + ": set given twice");
            atMost(set.getName() + ": counters", set.getCounters().size(), COUNTERS);
            set.getCounters().keySet().forEach(counter -> label("counter", counter));
        }
    }

    private void checkDevices(ResourceSlice slice) {
        List<Device> all = slice.getSpec().getDevices();
        boolean special =
                all.stream()
                        .anyMatch(
                                device ->
                                        !device.getConsumesCounters().isEmpty()
                                                || !device.getTaints().isEmpty());
        atMost(
                slice.getMetadata().getName() + ": devices",
                all.size(),
                special ? DEVICES_WITH_COUNTERS : DEVICES);
        for (Device device : all) {
            String name = device.getName();
            label("device", name);
            require(devices.add(name), name + ": device given twice");
            atMost(
                    name + ": attributes and capacities",
                    device.getAttributes().size() + device.getCapacity().size(),
                    ATTRIBUTES);
            device.getAttributes().keySet().forEach(it -> identifier(name, it));
            device.getCapacity().keySet().forEach(it -> identifier(name, it));
            device.getAttributes().values().forEach(value -> checkValue(name, value));
            atMost(name + ": taints", device.getTaints().size(), TAINTS);
            atMost(name + ": conditions", device.getBindingConditions().size(), CONDITIONS);
            atMost(name + ": conditions", device.getBindingFailureConditions().size(), CONDITIONS);
            checkUse(device);
        }
    }

    private static void checkValue(String device, DeviceAttribute value) {
        for (String text : new String[] {value.getString(), value.getVersion()}) {
            if (text != null) {
                atMost(device + ": characters of " + text, text.length(), TEXT);
            }
        }
    }

    private void checkUse(Device device) {
        String name = device.getName();
        atMost(name + ": counter sets", device.getConsumesCounters().size(), SETS_OF_A_DEVICE);
        Set<String> used = new HashSet<>();
        for (DeviceCounterConsumption use : device.getConsumesCounters()) {
            require(used.add(use.getCounterSet()), name + ": uses a counter set twice");
            atMost(name + ": counters", use.getCounters().size(), COUNTERS);
            CounterSet set = sets.get(use.getCounterSet());
            require(set != null, name + ": no counter set " + use.getCounterSet());
            use.getCounters()
                    .forEach(
                            (counter, amount) -> {
                                var has = set == null ? null : set.getCounters().get(counter);
                                require(has != null, name + ": no counter " + counter);
                                require(
                                        has != null
                                                && number(amount.getValue())
                                                                .compareTo(number(has.getValue()))
                                                        <= 0,
                                        name + ": uses more of " + counter + " than there is");
                            });
        }
    }

    /** Returns a quantity as a number. */
    static BigDecimal number(Quantity quantity) {
        return Quantity.getAmountInBytes(quantity);
    }

    private static void identifier(String device, String name) {
        int slash = name.indexOf('/');
        String last = name.substring(slash + 1);
        atMost(device + ": characters of " + last, last.length(), IDENTIFIER);
        require(IDENTIFIERS.matcher(last).matches(), device + ": " + last + " is no identifier");
        if (slash >= 0) {
            atMost(device + ": characters of the domain of " + name, slash, DOMAIN);
            subdomain(device + ": domain", name.substring(0, slash));
        }
    }

    private static void label(String what, String name) {
        require(LABEL.matcher(name).matches(), what + " \"" + name + "\": expected a DNS label");
    }

    private static void subdomain(String what, String name) {
        for (String part : name.split("\\.", -1)) {
            label(what, part);
        }
    }

    private static void atMost(String what, int count, int most) {
        require(count <= most, what + ": " + count + ", expected at most " + most);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    static DeviceAttribute text(String value) {
        return new DeviceAttributeBuilder().withString(value).build();
    }

    static DeviceAttribute number(long value) {
        return new DeviceAttributeBuilder().withInt(value).build();
    }

    static DeviceCapacity capacity(Quantity value) {
        return new DeviceCapacityBuilder().withValue(value).build();
    }
}
