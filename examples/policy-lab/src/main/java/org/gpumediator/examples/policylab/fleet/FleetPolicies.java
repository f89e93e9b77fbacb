package org.gpumediator.examples.policylab.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Ready-made policies for a fleet. */
public enum FleetPolicies implements FleetPolicy {
    /** The first board that has room. */
    FIRST_FIT {
        @Override
        public int score(BoardState board, String type) {
            return 0;
        }
    },
    /** A board that has room, at random. */
    RANDOM {
        @Override
        public int score(BoardState board, String type) {
            return 0;
        }

        @Override
        public boolean isDrawn() {
            return true;
        }
    },
    /** The board that has least left. */
    BEST_FIT {
        @Override
        public int score(BoardState board, String type) {
            return scaled(board.model().capacity() - board.free(), board.model().capacity());
        }
    },
    /** The board that has most left. */
    WORST_FIT {
        @Override
        public int score(BoardState board, String type) {
            return scaled(board.free(), board.model().capacity());
        }
    },
    /** The least product of what is left and what is asked for, in shares of a board. */
    DOT_PRODUCT {
        @Override
        public int score(BoardState board, String type) {
            double left = (double) board.free() / board.model().capacity();
            double size = board.model().size(board.model().number(type));
            double asked = size / board.model().capacity();
            return (int) (BEST * (1 - left * asked));
        }
    },
    /** Boards in use before empty ones, whatever is left on them. */
    PACKING {
        @Override
        public int score(BoardState board, String type) {
            return board.free() < board.model().capacity() ? 1 : 0;
        }
    },
    /** Boards that hold only this type, then empty ones, then the rest; the fuller first. */
    CLUSTERING {
        @Override
        public int score(BoardState board, String type) {
            int fullness =
                    scaled(board.model().capacity() - board.free(), board.model().capacity()) / 4;
            return fullness + (board.isEmpty() ? 256 : board.holdsOnly(type) ? 512 : 0);
        }
    };

    private static int scaled(long part, long whole) {
        return (int) (part * BEST / whole);
    }

    @Override
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Fragmentation gradient descent: the board whose fragmentation rises least, as the demand sees
     * it.
     *
     * <p>A type sees as fragment what is free and it could not use, if it alone came from now on;
     * fragmentation is the mean over the types. The score is coarse, as the published one is.
     *
     * @param demand how common each type is; the shares add up to 1
     */
    public record Gradient(Map<String, Double> demand) implements FleetPolicy {

        private static final int STEPS = 100;

        /** Copies the map. */
        public Gradient {
            demand = new TreeMap<>(demand); // sums must not hang on the order of a hash
        }

        @Override
        public String title() {
            return "fgd";
        }

        @Override
        public int score(BoardState board, String type) {
            double rise = fragmentation(board.with(type)) - fragmentation(board);
            return (int) (STEPS / (1 + Math.exp(4 * rise)));
        }

        /** Returns the fragmentation of a board as a share of it, {@code 0} to {@code 1}. */
        public double fragmentation(BoardState board) {
            double sum = 0;
            for (Map.Entry<String, Double> share : demand.entrySet()) {
                int number = board.model().number(share.getKey());
                long usable = number < 0 ? 0 : board.creatable(number) * board.model().size(number);
                sum += share.getValue() * (board.free() - usable);
            }
            return sum / board.model().capacity();
        }
    }

    /** Returns every ready-made policy for a demand. */
    public static List<FleetPolicy> all(Map<String, Double> demand) {
        List<FleetPolicy> all = new ArrayList<>(List.of(values()));
        all.add(new Gradient(demand));
        return all;
    }
}
