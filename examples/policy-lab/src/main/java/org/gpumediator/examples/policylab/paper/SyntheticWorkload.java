package org.gpumediator.examples.policylab.paper;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A made-up workload in the shape of the published ones, for trying things without their data:
 * hosts of three kinds; tasks that share a GPU, take one or several whole ones, or none.
 */
public final class SyntheticWorkload {

    private static final int[] SHARES = {160, 230, 330, 470, 550, 650, 810};

    private SyntheticWorkload() {}

    /**
     * Makes a workload that asks for about as much as its hosts have.
     *
     * @param hosts positive
     */
    public static Workload of(int hosts, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Node> nodes = new ArrayList<>();
        long capacity = 0;
        for (int i = 0; i < hosts; i++) {
            Node node =
                    switch (random.nextInt(4)) {
                        case 0 -> new Node(name("host", i), 64_000, 262_144, 2, "small");
                        case 1 -> new Node(name("host", i), 96_000, 393_216, 4, "middle");
                        default -> new Node(name("host", i), 96_000, 786_432, 8, "large");
                    };
            capacity += (long) node.gpus() * Node.WHOLE;
            nodes.add(node);
        }
        List<Task> tasks = new ArrayList<>();
        for (long asked = 0; asked < capacity; asked += tasks.getLast().totalMilli()) {
            tasks.add(task(name("task", tasks.size()), random));
        }
        return new Workload("synthetic", nodes, tasks);
    }

    private static String name(String kind, int number) {
        return String.format("%s-%05d", kind, number);
    }

    private static Task task(String name, SplittableRandom random) {
        int draw = random.nextInt(100);
        if (draw < 13) {
            return task(name, 1000 * (1 + random.nextInt(16)), 0, 0);
        }
        if (draw < 55) {
            int milli = SHARES[random.nextInt(SHARES.length)];
            return task(name, 1000 * (2 + random.nextInt(8)), 1, milli);
        }
        int gpus = draw < 97 ? 1 : draw < 99 ? 2 : 8;
        return task(name, 8000 * gpus, gpus, Node.WHOLE);
    }

    private static Task task(String name, int cpuMilli, int gpus, int gpuMilli) {
        return new Task(name, cpuMilli, 2 * cpuMilli, gpus, gpuMilli, List.of());
    }
}
