package org.gpumediator.examples.policylab.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaperRunTest {

    private static Task sharing(int milli) {
        return new Task("t", 1000, 1024, 1, milli, List.of());
    }

    private static Task whole(int gpus) {
        return new Task("t", 1000, 1024, gpus, 1000, List.of());
    }

    private static Node node(String name, int gpus) {
        return new Node(name, 64_000, 65_536, gpus, "A");
    }

    private static Arrivals inOrder(Workload workload) {
        return new Arrivals(
                IntStream.range(0, workload.tasks().size()).toArray(),
                IntStream.range(0, workload.nodes().size()).toArray());
    }

    private static PaperRun.Result run(Workload workload, NodePolicy policy, Demand demand) {
        return new PaperRun(workload, inOrder(workload), policy, demand, 130, 1).run();
    }

    @Test
    void fragmentIsWhatAKindCannotUse() {
        Node node = node("n", 2);
        node.take(sharing(600), 0);
        Demand halves = Demand.of(List.of(sharing(500)));
        Demand wholes = Demand.of(List.of(whole(2)));
        Demand both = Demand.of(List.of(sharing(500), whole(2)));
        Demand cpuOnly = Demand.of(List.of(new Task("t", 1, 1, 0, 0, List.of())));

        assertThat(halves.fragmentation(node)).isCloseTo(400, within(1e-9));
        assertThat(wholes.fragmentation(node)).isCloseTo(1400, within(1e-9));
        assertThat(both.fragmentation(node)).isCloseTo(900, within(1e-9));
        assertThat(cpuOnly.fragmentation(node)).isCloseTo(1400, within(1e-9));
    }

    @Test
    void hostWithoutCpuIsAllFragment() {
        Node node = new Node("n", 500, 65_536, 2, "A");

        assertThat(Demand.of(List.of(sharing(500))).fragmentation(node))
                .isCloseTo(2000, within(1e-9));
    }

    @Test
    void gradientDescentFillsTheFragment() {
        Node node = node("n", 2);
        node.take(sharing(700), 1);
        Demand demand = Demand.of(List.of(whole(1), sharing(300)));

        assertThat(new FragmentationGradientDescent(demand).gpu(node, sharing(300))).isEqualTo(1);
    }

    @Test
    void gradientDescentKeepsWholeGpusThatFirstFitSpoils() {
        List<Task> tasks = List.of(sharing(500), sharing(500), whole(2), whole(1));
        Workload workload = new Workload("w", List.of(node("a", 2), node("b", 2)), tasks);
        Demand demand = Demand.of(List.of(whole(2)));

        PaperRun.Result result = run(workload, new FragmentationGradientDescent(demand), demand);

        assertThat(result.refused()).isEmpty();
        assertThat(result.allocated()[100]).isEqualTo(100);
    }

    @Test
    void refusalsNameWhatIsMissing() {
        List<Task> tasks =
                List.of(
                        new Task("t", 1, 1, 1, 100, List.of("B")),
                        whole(8),
                        new Task("t", 65_000, 1, 1, 100, List.of()),
                        new Task("t", 1, 65_537, 1, 100, List.of()));
        Workload workload = new Workload("w", List.of(node("a", 2)), tasks);

        assertThat(run(workload, NodePolicies.BEST_FIT, Demand.of(tasks)).refused())
                .isEqualTo(
                        Map.of(
                                PaperRun.Refusal.MODEL, 1,
                                PaperRun.Refusal.GPU, 1,
                                PaperRun.Refusal.CPU, 1,
                                PaperRun.Refusal.MEMORY, 1));
    }

    @Test
    void drawnArrivalsNeverAskForMoreThanTheLoad() {
        Workload workload = SyntheticWorkload.of(20, 7);

        Arrivals arrivals = Arrivals.draw(workload, 42, 130);

        long asked = 0;
        for (int task : arrivals.order()) {
            asked += workload.tasks().get(task).totalMilli();
        }
        assertThat(asked)
                .isBetween(
                        workload.capacityMilli() * 11 / 10,
                        workload.capacityMilli() * 13 / 10 + 8000);
        assertThat(arrivals.order()).startsWith(Arrivals.draw(workload, 42, 130).order());
        assertThat(arrivals.order()).isNotEqualTo(Arrivals.draw(workload, 43, 130).order());
    }
}
