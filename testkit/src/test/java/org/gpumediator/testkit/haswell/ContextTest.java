package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContextTest {

    private static final HaswellEngine RCS = HaswellEngine.RCS;
    private static final int GTT = 0x100;
    private static final int INHIBIT = 1;
    private static final int FORCE = 2;
    private static final int FIRST = 0x50_0000;
    private static final int SECOND = 0x60_0000;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.start(RCS);
    }

    @AfterEach
    void close() {
        assertThat(bench.gpu.busFaults()).isEmpty();
        bench.close();
    }

    private static CommandStream context(int image, int flags) {
        return new CommandStream().dw(0x0c00_0000, image | GTT | flags);
    }

    @Test
    void contexts_switchedBetween_keepTheirRegisters() {
        bench.run(RCS, context(FIRST, INHIBIT));
        bench.run(
                RCS,
                new CommandStream()
                        .loadRegister(0x2600, 0x111)
                        .loadRegister(0x7000, 0xffff_0111)
                        .loadRegister(0x5280, 0x11)
                        .dw(0x7900_0002, 1, 2, 3));
        bench.run(RCS, context(SECOND, INHIBIT));
        assertThat(bench.reg(0x2180) & 0xffff_f000).isEqualTo(SECOND);
        bench.run(
                RCS,
                new CommandStream()
                        .loadRegister(0x2600, 0x222)
                        .loadRegister(0x7000, 0xffff_0222)
                        .loadRegister(0x5280, 0x22)
                        .dw(0x7900_0002, 4, 5, 6));
        bench.run(RCS, context(FIRST, 0));
        assertThat(bench.reg(0x2600)).isEqualTo(0x111);
        assertThat(bench.reg(0x7000)).isEqualTo(0x111);
        assertThat(bench.reg(0x5280)).isEqualTo(0x11);
        bench.run(RCS, context(SECOND, 0));
        assertThat(bench.reg(0x2600)).isEqualTo(0x222);
        assertThat(bench.reg(0x7000)).isEqualTo(0x222);
        assertThat(pipelineOf(FIRST)).containsExactly(1, 2, 3);
    }

    /** Finds the drawing rectangle in an image, behind its mark. */
    private int[] pipelineOf(int image) {
        int at = 0;
        while (at < 0x1000 && bench.get(image + at) != 0x6974_6174) {
            at += 4;
        }
        return new int[] {
            bench.get(image + at + 40), bench.get(image + at + 44), bench.get(image + at + 48)
        };
    }

    @Test
    void image_withoutTheBitForTheTable_isAtAnAddressOfMemory() {
        bench.run(RCS, new CommandStream().dw(0x0c00_0000, FIRST | INHIBIT));
        bench.run(RCS, context(SECOND, INHIBIT));
        assertThat(bench.get(FIRST + 4)).as("saved where the table leads").isZero();
        assertThat(bench.gpu.busFaults())
                .as("nothing is mapped there")
                .isNotEmpty()
                .allMatch(fault -> fault.kind() == BusFault.Kind.UNMAPPED)
                .first()
                .returns(FIRST + 4L, BusFault::busAddress);
        bench.gpu.clearBusFaults();
    }

    @Test
    void emptyImage_restoresNothing() {
        bench.run(RCS, new CommandStream().loadRegister(0x2600, 0x333));
        bench.run(RCS, context(FIRST, 0));
        assertThat(bench.reg(0x2600)).isEqualTo(0x333);
    }

    @Test
    void sameContext_isLoadedOnlyWhenForced() {
        bench.run(RCS, context(FIRST, INHIBIT));
        bench.run(RCS, new CommandStream().loadRegister(0x2600, 1));
        bench.run(RCS, context(SECOND, INHIBIT));
        bench.run(RCS, context(FIRST, 0));
        bench.run(RCS, new CommandStream().loadRegister(0x2600, 2));
        bench.run(RCS, context(FIRST, 0));
        assertThat(bench.reg(0x2600)).isEqualTo(2);
        bench.run(RCS, context(FIRST, FORCE));
        assertThat(bench.reg(0x2600)).isEqualTo(1);
    }

    @Test
    void restore_neverStopsTheRing() {
        bench.reg(0x209c, 0x0100_0000);
        bench.run(RCS, context(FIRST, INHIBIT));
        bench.run(RCS, context(SECOND, INHIBIT));
        int at = 4;
        while (bench.get(FIRST + at) != 0x209c) {
            at += 4;
        }
        bench.put(FIRST + at + 4, 0xfcff_0000);
        bench.run(RCS, context(FIRST, 0));
        bench.run(RCS, new CommandStream().store(Bench.DATA, 1));
        assertThat(bench.get(Bench.DATA)).isEqualTo(1);
    }
}
