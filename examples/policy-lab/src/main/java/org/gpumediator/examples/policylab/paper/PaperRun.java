package org.gpumediator.examples.policylab.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One run by the rules of the published ones: tasks arrive and none leaves; who finds no host is
 * dropped. Measured after every arrival.
 */
public final class PaperRun {

    /** Why no host took a task: the first of these that stood in the way of all. */
    public enum Refusal {
        MODEL,
        GPU,
        CPU,
        MEMORY
    }

    /**
     * What came of a run.
     *
     * @param allocated by percent of the cluster asked for: percent of its GPUs given out; not a
     *     number where nothing was measured
     * @param fragmented the same: percent of the idle GPUs that are fragments
     * @param refused tasks that found no host
     * @param arrived tasks in all
     */
    public record Result(
            double[] allocated, double[] fragmented, Map<Refusal, Integer> refused, int arrived) {

        /** Returns the percent of the GPUs that nobody has when so much was asked for. */
        public double unallocated(int loadPercent) {
            return 100 - allocated[loadPercent];
        }
    }

    private final List<Node> nodes = new ArrayList<>();
    private final List<Task> tasks;
    private final Arrivals arrivals;
    private final NodePolicy policy;
    private final Demand demand;
    private final SplittableRandom random;
    private final int[] kindOf;
    private final List<Task> kinds = new ArrayList<>();
    private final int[][] scores;
    private final int[][] scoredAt;
    private final int loadPercent;

    /**
     * Prepares a run.
     *
     * @param loadPercent the highest load that is measured
     * @param seed for policies that draw
     */
    public PaperRun(
            Workload workload,
            Arrivals arrivals,
            NodePolicy policy,
            Demand demand,
            int loadPercent,
            long seed) {
        this.tasks = workload.tasks();
        this.arrivals = arrivals;
        this.policy = policy;
        this.demand = demand;
        this.loadPercent = loadPercent;
        random = new SplittableRandom(seed);
        int count = workload.nodes().size();
        List<Integer> byPriority = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byPriority.add(i);
        }
        byPriority.sort(Comparator.comparingInt(node -> arrivals.priority()[node]));
        byPriority.forEach(node -> nodes.add(workload.nodes().get(node).copy()));
        Map<Task, Integer> numbers = new HashMap<>();
        kindOf = new int[tasks.size()];
        for (int i = 0; i < kindOf.length; i++) {
            kindOf[i] =
                    numbers.computeIfAbsent(
                            tasks.get(i).kind(),
                            kind -> {
                                kinds.add(kind);
                                return kinds.size() - 1;
                            });
        }
        scores = new int[kinds.size()][count];
        scoredAt = new int[kinds.size()][count];
        for (int[] row : scoredAt) {
            Arrays.fill(row, -1);
        }
    }

    /** Runs to the end. */
    public Result run() {
        long capacity = nodes.stream().mapToLong(node -> (long) node.gpus() * Node.WHOLE).sum();
        Curve allocated = new Curve(loadPercent);
        Curve fragmented = new Curve(loadPercent);
        Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
        double fragmentation = nodes.stream().mapToDouble(demand::fragmentation).sum();
        long asked = 0;
        long idle = capacity;
        for (int index : arrivals.order()) {
            Task task = tasks.get(index);
            asked += task.totalMilli();
            int chosen = choose(kindOf[index]);
            if (chosen < 0) {
                refused.merge(reason(task), 1, Integer::sum);
            } else {
                Node node = nodes.get(chosen);
                fragmentation -= demand.fragmentation(node);
                node.take(task, gpu(node, task));
                fragmentation += demand.fragmentation(node);
                idle -= task.totalMilli();
            }
            int load = (int) Math.rint(100.0 * asked / capacity);
            double percent = 100.0 * (capacity - idle) / capacity;
            allocated.add(load, Math.rint(percent * 100) / 100);
            fragmented.add(load, idle == 0 ? 0 : 100 * fragmentation / idle);
        }
        return new Result(allocated.means(), fragmented.means(), refused, arrivals.order().length);
    }

    private int gpu(Node node, Task task) {
        if (!task.isSharing()) {
            return -1;
        }
        if (!policy.isDrawn()) {
            return policy.gpu(node, task);
        }
        int chosen = -1;
        int seen = 0;
        for (int gpu = 0; gpu < node.gpus(); gpu++) {
            if (node.milli(gpu) >= task.gpuMilli() && random.nextInt(++seen) == 0) {
                chosen = gpu;
            }
        }
        return chosen;
    }

    private int choose(int kind) {
        Task task = kinds.get(kind);
        int best = -1;
        int bestScore = Integer.MIN_VALUE;
        int seen = 0;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (!node.fits(task)) {
                continue;
            }
            if (policy.isDrawn()) {
                if (random.nextInt(++seen) == 0) {
                    best = i;
                }
                continue;
            }
            int score = score(kind, i, node, task);
            if (score > bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }

    private int score(int kind, int index, Node node, Task task) {
        if (scoredAt[kind][index] != node.version()) {
            scores[kind][index] = policy.score(node, task);
            scoredAt[kind][index] = node.version();
        }
        return scores[kind][index];
    }

    private Refusal reason(Task task) {
        boolean model = false;
        boolean gpus = false;
        boolean cpu = false;
        for (Node node : nodes) {
            if (task.gpus() > 0 && !task.accepts(node.model())) {
                continue;
            }
            model = true;
            if (node.fitsGpus(task)) {
                gpus = true;
                cpu |= node.cpuMilli() >= task.cpuMilli();
            }
        }
        return !model ? Refusal.MODEL : !gpus ? Refusal.GPU : !cpu ? Refusal.CPU : Refusal.MEMORY;
    }

    /** Means of what was measured at each whole percent of load. */
    private static final class Curve {

        private final double[] sums;
        private final int[] counts;

        Curve(int loadPercent) {
            sums = new double[loadPercent + 1];
            counts = new int[loadPercent + 1];
        }

        void add(int load, double value) {
            if (load < sums.length) {
                sums[load] += value;
                counts[load]++;
            }
        }

        double[] means() {
            double[] means = new double[sums.length];
            for (int i = 0; i < means.length; i++) {
                means[i] = sums[i] / counts[i];
            }
            return means;
        }
    }
}
