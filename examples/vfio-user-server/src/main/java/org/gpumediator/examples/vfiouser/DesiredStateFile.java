package org.gpumediator.examples.vfiouser;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gpumediator.core.desired.DesiredState;
import org.gpumediator.examples.common.UsageException;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@code --desired-state}: applied at the start, and whenever its text has changed and
 * stays as it is for two looks. A text that is wrong later on is told of in one line and changes
 * nothing.
 */
final class DesiredStateFile {

    private static final long LOOK_MILLIS = 1_000;
    private static final String OPTION = "--desired-state ";
    private static final String PLACEMENT_MODE = "placement-mode";

    private final Path path;
    private String applied = "";
    private String seen = "";
    private String told = "";

    DesiredStateFile(Path path) {
        this.path = path;
    }

    /**
     * Returns what to add to {@code --gpu} so that the board is opened in the mode that a file
     * sets; empty if it sets none, or the option says one, which is compared when the file is
     * applied. A file that is wrong is told of then.
     */
    static String placementMode(@Nullable Path path, String gpu) {
        if (path == null || gpu.contains(PLACEMENT_MODE + "=")) {
            return "";
        }
        try {
            String mode =
                    DesiredState.parse(new DesiredStateFile(path).read())
                            .settings()
                            .get(PLACEMENT_MODE);
            return mode == null ? "" : "," + PLACEMENT_MODE + "=" + mode;
        } catch (UsageException | IllegalArgumentException toldOfLater) {
            return "";
        }
    }

    /**
     * Applies the file.
     *
     * @throws UsageException if it cannot be read, is malformed, or cannot be fulfilled
     */
    void apply(Service service) {
        String text = read();
        applied = text;
        try {
            service.apply(DesiredState.parse(text));
        } catch (IllegalArgumentException wrong) {
            throw UsageException.badOption(OPTION + path + ": " + wrong.getMessage());
        }
    }

    private String read() {
        try {
            return Files.readString(path);
        } catch (CharacterCodingException noText) {
            throw UsageException.badOption(OPTION + path + ": expected UTF-8");
        } catch (IOException unreadable) {
            throw new UsageException(
                    UsageException.HOST_REFUSES,
                    OPTION + path + ": cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * Applies the file if its text is another than the last time. What the host has refused is
     * tried again the next time; a problem is told of once, until it is another one.
     */
    void applyIfChanged(Service service, PrintWriter err) {
        try {
            if (!read().equals(applied)) {
                apply(service);
            }
            told = "";
        } catch (UsageException refused) {
            if (refused.status() == UsageException.HOST_REFUSES) {
                applied = "";
            }
            String message = String.valueOf(refused.getMessage());
            if (!message.equals(told)) {
                err.println("vfio-user-server: " + message);
            }
            told = message;
        }
    }

    /** As {@link #applyIfChanged}, if the text is as at the last look: nobody is writing it now. */
    void look(Service service, PrintWriter err) {
        String before = seen;
        try {
            seen = read();
        } catch (UsageException unreadable) {
            seen = before;
        }
        if (seen.equals(before)) {
            applyIfChanged(service, err);
        }
    }

    /** Looks at the file every second, on a thread of its own that ends with the process. */
    void follow(Service service, PrintWriter err) {
        Thread.ofPlatform()
                .daemon()
                .name("desired-state")
                .start(
                        () -> {
                            try {
                                while (!service.isClosed()) {
                                    Thread.sleep(LOOK_MILLIS);
                                    look(service, err);
                                }
                            } catch (InterruptedException end) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }
}
