package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gpumediator.api.partition.GpuInventory;
import org.jspecify.annotations.Nullable;

/**
 * Boards of any models, and the virtual GPUs on them. Everything that is asked of the whole fleet
 * is kept up to date at each change of a board, so that a decision costs the same for ten boards
 * and for ten thousand.
 *
 * <p>Not safe for use by multiple threads.
 */
public final class Fleet {

    /**
     * A virtual GPU that was placed.
     *
     * @param board the number of the board it is on
     * @param owner its name
     */
    public record Placed(int board, String owner) {}

    private final FleetPolicy policy;
    private final SplittableRandom random;
    private final GpuInventory[] inventories;
    private final BoardState[] states;
    private final StateTable[] tableOf;
    private final ModelTotals[] totalsOf;
    private final List<StateTable> tables = new ArrayList<>();
    private final List<ModelTotals> totals = new ArrayList<>();
    private final Map<String, ScoreIndex> indices = new HashMap<>();
    private long born;

    /**
     * Makes a fleet of empty boards.
     *
     * @param models how many boards of each model, in their order
     * @param policy chooses the board
     * @param seed for policies that draw
     */
    public Fleet(Map<BoardModel, Integer> models, FleetPolicy policy, long seed) {
        this.policy = policy;
        random = new SplittableRandom(seed);
        int boards = models.values().stream().mapToInt(Integer::intValue).sum();
        inventories = new GpuInventory[boards];
        states = new BoardState[boards];
        tableOf = new StateTable[boards];
        totalsOf = new ModelTotals[boards];
        int first = 0;
        for (Map.Entry<BoardModel, Integer> some : models.entrySet()) {
            BoardModel model = some.getKey();
            StateTable table = new StateTable(model);
            ModelTotals sums = new ModelTotals(model, some.getValue(), boards);
            tables.add(table);
            totals.add(sums);
            for (int board = first; board < first + some.getValue(); board++) {
                inventories[board] = model.empty();
                states[board] = table.empty();
                tableOf[board] = table;
                totalsOf[board] = sums;
                sums.add(board, states[board]);
            }
            first += some.getValue();
        }
    }

    /** Returns how many boards there are. */
    public int boards() {
        return states.length;
    }

    /** Returns what there is to know of a board before a decision. */
    public BoardState board(int number) {
        return states[number];
    }

    /** Returns what a board has and who holds it. */
    public GpuInventory inventory(int number) {
        return inventories[number];
    }

    /** Returns how many states of boards were worked out. */
    public int statesMet() {
        return tables.stream().mapToInt(StateTable::met).sum();
    }

    /** Places a virtual GPU; null if no board has room. */
    public @Nullable Placed place(String type) {
        int board = index(type).best(random);
        if (board < 0) {
            return null;
        }
        String owner = "vgpu" + born++;
        add(board, type, owner);
        return new Placed(board, owner);
    }

    /** Takes a virtual GPU away, once. */
    public void remove(Placed placed) {
        take(placed.board, placed.owner);
    }

    private void add(int board, String type, String owner) {
        BoardState before = states[board];
        GpuInventory.Holding came = before.placed(inventories[board], type, owner);
        change(board, before.with(type), inventories[board].with(came));
    }

    private void take(int board, String owner) {
        GpuInventory after = inventories[board].without(owner);
        change(
                board,
                tableOf[board].without(states[board], holding(inventories[board], owner), after),
                after);
    }

    private static GpuInventory.Holding holding(GpuInventory board, String owner) {
        for (GpuInventory.Holding holding : board.holdings()) {
            if (holding.owner().equals(owner)) {
                return holding;
            }
        }
        throw new IllegalArgumentException(owner + ": is not on the board");
    }

    private void change(int board, BoardState next, GpuInventory inventory) {
        totalsOf[board].remove(board, states[board]);
        totalsOf[board].add(board, next);
        inventories[board] = inventory;
        states[board] = next;
        for (ScoreIndex index : indices.values()) {
            index.changed(board);
        }
    }

    private ScoreIndex index(String type) {
        return indices.computeIfAbsent(type, name -> new ScoreIndex(name, policy, states));
    }

    /** Returns the first of the emptiest boards that offer a type; -1 if none does. */
    private int emptiest(String type) {
        int emptiest = -1;
        for (ModelTotals sums : totals) {
            if (sums.boards() > 0 && sums.model().number(type) >= 0) {
                int board = sums.emptiest();
                if (emptiest < 0 || states[board].free() > states[emptiest].free()) {
                    emptiest = board;
                }
            }
        }
        return emptiest;
    }

    /** Returns the resource that the first of the emptiest boards lacks for a type. */
    public String lacking(String type) {
        int board = emptiest(type);
        return board < 0 ? "type" : states[board].lacking(type);
    }

    /** Returns whether what is free on all boards together would be enough for a type. */
    public boolean hasRoomInAll(String type) {
        return totals.stream().mapToDouble(sums -> sums.compact(type)).sum() >= 1;
    }

    /**
     * Returns how many virtual GPUs would have to move for a type that fits nowhere: off the first
     * of the emptiest boards, to wherever the policy puts them then. 0 if that does not help.
     */
    public int movesNeeded(String type) {
        int board = emptiest(type);
        if (board < 0) {
            return 0;
        }
        BoardModel model = states[board].model();
        GpuInventory before = inventories[board];
        List<String> owners = model.planner().mustGo(before, model.types().get(model.number(type)));
        if (owners.isEmpty()) {
            return 0;
        }
        BoardState stateBefore = states[board];
        owners.forEach(owner -> take(board, owner));
        add(board, type, "new");
        List<Placed> moved = new ArrayList<>();
        for (GpuInventory.Holding holding : before.holdings()) {
            if (owners.contains(holding.owner())) {
                Placed placed = place(holding.type().name());
                if (placed == null) {
                    break;
                }
                moved.add(placed);
            }
        }
        moved.reversed().forEach(this::remove);
        change(board, stateBefore, before);
        return moved.size() == owners.size() ? moved.size() : 0;
    }

    /** Returns the share of the fleet that is given out, every board counting the same. */
    public double utilisation() {
        return 1 - freeBoards() / states.length;
    }

    private double freeBoards() {
        return totals.stream().mapToDouble(ModelTotals::freeBoards).sum();
    }

    /** Returns the share of what is free that is fragments, as a demand sees it. */
    public double fragmented(Map<String, Double> demand) {
        double free = freeBoards();
        double sum = totals.stream().mapToDouble(sums -> sums.fragments(demand)).sum();
        return free < 1e-9 ? 0 : sum / free;
    }

    /**
     * Returns the share of what the boards could give out, were the free room of each in one place,
     * that they cannot: the measure of {@code PlacementPlanner.Fragmentation}.
     */
    public double scattered() {
        double compact = totals.stream().mapToDouble(ModelTotals::compactRoom).sum();
        double creatable = totals.stream().mapToDouble(ModelTotals::creatableRoom).sum();
        return compact < 1e-9 ? 0 : Math.max(0, 1 - creatable / compact);
    }
}
