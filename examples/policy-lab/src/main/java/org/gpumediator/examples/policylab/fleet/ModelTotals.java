package org.gpumediator.examples.policylab.fleet;

import java.util.Map;
import java.util.TreeMap;

/**
 * What all boards of one model add up to, kept up to date at every change, so that reading a number
 * costs the same whatever the size of the fleet. Whole numbers, in the model's measure.
 */
final class ModelTotals {

    private final BoardModel model;
    private final int boards;
    private final long[] creatable;
    private final long[] compact;
    private final TreeMap<Long, BoardSet> byFree = new TreeMap<>();
    private final int fleet;
    private long free;

    /**
     * Starts without boards.
     *
     * @param fleet the highest number of a board
     */
    ModelTotals(BoardModel model, int boards, int fleet) {
        this.model = model;
        this.boards = boards;
        this.fleet = fleet;
        creatable = new long[model.types().size()];
        compact = new long[creatable.length];
    }

    BoardModel model() {
        return model;
    }

    void add(int board, BoardState state) {
        count(state, 1);
        byFree.computeIfAbsent(state.free(), none -> new BoardSet(fleet)).add(board);
    }

    void remove(int board, BoardState state) {
        count(state, -1);
        BoardSet equal = byFree.get(state.free());
        if (equal != null) {
            equal.remove(board);
            if (equal.isEmpty()) {
                byFree.remove(state.free());
            }
        }
    }

    private void count(BoardState state, int by) {
        free += by * state.free();
        for (int i = 0; i < creatable.length; i++) {
            creatable[i] += (long) by * state.creatable(i);
            compact[i] += by * (state.free() / model.size(i));
        }
    }

    /** Returns what nobody holds, in boards. */
    double freeBoards() {
        return (double) free / model.capacity();
    }

    /** Returns how many boards there are. */
    int boards() {
        return boards;
    }

    /** Returns the lowest board of those with most left. */
    int emptiest() {
        return byFree.lastEntry().getValue().next(0);
    }

    /** Returns how many of a type would fit if all that is free were in one place. */
    double compact(String type) {
        int number = model.number(type);
        return number < 0 ? 0 : (double) free / model.size(number);
    }

    /**
     * Returns what is free and a type could not use if it alone came, the mean over a demand, in
     * boards: the measure of fragmentation gradient descent.
     */
    double fragments(Map<String, Double> demand) {
        double sum = 0;
        for (Map.Entry<String, Double> share : demand.entrySet()) {
            int number = model.number(share.getKey());
            long usable = number < 0 ? 0 : creatable[number] * model.size(number);
            sum += share.getValue() * (free - usable);
        }
        return sum / model.capacity();
    }

    /** Returns room for every type, one at a time, were each board's free room in one place. */
    double compactRoom() {
        return room(compact);
    }

    /** Returns the room there is. */
    double creatableRoom() {
        return room(creatable);
    }

    private double room(long[] counts) {
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i] * model.size(i);
        }
        return (double) sum / model.capacity();
    }
}
