package org.gpumediator.nvidia.vf.types;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.gpumediator.api.partition.VgpuType;

/**
 * What a type of this family says of itself beyond quotas and displays: the attributes of a {@link
 * VgpuType}, by name, and how to read them back.
 */
public final class TypeAttributes {

    // spotless:off
    /** The vendor's number; for a type of free quotas that of the type it is modelled on. */
    public static final String TYPE_ID            = "type-id";
    /** The name without the vendor's prefix. A look-up by name accepts both. */
    public static final String SHORT_NAME         = "short-name";
    /** {@code Q}, {@code B}, {@code A} or {@code C}. */
    public static final String SERIES             = "series";
    /** Device and subsystem id that the guest sees, as {@code 0x26b51774}. */
    public static final String VIRTUAL_DEVICE     = "virtual-device";
    /** Sum of pixels of all heads. */
    public static final String MAX_PIXELS         = "max-pixels";
    /** Frames per second. */
    public static final String FRAME_RATE_LIMIT   = "frame-rate-limit";
    /** Whether it may compute: {@code true} or {@code false}. */
    public static final String CUDA               = "cuda";
    /** Whether it can live with error correction on. */
    public static final String ECC                = "ecc";
    /** Whether a virtual machine may have several. */
    public static final String MULTI_VGPU         = "multi-vgpu";
    /** Profile size in bytes. */
    public static final String PROFILE_SIZE       = "profile-size";
    /** Licences, separated by semicolons. */
    public static final String LICENSES           = "licenses";
    /** Present, and {@code true}, on a type of free quotas. */
    public static final String ANONYMOUS          = "anonymous";
    // spotless:on

    private TypeAttributes() {}

    static Map<String, String> of(TypeRecord type) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(TYPE_ID, Integer.toString(type.typeId()));
        values.put(SHORT_NAME, type.identity().shortName());
        values.put(SERIES, type.identity().series());
        values.put(
                VIRTUAL_DEVICE,
                String.format(Locale.ROOT, "0x%08x", type.identity().virtualDeviceId()));
        values.put(MAX_PIXELS, Long.toString(type.display().maxPixels()));
        values.put(FRAME_RATE_LIMIT, Integer.toString(type.display().frameRateLimit()));
        values.put(CUDA, Boolean.toString(type.sharing().cuda()));
        values.put(ECC, Boolean.toString(type.sharing().ecc()));
        values.put(MULTI_VGPU, Boolean.toString(type.sharing().multiVgpu()));
        values.put(PROFILE_SIZE, Long.toString(type.memory().profileBytes()));
        values.put(LICENSES, String.join(";", type.licenses()));
        return values;
    }

    /**
     * Returns the vendor's number of a type.
     *
     * @throws IllegalArgumentException if it is not a type of this family
     */
    public static int typeId(VgpuType type) {
        String value = type.attributes().get(TYPE_ID);
        if (value == null) {
            throw new IllegalArgumentException(type.name() + ": has no " + TYPE_ID);
        }
        return Integer.parseInt(value);
    }

    /** Returns whether a type was made of free quotas. */
    public static boolean isAnonymous(VgpuType type) {
        return Boolean.parseBoolean(type.attributes().get(ANONYMOUS));
    }
}
