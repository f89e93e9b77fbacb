package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceKind.Shape;
import org.gpumediator.api.partition.ResourceKind.Unit;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.testkit.Seeds;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PartitionPolicy} promises. Extend this class and implement {@link #policy}. The
 * contract brings an inventory of its own, with two resources that have places and one that is
 * counted; a policy for one vendor's resources overrides {@link #inventory} and {@link #request},
 * and {@link #resized} if its types are fixed.
 */
public abstract class PartitionPolicyContract {

    private static final int MANY = 10_000;
    private static final long MIB = 1 << 20;
    private static final ResourceKind NEAR = new ResourceKind("near", Unit.BYTES, Shape.RANGE, MIB);
    private static final ResourceKind FAR = new ResourceKind("far", Unit.BYTES, Shape.RANGE, MIB);
    private static final ResourceKind TOKENS =
            new ResourceKind("tokens", Unit.PIECES, Shape.COUNT, 1);

    /** Creates the contract. */
    protected PartitionPolicyContract() {}

    /** Returns the policy. */
    protected abstract PartitionPolicy policy();

    /** Returns an inventory of which nothing is given out. */
    protected GpuInventory inventory() {
        return new GpuInventory(
                List.of(
                        new GpuInventory.Resource(
                                NEAR,
                                new ResourceRange(0, 512 * MIB),
                                List.of(new ResourceRange(480 * MIB, 32 * MIB))),
                        new GpuInventory.Resource(
                                FAR, new ResourceRange(512 * MIB, 1536 * MIB), List.of()),
                        new GpuInventory.Resource(TOKENS, new ResourceRange(0, 32), List.of())),
                List.of(),
                Map.of());
    }

    /**
     * Returns a legal request for {@link #inventory}, of a size drawn from {@code random}; on an
     * empty inventory it fits.
     */
    protected PartitionRequest request(String owner, SplittableRandom random) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>();
        quotas.put(NEAR, (1 + random.nextLong(128)) * MIB);
        quotas.put(FAR, (1 + random.nextLong(384)) * MIB);
        quotas.put(TOKENS, 1 + random.nextLong(8));
        return PartitionRequest.of(owner, type(quotas));
    }

    private static VgpuType type(Map<ResourceKind, Long> quotas) {
        return new VgpuType("free", "", "free quotas", quotas, 0, 0, 0, 64, Map.of());
    }

    /**
     * Returns a request for another amount of one resource, legal or not; empty if there are only
     * types whose amounts nobody chooses.
     */
    protected Optional<PartitionRequest> resized(
            PartitionRequest request, ResourceKind kind, long amount) {
        Map<ResourceKind, Long> quotas = new LinkedHashMap<>(request.type().quotas());
        quotas.put(kind, amount);
        return Optional.of(new PartitionRequest(request.owner(), type(quotas), request.places()));
    }

    @Test
    @DisplayName("the same question has the same answer")
    void decide_twice_answersTheSame() {
        Seeds.forEach(
                20,
                random -> {
                    GpuInventory inventory = inventory();
                    for (int i = 0; i < 10; i++) {
                        PartitionRequest request = request("vm" + i, random);
                        PartitionDecision first = policy().decide(inventory, request);
                        assertEquals(first, policy().decide(inventory, request), "second answer");
                        if (first instanceof PartitionDecision.Placed(var partition)) {
                            inventory =
                                    inventory.with(
                                            new Holding(
                                                    request.owner(), request.type(), partition));
                        }
                    }
                });
    }

    @Test
    @DisplayName("whatever comes and goes: what is placed is free, and as large as was asked for")
    void decide_comingAndGoing_neverOverlaps() {
        Seeds.forEach(30, this::comeAndGo);
    }

    private void comeAndGo(SplittableRandom random) {
        GpuInventory inventory = inventory();
        List<String> living = new ArrayList<>();
        int placed = 0;
        for (int i = 0; i < 200; i++) {
            if (!living.isEmpty() && random.nextInt(3) == 0) {
                inventory = inventory.without(living.remove(random.nextInt(living.size())));
                continue;
            }
            PartitionRequest request = request("vm" + i, random);
            switch (policy().decide(inventory, request)) {
                case PartitionDecision.Placed(var partition) -> {
                    checkFree(inventory, request, partition);
                    inventory =
                            inventory.with(new Holding(request.owner(), request.type(), partition));
                    living.add(request.owner());
                    placed++;
                }
                case PartitionDecision.Refused refused -> checkRefusal(inventory, request, refused);
            }
        }
        assertTrue(placed > 10, "only " + placed + " of 200 requests were placed");
    }

    private static void checkFree(
            GpuInventory inventory, PartitionRequest request, ResourcePartition partition) {
        request.type()
                .quotas()
                .forEach((kind, asked) -> assertEquals(asked, partition.amount(kind), kind.name()));
        for (ResourceKind kind : partition.kinds()) {
            assertTrue(
                    partition.amount(kind) <= inventory.available(kind),
                    kind.name() + ": more is given out than there is");
            for (ResourceRange range : partition.ranges(kind)) {
                assertTrue(
                        inventory.holes(kind).stream().anyMatch(hole -> hole.contains(range)),
                        kind.name() + " " + range + " is not free");
                assertEquals(0, range.start() % kind.granularity(), kind.name() + " alignment");
            }
        }
    }

    private static void checkRefusal(
            GpuInventory inventory, PartitionRequest request, PartitionDecision.Refused refused) {
        ResourceKind kind = refused.kind();
        assertEquals(request.owner(), refused.owner(), "owner in the refusal");
        assertEquals(inventory.available(kind), refused.available(), "what is left");
        assertEquals(request.type().quota(kind), refused.requested(), "what was asked for");
        if (kind.shape() == Shape.RANGE) {
            assertEquals(inventory.largestHole(kind), refused.largestHole(), "largest hole");
        }
        assertTrue(
                refused.requested() > refused.largestHole() || !refused.reason().isEmpty(),
                refused.message() + ": would fit");
        assertTrue(refused.message().contains(kind.name()), "message names the resource");
    }

    @Test
    @DisplayName("an empty GPU takes a request, and takes it again after it was given back")
    void decide_afterGivingBack_placesAgain() {
        Seeds.forEach(
                10,
                random -> {
                    PartitionRequest request = request("vm", random);
                    PartitionDecision.Placed first =
                            assertInstanceOf(
                                    PartitionDecision.Placed.class,
                                    policy().decide(inventory(), request));
                    GpuInventory full =
                            inventory().with(new Holding("vm", request.type(), first.partition()));
                    assertEquals(
                            first,
                            policy().decide(full.without("vm"), request),
                            "answer once all is free again");
                });
    }

    @Test
    @DisplayName("a wished place is given exactly, or the request is refused")
    void decide_wishedPlace_isExact() {
        Seeds.forEach(
                20,
                random -> {
                    PartitionRequest request = request("first", random);
                    PartitionDecision decision = policy().decide(inventory(), request);
                    if (!(decision instanceof PartitionDecision.Placed(var partition))) {
                        return;
                    }
                    Map<ResourceKind, Long> places = new LinkedHashMap<>();
                    for (ResourceKind kind : partition.kinds()) {
                        if (kind.shape() == Shape.RANGE) {
                            places.put(kind, partition.ranges(kind).getFirst().start());
                        }
                    }
                    PartitionRequest exact = new PartitionRequest("exact", request.type(), places);
                    assertEquals(decision, policy().decide(inventory(), exact), "the free place");
                    GpuInventory taken =
                            inventory().with(new Holding("first", request.type(), partition));
                    assertInstanceOf(
                            PartitionDecision.Refused.class,
                            policy().decide(taken, exact),
                            "the place that somebody holds");
                });
    }

    @Test
    @DisplayName("more than there is of a resource is refused by that resource's name")
    void decide_tooMuch_namesTheResource() {
        PartitionRequest fits = request("vm", new SplittableRandom(5));
        for (GpuInventory.Resource resource : inventory().resources()) {
            ResourceKind kind = resource.kind();
            if (fits.type().quota(kind) == 0) {
                continue;
            }
            long tooMuch =
                    (inventory().capacity(kind) / kind.granularity() + 1) * kind.granularity();
            Optional<PartitionRequest> larger = resized(fits, kind, tooMuch);
            if (larger.isPresent()) {
                PartitionDecision.Refused refused =
                        assertInstanceOf(
                                PartitionDecision.Refused.class,
                                policy().decide(inventory(), larger.get()),
                                kind.name());
                assertEquals(kind, refused.kind(), "resource in the refusal");
                assertFalse(refused.message().isBlank(), "message");
            }
        }
    }

    @Test
    @DisplayName("a GPU that is full says so by a resource's name, and takes nobody")
    void decide_full_namesTheResource() {
        GpuInventory inventory = inventory();
        for (int i = 0; i < MANY; i++) {
            PartitionRequest request = request("vm" + i, new SplittableRandom(7));
            switch (policy().decide(inventory, request)) {
                case PartitionDecision.Placed(var partition) ->
                        inventory =
                                inventory.with(
                                        new Holding(request.owner(), request.type(), partition));
                case PartitionDecision.Refused refused -> {
                    checkRefusal(inventory, request, refused);
                    return;
                }
            }
        }
        fail(MANY + " virtual GPUs were placed, and the GPU is not full");
    }

    @Test
    @DisplayName("an amount or resource that makes no sense is the caller's error")
    void decide_illegalRequest_isRefused() {
        PartitionRequest fits = request("vm", new SplittableRandom(6));
        ResourceKind unknown = new ResourceKind("unheard-of", Unit.PIECES, Shape.COUNT, 1);
        PartitionRequest wishes =
                new PartitionRequest(fits.owner(), fits.type(), Map.of(unknown, 0L));
        assertThrows(
                IllegalArgumentException.class,
                () -> policy().decide(inventory(), wishes),
                "a place of a resource that the GPU has not");
        refuses(resized(fits, unknown, 1), "a resource that the GPU has not");
        ResourceKind known = inventory().resources().getFirst().kind();
        refuses(resized(fits, known, -known.granularity()), "a negative amount");
        if (known.granularity() > 1) {
            refuses(
                    resized(fits, known, known.granularity() + 1),
                    "an amount between two multiples");
        }
    }

    private void refuses(Optional<PartitionRequest> illegal, String what) {
        illegal.ifPresent(
                request ->
                        assertThrows(
                                IllegalArgumentException.class,
                                () -> policy().decide(inventory(), request),
                                what));
    }
}
