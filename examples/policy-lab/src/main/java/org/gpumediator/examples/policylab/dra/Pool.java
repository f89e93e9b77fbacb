package org.gpumediator.examples.policylab.dra;

/**
 * Where the slices of one board belong.
 *
 * @param driver name of the driver that will prepare what is allocated, such as {@code
 *     gpu.example.com}
 * @param node name of the node that the board is in
 * @param name of the pool, unique among the driver's
 * @param generation of the slices; a scheduler uses the highest, once all of its slices are there
 */
public record Pool(String driver, String node, String name, long generation) {

    /** Returns the pool for slices that replace those published so far. */
    public Pool next() {
        return new Pool(driver, node, name, generation + 1);
    }
}
