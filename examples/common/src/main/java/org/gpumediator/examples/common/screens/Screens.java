package org.gpumediator.examples.common.screens;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.awt.image.DirectColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;

/**
 * The screens of all virtual GPUs of a mediator. Safe for use by multiple threads; one picture is
 * taken at a time, so that guests with large screens cannot fill the process's memory.
 */
public final class Screens {

    private static final DirectColorModel COLOURS =
            new DirectColorModel(24, 0xff_0000, 0xff00, 0xff);

    private final Mediator mediator;

    @GuardedBy("this")
    private final Picture picture = new Picture();

    public Screens(Mediator mediator) {
        this.mediator = mediator;
    }

    /**
     * A screen that is lit.
     *
     * @param vgpu name of the virtual GPU
     * @param port name of the port its monitor is at
     */
    public record Screen(
            String vgpu, String port, int pipe, int width, int height, int refreshMilliHertz) {}

    /** Returns the screens of one virtual GPU that are lit and have a monitor. */
    public List<Screen> of(VirtualGpu vgpu) {
        List<Screen> lit = new ArrayList<>();
        for (Displays.Scanout each : displays(vgpu).map(Displays::scanouts).orElse(List.of())) {
            if (!each.port().isEmpty()) {
                lit.add(
                        new Screen(
                                vgpu.name(),
                                each.port(),
                                each.pipe(),
                                each.width(),
                                each.height(),
                                each.refreshMilliHertz()));
            }
        }
        return lit;
    }

    /** Returns the lit screens of all, in the order in which their virtual GPUs were made. */
    public List<Screen> all() {
        return mediator.virtualGpus().stream().flatMap(vgpu -> of(vgpu).stream()).toList();
    }

    private static Optional<Displays> displays(VirtualGpu vgpu) {
        try {
            return vgpu.ability(Displays.class);
        } catch (IllegalStateException closedMeanwhile) {
            return Optional.empty();
        }
    }

    /** Takes a picture of a screen, as PNG; empty if it is dark by now. */
    public Optional<byte[]> png(Screen screen) {
        return mediator.virtualGpu(screen.vgpu())
                .flatMap(Screens::displays)
                .flatMap(displays -> png(displays, screen.pipe()));
    }

    private synchronized Optional<byte[]> png(Displays displays, int pipe) {
        if (!displays.draw(pipe, picture)) {
            return Optional.empty();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image(), "png", stream);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Optional.of(bytes.toByteArray());
    }

    /** The picture as the JDK has pictures, over the same pixels. */
    @GuardedBy("this")
    private BufferedImage image() {
        int[] pixels = picture.pixels();
        var raster =
                Raster.createPackedRaster(
                        new DataBufferInt(pixels, pixels.length),
                        picture.width(),
                        picture.height(),
                        picture.width(),
                        COLOURS.getMasks(),
                        null);
        return new BufferedImage(COLOURS, raster, false, null);
    }
}
