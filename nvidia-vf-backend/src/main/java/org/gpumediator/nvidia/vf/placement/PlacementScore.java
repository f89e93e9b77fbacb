package org.gpumediator.nvidia.vf.placement;

import java.util.List;

/**
 * How good a state of a board in mixed-size mode is: the slots that could still be given out,
 * summed over all sizes as if each were the only one asked for. A placement is the better, the more
 * it leaves. Two placements with the same score are equal for every single size in sum; the lower
 * id wins.
 */
final class PlacementScore {

    private PlacementScore() {}

    /**
     * Returns the score of a board.
     *
     * @param blocked the mixed placements that are not creatable
     */
    static long of(PlacementTable table, long[] blocked) {
        return of(table, blocked, new long[blocked.length]);
    }

    /** Returns the score of a board where also {@code more} is not creatable. */
    static long of(PlacementTable table, long[] blocked, long[] more) {
        List<TypeShape> shapes = table.shapes();
        long score = 0;
        for (int i = 0; i < shapes.size(); i++) {
            long[] mine = table.ofShape(i);
            int count = 0;
            for (int word = 0; word < mine.length; word++) {
                count += Long.bitCount(mine[word] & ~(blocked[word] | more[word]));
            }
            score += (long) count * shapes.get(i).slots();
        }
        return score;
    }
}
