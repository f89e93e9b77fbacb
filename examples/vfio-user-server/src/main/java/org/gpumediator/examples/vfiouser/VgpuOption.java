package org.gpumediator.examples.vfiouser;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.common.OptionText;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.common.VgpuWish;
import org.gpumediator.examples.common.linux.UnixSocket;

/**
 * One {@code --vgpu} option.
 *
 * @param request what is wished of the mediator
 * @param socket where it is served
 * @param access who may connect there
 */
record VgpuOption(VgpuRequest request, Path socket, UnixSocket.Access access) {

    private static final String OPTION = "--vgpu";

    /**
     * Reads the option's value.
     *
     * @param inventory tells which resources can be given quotas
     * @throws UsageException if it is malformed, or names what this GPU does not have
     */
    static VgpuOption parse(String text, GpuInventory inventory) {
        Map<String, String> pairs = OptionText.pairs(OPTION, text);
        String name = required(OPTION, pairs, "name", text);
        Path socket = Path.of(required(OPTION, pairs, "socket", text));
        UnixSocket.Access access = access(OPTION + " " + name, pairs);
        return new VgpuOption(
                VgpuWish.parse(
                        OPTION + " " + name,
                        name,
                        pairs,
                        List.of("name", "socket", "mode", "group"),
                        inventory),
                socket,
                access);
    }

    /**
     * Takes out of an option's pairs who may connect.
     *
     * @param option the option and the name in it, for messages
     */
    static UnixSocket.Access access(String option, Map<String, String> pairs) {
        String mode = pairs.remove("mode");
        String group = pairs.remove("group");
        try {
            return UnixSocket.Access.parse(mode == null ? "" : mode, group == null ? "" : group);
        } catch (IllegalArgumentException wrong) {
            throw UsageException.badOption(option + ": " + wrong.getMessage());
        }
    }

    static String required(String option, Map<String, String> pairs, String key, String text) {
        String value = pairs.remove(key);
        if (value == null) {
            throw UsageException.badOption(option + " " + text + ": " + key + "= is missing");
        }
        return value;
    }
}
