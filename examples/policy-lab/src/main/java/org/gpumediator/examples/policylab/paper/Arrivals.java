package org.gpumediator.examples.policylab.paper;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Who arrives when, and which host wins among equals, in the run of one seed.
 *
 * @param order indices of tasks, in the order of their arrival
 * @param priority by host in the order of their names: the lowest wins among equal scores
 */
public record Arrivals(int[] order, int[] priority) {

    /**
     * The program that made the published runs drew ten numbers between the arrivals and the
     * priorities, for reasons of its own; found by trying, it makes all of its runs again.
     */
    private static final int SKIPPED = 10;

    /**
     * Draws: all tasks in random order, then tasks drawn again and again until the next would take
     * what is asked for beyond a share of the cluster. Of a workload that asks for more than that
     * by itself, tasks drawn at random are left out.
     *
     * @param loadPercent up to how much of the cluster's GPUs is asked for
     */
    public static Arrivals draw(Workload workload, long seed, int loadPercent) {
        GoRandom random = new GoRandom(seed);
        random.nextInt63();
        int tasks = workload.tasks().size();
        int[] order = IntStream.range(0, tasks).toArray();
        random.shuffle(order);
        long asked = workload.tasks().stream().mapToLong(Task::totalMilli).sum();
        long most = workload.capacityMilli() * loadPercent / 100;
        int count = tasks;
        while (asked > most) {
            int gone = random.nextBelow(count);
            asked -= workload.tasks().get(order[gone]).totalMilli();
            count--;
            System.arraycopy(order, gone + 1, order, gone, count - gone);
        }
        boolean grows = count == tasks && 0 < asked && asked < most;
        while (grows) {
            int next = random.nextBelow(tasks);
            Task task = workload.tasks().get(next);
            if (asked + task.gpuMilli() > most) {
                break;
            }
            asked += task.totalMilli();
            if (count == order.length) {
                order = Arrays.copyOf(order, 2 * count);
            }
            order[count++] = next;
        }
        for (int i = 0; i < SKIPPED; i++) {
            random.nextInt63();
        }
        return new Arrivals(
                Arrays.copyOf(order, count), random.permutation(workload.nodes().size()));
    }
}
