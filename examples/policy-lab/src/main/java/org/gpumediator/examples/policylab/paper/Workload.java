package org.gpumediator.examples.policylab.paper;

import java.util.List;

/**
 * The tasks of a workload, by name, and the hosts they are meant for.
 *
 * @param name short, as in a table
 * @param nodes the hosts, all unused
 * @param tasks what is asked for
 */
public record Workload(String name, List<Node> nodes, List<Task> tasks) {

    /** Copies the lists. */
    public Workload {
        nodes = List.copyOf(nodes);
        tasks = List.copyOf(tasks);
    }

    /** Returns the thousandths of a GPU that the hosts have in all. */
    public long capacityMilli() {
        return nodes.stream().mapToLong(node -> (long) node.gpus() * Node.WHOLE).sum();
    }
}
