package org.gpumediator.examples.policylab.paper;

import java.util.List;
import java.util.Locale;

/** The policies that the published runs compare, and first fit. Scores are truncated as theirs. */
public enum NodePolicies implements NodePolicy {
    /** One of the hosts that fit, at random, and one of its GPUs. */
    RANDOM {
        @Override
        public int score(Node node, Task task) {
            return 0;
        }

        @Override
        public boolean isDrawn() {
            return true;
        }
    },
    /** The first host in the run's order of priority. */
    FIRST_FIT {
        @Override
        public int score(Node node, Task task) {
            return 0;
        }
    },
    /** Little of what a host has most of should be asked for: the least product wins. */
    DOT_PRODUCT {
        @Override
        public int score(Node node, Task task) {
            double product =
                    node.cpuMilli() / MOST_CPU * (task.cpuMilli() / MOST_CPU)
                            + node.freeMilli() / MOST_MILLI * (task.totalMilli() / MOST_MILLI);
            return (int) (100 * (1 - product / 2));
        }
    },
    /** Hosts that run only tasks of this kind first, the fuller the better. */
    CLUSTERING {
        @Override
        public int score(Node node, Task task) {
            if (task.gpus() == 0) {
                return 0;
            }
            int fullness = 25 * (8000 - node.freeMilli()) / 8000;
            if (node.runsAlike(task)) {
                return fullness + (node.affinities() == 1 ? 75 : 50);
            }
            return fullness + (node.affinities() == 0 ? 25 : 0);
        }
    },
    /** GPUs in use first, then unused ones of hosts in use, then hosts without a GPU task. */
    PACKING {
        @Override
        public int score(Node node, Task task) {
            if (task.gpus() == 0) {
                return 0;
            }
            int whole = node.wholeGpus();
            if (whole == node.gpus()) {
                return Math.max(33 - whole, whole);
            }
            int wholeNeeded = task.isSharing() ? 0 : task.gpus();
            if (task.isSharing() && node.milli(node.tightest(task)) == Node.WHOLE) {
                wholeNeeded = 1;
            }
            if (wholeNeeded > 0) {
                return Math.max(50 - wholeNeeded, 33);
            }
            int freePercent = node.milli(node.tightest(task)) * 100 / Node.WHOLE;
            return Math.max(100 - freePercent / 10, 50);
        }
    },
    /** The host that has least left afterwards, CPU and GPU weighing the same. */
    BEST_FIT {
        @Override
        public int score(Node node, Task task) {
            double left =
                    (node.cpuMilli() - task.cpuMilli()) / MOST_CPU * 0.5
                            + (node.freeMilli() - task.totalMilli()) / MOST_MILLI * 0.5;
            return (int) ((1 - left) * 100);
        }
    };

    /** The largest host has 128 CPUs and 8 GPUs. */
    private static final double MOST_CPU = 128_000;

    private static final double MOST_MILLI = 8000;

    @Override
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns every policy there is for a demand, in the order of the published tables. */
    public static List<NodePolicy> all(Demand demand) {
        return List.of(
                RANDOM,
                FIRST_FIT,
                DOT_PRODUCT,
                CLUSTERING,
                PACKING,
                BEST_FIT,
                new FragmentationGradientDescent(demand));
    }
}
