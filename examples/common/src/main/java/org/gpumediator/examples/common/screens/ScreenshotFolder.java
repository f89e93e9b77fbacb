package org.gpumediator.examples.common.screens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.gpumediator.examples.common.screens.Screens.Screen;

/**
 * The folder of {@code --screenshot-dir}: a file {@code VGPU-PORT.png} for each lit screen. A
 * reader finds the picture before or the one after, never a part of one.
 */
public final class ScreenshotFolder {

    private final Screens screens;
    private final Path folder;

    public ScreenshotFolder(Screens screens, Path folder) {
        this.screens = screens;
        this.folder = folder;
    }

    /**
     * Takes a picture of every lit screen; files of dark ones stay.
     *
     * @return how many were taken
     * @throws IOException if a file cannot be written
     */
    public synchronized int take() throws IOException {
        int taken = 0;
        for (Screen screen : screens.all()) {
            Optional<byte[]> png = screens.png(screen);
            if (png.isPresent()) {
                write(screen, png.get());
                taken++;
            }
        }
        return taken;
    }

    /**
     * Takes pictures again and again, on a thread of its own that ends with the process.
     *
     * @param whenRefused hears of a file that cannot be written; the next time it is tried again
     */
    public void takeEvery(Duration pause, Consumer<IOException> whenRefused) {
        Thread.ofPlatform()
                .daemon()
                .name("screenshots")
                .start(
                        () -> {
                            try {
                                while (true) {
                                    Thread.sleep(pause);
                                    takeOrTell(whenRefused);
                                }
                            } catch (InterruptedException end) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    private void takeOrTell(Consumer<IOException> whenRefused) {
        try {
            take();
        } catch (IOException refused) {
            whenRefused.accept(refused);
        }
    }

    private void write(Screen screen, byte[] png) throws IOException {
        // Whatever a virtual GPU is called, its files are in this folder.
        String name = screen.vgpu().replaceAll("[^A-Za-z0-9._-]", "_") + "-" + screen.port();
        Path part = folder.resolve("." + name + ".part");
        Files.write(part, png);
        Files.move(
                part,
                folder.resolve(name + ".png"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
