package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.gpumediator.api.BackendUnavailableException;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BackendLookupTest {

    private static final GpuIdentity GPU = PaperGpu.of(0x8086, 0x0412).identity();

    private record Fake(String name, int apiVersion, boolean supporting)
            implements GpuBackendProvider {
        @Override
        public boolean supports(GpuIdentity identity) {
            return supporting;
        }

        @Override
        public GpuBackend open(BackendContext context) {
            throw new AssertionError("never opened");
        }
    }

    private static final Fake GOOD = new Fake("good", GpuBackendProvider.API_VERSION, true);
    private static final Fake TWIN = new Fake("twin", GpuBackendProvider.API_VERSION, true);
    private static final Fake OTHER = new Fake("other", GpuBackendProvider.API_VERSION, false);
    private static final Fake OLD = new Fake("old", 99, true);

    @Test
    void find_oneSupports_isChosen() {
        assertThat(BackendLookup.find(GPU, null, List.of(OTHER, OLD, GOOD))).isSameAs(GOOD);
    }

    @Test
    void find_named_isChosenAmongSeveral() {
        assertThat(BackendLookup.find(GPU, "twin", List.of(GOOD, TWIN))).isSameAs(TWIN);
    }

    @Test
    void find_none_saysSo() {
        assertUnavailable(
                null,
                List.of(),
                "GPU 8086:0412 (rev 01): no backend found on the class path or module path");
    }

    @Test
    void find_allDecline_givesTheReasonOfEach() {
        assertUnavailable(
                "best",
                List.of(OTHER, OLD, GOOD),
                "GPU 8086:0412 (rev 01), backend \"best\": no backend can drive it; found:"
                        + " other has another name; old built for SPI version 99, this mediator has"
                        + " 1; good has another name");
        assertUnavailable(null, List.of(OTHER), "other does not support this GPU");
    }

    @Test
    void find_severalSupport_listsThem() {
        assertUnavailable(
                null,
                List.of(GOOD, TWIN),
                "several backends can drive it: [good, twin]; none was named");
    }

    @Test
    void find_brokenProviders_areSkippedOneByOne() {
        GpuBackendProvider throwing =
                new GpuBackendProvider() {
                    @Override
                    public String name() {
                        return "throwing";
                    }

                    @Override
                    public int apiVersion() {
                        return API_VERSION;
                    }

                    @Override
                    public boolean supports(GpuIdentity identity) {
                        throw new IllegalStateException("cannot tell");
                    }

                    @Override
                    public GpuBackend open(BackendContext context) {
                        throw new AssertionError("never opened");
                    }
                };
        List<GpuBackendProvider> list = List.of(throwing, OTHER, GOOD);
        assertThat(BackendLookup.find(GPU, null, breaking(list, 3))).isSameAs(GOOD);
        assertThatThrownBy(() -> BackendLookup.find(GPU, null, breaking(List.of(throwing), 1)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("a provider that cannot be loaded")
                .hasMessageContaining("no such class 1")
                .hasMessageContaining("throwing is broken: java.lang.IllegalStateException")
                .hasMessageContaining("cannot tell");
    }

    @Test
    void find_entriesThatNeverStopBreaking_comesToAnEnd() {
        assertUnavailable(null, breaking(List.of(GOOD), Integer.MAX_VALUE), "cannot be loaded");
    }

    @Test
    void builder_givenProviderThatDoesNotFit_saysWhy() {
        assertThatThrownBy(() -> Mediator.builder(PaperGpu.of(1, 2)).backend(OTHER).build())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("other does not support this GPU");
        assertThatThrownBy(() -> Mediator.builder(PaperGpu.of(1, 2)).backend(OLD).build())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("99");
    }

    @Test
    void builder_nothingGiven_looksOnTheClassPath() {
        assertThatThrownBy(() -> Mediator.builder(PaperGpu.of(1, 2)).backend("nowhere").build())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("backend \"nowhere\"");
    }

    private static void assertUnavailable(
            @Nullable String wanted, Iterable<GpuBackendProvider> providers, String message) {
        assertThatThrownBy(() -> BackendLookup.find(GPU, wanted, providers))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining(message);
    }

    /**
     * Returns providers of which the first entries cannot be loaded, as a service loader has it.
     */
    private static Iterable<GpuBackendProvider> breaking(
            List<GpuBackendProvider> good, int broken) {
        return () ->
                new Iterator<>() {
                    private int failures;
                    private final Iterator<GpuBackendProvider> rest = good.iterator();

                    @Override
                    public boolean hasNext() {
                        return failures < broken || rest.hasNext();
                    }

                    @Override
                    public GpuBackendProvider next() {
                        if (failures < broken) {
                            failures++;
                            throw new ServiceConfigurationError("no such class " + failures);
                        }
                        return rest.next();
                    }
                };
    }
}
