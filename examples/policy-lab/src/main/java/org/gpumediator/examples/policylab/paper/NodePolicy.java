package org.gpumediator.examples.policylab.paper;

/**
 * Chooses the host of a task by a score; of hosts with one score the first in the run's order of
 * priority wins.
 */
public interface NodePolicy {

    /** Returns its name: lower-case letters and dashes. */
    String title();

    /**
     * Returns how well a task goes on a host that it fits on: the higher the better.
     *
     * @implSpec A pure function of what the host has left and what the task asks for: the lab asks
     *     again only when one of them has changed.
     */
    int score(Node node, Task task);

    /** Returns the GPU for a sharing task on the host that was chosen. */
    default int gpu(Node node, Task task) {
        return node.tightest(task);
    }

    /** Returns whether the host is drawn among those that fit instead, and its GPU as well. */
    default boolean isDrawn() {
        return false;
    }
}
