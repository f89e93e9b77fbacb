package org.gpumediator.nvidia.vf;

import java.util.Map;
import java.util.Set;
import org.gpumediator.nvidia.vf.placement.HomogeneousRule;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.scheduling.VendorSetting;
import org.gpumediator.nvidia.vf.sriov.VfActivation.Autoprobe;
import org.gpumediator.nvidia.vf.sriov.VfActivation.Host;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.jspecify.annotations.Nullable;

/**
 * The backend's options.
 *
 * @param mode {@code placement-mode}: whether sizes are mixed
 * @param rule {@code homogeneous-rule}: what virtual GPUs must have in common where they are not
 * @param vfs {@code vfs}: how many virtual functions there are, 1 to 32
 * @param host {@code pci-address}: where the physical function is, as {@code BB:DD.F}; {@code
 *     last-bus}: highest bus of the port above it, in hex; {@code ari-forwarding}: whether that
 *     port forwards device numbers other than 0
 * @param autoprobe {@code drivers-autoprobe}: {@code on} to take every virtual function as it comes
 *     up, {@code off} to take one when a virtual GPU is created on it
 * @param scheduler {@code RmPVMRL} and {@code RmPVMRLElasticSchedulingCap}: the scheduler in the
 *     vendor's form, decimal or with 0x; null for best effort
 */
record VfOptions(
        PlacementMode mode,
        HomogeneousRule rule,
        int vfs,
        Host host,
        Autoprobe autoprobe,
        @Nullable VendorSetting scheduler) {

    private static final String MODE = "placement-mode";
    private static final String RULE = "homogeneous-rule";
    private static final String VFS = "vfs";
    private static final String ADDRESS = "pci-address";
    private static final String LAST_BUS = "last-bus";
    private static final String FORWARDING = "ari-forwarding";
    private static final String AUTOPROBE = "drivers-autoprobe";
    private static final Set<String> NAMES =
            Set.of(
                    MODE,
                    RULE,
                    VFS,
                    ADDRESS,
                    LAST_BUS,
                    FORWARDING,
                    AUTOPROBE,
                    VendorSetting.WORD,
                    VendorSetting.ELASTIC_CAP);

    static VfOptions of(Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("option " + name + ": expected one of " + NAMES);
            }
        }
        String count = options.getOrDefault(VFS, Integer.toString(AdaBoard.TOTAL_VFS));
        int vfs = count.matches("[0-9]{1,3}") ? Integer.parseInt(count) : 0;
        if (vfs < 1 || vfs > AdaBoard.TOTAL_VFS) {
            throw new IllegalArgumentException(
                    "option " + VFS + "=" + count + ": expected 1 to " + AdaBoard.TOTAL_VFS);
        }
        return new VfOptions(
                PlacementMode.of(options.getOrDefault(MODE, PlacementMode.HOMOGENEOUS.text())),
                HomogeneousRule.of(options.getOrDefault(RULE, HomogeneousRule.SIZE.text())),
                vfs,
                host(options),
                isOn(options, AUTOPROBE) ? Autoprobe.ON : Autoprobe.OFF,
                VendorSetting.of(options));
    }

    private static Host host(Map<String, String> options) {
        String address = options.getOrDefault(ADDRESS, "01:00.0");
        if (!address.matches("[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]")) {
            throw new IllegalArgumentException(
                    "option " + ADDRESS + "=" + address + ": expected BB:DD.F in hex");
        }
        int bus = Integer.parseInt(address.substring(0, 2), 16);
        int device = Integer.parseInt(address.substring(3, 5), 16);
        String last = options.getOrDefault(LAST_BUS, address.substring(0, 2));
        if (!last.matches("[0-9a-f]{2}") || Integer.parseInt(last, 16) < bus) {
            throw new IllegalArgumentException(
                    "option "
                            + LAST_BUS
                            + "="
                            + last
                            + ": expected two hex digits, "
                            + address.substring(0, 2)
                            + " or more");
        }
        return new Host(
                bus << 8 | device << 3 | address.charAt(6) - '0',
                Integer.parseInt(last, 16),
                isOn(options, FORWARDING) ? Host.Ari.FORWARDED : Host.Ari.NOT_FORWARDED);
    }

    private static boolean isOn(Map<String, String> options, String name) {
        String text = options.getOrDefault(name, "on");
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "option " + name + "=" + text + ": expected on or off");
        };
    }
}
