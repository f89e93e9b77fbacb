package org.gpumediator.testkit.haswell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Surfaces that pipelines write, as far as they reach. */
class SurfacesTest {

    private static final int PAGE = 4096;
    private static final int AT = 0x20_0000;
    private static final int STATE = 0x18_0000;

    private final Bench bench = new Bench(FakeHaswell.builder().surfaceWrites(true));

    @BeforeEach
    void start() {
        bench.startAll();
    }

    @AfterEach
    void close() {
        assertThat(bench.gpu.busFaults()).isEmpty();
        bench.close();
    }

    /** Returns which pages from the surface's on are written, counted from it. */
    private List<Integer> written() {
        List<Integer> pages = new ArrayList<>();
        for (int i = -4; i < 64; i++) {
            if (bench.get(AT + i * PAGE + 64) == Surfaces.MARK) {
                pages.add(i);
            }
        }
        return pages;
    }

    private static Integer[] pages(int count) {
        Integer[] all = new Integer[count];
        Arrays.setAll(all, i -> i);
        return all;
    }

    private static CommandStream draw(CommandStream state) {
        return state.dw(0x7b00_0005, 4, 3, 0, 1, 0, 0);
    }

    @Test
    void depthBuffer_isWrittenByWholeTileRows() {
        int lines = 33;
        CommandStream state =
                new CommandStream()
                        .dw(0x7805_0005, 1 << 29 | 511, AT, lines - 1 << 18, 0, 0, 0)
                        .dw(0x7806_0001, 0, 0);
        bench.run(HaswellEngine.RCS, draw(state));
        assertThat(written()).containsExactly(pages(64 * 512 / PAGE));
    }

    @Test
    void nullDepthBuffer_isNotWritten() {
        bench.run(
                HaswellEngine.RCS,
                draw(new CommandStream().dw(0x7805_0005, 7 << 29 | 511, AT, 0, 0, 0, 0)));
        assertThat(written()).isEmpty();
    }

    @Test
    void boundSurfaces_areWrittenByDrawsAndKernels() {
        bench.put(STATE + 0x40, 0x100);
        bench.put(STATE + 0x100, 1 << 29, AT, 15 << 16, 1023);
        bench.put(STATE + 0x200 + 12, 0x40);
        CommandStream bases =
                new CommandStream()
                        .dw(0x6101_0008, 1, STATE | 1, STATE | 1, 1, 1, 0, 0, 0, 0)
                        .dw(0x7805_0005, 7 << 29, 0, 0, 0, 0, 0);
        bench.run(HaswellEngine.RCS, draw(bases.dw(0x782a_0000, 0x40)));
        assertThat(written()).containsExactly(pages(4));
        bench.put(AT + PAGE + 64, 0);
        bench.run(
                HaswellEngine.RCS,
                new CommandStream()
                        .dw(0x7002_0002, 0, 32, 0x200)
                        .dw(0x7105_0009, 0, 0, 0, 1, 0, 1, 0, 1, -1, -1));
        assertThat(written()).containsExactly(pages(4));
    }

    @Test
    void streamOut_isWrittenAsFarAsItIsCounted() {
        CommandStream state =
                new CommandStream()
                        .dw(0x7805_0005, 7 << 29, 0, 0, 0, 0, 0)
                        .dw(0x781e_0001, 1 << 31 | 1 << 8, 0)
                        .dw(0x7917_0001, 1, 0)
                        .dw(0x7918_0002, 1024, AT, AT + 16 * PAGE);
        bench.run(HaswellEngine.RCS, state.dw(0x7b00_0005, 1, 12, 0, 1, 0, 0));
        assertThat(written()).containsExactly(pages(3));
    }

    @Test
    void videoSurfaces_areWrittenWithTheirColour() {
        int[] surfaces = new int[24];
        Arrays.fill(surfaces, AT);
        bench.run(
                HaswellEngine.VCS,
                new CommandStream()
                        .dw(0x7001_0004, 0, 31 << 18, 1023 << 3, 0, 0)
                        .dw(0x7002_0017)
                        .dw(surfaces)
                        .dw(0x7128_0004, 0, 0, 0, 0, 0));
        assertThat(written()).containsExactly(pages(13));
    }

    @Test
    void enhancedPictures_areWritten() {
        int[] surfaces = new int[8];
        Arrays.fill(surfaces, AT);
        bench.run(
                HaswellEngine.VECS,
                new CommandStream()
                        .dw(0x7400_0004, 0, 31 << 18, 1023 << 3, 0, 0)
                        .dw(0x7403_0008, 0)
                        .dw(surfaces));
        assertThat(written()).containsExactly(pages(13));
    }

    @Test
    void nothing_isWrittenUnlessAskedFor() {
        try (Bench other = new Bench()) {
            other.startAll();
            CommandStream state =
                    new CommandStream().dw(0x7805_0005, 1 << 29 | 511, AT, 31 << 18, 0, 0, 0);
            other.run(HaswellEngine.RCS, draw(state));
            assertThat(other.get(AT + 64)).isZero();
        }
    }
}
