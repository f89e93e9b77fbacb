package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.policy.BestFit;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

final class MediatorTest {

    private static final VmmPort VMM =
            VmmPort.of(Mockito.mock(GuestMemory.class), InterruptSink.none());

    private final PaperBackend.Provider provider = new PaperBackend.Provider();

    private Mediator.Builder builder() {
        return Mediator.builder(PaperGpu.of(0x1234, 1)).backend(provider).clock(() -> 42);
    }

    private static VgpuRequest small(String name) {
        return VgpuRequest.ofType(name, "Paper S");
    }

    @Test
    void create_ofType_handsTheBlueprintToTheBackend() {
        try (Mediator mediator = builder().build()) {
            VgpuRequest request = small("vm1").forHost().with("colour", "red").at("memory", 8192);
            VirtualGpu vgpu = mediator.create(request, VMM);
            GpuBackend.VgpuBlueprint blueprint = provider.backend().models.getFirst().blueprint;
            assertThat(blueprint.name()).isEqualTo("vm1");
            assertThat(blueprint.type()).isEqualTo(PaperBackend.SMALL);
            assertThat(blueprint.role()).isEqualTo(Role.HOST);
            assertThat(blueprint.attributes()).containsEntry("colour", "red");
            assertThat(blueprint.vmm()).isSameAs(VMM);
            assertThat(blueprint.partition().range(PaperBackend.MEMORY).start()).isEqualTo(8192);
            assertThat(vgpu.partition()).isEqualTo(blueprint.partition());
            assertThat(vgpu.id()).isZero();
            assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CREATED);
            assertThat(mediator.virtualGpu("vm1")).containsSame(vgpu);
            assertThat(mediator.virtualGpu("vm2")).isEmpty();
            assertThat(mediator.inventory().holdings()).hasSize(1);
        }
    }

    @Test
    void create_ofQuotas_letsTheBackendFillInTheRest() {
        try (Mediator mediator = builder().build()) {
            VirtualGpu vgpu =
                    mediator.create(VgpuRequest.ofQuotas("vm1", Map.of("units", 4L)), VMM);
            assertThat(vgpu.partition().amount(PaperBackend.UNITS)).isEqualTo(4);
            assertThat(vgpu.partition().amount(PaperBackend.MEMORY)).isEqualTo(16 * 4096);
        }
    }

    @Test
    void create_typeWithoutItsFirstWord_isFound() {
        try (Mediator mediator = builder().build()) {
            VirtualGpu vgpu = mediator.create(VgpuRequest.ofType("vm1", "L"), VMM);
            assertThat(vgpu.type()).isEqualTo(PaperBackend.LARGE);
            assertThat(mediator.type("paper l")).isEqualTo(PaperBackend.LARGE);
            assertThat(mediator.type("s")).isEqualTo(PaperBackend.SMALL);
            assertThat(PaperBackend.SMALL).hasToString("Paper S");
        }
    }

    @Test
    void create_wrongRequests_nameValueAndLimit() {
        try (Mediator mediator = builder().build()) {
            mediator.create(small("vm1"), VMM);
            assertIllegal(
                    mediator, small("vm1"), "name vm1: in use; living virtual GPUs are [vm1]");
            assertIllegal(
                    mediator,
                    VgpuRequest.ofType("vm2", "Paper XL"),
                    "type Paper XL: expected one of [Paper S, Paper L]");
            assertIllegal(
                    mediator,
                    VgpuRequest.ofQuotas("vm2", Map.of("fences", 4L)),
                    "resource fences: this GPU has [memory, units]");
            assertIllegal(
                    mediator,
                    VgpuRequest.ofQuotas("vm2", Map.of("memory", 5000L)),
                    "memory 5000: expected a multiple of 4096, not negative");
            assertIllegal(
                    mediator,
                    VgpuRequest.ofQuotas("vm2", Map.of("units", 5L)),
                    "units 5: expected at most 4");
            assertIllegal(mediator, small("vm2").at("memory", -4096), "memory -4096");
            assertThat(mediator.inventory().holdings()).hasSize(1);
        }
        assertThatThrownBy(() -> VgpuRequest.ofType(" ", "S"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertIllegal(Mediator mediator, VgpuRequest request, String message) {
        assertThatThrownBy(() -> mediator.create(request, VMM))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void create_doesNotFit_namesTheResource() {
        try (Mediator mediator = builder().build()) {
            mediator.create(VgpuRequest.ofType("vm1", "Paper L"), VMM);
            mediator.create(VgpuRequest.ofType("vm2", "Paper L"), VMM);
            assertThatThrownBy(() -> mediator.create(small("vm3"), VMM))
                    .isInstanceOfSatisfying(
                            InsufficientResourceException.class,
                            refused -> {
                                PartitionDecision.Refused refusal = refused.refusal();
                                assertThat(refusal.kind()).isEqualTo(PaperBackend.MEMORY);
                                assertThat(refusal.requested()).isEqualTo(16 * 4096);
                                assertThat(refusal.available()).isEqualTo(3 * 4096);
                                assertThat(refusal.largestHole()).isEqualTo(3 * 4096);
                            });
            assertThat(mediator.couldCreate(small("vm3")))
                    .isInstanceOf(PartitionDecision.Refused.class);
            assertThat(mediator.statistics().counter("mediator.refused")).isEqualTo(1);
        }
    }

    @Test
    void create_backendFails_givesEverythingBack() {
        try (Mediator mediator = builder().build()) {
            GpuInventory before = mediator.inventory();
            provider.backend().failsToCreate = PaperBackend.refusal();
            assertThatThrownBy(() -> mediator.create(small("vm1"), VMM))
                    .isSameAs(provider.backend().failsToCreate);
            assertThat(mediator.inventory()).isEqualTo(before);
            assertThat(mediator.virtualGpus()).isEmpty();
            provider.backend().failsToCreate = null;
            assertThat(mediator.create(small("vm1"), VMM).id()).isZero();
            assertThat(mediator.statistics().counter("mediator.failed-creations")).isEqualTo(1);
        }
    }

    @Test
    void create_modelIsUnusable_closesItAndGivesEverythingBack() {
        try (Mediator mediator = builder().build()) {
            GpuInventory before = mediator.inventory();
            provider.backend().regionsFail = true;
            assertThatThrownBy(() -> mediator.create(small("vm1"), VMM))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no regions");
            assertThat(provider.backend().calls).contains("close vm1");
            assertThat(mediator.inventory()).isEqualTo(before);
        }
    }

    @Test
    void create_policyGivesAwayWhatIsNotFree_isRefusedBeforeTheBackendHearsOfIt() {
        assertWrongPolicy(
                ranges(0, 4096), "memory [0x0,0x1000), which overlaps the reserved [0x0,0x1000)");
        assertWrongPolicy(
                ranges(99 * 4096, 8192), "memory [0x63000,0x65000), outside [0x0,0x64000)");
        assertWrongPolicy(
                ResourcePartition.of(Map.of(), Map.of(PaperBackend.UNITS, 7L)),
                "7 of units, available 6");
        ResourceKind other =
                new ResourceKind("x", ResourceKind.Unit.PIECES, ResourceKind.Shape.COUNT, 1);
        assertWrongPolicy(
                ResourcePartition.of(Map.of(), Map.of(other, 1L)), "x, which this GPU has not");
    }

    private void assertWrongPolicy(ResourcePartition answer, String message) {
        PartitionPolicy wrong = (inventory, request) -> new PartitionDecision.Placed(answer);
        try (Mediator mediator = builder().policy(wrong).build()) {
            assertThatThrownBy(() -> mediator.create(small("vm1"), VMM))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("partition policy gave vm1 " + message);
            assertThat(provider.backend().calls).isEmpty();
            assertThat(mediator.inventory().holdings()).isEmpty();
        }
    }

    @Test
    void create_policyGivesTheSamePlaceTwice_namesTheHolder() {
        PartitionPolicy same =
                (inventory, request) ->
                        new PartitionDecision.Placed(
                                ResourcePartition.of(
                                        Map.of(
                                                PaperBackend.MEMORY,
                                                List.of(new ResourceRange(4096, 16 * 4096))),
                                        Map.of(PaperBackend.UNITS, 1L)));
        try (Mediator mediator = builder().policy(same).build()) {
            mediator.create(small("vm1"), VMM);
            assertThatThrownBy(() -> mediator.create(small("vm2"), VMM))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("vm2")
                    .hasMessageContaining("which overlaps [0x1000,0x11000) of vm1");
        }
    }

    @Test
    void create_policyGivesLessThanWasAskedFor_isRefusedBeforeTheBackendHearsOfIt() {
        ResourcePartition less =
                ResourcePartition.of(
                        Map.of(PaperBackend.MEMORY, List.of(new ResourceRange(4096, 15 * 4096))),
                        Map.of(PaperBackend.UNITS, 1L));
        assertWrongPolicy(less, "60 KiB of memory, asked for 64 KiB");
        assertWrongPolicy(ranges(4096, 16 * 4096), "0 of units, asked for 1");
    }

    @Test
    void secondMediatorOfAGpu_isRefusedUntilTheFirstIsClosed() {
        PhysicalGpu gpu = PaperGpu.of(0x1234, 1);
        Mediator.Builder builder = Mediator.builder(gpu).backend(provider);
        try (Mediator first = builder.build()) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another mediator has it open");
            assertThat(first.virtualGpus()).isEmpty();
        }
        builder.build().close();
        GpuBackendProvider refusing = Mockito.mock(GpuBackendProvider.class);
        Mockito.when(refusing.supports(Mockito.any())).thenReturn(true);
        Mockito.when(refusing.apiVersion()).thenReturn(GpuBackendProvider.API_VERSION);
        Mockito.when(refusing.name()).thenReturn("refusing");
        Mockito.when(refusing.open(Mockito.any())).thenThrow(PaperBackend.refusal());
        assertThatThrownBy(() -> Mediator.builder(gpu).backend(refusing).build())
                .isInstanceOf(GpuMediationException.class);
        builder.build().close();
    }

    @Test
    void policyWithoutAnswer_isNamed() {
        PartitionPolicy silent = Mockito.mock(PartitionPolicy.class, "silent");
        try (Mediator mediator = builder().policy(silent).build()) {
            for (Runnable asked :
                    List.<Runnable>of(
                            () -> mediator.create(small("vm1"), VMM),
                            () -> mediator.couldCreate(small("vm1")))) {
                assertThatThrownBy(asked::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("partition policy silent gave vm1 no answer");
            }
            assertThat(mediator.inventory().holdings()).isEmpty();
        }
    }

    @Test
    void policyGivesWhatTheGpuCannotDo_isARefusalEverywhere() {
        try (Mediator mediator = builder().policy(new BestFit()).build()) {
            provider.backend().cannot = "there is a wall";
            assertThat(mediator.couldCreate(small("vm1")))
                    .isInstanceOfSatisfying(
                            PartitionDecision.Refused.class,
                            refused -> assertThat(refused.message()).endsWith("(there is a wall)"));
            assertThat(mediator.availableInstances(PaperBackend.SMALL)).isZero();
            assertThatThrownBy(() -> mediator.create(small("vm1"), VMM))
                    .isInstanceOf(InsufficientResourceException.class)
                    .hasMessageContaining("there is a wall");
            assertThat(provider.backend().calls).isEmpty();
        }
    }

    private static ResourcePartition ranges(long start, long length) {
        return ResourcePartition.of(
                Map.of(PaperBackend.MEMORY, List.of(new ResourceRange(start, length))), Map.of());
    }

    @Test
    void availableInstances_byTrying_areRightAtEachFilling() {
        try (Mediator mediator = builder().build()) {
            assertThat(mediator.availableInstances(PaperBackend.SMALL)).isEqualTo(6);
            assertThat(mediator.availableInstances(PaperBackend.LARGE)).isEqualTo(2);
            mediator.create(small("vm1"), VMM);
            assertThat(mediator.availableInstances(PaperBackend.SMALL)).isEqualTo(5);
            assertThat(mediator.availableInstances(PaperBackend.LARGE)).isEqualTo(1);
            mediator.create(VgpuRequest.ofType("vm2", "Paper L"), VMM);
            assertThat(mediator.availableInstances(PaperBackend.SMALL)).isEqualTo(2);
            assertThat(mediator.availableInstances(PaperBackend.LARGE)).isZero();
        }
    }

    @Test
    void create_byManyThreads_givesOutNothingTwice() throws Exception {
        try (Mediator mediator = builder().build()) {
            CyclicBarrier start = new CyclicBarrier(8);
            ConcurrentLinkedQueue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
            List<Thread> threads =
                    IntStream.range(0, 8)
                            .mapToObj(
                                    n ->
                                            new Thread(
                                                    () ->
                                                            createAndClose(
                                                                    mediator,
                                                                    start,
                                                                    n,
                                                                    unexpected)))
                            .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(unexpected).isEmpty();
            assertThat(mediator.inventory().holdings()).isEmpty();
            MediationStatistics statistics = mediator.statistics();
            assertThat(statistics.counter("mediator.created"))
                    .isPositive()
                    .isEqualTo(statistics.counter("mediator.closed"));
        }
    }

    private static void createAndClose(
            Mediator mediator, CyclicBarrier start, int n, ConcurrentLinkedQueue<Throwable> log) {
        try {
            start.await();
            for (int i = 0; i < 200; i++) {
                try (VirtualGpu vgpu = mediator.create(small("vm" + n), VMM)) {
                    // Every creation is held against the books inside; two alike would have thrown.
                    assertThat(vgpu.id()).isBetween(0, 7);
                } catch (InsufficientResourceException full) {
                    assertThat(full.refusal().available()).isLessThan(16 * 4096L * 6);
                }
            }
        } catch (Exception | AssertionError error) {
            log.add(error);
        }
    }

    @Test
    void create_slowOne_doesNotHoldUpAnother() {
        try (Mediator mediator = builder().build()) {
            provider.backend().onCreate =
                    () -> {
                        provider.backend().onCreate = () -> {};
                        assertThat(mediator.inventory().holdings()).hasSize(1);
                        mediator.create(small("vm2"), VMM);
                        mediator.step(5);
                    };
            mediator.create(small("vm1"), VMM);
            assertThat(mediator.virtualGpus())
                    .extracting(VirtualGpu::name)
                    .containsExactly("vm2", "vm1");
        }
    }

    @Test
    void close_everything_latestFirstThenTheBackend() {
        Mediator mediator = builder().build();
        VirtualGpu first = mediator.create(small("vm1"), VMM);
        mediator.create(small("vm2"), VMM);
        provider.backend().calls.clear();
        mediator.close();
        mediator.close();
        assertThat(provider.backend().calls)
                .containsExactly("close vm2", "close vm1", "close backend");
        assertThat(first.state()).isEqualTo(VirtualGpuState.CLOSED);
        assertThat(mediator.step(1)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> mediator.create(small("vm3"), VMM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the mediator is closed");
    }

    @Test
    void close_oneFails_closesTheRestAllTheSame() {
        Mediator mediator = builder().build();
        mediator.create(small("vm1"), VMM);
        mediator.create(small("vm2"), VMM);
        PaperBackend backend = provider.backend();
        backend.models.get(1).failsToClose = PaperBackend.refusal();
        backend.calls.clear();
        assertThatThrownBy(mediator::close).isInstanceOf(GpuMediationException.class);
        assertThat(backend.calls).containsExactly("close vm2", "close vm1", "close backend");
    }

    @Test
    void closedVgpuWhoseShareIsUnsafe_isNeverGivenOutAgain() {
        try (Mediator mediator = builder().build()) {
            VirtualGpu vgpu = mediator.create(VgpuRequest.ofType("vm1", "Paper L"), VMM);
            provider.backend().models.getFirst().failsToClose = PaperBackend.refusal();
            assertThatThrownBy(vgpu::close).isInstanceOf(GpuMediationException.class);
            assertThat(vgpu.state()).isEqualTo(VirtualGpuState.CLOSED);
            assertThat(mediator.virtualGpus()).isEmpty();
            assertThat(mediator.availableInstances(PaperBackend.LARGE)).isEqualTo(1);
            VirtualGpu again = mediator.create(VgpuRequest.ofType("vm1", "Paper L"), VMM);
            assertThat(again.partition()).isNotEqualTo(vgpu.partition());
            assertThat(mediator.statistics().counter("mediator.lost-shares")).isEqualTo(1);
        }
    }

    @Test
    void step_answersTheBackendsDeadlineAndTellsOfChangedStates() {
        MediationListener listener = Mockito.mock(MediationListener.class);
        try (Mediator mediator = builder().listener(listener).build()) {
            VirtualGpu vgpu = mediator.create(small("vm1"), VMM);
            provider.backend().deadline = 77;
            assertThat(mediator.step()).isEqualTo(77);
            assertThat(provider.backend().calls).contains("step 42");
            vgpu.bar(0).handler().write(0, 4, 1);
            mediator.step(43);
            Mockito.verify(listener)
                    .stateChanged("vm1", VirtualGpuState.CREATED, VirtualGpuState.RUNNING);
            provider.backend().models.getFirst().failed = true;
            mediator.step(44);
            mediator.step(45);
            Mockito.verify(listener)
                    .stateChanged("vm1", VirtualGpuState.RUNNING, VirtualGpuState.FAILED);
            Mockito.verifyNoMoreInteractions(listener);
        }
    }

    @Test
    void wakeUpThatThrows_isCountedAndDisturbsNobody() {
        try (Mediator mediator = builder().build()) {
            AtomicInteger woken = new AtomicInteger();
            mediator.onStepNeeded(
                    () -> {
                        throw new InternalError("broken");
                    });
            mediator.onStepNeeded(woken::incrementAndGet);
            provider.backend().context.stepNeeded().run();
            assertThat(woken).hasValue(1);
            assertThat(mediator.statistics().counter("mediator.wake-up-errors")).isEqualTo(1);
        }
    }

    @Test
    void listenerThatThrows_isCountedAndDisturbsNobody() {
        MediationListener broken =
                new MediationListener() {
                    @Override
                    public void stateChanged(
                            String vgpu, VirtualGpuState from, VirtualGpuState to) {
                        throw new IllegalStateException("broken");
                    }
                };
        try (Mediator mediator = builder().listener(broken).build()) {
            VirtualGpu vgpu = mediator.create(small("vm1"), VMM);
            vgpu.quiesce();
            assertThat(vgpu.state()).isEqualTo(VirtualGpuState.QUIESCED);
            assertThat(mediator.statistics().counter("mediator.listener-errors")).isEqualTo(1);
        }
    }

    @Test
    void statistics_holdThoseOfEachVgpuAndOfTheGpu() {
        try (Mediator mediator = builder().build()) {
            mediator.create(small("vm1"), VMM).bar(0).handler().write(0, 4, 9);
            MediationStatistics statistics = mediator.statistics();
            assertThat(statistics.counter("paper.sheets")).isEqualTo(7);
            assertThat(statistics.counter("nothing")).isZero();
            assertThat(statistics.vgpus()).containsOnlyKeys("vm1");
            assertThat(statistics.vgpus().values())
                    .allSatisfy(one -> assertThat(one.counter("register")).isEqualTo(9));
        }
    }

    @Test
    void ability_ofTheBackend_isHandedOut() {
        try (Mediator mediator = builder().build()) {
            assertThat(mediator.ability(PaperBackend.class)).containsSame(provider.backend());
            assertThat(mediator.ability(Runnable.class)).isEmpty();
        }
    }
}
