package org.gpumediator.examples.policylab.paper;

import java.util.Arrays;

/** A host of the published cluster and what is left on it. */
public final class Node {

    /** Thousandths of one GPU. */
    static final int WHOLE = 1000;

    private final String name;
    private final String model;
    private final int[] milli;
    private final int[] tasksByGpus = new int[10];
    private int cpuMilli;
    private int memoryMib;
    private int freeMilli;
    private int version;

    Node(String name, int cpuMilli, int memoryMib, int gpus, String model) {
        this.name = name;
        this.cpuMilli = cpuMilli;
        this.memoryMib = memoryMib;
        this.model = model;
        milli = new int[gpus];
        Arrays.fill(milli, WHOLE);
        freeMilli = gpus * WHOLE;
    }

    Node copy() {
        return new Node(name, cpuMilli, memoryMib, milli.length, model);
    }

    /** Returns its name. */
    public String name() {
        return name;
    }

    /** Returns the model of its GPUs. */
    public String model() {
        return model;
    }

    /** Returns how many GPUs it has. */
    public int gpus() {
        return milli.length;
    }

    /** Returns thousandths of a GPU that nobody has. */
    public int milli(int gpu) {
        return milli[gpu];
    }

    /** Returns thousandths of all its GPUs that nobody has. */
    public int freeMilli() {
        return freeMilli;
    }

    /** Returns thousandths of a CPU that nobody has. */
    public int cpuMilli() {
        return cpuMilli;
    }

    /** Returns mebibytes of memory that nobody has. */
    public int memoryMib() {
        return memoryMib;
    }

    /** Returns how many of its GPUs nobody uses. */
    public int wholeGpus() {
        int count = 0;
        for (int left : milli) {
            count += left == WHOLE ? 1 : 0;
        }
        return count;
    }

    /** Returns how many kinds of GPU task (sharing, one, two, ... GPUs) run on it. */
    public int affinities() {
        int count = 0;
        for (int tasks : tasksByGpus) {
            count += tasks > 0 ? 1 : 0;
        }
        return count;
    }

    /** Returns whether GPU tasks of a task's kind (sharing, one, two, ... GPUs) run on it. */
    public boolean runsAlike(Task task) {
        return tasksByGpus[affinity(task)] > 0;
    }

    private static int affinity(Task task) {
        return task.isSharing() ? 0 : task.gpus();
    }

    /** Returns whether enough GPUs have room. */
    public boolean fitsGpus(Task task) {
        int missing = task.gpus();
        for (int i = 0; missing > 0 && i < milli.length; i++) {
            missing -= milli[i] >= task.gpuMilli() ? 1 : 0;
        }
        return missing <= 0;
    }

    /** Returns whether CPU, memory, model and GPUs suffice. */
    public boolean fits(Task task) {
        return cpuMilli >= task.cpuMilli()
                && memoryMib >= task.memoryMib()
                && (task.gpus() == 0 || task.accepts(model) && fitsGpus(task));
    }

    /** Returns the GPU with the least room that suffices, the lowest of several. */
    public int tightest(Task task) {
        int best = -1;
        for (int i = 0; i < milli.length; i++) {
            if (milli[i] >= task.gpuMilli() && (best < 0 || milli[i] < milli[best])) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Gives a task its share.
     *
     * @param gpu the GPU of a sharing task; of others the lowest that nobody uses are taken
     */
    void take(Task task, int gpu) {
        cpuMilli -= task.cpuMilli();
        memoryMib -= task.memoryMib();
        freeMilli -= task.totalMilli();
        version++;
        if (task.gpus() == 0) {
            return;
        }
        tasksByGpus[affinity(task)]++;
        if (task.isSharing()) {
            milli[gpu] -= task.gpuMilli();
            return;
        }
        int missing = task.gpus();
        for (int i = 0; missing > 0 && i < milli.length; i++) {
            if (milli[i] == WHOLE) {
                milli[i] = 0;
                missing--;
            }
        }
    }

    /** Returns a number that changes with every task it takes. */
    int version() {
        return version;
    }
}
