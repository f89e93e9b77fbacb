package org.gpumediator.core.display;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gpumediator.api.vmm.Displays.Connector;

/**
 * The description a monitor gives of itself: made from modes, a name and a size, or checked as
 * given.
 *
 * <p>Source: VESA E-EDID 1.3 (base block), CTA-861 (extension with the HDMI vendor block, which
 * lets a source send more than 165 MHz).
 *
 * @since 0.1.0
 */
public final class Edid {

    /** Bytes of a block. */
    public static final int BLOCK = 128;

    private static final int MAX_BLOCKS = 4;
    private static final int MAX_DETAILED = 2;
    private static final int DESCRIPTORS = 54;
    private static final int DESCRIPTOR = 18;
    private static final int EXTENSIONS = 126;
    private static final int DVI_CLOCK_KHZ = 165_000;
    private static final byte[] HEADER = {0, -1, -1, -1, -1, -1, -1, 0};

    /** "GPM" in five bits a letter. */
    private static final int MANUFACTURER = 7 << 10 | 16 << 5 | 13;

    private Edid() {}

    /**
     * Checks bytes that shall be served as an EDID.
     *
     * @return a copy
     * @throws IllegalArgumentException if they are not 1 to 4 whole blocks, as many as the base
     *     block says, with its header, right checksums and a preferred mode
     */
    public static byte[] check(byte[] edid) {
        if (edid.length == 0 || edid.length % BLOCK != 0 || edid.length > MAX_BLOCKS * BLOCK) {
            throw new IllegalArgumentException(
                    "EDID of " + edid.length + " bytes: expected 128, 256, 384 or 512");
        }
        if (!Arrays.equals(edid, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            throw new IllegalArgumentException("EDID without its header 00 ff ff ff ff ff ff 00");
        }
        int blocks = 1 + (edid[EXTENSIONS] & 0xff);
        if (blocks * BLOCK != edid.length) {
            throw new IllegalArgumentException(
                    "EDID of "
                            + edid.length
                            + " bytes says it has "
                            + blocks
                            + " blocks of 128 bytes");
        }
        for (int block = 0; block < blocks; block++) {
            if (sum(edid, block * BLOCK) != 0) {
                throw new IllegalArgumentException("EDID block " + block + ": wrong checksum");
            }
        }
        if (edid[DESCRIPTORS] == 0 && edid[DESCRIPTORS + 1] == 0) {
            throw new IllegalArgumentException(
                    "EDID whose first descriptor is no timing: no preferred mode");
        }
        return edid.clone();
    }

    /** Returns a builder of the EDID of a monitor for a kind of plug. */
    public static Builder builder(Connector connector) {
        return new Builder(connector);
    }

    private static int sum(byte[] edid, int from) {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += edid[from + i];
        }
        return sum & 0xff;
    }

    /** Collects what a monitor says of itself. Not thread safe. */
    public static final class Builder {

        private final Connector connector;
        private final List<VideoMode> modes = new ArrayList<>();
        private String name = "GPU Mediator";
        private int serial = 1;
        private int widthMillimetres = 520;
        private int heightMillimetres = 320;

        private Builder(Connector connector) {
            this.connector = connector;
        }

        /** Adds a mode; the first is the preferred one. */
        public Builder mode(VideoMode mode) {
            modes.add(mode);
            return this;
        }

        /**
         * Names the monitor.
         *
         * @throws IllegalArgumentException if the name is not 1 to 13 printable ASCII characters
         */
        public Builder name(String newName) {
            if (!newName.matches("[ -~]{1,13}")) {
                throw new IllegalArgumentException(
                        "name \"" + newName + "\": expected 1 to 13 printable ASCII characters");
            }
            name = newName;
            return this;
        }

        /** Sets the serial number. */
        public Builder serial(int newSerial) {
            serial = newSerial;
            return this;
        }

        /**
         * Sets the size of the panel.
         *
         * @throws IllegalArgumentException if a side is not 10 to 2,550 mm
         */
        public Builder millimetres(int width, int height) {
            if (width < 10 || width > 2550 || height < 10 || height > 2550) {
                throw new IllegalArgumentException(
                        width + "x" + height + " mm: expected sides of 10 to 2550");
            }
            widthMillimetres = width;
            heightMillimetres = height;
            return this;
        }

        /**
         * Returns the EDID: one block, or two where an HDMI monitor needs more than 165 MHz.
         *
         * @throws IllegalStateException if no mode was given, or more than two
         */
        public byte[] build() {
            if (modes.isEmpty() || modes.size() > MAX_DETAILED) {
                throw new IllegalStateException(modes.size() + " modes: expected 1 or 2");
            }
            int fastest = modes.stream().mapToInt(VideoMode::clockKilohertz).max().orElseThrow();
            boolean extended = connector == Connector.HDMI && fastest > DVI_CLOCK_KHZ;
            byte[] edid = new byte[extended ? 2 * BLOCK : BLOCK];
            base(edid);
            edid[EXTENSIONS] = (byte) (extended ? 1 : 0);
            seal(edid, 0);
            if (extended) {
                extension(edid, fastest);
                seal(edid, BLOCK);
            }
            return edid;
        }

        private void base(byte[] edid) {
            System.arraycopy(HEADER, 0, edid, 0, HEADER.length);
            edid[8] = (byte) (MANUFACTURER >>> 8);
            edid[9] = (byte) MANUFACTURER;
            edid[10] = (byte) (connector.ordinal() + 1); // product
            for (int i = 0; i < Integer.BYTES; i++) {
                edid[12 + i] = (byte) (serial >>> 8 * i);
            }
            edid[16] = 1; // week
            edid[17] = 2026 - 1990 & 0xff;
            edid[18] = 1;
            edid[19] = 3; // version 1.3
            edid[20] = (byte) (connector == Connector.VGA ? 0x08 : 0x80);
            edid[21] = (byte) (widthMillimetres / 10);
            edid[22] = (byte) (heightMillimetres / 10);
            edid[23] = 120; // gamma 2.2
            edid[24] = (byte) (connector == Connector.VGA ? 0x0a : 0x02); // preferred timing
            byte[] srgb = {-18, -111, -93, 84, 76, -103, 38, 15, 80, 84};
            System.arraycopy(srgb, 0, edid, 25, srgb.length);
            edid[35] = 0x20; // 640x480 at 60 Hz
            edid[36] = 0x08; // 1024x768 at 60 Hz
            Arrays.fill(edid, 38, DESCRIPTORS, (byte) 1);
            int at = DESCRIPTORS;
            for (VideoMode mode : modes) {
                timing(edid, at, mode);
                at += DESCRIPTOR;
            }
            text(edid, at, 0xfc, name);
            at += DESCRIPTOR;
            range(edid, at);
            at += DESCRIPTOR;
            if (at < EXTENSIONS) {
                text(edid, at, 0xff, Integer.toUnsignedString(serial));
            }
        }

        private void timing(byte[] edid, int at, VideoMode mode) {
            int clock = mode.clockKilohertz() / 10;
            int blank = VideoMode.HORIZONTAL_BLANK;
            int lines = mode.verticalBlank();
            edid[at] = (byte) clock;
            edid[at + 1] = (byte) (clock >>> 8);
            edid[at + 2] = (byte) mode.width();
            edid[at + 3] = (byte) blank;
            edid[at + 4] = (byte) (mode.width() >>> 8 << 4 | blank >>> 8);
            edid[at + 5] = (byte) mode.height();
            edid[at + 6] = (byte) lines;
            edid[at + 7] = (byte) (mode.height() >>> 8 << 4 | lines >>> 8);
            edid[at + 8] = VideoMode.HORIZONTAL_FRONT;
            edid[at + 9] = VideoMode.HORIZONTAL_SYNC;
            edid[at + 10] = (byte) (VideoMode.VERTICAL_FRONT << 4 | mode.verticalSync() & 0xf);
            edid[at + 11] = (byte) (mode.verticalSync() >>> 4);
            edid[at + 12] = (byte) widthMillimetres;
            edid[at + 13] = (byte) heightMillimetres;
            edid[at + 14] = (byte) (widthMillimetres >>> 8 << 4 | heightMillimetres >>> 8);
            edid[at + 17] = 0x1a; // separate syncs, horizontal positive, vertical negative
        }

        private static void text(byte[] edid, int at, int tag, String text) {
            edid[at + 3] = (byte) tag;
            Arrays.fill(edid, at + 5, at + DESCRIPTOR, (byte) ' ');
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(bytes, 0, edid, at + 5, bytes.length);
            if (bytes.length < DESCRIPTOR - 5) {
                edid[at + 5 + bytes.length] = '\n';
            }
        }

        private static void range(byte[] edid, int at) {
            edid[at + 3] = (byte) 0xfd;
            edid[at + 5] = 24;
            edid[at + 6] = (byte) 240; // Hz
            edid[at + 7] = 15;
            edid[at + 8] = (byte) 255; // kHz
            edid[at + 9] = 66; // 660 MHz
            edid[at + 11] = '\n';
            Arrays.fill(edid, at + 12, at + DESCRIPTOR, (byte) ' ');
        }

        private static void extension(byte[] edid, int fastestKilohertz) {
            edid[BLOCK] = 2;
            edid[BLOCK + 1] = 3;
            edid[BLOCK + 2] = 4 + 8; // no timings behind the data blocks
            edid[BLOCK + 4] = 3 << 5 | 7; // vendor block of 7 bytes
            edid[BLOCK + 5] = 0x03;
            edid[BLOCK + 6] = 0x0c; // 00-0c-03: HDMI
            edid[BLOCK + 8] = 0x10; // at 1.0.0.0
            edid[BLOCK + 11] = (byte) Math.ceilDiv(fastestKilohertz, 5000);
        }

        private static void seal(byte[] edid, int from) {
            edid[from + BLOCK - 1] = (byte) -sum(edid, from);
        }
    }
}
