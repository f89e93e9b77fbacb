package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/** Bases of primary planes, sprites and cursors outside of the slice. */
class DisplayBasesTest extends Attack {

    private static final int PIPES = 0x7_0000;
    private static final int[] BASES = {0x19c, 0x184, 0x29c, 0x084, 0x1a4};
    private static final int[] CONTROLS = {0x180, 0x280, 0x080, 0x008};
    private static final int[] LIVE = {0x1ac, 0x2ac, 0x0ac};

    /** Returns the display registers of the hardware. */
    private int[] hardware() {
        int[] values = new int[0x4000 / 4];
        Arrays.setAll(values, i -> counts(4 * i) ? 0 : world.physical(PIPES + 4 * i));
        return values;
    }

    private static boolean counts(int offset) {
        int inPipe = offset & 0xfff;
        return inPipe == 0 || inPipe == 0x40 || inPipe == 0x44;
    }

    @Test
    void bases_byRegister_neverReachTheHardware() {
        int[] before = hardware();
        for (int pipe = 0; pipe < 4; pipe++) {
            for (int control : CONTROLS) {
                hostile.pokeRegister(PIPES + 0x1000 * pipe + control, 0x8000_0000 | 0x27);
            }
            for (long foreign : foreignAddresses()) {
                for (int base : BASES) {
                    hostile.pokeRegister(PIPES + 0x1000 * pipe + base, (int) foreign);
                }
                for (int live : LIVE) {
                    hostile.pokeRegister(PIPES + 0x1000 * pipe + live, (int) foreign);
                }
                world.step();
                assertThat(hardware()).containsExactly(before);
            }
            for (int control : CONTROLS) {
                hostile.pokeRegister(PIPES + 0x1000 * pipe + control, 0);
            }
        }
    }

    @Test
    void flips_byCommand_areRefusedAndCounted() {
        int[] before = hardware();
        for (HaswellEngine engine : new HaswellEngine[] {HaswellEngine.RCS, HaswellEngine.BCS}) {
            for (int plane = 0; plane < 8; plane++) {
                for (long foreign : foreignAddresses()) {
                    long faults = faults(GuestFaultKind.OUT_OF_PARTITION);
                    int base = PIPES + (plane & 1) * 0x1000 + 0x19c;
                    int shown = hostile.peekRegister(base);
                    hostile.bareRing(engine, 0x0a00_0001 | plane << 19, 0x1000, (int) foreign, 0);
                    world.step();
                    assertThat(faults(GuestFaultKind.OUT_OF_PARTITION)).isEqualTo(faults + 1);
                    assertThat(hostile.peekRegister(base)).isEqualTo(shown);
                }
            }
        }
        assertThat(hardware()).containsExactly(before);
    }
}
