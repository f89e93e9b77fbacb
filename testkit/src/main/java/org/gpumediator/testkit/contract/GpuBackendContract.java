package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.spi.BackendContext;
import org.gpumediator.api.spi.DeviceModel;
import org.gpumediator.api.spi.GpuBackend;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.api.spi.GpuBackendProvider;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link GpuBackend} and its {@link GpuBackendProvider} promise the mediator. Extend
 * this class and implement {@link #provider} and {@link #gpu}. {@link VirtualGpuContract} holds
 * what the backend's virtual GPUs promise.
 */
public abstract class GpuBackendContract {

    private static final String NOBODYS = "nobody-has-this";
    private static final int ACCESSES = 2_000;

    /** Creates the contract. */
    protected GpuBackendContract() {}

    /** Returns the provider. */
    protected abstract GpuBackendProvider provider();

    /** Returns a fresh GPU that the backend drives, on a clock. */
    protected abstract PhysicalGpu gpu(SteppedClock clock);

    private GpuBackend open(SteppedClock clock, Map<String, String> options) {
        MediationListener nobody = new MediationListener() {};
        return provider().open(new BackendContext(gpu(clock), clock, nobody, options, () -> {}));
    }

    private GpuBackend open() {
        return open(new SteppedClock(), Map.of());
    }

    private static VgpuBlueprint blueprint(
            int id, VgpuType type, ResourcePartition partition, FakeVmm vmm) {
        return new VgpuBlueprint("vm" + id, id, type, partition, vmm.port(), Role.GUEST, Map.of());
    }

    private static ResourcePartition placed(
            GpuBackend backend, GpuInventory inventory, VgpuType type) {
        return assertInstanceOf(
                        PartitionDecision.Placed.class,
                        backend.defaultPolicy().decide(inventory, PartitionRequest.of("vm", type)),
                        type.name() + " on an empty GPU")
                .partition();
    }

    // ---- the provider --------------------------------------------------------------------------

    @Test
    @DisplayName("the provider has a name to write, the version of this SPI, and knows its GPUs")
    void provider_always_saysWhatItDrives() {
        GpuBackendProvider provider = provider();
        assertTrue(provider.name().matches("[a-z0-9]+(-[a-z0-9]+)*"), provider.name());
        assertEquals(GpuBackendProvider.API_VERSION, provider.apiVersion(), "version");
        assertTrue(provider.supports(gpu(new SteppedClock()).identity()), "its own GPU");
        assertFalse(
                provider.supports(new GpuIdentity(0xffff, 0xffff, 0, 0, 0, 0x030000)),
                "a GPU of a vendor that is none");
    }

    @Test
    @DisplayName("an option that the backend does not know is refused by its name")
    void open_unknownOption_isNamed() {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> open(new SteppedClock(), Map.of(NOBODYS, "1")).close());
        assertTrue(
                String.valueOf(refused.getMessage()).contains(NOBODYS),
                () -> "the message names the option: " + refused.getMessage());
    }

    // ---- what there is -------------------------------------------------------------------------

    @Test
    @DisplayName("the capacity is that of an empty GPU, and every type is made of its resources")
    void types_always_areMadeOfTheCapacity() {
        try (GpuBackend backend = open()) {
            GpuInventory capacity = backend.capacity();
            assertEquals(List.of(), capacity.holdings(), "holdings of an empty GPU");
            assertEquals(capacity.resources(), backend.capacity().resources(), "asked again");
            assertFalse(backend.types().isEmpty(), "a backend without types");
            assertEquals(backend.types(), backend.types(), "types asked again");
            Set<String> names = new HashSet<>();
            for (VgpuType type : backend.types()) {
                assertTrue(names.add(type.name()), type.name() + " is there twice");
                assertTrue(type.maxInstances() > 0, type.name() + ": at most none");
                for (Map.Entry<ResourceKind, Long> quota : type.quotas().entrySet()) {
                    long most = capacity.capacity(quota.getKey());
                    assertTrue(
                            quota.getValue() >= 0 && quota.getValue() <= most,
                            () -> type.name() + ": " + quota + " of " + most);
                }
            }
        }
    }

    @Test
    @DisplayName("free quotas that make no sense are refused by the resource's name")
    void anonymousType_negative_isNamed() {
        try (GpuBackend backend = open()) {
            for (GpuInventory.Resource resource : backend.capacity().resources()) {
                ResourceKind kind = resource.kind();
                Map<ResourceKind, Long> quotas = new HashMap<>(backend.types().getFirst().quotas());
                quotas.put(kind, -kind.granularity());
                try {
                    VgpuType made = backend.anonymousType(quotas);
                    assertTrue(
                            made.quotas().values().stream().allMatch(amount -> amount >= 0),
                            () -> kind.name() + ": a negative amount was taken");
                } catch (IllegalArgumentException refused) {
                    String message = String.valueOf(refused.getMessage());
                    assertTrue(
                            quotas.keySet().stream().anyMatch(one -> message.contains(one.name())),
                            () -> "the message names a resource: " + message);
                }
            }
        }
    }

    // ---- virtual GPUs --------------------------------------------------------------------------

    @Test
    @DisplayName("what the default policy places can be made, and made again after it was closed")
    void create_eachType_canBeMadeAgain() {
        try (GpuBackend backend = open()) {
            for (VgpuType type : List.of(backend.types().getFirst(), backend.types().getLast())) {
                ResourcePartition partition = placed(backend, backend.capacity(), type);
                for (int i = 0; i < 3; i++) {
                    try (FakeVmm vmm = FakeVmm.create();
                            DeviceModel made = backend.create(blueprint(i, type, partition, vmm))) {
                        assertFalse(made.regions().isEmpty(), type.name() + " has no BAR");
                        assertFalse(made.failed(), type.name() + " failed at birth");
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("an attribute that the backend does not know is refused, asked before or not")
    void create_unknownAttribute_isRefused() {
        try (GpuBackend backend = open();
                FakeVmm vmm = FakeVmm.create()) {
            Map<String, String> attributes = Map.of(NOBODYS, "1");
            assertThrows(
                    IllegalArgumentException.class,
                    () -> backend.checkAttributes(attributes),
                    "asked before");
            VgpuType type = backend.types().getFirst();
            ResourcePartition partition = placed(backend, backend.capacity(), type);
            VgpuBlueprint wrong =
                    new VgpuBlueprint("vm", 0, type, partition, vmm.port(), Role.GUEST, attributes);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> backend.create(wrong).close(),
                    "when it is made");
            assertDoesNotThrow(
                    () -> backend.create(blueprint(0, type, partition, vmm)).close(),
                    "the same place afterwards");
        }
    }

    // ---- time and end --------------------------------------------------------------------------

    @Test
    @DisplayName("a step says when the next is due, later than now")
    void step_idle_isDueLater() {
        SteppedClock clock = new SteppedClock();
        try (GpuBackend backend = open(clock, Map.of())) {
            for (int i = 0; i < 10; i++) {
                long now = clock.advanceNanos(1_000_000);
                long due = backend.step(now);
                assertTrue(due > now, "due at " + due + ", asked at " + now);
            }
        }
    }

    @Test
    @DisplayName("closing twice is closing once")
    void close_twice_isQuiet() {
        GpuBackend backend = open();
        backend.close();
        assertDoesNotThrow(backend::close, "second close");
    }

    // ---- time
    // ------------------------------------------------------------------------------------

    @Test
    @DisplayName("what makes a step due earlier, says so")
    void step_dueEarlier_isSaid() {
        SteppedClock clock = new SteppedClock();
        AtomicBoolean said = new AtomicBoolean();
        MediationListener nobody = new MediationListener() {};
        try (FakeVmm vmm = FakeVmm.create();
                GpuBackend backend =
                        provider()
                                .open(
                                        new BackendContext(
                                                gpu(clock),
                                                clock,
                                                nobody,
                                                Map.of(),
                                                () -> said.set(true)))) {
            VgpuType type = backend.types().getFirst();
            ResourcePartition share = placed(backend, backend.capacity(), type);
            long[] due = {backend.step(clock.nanoTime())};
            said.set(false);
            DeviceModel model = backend.create(blueprint(0, type, share, vmm));
            checkDue(backend, clock, said, due, "creating the first virtual GPU");
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < ACCESSES; i++) {
                List<TrapRegion> regions = model.regions();
                TrapRegion region = regions.get(random.nextInt(regions.size()));
                long offset = random.nextLong(region.length()) & -4;
                long value = random.nextBoolean() ? -1 : random.nextInt();
                said.set(false);
                region.handler().write(offset, 4, value & 0xffff_ffffL);
                checkDue(backend, clock, said, due, "BAR " + region.index() + " + " + offset);
            }
            model.close();
        }
    }

    /** A time already said stays good, unless something says otherwise. */
    private static void checkDue(
            GpuBackend backend, SteppedClock clock, AtomicBoolean said, long[] due, String what) {
        boolean woken = said.get();
        long next = backend.step(clock.nanoTime());
        assertTrue(
                woken || next >= due[0],
                () -> what + ": a step was due at " + due[0] + ", is at " + next + ", unsaid");
        due[0] = next;
    }
}
