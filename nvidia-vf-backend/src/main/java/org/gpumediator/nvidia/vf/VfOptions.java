package org.gpumediator.nvidia.vf;

import java.util.Map;
import java.util.Set;
import org.gpumediator.nvidia.vf.placement.HomogeneousRule;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.types.AdaBoard;

/**
 * The backend's options.
 *
 * @param mode {@code placement-mode}: whether sizes are mixed
 * @param rule {@code homogeneous-rule}: what virtual GPUs must have in common where they are not
 * @param vfs {@code vfs}: how many virtual functions there are, 1 to 32
 */
record VfOptions(PlacementMode mode, HomogeneousRule rule, int vfs) {

    private static final String MODE = "placement-mode";
    private static final String RULE = "homogeneous-rule";
    private static final String VFS = "vfs";
    private static final Set<String> NAMES = Set.of(MODE, RULE, VFS);

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
                vfs);
    }
}
