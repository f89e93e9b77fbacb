package org.gpumediator.examples.common.screens;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gpumediator.api.spi.PanelSharing;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.display.Edid;
import org.gpumediator.core.display.VideoMode;
import org.jspecify.annotations.Nullable;

/**
 * What an operator types while the server runs, a command on a line. Each is answered with one
 * line: {@code OK} and what was done, or {@code REFUSED} and why.
 */
public final class Commands {

    private static final String EXPECTED =
            "expected plug VGPU PORT WIDTHxHEIGHT[@HZ] or edid=FILE, unplug VGPU PORT, front"
                    + " [VGPU], or screenshot";

    private final Mediator mediator;
    private final @Nullable ScreenshotFolder folder;
    private final PrintWriter out;

    public Commands(Mediator mediator, @Nullable ScreenshotFolder folder, PrintWriter out) {
        this.mediator = mediator;
        this.folder = folder;
        this.out = out;
    }

    /** Carries out lines until there are no more. */
    public void run(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                out.println(answer(line.strip()));
                out.flush();
            }
        }
    }

    private String answer(String line) {
        try {
            return "OK " + carryOut(line, List.of(line.split("\\s+")));
        } catch (IllegalArgumentException | IllegalStateException | IOException refused) {
            return "REFUSED " + line + ": " + refused.getMessage();
        }
    }

    private String carryOut(String line, List<String> words) throws IOException {
        return switch (words.getFirst()) {
            case "plug" -> {
                expect(words, 4);
                Displays displays = displays(words.get(1));
                displays.plug(words.get(2), edid(displays, words.get(2), words.get(3)));
                yield line;
            }
            case "unplug" -> {
                expect(words, 3);
                displays(words.get(1)).unplug(words.get(2));
                yield line;
            }
            case "front" -> {
                if (words.size() > 1) {
                    expect(words, 2);
                    Displays ignored = displays(words.get(1));
                }
                mediator.ability(PanelSharing.class)
                        .orElseThrow(() -> new IllegalArgumentException("the GPU has no monitors"))
                        .show(words.size() > 1 ? words.get(1) : PanelSharing.HOST);
                yield line;
            }
            case "screenshot" -> {
                expect(words, 1);
                if (folder == null) {
                    throw new IllegalArgumentException("expected --screenshot-dir with it");
                }
                yield "screenshot " + folder.take();
            }
            default -> throw new IllegalArgumentException(EXPECTED);
        };
    }

    private static void expect(List<String> words, int count) {
        if (words.size() != count) {
            throw new IllegalArgumentException(EXPECTED);
        }
    }

    private Displays displays(String name) {
        VirtualGpu vgpu =
                mediator.virtualGpu(name)
                        .orElseThrow(() -> new IllegalArgumentException("no virtual GPU " + name));
        return vgpu.ability(Displays.class)
                .orElseThrow(() -> new IllegalArgumentException(name + " has no displays"));
    }

    private static byte[] edid(Displays displays, String name, String wish) throws IOException {
        if (wish.startsWith("edid=")) {
            return Files.readAllBytes(Path.of(wish.substring("edid=".length())));
        }
        VideoMode mode = VideoMode.parse(wish);
        for (Displays.Port port : displays.ports()) {
            if (port.name().equals(name)) {
                return Edid.builder(port.connector()).mode(mode).name(name).build();
            }
        }
        return new byte[0]; // there is no such port: plugging says so
    }
}
