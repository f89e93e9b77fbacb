package org.gpumediator.nvidia.vf.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.GpuInventory.Holding;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionDecision.Placed;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.FramebufferSetup.ErrorCorrection;
import org.gpumediator.nvidia.vf.types.TypeAttributes;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.TypeRecord;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.junit.jupiter.api.Test;

/**
 * A million random creations and destructions over all boards and modes, against books kept in
 * another way: bit sets of slots, framebuffer, channels and virtual functions, and the placement
 * ids of the type records. Set {@code placement.seed} to repeat a run.
 */
class PlacementPropertyTest {

    private static final int OPERATIONS = 1_000_000;
    private static final long SEED = Long.getLong("placement.seed", 20_240_613L);
    private static final long UNIT = 2 * AdaBoard.MIB;

    @Test
    void million_randomOperations_neverOverlapLeakOrRefuseThePossible() {
        Random random = new Random(SEED);
        List<Run> runs = new ArrayList<>();
        for (AdaBoard board : AdaBoard.values()) {
            for (ErrorCorrection correction : ErrorCorrection.values()) {
                for (PlacementMode mode : PlacementMode.values()) {
                    for (HomogeneousRule rule : HomogeneousRule.values()) {
                        runs.add(
                                new Run(
                                        FramebufferSetup.of(board, correction),
                                        mode,
                                        rule,
                                        random));
                    }
                }
            }
        }
        int done = 0;
        for (Run run : runs) {
            done += run.operate(OPERATIONS / runs.size() + 1);
        }
        assertThat(done).isGreaterThanOrEqualTo(OPERATIONS);
    }

    /** One board in one mode, from empty to empty. */
    private static final class Run {
        private final Random random;
        private final GpuInventory first;
        private final List<VgpuType> types;
        private final List<VgpuType> custom = new ArrayList<>();
        private final Map<Integer, TypeRecord> records = new HashMap<>();
        private final ResourceKind framebuffer;
        private final PlacementMode mode;
        private final HomogeneousRule rule;
        private final String name;
        private final BitSet slots = new BitSet();
        private final BitSet bytes = new BitSet();
        private final BitSet channels = new BitSet();
        private final BitSet vfs = new BitSet();
        private GpuInventory inventory;
        private int refusals;
        private int placed;

        Run(FramebufferSetup setup, PlacementMode mode, HomogeneousRule rule, Random random) {
            this.random = random;
            this.mode = mode;
            this.rule = rule;
            name = setup + " " + mode + " " + rule + " seed " + SEED;
            first = VfInventory.empty(setup, mode, rule, AdaBoard.TOTAL_VFS);
            inventory = first;
            framebuffer = VfResources.framebuffer(setup.board());
            types = Boards.types(setup).all();
            TypeCatalogue.shipped()
                    .types(setup.board())
                    .forEach(type -> records.put(type.typeId(), type));
            for (int segments : new int[] {3, 17, 40}) {
                custom.add(
                        Boards.types(setup)
                                .anonymous(
                                        Map.of(framebuffer, segments * framebuffer.granularity())));
            }
        }

        int operate(int operations) {
            for (int i = 0; i < operations; i++) {
                List<Holding> holdings = inventory.holdings();
                boolean create = holdings.isEmpty() || random.nextInt(100) < fillPercent(i);
                if (create) {
                    create("v" + i);
                } else {
                    destroy(holdings.get(random.nextInt(holdings.size())));
                }
            }
            while (!inventory.holdings().isEmpty()) {
                destroy(inventory.holdings().getFirst());
            }
            assertThat(inventory).as(name).isEqualTo(first);
            assertThat(slots.isEmpty() && bytes.isEmpty() && channels.isEmpty() && vfs.isEmpty())
                    .as(name)
                    .isTrue();
            assertThat(placed).as(name).isPositive();
            assertThat(refusals).as(name).isPositive();
            return operations;
        }

        /** Phases of filling and of emptying, so that the board is at times full and empty. */
        private int fillPercent(int operation) {
            return operation / 200 % 2 == 0 ? 65 : 40;
        }

        private void create(String owner) {
            VgpuType type =
                    random.nextInt(128) == 0
                            ? custom.get(random.nextInt(custom.size()))
                            : types.get(random.nextInt(types.size()));
            PartitionPolicy policy =
                    VfPlacementPolicy.values()[random.nextInt(VfPlacementPolicy.values().length)];
            PartitionRequest request = PartitionRequest.of(owner, type);
            PartitionDecision decision = policy.decide(inventory, request);
            if (decision instanceof Placed success) {
                placed++;
                if (random.nextInt(64) == 0
                        && new PlacementPlanner(inventory).available(type) <= 0) {
                    throw new AssertionError(name + ": planner denies " + decision);
                }
                Holding holding = new Holding(owner, type, success.partition());
                take(holding);
                inventory = inventory.with(holding);
            } else {
                refusals++;
                if (possible(type)) {
                    throw new AssertionError(name + ": possible but " + decision);
                }
                if (random.nextInt(64) == 0) {
                    checkRefusal(request);
                }
            }
        }

        private void checkRefusal(PartitionRequest request) {
            PlacementPlanner planner = new PlacementPlanner(inventory);
            if (planner.available(request.type()) != 0) {
                throw new AssertionError(name + ": planner calls possible " + request);
            }
            List<String> mustGo = planner.explain(request).orElseThrow().mustGo();
            GpuInventory without = inventory;
            for (String owner : mustGo) {
                without = without.without(owner);
            }
            if (!(VfPlacementPolicy.FIRST.decide(without, request) instanceof Placed)) {
                throw new AssertionError(name + ": " + mustGo + " do not suffice for " + request);
            }
            GpuInventory almost = inventory;
            for (String owner : mustGo.subList(1, mustGo.size())) {
                almost = almost.without(owner);
            }
            if (VfPlacementPolicy.FIRST.decide(almost, request) instanceof Placed) {
                throw new AssertionError(name + ": " + mustGo + " are too many for " + request);
            }
        }

        private void destroy(Holding holding) {
            inventory = inventory.without(holding.owner());
            holding.partition().ranges(VfResources.VF).forEach(range -> clear(vfs, range, 1));
            holding.partition().ranges(framebuffer).forEach(range -> clear(bytes, range, UNIT));
            holding.partition()
                    .ranges(VfResources.PLUGIN_HEAP)
                    .forEach(range -> clear(bytes, range, UNIT));
            holding.partition()
                    .ranges(VfResources.CHANNEL_IDS)
                    .forEach(range -> clear(channels, range, 1));
            holding.partition()
                    .ranges(VfResources.PLACEMENT)
                    .forEach(range -> clear(slots, range, 1));
        }

        private void take(Holding holding) {
            take(vfs, holding.partition().range(VfResources.VF), 1, AdaBoard.TOTAL_VFS);
            long room = VfInventory.setup(first).guestBytes() / UNIT;
            take(bytes, holding.partition().range(framebuffer), UNIT, room);
            take(bytes, holding.partition().range(VfResources.PLUGIN_HEAP), UNIT, room);
            take(
                    channels,
                    holding.partition().range(VfResources.CHANNEL_IDS),
                    1,
                    AdaBoard.TOTAL_CHANNELS);
            boolean fixed = !TypeAttributes.isAnonymous(holding.type());
            List<ResourceRange> slotRanges = holding.partition().ranges(VfResources.PLACEMENT);
            if (fixed != (slotRanges.size() == 1)) {
                throw new AssertionError(name + ": slots " + holding);
            }
            slotRanges.forEach(range -> take(slots, range, 1, 48));
            for (ResourceKind kind :
                    List.of(framebuffer, VfResources.PLUGIN_HEAP, VfResources.CHANNEL_IDS)) {
                if (holding.partition().amount(kind) != holding.type().quota(kind)) {
                    throw new AssertionError(name + ": not its quota " + holding);
                }
            }
        }

        private void take(BitSet books, ResourceRange range, long unit, long room) {
            int from = (int) (range.start() / unit);
            int to = (int) (range.end() / unit);
            int next = books.nextSetBit(from);
            if (to > room || (next >= 0 && next < to)) {
                throw new AssertionError(name + ": overlap at " + range);
            }
            books.set(from, to);
        }

        private static void clear(BitSet books, ResourceRange range, long unit) {
            books.clear((int) (range.start() / unit), (int) (range.end() / unit));
        }

        /** Whether the books of this test see a place for a fixed type; free quotas: unknown. */
        private boolean possible(VgpuType type) {
            if (vfs.cardinality() == AdaBoard.TOTAL_VFS || TypeAttributes.isAnonymous(type)) {
                return false;
            }
            TypeRecord record = records.get(TypeAttributes.typeId(type));
            if (record == null) {
                throw new AssertionError(type);
            }
            if (mode == PlacementMode.HOMOGENEOUS) {
                for (Holding holding : inventory.holdings()) {
                    boolean same =
                            rule == HomogeneousRule.TYPE
                                    ? holding.type().name().equals(type.name())
                                    : !TypeAttributes.isAnonymous(holding.type())
                                            && holding.type().quota(framebuffer)
                                                    == type.quota(framebuffer);
                    if (!same) {
                        return false;
                    }
                }
                return inventory.holdings().size() < record.sharing().equalIds().size();
            }
            boolean onlyFixed =
                    inventory.holdings().stream()
                            .noneMatch(holding -> TypeAttributes.isAnonymous(holding.type()));
            for (int id : record.sharing().mixedIds()) {
                int next = slots.nextSetBit(id);
                if (onlyFixed && (next < 0 || next >= id + record.sharing().placementSize())) {
                    return true;
                }
            }
            return false;
        }
    }
}
