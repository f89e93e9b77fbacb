package org.gpumediator.nvidia.vf.types;

import java.util.List;
import java.util.Objects;

/**
 * One vGPU type as the firmware's data has it. Made only by {@link TypeRecordRules#check}-ed
 * reading, so whoever holds one may trust its numbers.
 *
 * @param identity which type it is
 * @param memory its share of memory
 * @param display its virtual heads
 * @param sharing how many there may be, and what each may do
 * @param licenses licence names, in the data's order
 * @param source where the row comes from
 */
public record TypeRecord(
        Identity identity,
        Memory memory,
        Display display,
        Sharing sharing,
        List<String> licenses,
        String source) {

    /** What stands before every type's name in the vendor's data. */
    public static final String VENDOR_PREFIX = "NVIDIA ";

    /** Copies the list. */
    public TypeRecord {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(display, "display");
        Objects.requireNonNull(sharing, "sharing");
        Objects.requireNonNull(source, "source");
        licenses = List.copyOf(licenses);
    }

    /**
     * Which type it is.
     *
     * @param board the board that offers it
     * @param typeId the vendor's number, unique over all boards; never 0
     * @param name the vendor's name, such as {@code NVIDIA L40-8Q}
     * @param series {@code Q} workstation, {@code B} desktop, {@code A} applications
     * @param typeClass {@code Quadro} or {@code NVS}
     * @param deviceId PCI device id that the guest sees
     * @param subsystemId PCI subsystem id that the guest sees
     */
    public record Identity(
            AdaBoard board,
            int typeId,
            String name,
            String series,
            String typeClass,
            int deviceId,
            int subsystemId) {

        /** Returns the name without the vendor's prefix, such as {@code L40-8Q}. */
        public String shortName() {
            return name.startsWith(VENDOR_PREFIX) ? name.substring(VENDOR_PREFIX.length()) : name;
        }

        /** Returns device id and subsystem id as the firmware packs them. */
        public int virtualDeviceId() {
            return deviceId << 16 | subsystemId;
        }
    }

    /**
     * Its share of memory. All sizes in bytes.
     *
     * @param profileBytes what the type is called by: guest framebuffer, heap and reservation
     * @param framebufferBytes guest framebuffer with error correction off
     * @param heapBytes management heap of its firmware task, outside the guest's framebuffer
     * @param reservedBytes what is kept from it for the board itself
     * @param bar1Bytes window to the framebuffer that the guest gets
     * @param mappableVideoBytes mappable video memory
     */
    public record Memory(
            long profileBytes,
            long framebufferBytes,
            long heapBytes,
            long reservedBytes,
            long bar1Bytes,
            long mappableVideoBytes) {}

    /**
     * Its virtual heads.
     *
     * @param heads how many
     * @param maxWidth widest mode of one head in pixels
     * @param maxHeight highest mode of one head in lines
     * @param maxPixels bound of the sum over all heads
     * @param frameRateLimit frames per second
     * @param frameRateLimited whether the limit applies
     */
    public record Display(
            int heads,
            int maxWidth,
            int maxHeight,
            long maxPixels,
            int frameRateLimit,
            boolean frameRateLimited) {

        /**
         * Returns whether a set of modes can be shown at once: not more than there are heads, each
         * within the widest and the highest, and all together within the bound of pixels.
         */
        public boolean accepts(List<Mode> modes) {
            long pixels = 0;
            for (Mode mode : modes) {
                if (mode.width > maxWidth || mode.height > maxHeight) {
                    return false;
                }
                pixels += (long) mode.width * mode.height;
            }
            return modes.size() <= heads && pixels <= maxPixels;
        }
    }

    /**
     * A mode of one head.
     *
     * @param width pixels, positive
     * @param height lines, positive
     */
    public record Mode(int width, int height) {

        /**
         * Validates the mode.
         *
         * @throws IllegalArgumentException if a number is not positive
         */
        public Mode {
            if (width <= 0 || height <= 0) {
                throw new IllegalArgumentException(
                        "mode " + width + "x" + height + ": expected positive numbers");
            }
        }
    }

    /**
     * How many there may be, and what each may do.
     *
     * @param maxInstances how many of it a board carries
     * @param channels hardware channels of each
     * @param placementSize slots of one GiB that each takes
     * @param equalIds its placement ids where all vGPUs of a board have one size, ascending
     * @param mixedIds its placement ids where sizes are mixed, ascending
     * @param encoderPercent bound of its use of the encoder, {@code 0} to {@code 100}
     * @param cuda whether it may compute
     * @param ecc whether it can live with error correction on
     * @param multiVgpu whether a virtual machine may have several
     * @param multiVgpuExclusive whether a virtual machine that has one may have no other
     */
    public record Sharing(
            int maxInstances,
            int channels,
            int placementSize,
            List<Integer> equalIds,
            List<Integer> mixedIds,
            int encoderPercent,
            boolean cuda,
            boolean ecc,
            boolean multiVgpu,
            boolean multiVgpuExclusive) {

        /** Copies the lists. */
        public Sharing {
            equalIds = List.copyOf(equalIds);
            mixedIds = List.copyOf(mixedIds);
        }
    }

    /** Returns the board that offers it. */
    public AdaBoard board() {
        return identity.board();
    }

    /** Returns the vendor's number. */
    public int typeId() {
        return identity.typeId();
    }

    /** Returns the vendor's name. */
    public String name() {
        return identity.name();
    }
}
