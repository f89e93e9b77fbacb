package org.gpumediator.examples.policylab.fleet;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The boards that have room for a type, by score. A board that changed is scored again when the
 * type is next asked for, so nothing here walks through the fleet.
 */
final class ScoreIndex {

    private final String type;
    private final FleetPolicy policy;
    private final BoardState[] states;
    private final int[] scoreOf;
    private final BoardSet changed;
    private final @Nullable BoardSet[] byScore = new BoardSet[FleetPolicy.BEST + 1];
    private final BoardSet bestFirst = new BoardSet(FleetPolicy.BEST + 1);

    /** Makes the index of a type; {@code states} are those of the fleet, by board. */
    ScoreIndex(String type, FleetPolicy policy, BoardState[] states) {
        this.type = type;
        this.policy = policy;
        this.states = states;
        scoreOf = new int[states.length];
        Arrays.fill(scoreOf, -1);
        changed = new BoardSet(states.length);
        for (int board = 0; board < states.length; board++) {
            changed.add(board);
        }
    }

    void changed(int board) {
        changed.add(board);
    }

    /** Returns the lowest board of those with the best score, or one of them drawn; -1 if none. */
    int best(SplittableRandom random) {
        for (int board = changed.next(0); board >= 0; board = changed.next(board)) {
            changed.remove(board);
            move(board, states[board].score(policy, type));
        }
        int first = bestFirst.next(0);
        BoardSet best = first < 0 ? null : byScore[FleetPolicy.BEST - first];
        if (best == null) {
            return -1;
        }
        if (!policy.isDrawn()) {
            return best.next(0);
        }
        int drawn = best.next(random.nextInt(states.length));
        return drawn < 0 ? best.next(0) : drawn;
    }

    private void move(int board, int score) {
        int old = scoreOf[board];
        if (old == score) {
            return;
        }
        BoardSet from = old < 0 ? null : byScore[old];
        if (from != null) {
            from.remove(board);
            if (from.isEmpty()) {
                bestFirst.remove(FleetPolicy.BEST - old);
            }
        }
        if (score >= 0) {
            BoardSet to = byScore[score];
            if (to == null) {
                to = new BoardSet(states.length);
                byScore[score] = to;
            }
            to.add(board);
            bestFirst.add(FleetPolicy.BEST - score);
        }
        scoreOf[board] = score;
    }
}
