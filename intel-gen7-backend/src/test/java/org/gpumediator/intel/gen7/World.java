package org.gpumediator.intel.gen7;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;

/** One fake Haswell, one mediator, and as many guests as a test wants, moved by a stepped clock. */
public final class World implements AutoCloseable {

    public static final long MIB = 1L << 20;
    public static final long STEP_NANOS = 50_000;

    public final SteppedClock clock = new SteppedClock();
    public final FakeHaswell gpu;
    public final Mediator mediator;
    private final List<FakeVmm> vmms = new ArrayList<>();

    public World() {
        this(fake(), Map.of());
    }

    /** Returns a GPU that is as unkind as one may be: the second core of two. */
    public static FakeHaswell fake() {
        return FakeHaswell.builder().core(1).build();
    }

    /** As {@link #fake}; what pipelines are given as surfaces they write, as far as it reaches. */
    public static FakeHaswell fakeThatWritesSurfaces() {
        return FakeHaswell.builder().core(1).surfaceWrites(true).build();
    }

    public World(FakeHaswell gpu, Map<String, String> options) {
        this(gpu, gpu, options);
    }

    /**
     * Creates a world in which something stands between the mediator and the GPU.
     *
     * @param seen the GPU as the mediator sees it
     */
    public World(FakeHaswell gpu, PhysicalGpu seen, Map<String, String> options) {
        this(gpu, seen, options, clock -> clock);
    }

    /**
     * Creates a world whose mediator reads another clock.
     *
     * @param read what the mediator reads, made of the world's own
     */
    public World(
            FakeHaswell gpu,
            PhysicalGpu seen,
            Map<String, String> options,
            UnaryOperator<MediationClock> read) {
        this.gpu = gpu;
        gpu.watchCommands(480 * MIB, 512 * MIB); // contexts where the mediator keeps its own
        Mediator.Builder builder = Mediator.builder(seen).clock(read.apply(clock));
        options.forEach(builder::option);
        mediator = builder.build();
    }

    /** Moves time, the GPU and the mediator a little. */
    public void step() {
        clock.advanceNanos(STEP_NANOS);
        gpu.advance(clock.nanoTime(), 10_000);
        mediator.step();
    }

    public void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    /** Lets time pass in one step of so many milliseconds. */
    public void coarse(int millis) {
        clock.advanceNanos(millis * 1_000_000L);
        gpu.advance(clock.nanoTime(), 2000);
        mediator.step();
    }

    /** Lets milliseconds pass in long steps, with few commands in each. */
    public void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            clock.advanceNanos(1_000_000);
            gpu.advance(clock.nanoTime(), 400);
            mediator.step();
        }
    }

    /** Returns what a register of the hardware holds. */
    public int physical(int offset) {
        return (int) gpu.read(0, offset, 4);
    }

    /** Returns how many hooks of a virtual GPU's registers have thrown; 0 of a closed one. */
    public static long hookFailures(FakeVmm vmm) {
        return vmm.gpu().ability(RegisterFile.class).map(file -> file.hookFailures()).orElse(0L);
    }

    public FakeVmm vmm(String name, long apertureMib, long hiddenMib) {
        return vmm(quotas(name, apertureMib, hiddenMib, 4));
    }

    public FakeVmm vmm(VgpuRequest request) {
        FakeVmm vmm = FakeVmm.create();
        return vmm(request, vmm, vmm.port());
    }

    /** Gives a VMM a virtual GPU that sees it through a port. */
    public FakeVmm vmm(VgpuRequest request, FakeVmm vmm, VmmPort port) {
        vmms.add(vmm);
        VirtualGpu vgpu = mediator.create(request, port);
        return vmm.plug(vgpu);
    }

    public static VgpuRequest quotas(String name, long apertureMib, long hiddenMib, long fences) {
        Map<String, Long> quotas = new HashMap<>();
        quotas.put("aperture", apertureMib * MIB);
        quotas.put("hidden", hiddenMib * MIB);
        quotas.put("fences", fences);
        return VgpuRequest.ofQuotas(name, quotas);
    }

    public ScriptedHaswellGuest guest(FakeVmm vmm) {
        return ScriptedHaswellGuest.on(vmm).stepping(this::step).build();
    }

    public ScriptedHaswellGuest boot(String name, long apertureMib, long hiddenMib) {
        return guest(vmm(name, apertureMib, hiddenMib)).boot();
    }

    @Override
    public void close() {
        long rewritten = gpu.rewrittenCommands();
        if (rewritten != 0) {
            throw new AssertionError(rewritten + " rewritten between head and tail");
        }
        mediator.close();
        vmms.forEach(FakeVmm::close);
    }
}
