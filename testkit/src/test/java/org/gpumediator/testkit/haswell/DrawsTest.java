package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted although nothing is drawn. */
class DrawsTest {

    private static final HaswellEngine RCS = HaswellEngine.RCS;
    private static final int IA_VERTICES = 0x2310;
    private static final int IA_PRIMITIVES = 0x2318;
    private static final int VS_INVOCATIONS = 0x2320;
    private static final int GS_INVOCATIONS = 0x2328;
    private static final int CL_INVOCATIONS = 0x2338;
    private static final int CL_PRIMITIVES = 0x2340;
    private static final int CS_INVOCATIONS = 0x2290;
    private static final int PRIMS_WRITTEN = 0x5200;
    private static final int STORAGE_NEEDED = 0x5240;
    private static final int WRITE_OFFSET = 0x5280;
    private static final int TRIANGLES = 4;
    private static final int DATA = (int) Bench.DATA;

    private final Bench bench = new Bench();

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        assertThat(bench.gpu.busFaults()).isEmpty();
        bench.close();
    }

    /** State with every statistics bit on. */
    private static CommandStream counting() {
        return new CommandStream()
                .dw(0x680b_0001)
                .dw(0x7810_0004, 0, 0, 0, 0, 1 << 10 | 1)
                .dw(0x7812_0002, 1 << 10, 0, 0);
    }

    private long counter(int register) {
        return bench.gpu.read(0, register, 8);
    }

    @ParameterizedTest
    @CsvSource({
        "0x01, 7, 7", "0x02, 7, 3", "0x03, 7, 6", "0x04, 8, 2", "0x05, 7, 5", "0x06, 7, 5",
        "0x07, 9, 2", "0x08, 9, 3", "0x09, 9, 2", "0x0a, 9, 6", "0x0b, 13, 2", "0x0c, 9, 2",
        "0x0d, 7, 5", "0x0e, 7, 5", "0x0f, 7, 2", "0x10, 7, 7", "0x11, 7, 7", "0x13, 7, 6",
        "0x16, 7, 5", "0x20, 7, 7", "0x22, 7, 2", "0x3f, 65, 2", "0x05, 1, 0", "0x10, 1, 0",
        "0x1f, 7, 0"
    })
    void draw_countsVerticesAndWholeObjects_timesInstances(
            String topology, int vertices, int objects) {
        int type = Integer.decode(topology);
        bench.run(RCS, counting().dw(0x7b00_0005, type, vertices, 0, 3, 0, 0));
        assertThat(counter(IA_VERTICES)).isEqualTo(3L * vertices);
        assertThat(counter(IA_PRIMITIVES)).isEqualTo(3L * objects);
        assertThat(counter(VS_INVOCATIONS)).isEqualTo(3L * vertices);
        assertThat(counter(CL_INVOCATIONS)).isEqualTo(3L * objects);
        assertThat(counter(CL_PRIMITIVES)).isEqualTo(3L * objects);
    }

    @ParameterizedTest
    @ValueSource(ints = {IA_VERTICES, IA_PRIMITIVES, VS_INVOCATIONS, CL_INVOCATIONS, CL_PRIMITIVES})
    void draw_withStatisticsOff_countsNothing(int register) {
        bench.run(RCS, new CommandStream().dw(0x7b00_0005, TRIANGLES, 6, 0, 1, 0, 0));
        assertThat(counter(register)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 6"})
    void draw_withAPredicate_countsIfItHolds(int result, long vertices) {
        bench.run(
                RCS,
                counting()
                        .loadRegister(0x2418, result)
                        .dw(0x7b00_0105, TRIANGLES, 6, 0, 1, 0, 0)
                        .noop());
        assertThat(counter(IA_VERTICES)).isEqualTo(vertices);
        assertThat(counter(CL_INVOCATIONS)).isEqualTo(vertices / 3);
    }

    @Test
    void indirectDraw_takesVerticesAndInstancesFromRegisters() {
        bench.run(
                RCS,
                counting()
                        .loadRegister(0x2434, 9)
                        .loadRegister(0x2438, 2)
                        .dw(0x7b00_0405, TRIANGLES, 0, 0, 0, 0, 0));
        assertThat(counter(IA_VERTICES)).isEqualTo(18);
        assertThat(counter(IA_PRIMITIVES)).isEqualTo(6);
    }

    @Test
    void drawUpToTheEndOffset_countsByThePitchOfTheFirstVertexBuffer() {
        bench.run(
                RCS,
                counting()
                        .dw(0x7808_0003, 1 << 14 | 16, DATA, DATA + 4095, 0)
                        .loadRegister(0x2420, 100)
                        .dw(0x7b00_0005, TRIANGLES | 1 << 9, 0, 0, 1, 0, 0));
        assertThat(counter(IA_VERTICES)).isEqualTo(6);
        assertThat(counter(IA_PRIMITIVES)).isEqualTo(2);
    }

    @Test
    void clipThatRejectsAll_letsNothingThrough() {
        bench.run(
                RCS,
                counting()
                        .dw(0x7812_0002, 1 << 10, 3 << 13, 0)
                        .dw(0x7b00_0005, TRIANGLES, 6, 0, 1, 0, 0));
        assertThat(counter(CL_INVOCATIONS)).isEqualTo(2);
        assertThat(counter(CL_PRIMITIVES)).isZero();
    }

    @Test
    void geometryShader_getsEachObject_andNothingGetsFurther() {
        bench.run(
                RCS,
                counting()
                        .dw(0x7811_0005, 0, 0, 0, 0, 1 << 10 | 1, 0)
                        .dw(0x7b00_0005, TRIANGLES, 6, 0, 1, 0, 0));
        assertThat(counter(GS_INVOCATIONS)).isEqualTo(2);
        assertThat(counter(CL_INVOCATIONS)).isZero();
    }

    private static CommandStream streamOut(int flags) {
        return counting()
                .dw(0x781e_0001, 1 << 31 | 1 << 25 | 1 << 8 | flags, 0)
                .dw(0x7917_0001, 1, 0)
                .dw(0x7918_0002, 16, DATA, DATA + 16 * 3 * 2 + 8);
    }

    @Test
    void streamOut_writesWholeObjectsWhileThereIsRoom() {
        bench.run(RCS, streamOut(0).dw(0x7b00_0005, TRIANGLES, 9, 0, 1, 0, 0));
        assertThat(counter(STORAGE_NEEDED)).isEqualTo(3);
        assertThat(counter(PRIMS_WRITTEN)).isEqualTo(2);
        assertThat(bench.reg(WRITE_OFFSET)).isEqualTo(96);
        assertThat(bench.reg(WRITE_OFFSET + 4)).as("of a buffer that is not used").isZero();
        assertThat(counter(CL_INVOCATIONS)).isEqualTo(3);
    }

    @Test
    void streamOut_goesOnWhereItsOffsetIs() {
        bench.run(
                RCS,
                streamOut(0)
                        .loadRegister(WRITE_OFFSET, 40)
                        .dw(0x7b00_0005, TRIANGLES, 9, 0, 1, 0, 0));
        assertThat(counter(PRIMS_WRITTEN)).isEqualTo(1);
        assertThat(bench.reg(WRITE_OFFSET)).isEqualTo(40 + 48);
    }

    @Test
    void streamOut_withRenderingDisabled_reachesNoClipper() {
        bench.run(RCS, streamOut(1 << 30).dw(0x7b00_0005, TRIANGLES, 3, 0, 1, 0, 0));
        assertThat(counter(PRIMS_WRITTEN)).isEqualTo(1);
        assertThat(counter(CL_INVOCATIONS)).isZero();
    }

    /** Two threads of SIMD16 by two rows; the last thread has 8 channels, the last row 4. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void walker_countsChannelsOfAllThreads(boolean indirect) {
        int[] sizes = indirect ? new int[3] : new int[] {4, 3, 2};
        CommandStream stream =
                new CommandStream()
                        .loadRegister(0x2500, 4)
                        .loadRegister(0x2504, 3)
                        .loadRegister(0x2508, 2);
        int header = 0x7105_0009 | (indirect ? 1 << 10 : 0);
        int shape = 1 << 30 | 1 << 8 | 1;
        stream.dw(header, 0, shape, 0, sizes[0], 0, sizes[1], 0, sizes[2], 0xff, 0xf).noop();
        bench.run(RCS, stream);
        int firstRow = 16 + 8;
        int lastRow = 4 + 4;
        assertThat(counter(CS_INVOCATIONS)).isEqualTo(4 * 3 * 2 * (firstRow + lastRow));
    }

    @Test
    void timeStamps_areLaterEachTime_whileNoTimePasses() {
        int flags = 1 << 24 | 3 << 14;
        bench.run(
                RCS,
                new CommandStream()
                        .dw(0x7a00_0003, flags, DATA, 0, 0)
                        .dw(0x7a00_0003, flags, DATA + 8, 0, 0));
        bench.run(HaswellEngine.BCS, new CommandStream().dw(0x1300_c002, DATA + 16 | 4, 0, 0));
        long first = bench.get(DATA);
        long second = bench.get(DATA + 8);
        long third = bench.get(DATA + 16);
        assertThat(second).isGreaterThan(first);
        assertThat(third).isGreaterThan(second);
        assertThat(counter(0x2358)).isGreaterThanOrEqualTo(third);
    }
}
