package org.gpumediator.intel.gen7.display;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.vmm.Displays.Connector;
import org.gpumediator.core.display.Edid;
import org.gpumediator.core.display.VideoMode;
import org.gpumediator.intel.gen7.display.MonitorPort.Place;

/**
 * Reads which ports a virtual GPU shall have, and which monitors are plugged in from the start:
 * {@code hdmi-b:1920x1080,dp-c:2560x1440,vga,edp:1280x800}. A port without a mode has no monitor
 * yet; the mode {@code max} is the largest of the virtual GPU's type.
 */
public final class PortOptions {

    private static final String EXPECTED =
            "expected vga, edp, hdmi-b to hdmi-d or dp-b to dp-d, each with :WIDTHxHEIGHT[@HZ] or :max";

    private static final String SEPARATOR = "[,+]";
    private static final String LARGEST = ":max";
    private static final String ANY_MODE = ":640x480";

    private PortOptions() {}

    /**
     * Reads the text of an option; an empty one means no port.
     *
     * @throws IllegalArgumentException if a piece is no port, a mode cannot be, two ports are at
     *     one place, or an embedded panel has no mode
     */
    static List<MonitorPort> parse(String text) {
        List<MonitorPort> ports = new ArrayList<>();
        if (text.isEmpty()) {
            return ports;
        }
        for (String piece : text.split(SEPARATOR, -1)) {
            int colon = piece.indexOf(':');
            String name = colon < 0 ? piece : piece.substring(0, colon);
            MonitorPort port = port(name);
            if (ports.stream().anyMatch(other -> other.place == port.place)) {
                throw new IllegalArgumentException(
                        "display=" + text + ": two monitors on port " + port.place);
            }
            if (colon >= 0) {
                VideoMode mode = VideoMode.parse(piece.substring(colon + 1));
                port.monitor = new Monitor(edid(port, mode));
            } else if (port.embedded()) {
                throw new IllegalArgumentException(
                        "display=" + name + ": an embedded panel needs its mode, as edp:1280x800");
            }
            ports.add(port);
        }
        ports.sort((a, b) -> a.place.compareTo(b.place));
        return ports;
    }

    /**
     * Checks the text of an option, but for what the type of the virtual GPU says of it.
     *
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static void check(String text) {
        parse(text.replace(LARGEST, ANY_MODE));
    }

    /**
     * Returns the text of an option for a virtual GPU of some type.
     *
     * @param maxWidth of a monitor's mode, in pixels
     * @param maxHeight of a monitor's mode, in pixels
     * @throws IllegalArgumentException if a mode is larger
     */
    public static String ofType(String text, int maxWidth, int maxHeight) {
        String modes = text.replace(LARGEST, ":" + maxWidth + "x" + maxHeight);
        for (String piece : modes.split(SEPARATOR, -1)) {
            int colon = piece.indexOf(':');
            VideoMode mode = colon < 0 ? null : VideoMode.parse(piece.substring(colon + 1));
            if (mode != null && (mode.width() > maxWidth || mode.height() > maxHeight)) {
                throw new IllegalArgumentException(
                        "display="
                                + piece
                                + ": the type of this virtual GPU has at most "
                                + maxWidth
                                + "x"
                                + maxHeight);
            }
        }
        return modes;
    }

    private static byte[] edid(MonitorPort port, VideoMode mode) {
        return Edid.builder(port.connector)
                .mode(mode)
                .name("Virtual " + port.place)
                .serial(port.place.ordinal() + 1)
                .build();
    }

    private static MonitorPort port(String name) {
        return switch (name) {
            case "vga" -> new MonitorPort(name, Place.E, Connector.VGA);
            case "edp" -> new MonitorPort(name, Place.A, Connector.EMBEDDED);
            case "hdmi-b" -> new MonitorPort(name, Place.B, Connector.HDMI);
            case "hdmi-c" -> new MonitorPort(name, Place.C, Connector.HDMI);
            case "hdmi-d" -> new MonitorPort(name, Place.D, Connector.HDMI);
            case "dp-b" -> new MonitorPort(name, Place.B, Connector.DISPLAY_PORT);
            case "dp-c" -> new MonitorPort(name, Place.C, Connector.DISPLAY_PORT);
            case "dp-d" -> new MonitorPort(name, Place.D, Connector.DISPLAY_PORT);
            default -> throw new IllegalArgumentException("display=" + name + ": " + EXPECTED);
        };
    }
}
