package org.gpumediator.examples.kvmvmm;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.common.OptionText;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.common.VgpuWish;
import org.gpumediator.examples.kvmvmm.machine.Vm;
import org.jspecify.annotations.Nullable;

/**
 * One {@code --vm} option.
 *
 * @param name of the machine
 * @param kernel its kernel
 * @param initrd its initramfs; {@code null} for none
 * @param memory in bytes
 * @param cpus processors
 * @param console file of its first serial port; {@code null} for none
 * @param serial file of its second serial port; {@code null} for none
 * @param vgpus its virtual GPUs, by device number
 */
record VmOption(
        String name,
        Path kernel,
        @Nullable Path initrd,
        long memory,
        int cpus,
        @Nullable Path console,
        @Nullable Path serial,
        Map<Integer, VgpuRequest> vgpus) {

    private static final String OPTION = "--vm";
    private static final Set<String> KEYS =
            Set.of("name", "kernel", "initrd", "memory", "cpus", "console", "serial");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    /** {@code vgpu.} is device 2, where Linux expects Haswell's; {@code vgpu3.} is device 3. */
    private static final Pattern VGPU = Pattern.compile("vgpu([1-9]|[12][0-9]|30)?\\.(.+)");

    private static final int FIRST_DEVICE = 2;
    private static final long DEFAULT_MEMORY = 1L << 30;
    private static final long LARGE_PAGE = 2L << 20;

    /**
     * Reads the option's value.
     *
     * @param inventory tells which resources can be given quotas
     * @throws UsageException if it is malformed, or names what this GPU does not have
     */
    static VmOption parse(String text, GpuInventory inventory) {
        Map<String, String> own = new LinkedHashMap<>();
        Map<Integer, Map<String, String>> wishes = new TreeMap<>();
        OptionText.pairs(OPTION, text)
                .forEach(
                        (key, value) -> {
                            Matcher vgpu = VGPU.matcher(key);
                            if (vgpu.matches()) {
                                String device = vgpu.group(1);
                                wishes.computeIfAbsent(
                                                device == null
                                                        ? FIRST_DEVICE
                                                        : Integer.parseInt(device),
                                                none -> new LinkedHashMap<>())
                                        .put(vgpu.group(2), value);
                            } else if (KEYS.contains(key)) {
                                own.put(key, value);
                            } else {
                                throw UsageException.badOption(
                                        OPTION
                                                + ": "
                                                + key
                                                + "=: expected one of "
                                                + KEYS.stream().sorted().toList()
                                                + ", vgpu.KEY or vgpu1.KEY to vgpu30.KEY");
                            }
                        });
        String name = required(own, "name", text);
        if (!NAME.matcher(name).matches()) {
            throw UsageException.badOption(
                    OPTION + ": name=" + name + ": expected 1 to 40 letters, digits, _ and -");
        }
        Map<Integer, VgpuRequest> vgpus = new TreeMap<>();
        wishes.forEach(
                (device, pairs) ->
                        vgpus.put(
                                device,
                                VgpuWish.parse(
                                        OPTION + " " + name + ": vgpu of device " + device,
                                        wishes.size() == 1 ? name : name + "-" + device,
                                        pairs,
                                        List.of(),
                                        inventory)));
        return new VmOption(
                name,
                Path.of(required(own, "kernel", text)),
                path(own.get("initrd")),
                memory(name, own.get("memory")),
                cpus(name, own.getOrDefault("cpus", "1")),
                path(own.get("console")),
                path(own.get("serial")),
                vgpus);
    }

    private static String required(Map<String, String> pairs, String key, String text) {
        String value = pairs.get(key);
        if (value == null) {
            throw UsageException.badOption(OPTION + " " + text + ": " + key + "= is missing");
        }
        return value;
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }

    private static long memory(String name, @Nullable String text) {
        long bytes =
                text == null
                        ? DEFAULT_MEMORY
                        : OptionText.amount(OPTION + " " + name + ": memory", text);
        if (bytes < LARGE_PAGE || bytes % LARGE_PAGE != 0) {
            throw UsageException.badOption(
                    OPTION + " " + name + ": memory=" + text + ": expected a multiple of 2M");
        }
        return bytes;
    }

    private static int cpus(String name, String text) {
        int cpus = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (cpus < 1 || cpus > Vm.MAX_PROCESSORS) {
            throw UsageException.badOption(
                    OPTION
                            + " "
                            + name
                            + ": cpus="
                            + text
                            + ": expected 1 to "
                            + Vm.MAX_PROCESSORS);
        }
        return cpus;
    }
}
