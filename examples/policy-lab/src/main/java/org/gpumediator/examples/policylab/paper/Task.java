package org.gpumediator.examples.policylab.paper;

import java.util.List;

/**
 * What a task of the published workloads asks for.
 *
 * @param name as in the file
 * @param cpuMilli thousandths of a CPU
 * @param memoryMib mebibytes
 * @param gpus whole or shared GPUs, {@code 0} to {@code 8}
 * @param gpuMilli thousandths of each of its GPUs, {@code 1000} if it asks for more than one
 * @param models GPU models it accepts; empty for any
 */
public record Task(
        String name, int cpuMilli, int memoryMib, int gpus, int gpuMilli, List<String> models) {

    /** Copies the list. */
    public Task {
        models = List.copyOf(models);
    }

    /** Returns whether it shares a GPU with others. */
    public boolean isSharing() {
        return gpus == 1 && gpuMilli < Node.WHOLE;
    }

    /** Returns the thousandths of a GPU it asks for in all. */
    public int totalMilli() {
        return gpus * gpuMilli;
    }

    /** Returns what it asks for; tasks that ask for the same are of one kind. */
    Task kind() {
        return new Task("", cpuMilli, memoryMib, gpus, gpuMilli, models);
    }

    /** Returns whether a model of GPU is one it accepts. */
    public boolean accepts(String model) {
        return models.isEmpty() || models.contains(model);
    }
}
