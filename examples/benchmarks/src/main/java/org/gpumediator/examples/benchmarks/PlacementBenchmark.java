package org.gpumediator.examples.benchmarks;

import java.util.concurrent.TimeUnit;
import org.gpumediator.api.partition.GpuInventory;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.placement.VfPlacementPolicy;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.VfTypes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to decide where a virtual GPU goes on an L40 of mixed sizes: with one place left,
 * and on a full board, where the answer explains who would have to go.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PlacementBenchmark {

    private static final String SMALL = "L40-2Q";

    private GpuInventory empty = VfInventory.empty(AdaBoard.L40, PlacementMode.HETEROGENEOUS);
    private GpuInventory full = empty;
    private GpuInventory oneLeft = empty;
    private PartitionRequest small = request("new", SMALL);
    private PartitionRequest large = request("new", "L40-24Q");

    private static PartitionRequest request(String owner, String name) {
        VfTypes types =
                VfInventory.types(
                        TypeCatalogue.shipped(),
                        FramebufferSetup.of(AdaBoard.L40),
                        PlacementMode.HETEROGENEOUS);
        return PartitionRequest.of(owner, types.byName(name).orElseThrow());
    }

    /** Fills the board with sixteen of the smaller types. */
    @Setup
    public void fill() {
        VgpuType type = small.type();
        full = empty;
        while (VfPlacementPolicy.FIRST.decide(full, small)
                instanceof PartitionDecision.Placed placed) {
            oneLeft = full;
            String owner = "vm" + full.holdings().size();
            full = full.with(new GpuInventory.Holding(owner, type, placed.partition()));
        }
    }

    /** Decides with the best placement for the others on an empty board. */
    @Benchmark
    public PartitionDecision emptyBoard() {
        return VfPlacementPolicy.KEEP_MOST_CREATABLE.decide(empty, small);
    }

    /** Decides with one place left. */
    @Benchmark
    public PartitionDecision oneLeft() {
        return VfPlacementPolicy.KEEP_MOST_CREATABLE.decide(oneLeft, small);
    }

    /** Refuses on a full board, with the smallest set that would have to go. */
    @Benchmark
    public PartitionDecision fullBoard() {
        return VfPlacementPolicy.KEEP_MOST_CREATABLE.decide(full, large);
    }
}
