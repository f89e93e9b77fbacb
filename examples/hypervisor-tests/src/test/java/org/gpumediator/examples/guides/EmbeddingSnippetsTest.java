package org.gpumediator.examples.guides;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.MediatorRunner;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.vmm.BarRouter;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.gpumediator.core.vmm.SegmentMemory;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snippets of the embedding guide, run on a fake. */
@SuppressWarnings("NullAway.Init") // made before each test
class EmbeddingSnippetsTest {

    private final Arena arena = Arena.ofShared();
    private final MemorySegment ram = arena.allocate(16 << 20, 4096);
    private final ConcurrentLinkedQueue<Integer> raised = new ConcurrentLinkedQueue<>();
    private final FakeHaswell gpu = FakeHaswell.create();
    private final SegmentMemory guestMemory = new SegmentMemory();
    private Mediator mediator;
    private VirtualGpu vgpu;
    private BarRouter router;

    @BeforeEach
    void create() {
        // begin memory
        guestMemory.add(0x0, ram, SegmentMemory.Access.READ_WRITE); // native, whole pages
        mediator = Mediator.builder(gpu).build();
        vgpu =
                mediator.create(
                        VgpuRequest.ofQuotas(
                                "vm1", Map.of("aperture", 64L << 20, "hidden", 384L << 20)),
                        VmmPort.of(guestMemory, raised::add)); // deliver them outside of the call
        router = new BarRouter(vgpu);
        // end memory
    }

    @AfterEach
    void close() {
        // begin close
        vgpu.close(); // takes its work off the GPU and lets go of guest memory
        mediator.close();
        guestMemory.remove(0x0); // nobody uses the segment any more when this returns
        arena.close();
        // end close
    }

    // begin config
    /** A processor of the guest writes configuration space. */
    void configWritten(int offset, int width, int value) {
        for (ConfigWriteEffect effect : vgpu.configSpace().write(offset, width, value)) {
            router.apply(effect); // BARs that move, begin or cease to be decoded
            if (effect instanceof ConfigWriteEffect.ResetRequested(ResetKind kind)) {
                vgpu.reset(kind);
                router.forget();
            }
        }
    }

    // end config

    // begin trap
    /** A processor of the guest reads where there is no memory. */
    long memoryRead(long address, int width) {
        Route route = router.memory(address);
        return route == null
                ? AccessWidth.ones(width)
                : route.region().handler().read(route.offset(address), width);
    }

    // end trap

    private List<String> mapped() {
        List<String> mapped = new ArrayList<>();
        // begin windows
        for (TrapRegion region : vgpu.regions()) {
            for (DirectWindow window : region.directWindows()) {
                MemorySegment memory =
                        window.backing().segment().asSlice(window.backingOffset(), window.length());
                mapped.add("BAR " + region.index() + " + " + window.offset() + ": " + memory);
            }
        }
        // end windows
        return mapped;
    }

    @Test
    void guest_findsItsVirtualGpu() {
        configWritten(0x10, 4, 0xc000_0000);
        configWritten(0x04, 2, 0x0006);

        assertThat(memoryRead(0xc007_8000L, 4)).isEqualTo(0x7654_4776L);
        assertThat(memoryRead(0xd000_0000L, 4)).isEqualTo(0xffff_ffffL);
        configWritten(0x10, 4, 0xd000_0000);
        assertThat(memoryRead(0xd007_8000L, 4)).isEqualTo(0x7654_4776L);
        assertThat(raised).isEmpty();
        assertThat(mapped()).isEmpty();
    }

    @Test
    void runner_stepsByItself() {
        // begin runner
        try (MediatorRunner runner =
                MediatorRunner.start(
                        mediator, Thread.ofPlatform().name("gpu").daemon()::unstarted)) {
            runner.wake();
        }
        // end runner
        assertThat(mediator.virtualGpus()).containsExactly(vgpu);
    }
}
