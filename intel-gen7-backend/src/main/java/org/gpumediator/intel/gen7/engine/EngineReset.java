package org.gpumediator.intel.gen7.engine;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;

/**
 * Resets single engines of the hardware, and all of them if one does not come back.
 *
 * <p>Source: GDRST of gen7.5 (0x941c): bit 0 everything, bits 1 to 4 one engine each,
 * self-clearing; XenGT's list of what a reset of the render engine takes along.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
final class EngineReset {

    private static final int GDRST = 0x941c;
    private static final int EVERYTHING = 1;
    private static final int MAX_POLLS = 10_000;

    /**
     * Settings of the whole GPU that a reset of the render engine clears (clock gating, the super
     * queue, display chicken bits) and the idle settings of the four engines. No guest's values are
     * ever in them.
     */
    private static final int[] TAKEN_ALONG = {
        0x902c, 0x9400, 0x9404, 0x9424, 0x4_2000, 0x4_2020, 0x2054, 0x1_2054, 0x1_a054, 0x2_2054
    };

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
     * Resets one engine; its registers have their values after reset, its ring is off, and the
     * render engine has nobody's context: what it has now shall be saved over none.
     *
     * @return the engines that were reset, bits of {@link Engine#bit}: all of them if the one did
     *     not come back alone
     */
    int reset(Engine engine) {
        resets[engine.ordinal()]++;
        int[] settings = settings();
        int lost = resetOneOrAll(engine);
        for (int i = 0; i < settings.length; i++) {
            mmio.write(TAKEN_ALONG[i], settings[i]);
        }
        if ((lost & Engine.RCS.bit()) != 0) {
            mmio.write(Engine.RCS.base() + RingRegisters.CCID, 0);
        }
        return lost;
    }

    private int[] settings() {
        int[] values = new int[TAKEN_ALONG.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = mmio.read(TAKEN_ALONG[i]);
        }
        return values;
    }

    private int resetOneOrAll(Engine engine) {
        if (write(engine.resetBit()) && isIdle(engine)) {
            return engine.bit();
        }
        deviceResets++;
        write(EVERYTHING);
        afterDeviceReset.run();
        return ALL;
    }

    /** Returns whether a reset has helped: a ring that sticks does not become idle by its own. */
    private boolean isIdle(Engine engine) {
        return awaitBits(
                engine.base() + RingRegisters.MI_MODE,
                RingRegisters.MI_MODE_IDLE,
                RingRegisters.MI_MODE_IDLE);
    }

    private boolean write(int bits) {
        mmio.write(GDRST, bits);
        return awaitBits(GDRST, bits, 0);
    }

    private boolean awaitBits(int offset, int mask, int expected) {
        for (int polls = 0; polls < MAX_POLLS; polls++) {
            if ((mmio.read(offset) & mask) == expected) {
                return true;
            }
        }
        return false;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        for (Engine engine : Engine.ALL) {
            counters.put(
                    engine.name().toLowerCase(Locale.ROOT) + ".resets", resets[engine.ordinal()]);
        }
        counters.put("device.resets", deviceResets);
        return counters;
    }
}
