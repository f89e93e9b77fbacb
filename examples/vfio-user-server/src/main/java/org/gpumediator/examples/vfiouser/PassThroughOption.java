package org.gpumediator.examples.vfiouser;

import java.nio.file.Path;
import java.util.Map;
import org.gpumediator.examples.common.OptionText;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.common.linux.UnixSocket;

/**
 * The {@code --pass-through} option.
 *
 * @param name name of the virtual GPU
 * @param socket where it is served
 * @param access who may connect there
 */
record PassThroughOption(String name, Path socket, UnixSocket.Access access) {

    static final String OPTION = "--pass-through";

    /**
     * Reads the option's value.
     *
     * @throws UsageException if it is malformed
     */
    static PassThroughOption parse(String text) {
        Map<String, String> pairs = OptionText.pairs(OPTION, text);
        String name = VgpuOption.required(OPTION, pairs, "name", text);
        Path socket = Path.of(VgpuOption.required(OPTION, pairs, "socket", text));
        UnixSocket.Access access = VgpuOption.access(OPTION + " " + name, pairs);
        for (String key : pairs.keySet()) {
            throw UsageException.badOption(
                    OPTION
                            + " "
                            + name
                            + ": "
                            + key
                            + "=: expected name= and socket=, perhaps mode= and group=");
        }
        return new PassThroughOption(name, socket, access);
    }
}
