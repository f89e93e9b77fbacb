package org.gpumediator.intel.gen7.engine;

import org.gpumediator.intel.gen7.Engine;
import org.gpumediator.intel.gen7.Mmio;

import java.util.Map;
import java.util.TreeMap;

/**
 * Resets single engines of the hardware, and all of them if one does not come back.
 *
 * <p>Source: GDRST of gen7.5 (0x941c): bit 0 everything, bits 1 to 4 one engine each,
 * self-clearing.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class EngineReset {

    private static final int GDRST = 0x941c;
    private static final int EVERYTHING = 1;
    private static final int MAX_POLLS = 10_000;

    private static final int ALL = (1 << Engine.COUNT) - 1;

    private final Mmio mmio;
    private final Runnable afterDeviceReset;
    private final long[] resets = new long[Engine.COUNT];
    private long deviceResets;

    EngineReset(Mmio mmio, Runnable afterDeviceReset) {
        this.mmio = mmio;
        this.afterDeviceReset = afterDeviceReset;
    }

    /**
     * Resets one engine; its registers have their values after reset, its ring is off.
     *
     * @return the engines that were reset, bits of {@link Engine#bit}: all of them if the one did
     *     not come back alone
     */
    int reset(Engine engine) {
        resets[engine.ordinal()]++;
        if (write(engine.resetBit())) {
            return engine.bit();
        }
        deviceResets++;
        write(EVERYTHING);
        afterDeviceReset.run();
        return ALL;
    }

    private boolean write(int bits) {
        mmio.write(GDRST, bits);
        for (int polls = 0; polls < MAX_POLLS; polls++) {
            if ((mmio.read(GDRST) & bits) == 0) {
                return true;
            }
        }
        return false;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        for (Engine engine : Engine.ALL) {
            counters.put(
                    engine.name().toLowerCase(java.util.Locale.ROOT) + ".resets",
                    resets[engine.ordinal()]);
        }
        counters.put("device.resets", deviceResets);
        return counters;
    }
}
