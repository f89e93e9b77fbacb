package org.gpumediator.examples.policylab.paper;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is expected to be asked for: the commonest kinds of task of a workload, as many as make up
 * 95 % of it, and the fragmentation they see.
 *
 * <p>A kind sees as fragment what is idle on a host and of no use to it: all of it if the host
 * cannot take one more of that kind, or the kind wants no GPU; otherwise the GPUs with too little
 * room. Fragmentation is the mean over the kinds, weighted by how common they are.
 */
public final class Demand {

    private static final double COVERED_PERCENT = 95;

    private static final Comparator<Task> LARGEST_FIRST =
            Comparator.comparingInt(Task::cpuMilli)
                    .thenComparingInt(Task::gpuMilli)
                    .thenComparingInt(Task::gpus)
                    .thenComparing(task -> String.join("|", task.models()))
                    .reversed();

    private final Task[] kinds;
    private final double[] shares;

    private Demand(Task[] kinds, double[] shares) {
        this.kinds = kinds;
        this.shares = shares;
    }

    /** Returns the demand of a workload. */
    public static Demand of(List<Task> tasks) {
        Map<Task, Integer> counts = new HashMap<>();
        for (Task task : tasks) {
            Task kind =
                    new Task("", task.cpuMilli(), 0, task.gpus(), task.gpuMilli(), task.models());
            counts.merge(kind, 1, Integer::sum);
        }
        List<Task> common = new ArrayList<>(counts.keySet());
        common.sort(
                Comparator.<Task>comparingInt(kind -> counts.getOrDefault(kind, 0))
                        .reversed()
                        .thenComparing(LARGEST_FIRST));
        double total = tasks.size();
        double wanted = COVERED_PERCENT * total / 100;
        double covered = 0;
        int kept = 0;
        while (kept < common.size() && covered < wanted) {
            covered += counts.getOrDefault(common.get(kept++), 0);
        }
        double[] shares = new double[kept];
        for (int i = 0; i < kept; i++) {
            shares[i] = counts.getOrDefault(common.get(i), 0) / total;
            if (kept < common.size()) {
                shares[i] /= covered / total;
            }
        }
        return new Demand(common.subList(0, kept).toArray(new Task[0]), shares);
    }

    /** Returns the number of kinds. */
    public int size() {
        return kinds.length;
    }

    /**
     * Returns the fragmentation of a host in thousandths of a GPU, as it would be after giving some
     * away.
     *
     * <p>Added up by what is lacking and only then in all: the published scores are truncated to
     * whole numbers, so the last bit of this sum decides.
     *
     * @param cpuTaken thousandths of a CPU given away
     * @param gpu the GPU of which {@code milliTaken} is given away, or -1
     * @param wholeTaken unused GPUs given away, the lowest ones
     */
    double fragmentation(Node node, int cpuTaken, int gpu, int milliTaken, int wholeTaken) {
        int[] left = new int[node.gpus()];
        int total = 0;
        int whole = wholeTaken;
        for (int i = 0; i < left.length; i++) {
            left[i] = node.milli(i) - (i == gpu ? milliTaken : 0);
            if (whole > 0 && left[i] == Node.WHOLE) {
                left[i] = 0;
                whole--;
            }
            total += left[i];
        }
        int cpu = node.cpuMilli() - cpuTaken;
        double both = 0;
        double gpus = 0;
        double cpus = 0;
        double noGpuWanted = 0;
        double noGpuWantedNorCpuLeft = 0;
        double otherModel = 0;
        for (int k = 0; k < kinds.length; k++) {
            Task kind = kinds[k];
            double idle = shares[k] * total;
            boolean cpuSuffices = cpu >= kind.cpuMilli();
            if (kind.gpuMilli() == 0) {
                if (cpuSuffices) {
                    noGpuWanted += idle;
                } else {
                    noGpuWantedNorCpuLeft += idle;
                }
            } else if (!kind.accepts(node.model())) {
                otherModel += idle;
            } else {
                int useless = 0;
                int missing = kind.gpus();
                for (int room : left) {
                    if (room < kind.gpuMilli()) {
                        useless += room;
                    } else {
                        missing--;
                    }
                }
                if (missing > 0) {
                    if (cpuSuffices) {
                        gpus += idle;
                    } else {
                        both += idle;
                    }
                } else if (cpuSuffices) {
                    gpus += shares[k] * useless;
                } else {
                    cpus += idle;
                }
            }
        }
        return both + gpus + cpus + noGpuWanted + noGpuWantedNorCpuLeft + otherModel;
    }

    /** Returns the fragmentation of a host as it is, in thousandths of a GPU. */
    public double fragmentation(Node node) {
        return fragmentation(node, 0, -1, 0, 0);
    }
}
