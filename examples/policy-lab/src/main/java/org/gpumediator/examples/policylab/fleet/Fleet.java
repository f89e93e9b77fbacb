package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.examples.policylab.fleet.BoardState.Share;
import org.jspecify.annotations.Nullable;

/**
 * Boards of any models, and the virtual GPUs on them. Boards are indexed by the score they have for
 * each type, so that a decision costs the same for ten boards and for ten thousand.
 *
 * <p>Not safe for use by multiple threads.
 */
public final class Fleet {

    /** A virtual GPU that was placed. */
    public static final class Placed {

        private final int board;
        private final Share share;

        private Placed(int board, Share share) {
            this.board = board;
            this.share = share;
        }

        /** Returns the number of the board it is on. */
        public int board() {
            return board;
        }
    }

    /** The boards that have room for a type, by score. */
    private final class Index {

        private final String type;
        private final BoardSet[] byScore = new BoardSet[FleetPolicy.BEST + 1];
        private final BoardSet scores = new BoardSet(FleetPolicy.BEST + 1);

        Index(String type) {
            this.type = type;
            for (int board = 0; board < states.length; board++) {
                add(board, states[board]);
            }
        }

        void add(int board, BoardState state) {
            if (state.fits(type)) {
                int score = FleetPolicy.BEST - state.score(policy, type);
                BoardSet set = byScore[score];
                if (set == null) {
                    set = new BoardSet(states.length);
                    byScore[score] = set;
                }
                set.add(board);
                scores.add(score);
            }
        }

        void remove(int board, BoardState state) {
            if (state.fits(type)) {
                int score = FleetPolicy.BEST - state.score(policy, type);
                BoardSet set = byScore[score];
                if (set != null) {
                    set.remove(board);
                    if (set.isEmpty()) {
                        scores.remove(score);
                    }
                }
            }
        }

        int best() {
            int score = scores.next(0);
            BoardSet set = score < 0 ? null : byScore[score];
            if (set == null) {
                return -1;
            }
            if (!policy.isDrawn()) {
                return set.next(0);
            }
            int drawn = set.next(random.nextInt(states.length));
            return drawn < 0 ? set.next(0) : drawn;
        }
    }

    private final FleetPolicy policy;
    private final SplittableRandom random;
    private final BoardState[] states;
    private final Map<String, Index> indices = new HashMap<>();
    private final List<StateTable> tables = new ArrayList<>();
    private double freeBoards;

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
        List<BoardState> boards = new ArrayList<>();
        new LinkedHashMap<>(models)
                .forEach(
                        (model, count) -> {
                            StateTable table = new StateTable(model);
                            tables.add(table);
                            for (int i = 0; i < count; i++) {
                                boards.add(table.empty());
                            }
                        });
        states = boards.toArray(new BoardState[0]);
        freeBoards = states.length;
    }

    /** Returns how many boards there are. */
    public int boards() {
        return states.length;
    }

    /** Returns what a board holds. */
    public BoardState board(int number) {
        return states[number];
    }

    /** Returns how many different states boards have been in. */
    public int statesMet() {
        return tables.stream().mapToInt(StateTable::size).sum();
    }

    /** Returns the share of the fleet that is given out, every board counting the same. */
    public double utilisation() {
        return 1 - freeBoards / states.length;
    }

    /** Places a virtual GPU; null if no board has room. */
    public @Nullable Placed place(String type) {
        int board = index(type).best();
        if (board < 0) {
            return null;
        }
        BoardState state = states[board];
        Share share = state.share(type);
        if (share == null) {
            throw new IllegalStateException(type + ": indexed where it does not fit");
        }
        change(board, state.with(type));
        return new Placed(board, share);
    }

    /** Returns the resource that the first of the emptiest boards lacks for a type. */
    public String lacking(String type) {
        BoardState emptiest = null;
        for (BoardState state : states) {
            if (state.refused(type) != null
                    && (emptiest == null || state.free() > emptiest.free())) {
                emptiest = state;
            }
        }
        PartitionDecision.Refused refused = emptiest == null ? null : emptiest.refused(type);
        return refused == null ? "type" : refused.kind().name();
    }

    /** Returns whether what is free on all boards together would be enough for a type. */
    public boolean hasRoomInAll(String type) {
        double free = 0;
        for (BoardState state : states) {
            VgpuType known = state.model().type(type);
            if (known != null) {
                free += (double) state.free() / Math.max(1, known.quota(state.model().measure()));
            }
        }
        return free >= 1;
    }

    /** Takes a virtual GPU away, once. */
    public void remove(Placed placed) {
        change(placed.board, states[placed.board].without(placed.share));
    }

    private void change(int board, BoardState next) {
        BoardState old = states[board];
        for (Index index : indices.values()) {
            index.remove(board, old);
            index.add(board, next);
        }
        freeBoards += (double) (next.free() - old.free()) / next.model().capacity();
        states[board] = next;
    }

    private Index index(String type) {
        Index index = indices.get(type);
        if (index == null) {
            index = new Index(type);
            indices.put(type, index);
        }
        return index;
    }
}
