package org.gpumediator.testkit.contract;

import java.util.Arrays;
import java.util.BitSet;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.testkit.FakeVmm;
import org.jspecify.annotations.Nullable;

/**
 * Everything a guest can see of its virtual GPU, at one moment: registers, a sample of large BARs,
 * configuration space, its memory, the interrupts it has got.
 */
final class VgpuImage {

    private static final long WHOLE = 4 << 20;

    private final FakeVmm vmm;
    private final int[][] regions;
    private final byte[] config;
    private final long memory;
    private final long messages;
    private final long line;
    private final BitSet[] restless;

    private VgpuImage(FakeVmm vmm, boolean withMemory) {
        this.vmm = vmm;
        var described = vmm.gpu().regions();
        regions = new int[described.size()][];
        restless = new BitSet[regions.length];
        for (int i = 0; i < regions.length; i++) {
            regions[i] = sample(described.get(i));
            restless[i] = new BitSet();
        }
        config = vmm.gpu().configSpace().snapshot();
        memory = withMemory ? vmm.memory().fingerprint() : 0;
        messages = vmm.interrupts().messages();
        line = vmm.interrupts().lineAssertions();
    }

    /**
     * Returns an image that knows which registers change by themselves while {@code world} runs.
     */
    static VgpuImage of(FakeVmm vmm, Runnable world) {
        VgpuImage first = new VgpuImage(vmm, false);
        world.run();
        VgpuImage second = new VgpuImage(vmm, true);
        for (int i = 0; i < first.regions.length; i++) {
            for (int dword = 0; dword < first.regions[i].length; dword++) {
                if (first.regions[i][dword] != second.regions[i][dword]) {
                    second.restless[i].set(dword);
                }
            }
        }
        return second;
    }

    private static int[] sample(TrapRegion region) {
        long step = step(region);
        int[] values = new int[(int) (region.length() / step)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) region.handler().read(i * step, 4);
        }
        return values;
    }

    private static long step(TrapRegion region) {
        return region.length() <= WHOLE ? 4 : region.length() / (WHOLE / 64);
    }

    /** Returns what differs from now, in words, or {@code null} if nothing does. */
    @Nullable String changedSince() {
        VgpuImage now = new VgpuImage(vmm, true);
        String registers = registersChanged(now);
        if (registers != null) {
            return registers;
        }
        if (!Arrays.equals(config, now.config)) {
            return "configuration space, byte 0x"
                    + Integer.toHexString(Arrays.mismatch(config, now.config));
        }
        if (memory != now.memory) {
            return "guest memory";
        }
        if (messages != now.messages || line != now.line) {
            return "interrupts: " + (now.messages - messages) + " messages came";
        }
        return null;
    }

    /** Returns which register differs from now, ignoring all else. */
    @Nullable String registersChanged() {
        return registersChanged(new VgpuImage(vmm, false));
    }

    private @Nullable String registersChanged(VgpuImage now) {
        for (int i = 0; i < regions.length; i++) {
            TrapRegion region = vmm.gpu().regions().get(i);
            for (int dword = 0; dword < regions[i].length; dword++) {
                if (regions[i][dword] != now.regions[i][dword] && !restless[i].get(dword)) {
                    return String.format(
                            "BAR %d offset 0x%x: was 0x%08x, is 0x%08x",
                            region.index(),
                            dword * step(region),
                            regions[i][dword],
                            now.regions[i][dword]);
                }
            }
        }
        return null;
    }
}
