package org.gpumediator.api.vmm;

import java.util.List;

/**
 * The virtual monitors of a virtual GPU, and what it scans out. Obtained by {@link
 * VirtualGpu#ability}. Safe for use by multiple threads; no method waits for the guest.
 *
 * <p>A port exists from the creation of the virtual GPU to its end: drivers look for ports once,
 * when they are loaded. Monitors come and go.
 *
 * @since 0.1.0
 */
public interface Displays {

    /** What kind of plug a port has. */
    enum Connector {
        VGA,
        HDMI,
        DISPLAY_PORT,
        /** An embedded panel: always plugged. */
        EMBEDDED
    }

    /**
     * A port.
     *
     * @param name as in the request for the virtual GPU, such as {@code hdmi-b}
     * @param connected whether a monitor is plugged in
     */
    record Port(String name, Connector connector, boolean connected) {}

    /** Which plane of a pipe; from the bottom to the top of a picture. */
    enum PlaneKind {
        PRIMARY,
        SPRITE,
        CURSOR
    }

    /**
     * A plane that a pipe shows.
     *
     * @param format four letters as in Linux's {@code drm_fourcc.h}, such as {@code XR24}; {@code
     *     ????} where the guest chose a format that the hardware does not have
     * @param tiled whether the surface is X-tiled
     * @param address graphics address of the surface, of the guest's own address space
     * @param stride bytes from one row (of pixels) to the next
     * @param x left edge on the pipe, in pixels; may be negative for a cursor
     * @param y top edge on the pipe, in pixels; may be negative for a cursor
     * @param width in pixels
     * @param height in pixels
     */
    record Plane(
            PlaneKind kind,
            String format,
            boolean tiled,
            long address,
            int stride,
            int x,
            int y,
            int width,
            int height) {}

    /**
     * A pipe that is on.
     *
     * @param pipe 0 for A
     * @param port the name of the port it feeds; empty if it feeds none that has a monitor
     * @param width of the picture, in pixels, 1 to 4096
     * @param height of the picture, in pixels, 1 to 4096
     * @param refreshMilliHertz frames in 1,000 seconds
     * @param planes what it shows, from bottom to top
     */
    record Scanout(
            int pipe,
            String port,
            int width,
            int height,
            int refreshMilliHertz,
            List<Plane> planes) {

        public Scanout {
            planes = List.copyOf(planes);
        }
    }

    /** Returns the ports, in the order the guest finds them. */
    List<Port> ports();

    /**
     * Returns a copy of the EDID of the monitor at a port; empty if none is plugged in.
     *
     * @throws IllegalArgumentException if there is no such port; the message lists those that are
     */
    byte[] edid(String port);

    /**
     * Plugs a monitor in, in place of the one that may be there, and tells the guest.
     *
     * @param edid 128 to 512 bytes, whole blocks with right checksums
     * @throws IllegalArgumentException if there is no such port, it is an embedded panel's, or the
     *     EDID is none; the message says which
     */
    void plug(String port, byte[] edid);

    /**
     * Takes the monitor at a port away and tells the guest. No effect if none is plugged in.
     *
     * @throws IllegalArgumentException if there is no such port, or it is an embedded panel's
     */
    void unplug(String port);

    /** Returns the pipes that are on. */
    List<Scanout> scanouts();

    /**
     * Draws what a pipe shows. Pages that are not the guest's are black and counted. The guest may
     * change its memory meanwhile: a picture may be torn as on a monitor.
     *
     * @param pipe 0 for A
     * @param target takes size and pixels; used again, it costs no allocation at the same size
     * @return whether the pipe is on; the target is unchanged if it is not
     */
    boolean draw(int pipe, Picture target);
}
