package org.gpumediator.testkit.junit;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.observe.AccessReport;
import org.gpumediator.core.observe.SpinBook;
import org.gpumediator.core.observe.UnmodelledBook;
import org.gpumediator.testkit.FakeGpu;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.InterruptRecorder;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.jspecify.annotations.Nullable;

/**
 * Everything one test needs: a fake GPU, the mediator that drives it, VMMs with virtual GPUs in
 * their slots, and the clock. Moves only when it is {@link #step stepped}.
 */
public final class FakeGpuWorld implements AutoCloseable {

    private static final int NEVER = Integer.MAX_VALUE;

    /** The counter of a backend whose engines the mediator shares out by time. */
    private static final String POLICY_FAULTS = "engines.policy-faults";

    private final SteppedClock clock;
    private final PhysicalGpu gpu;
    private final Mediator mediator;
    private final long stepNanos;
    private final @Nullable String owner;
    private final List<FakeVmm> vmms = new ArrayList<>();
    private final IdentityHashMap<FakeVmm, ScriptedHaswellGuest> guests = new IdentityHashMap<>();
    private @Nullable VgpuRequest last;

    /**
     * Makes a world without virtual GPUs.
     *
     * @param owner unique id of the test, or of the class, that it was made for
     */
    FakeGpuWorld(
            SteppedClock clock,
            PhysicalGpu gpu,
            Mediator mediator,
            long stepNanos,
            @Nullable String owner) {
        this.clock = clock;
        this.gpu = gpu;
        this.mediator = mediator;
        this.stepNanos = stepNanos;
        this.owner = owner;
    }

    boolean belongsTo(@Nullable String test) {
        return Objects.equals(owner, test);
    }

    /** Returns the clock that fake and mediator go by. */
    public SteppedClock clock() {
        return clock;
    }

    /** Returns the fake GPU. */
    public PhysicalGpu gpu() {
        return gpu;
    }

    /** Returns the mediator. */
    public Mediator mediator() {
        return mediator;
    }

    /**
     * Returns the first VMM.
     *
     * @throws IllegalStateException if none was made
     */
    public FakeVmm vmm() {
        return vmm(0);
    }

    /**
     * Returns a VMM in the order they were made.
     *
     * @throws IllegalStateException if not so many were made
     */
    public FakeVmm vmm(int index) {
        if (index >= vmms.size()) {
            throw new IllegalStateException(
                    "VMM " + index + ": only " + vmms.size() + " virtual GPUs were made");
        }
        return vmms.get(index);
    }

    /** Makes one more virtual GPU, in the slot of a VMM of its own. */
    public FakeVmm create(VgpuRequest request) {
        return create(request, FakeVmm.create());
    }

    /** Makes one more virtual GPU, in the slot of the VMM given; the world closes both. */
    public FakeVmm create(VgpuRequest request, FakeVmm vmm) {
        try {
            vmm.plug(mediator.create(request, vmm.port()));
        } catch (RuntimeException refused) {
            vmm.close();
            throw refused;
        }
        last = request;
        vmms.add(vmm);
        return vmm;
    }

    FakeVmm vmmOrOneMore(int index) {
        VgpuRequest like = last;
        while (index >= vmms.size() && like != null) {
            String name = "vm" + (vmms.size() + 1);
            create(
                    new VgpuRequest(
                            name,
                            like.type(),
                            like.quotas(),
                            Map.of(),
                            like.role(),
                            like.attributes()));
        }
        return vmm(index);
    }

    /** Returns the one guest that parameters of tests get for a VMM. */
    ScriptedHaswellGuest onlyGuest(FakeVmm vmm) {
        return guests.computeIfAbsent(vmm, this::guest);
    }

    /** Returns a scripted guest for a VMM, moved by this world's {@link #step}. */
    public ScriptedHaswellGuest guest(FakeVmm vmm) {
        return ScriptedHaswellGuest.on(vmm).stepping(this::step).build();
    }

    /** Lets a little time pass: clock, then GPU, then mediator. */
    public void step() {
        long now = clock.advanceNanos(stepNanos);
        if (gpu instanceof FakeGpu fake) {
            long ignored = fake.advance(now);
        }
        mediator.step(now);
    }

    /** Lets a number of steps pass. */
    public void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    /**
     * Steps until something has happened.
     *
     * @return whether it happened within {@code maxSteps}
     */
    public boolean stepUntil(BooleanSupplier what, int maxSteps) {
        return InterruptRecorder.stepUntil(what, this::step, maxSteps);
    }

    /**
     * Returns, most often first, what each guest has accessed that nobody models; empty if none.
     */
    public String unmodelledAccesses() {
        StringBuilder text = new StringBuilder();
        for (FakeVmm vmm : vmms) {
            VirtualGpu vgpu = vmm.gpu();
            AccessReport report = report(vgpu);
            long faults = vgpu.statistics().faults(GuestFaultKind.UNMODELLED_REGISTER);
            if (!report.isEmpty()) {
                text.append(vgpu.name()).append(":\n").append(report.render());
            } else if (faults > 0) {
                text.append(vgpu.name() + ": " + faults + " unmodelled accesses\n");
            }
        }
        return text.toString();
    }

    private static AccessReport report(VirtualGpu vgpu) {
        UnmodelledBook book =
                vgpu.ability(UnmodelledBook.class)
                        .or(() -> vgpu.ability(RegisterFile.class).map(file -> file.unmodelled()))
                        .orElseGet(UnmodelledBook::new);
        return AccessReport.of(
                offset -> String.format("BAR 0 + 0x%05x", offset), book, new SpinBook(NEVER));
    }

    /** Returns what the mediator did against the contracts of its VMMs; empty if nothing. */
    List<String> violations() {
        List<String> all = new ArrayList<>();
        for (FakeVmm vmm : vmms) {
            vmm.interrupts()
                    .violations()
                    .forEach(violation -> all.add(vmm.gpu().name() + ": " + violation));
        }
        return all;
    }

    /** Returns how often the scheduling policy gave no usable answer, so that another decided. */
    long policyFaults() {
        return mediator.statistics().counter(POLICY_FAULTS);
    }

    /** Closes virtual GPUs, mediator and guest memory. Idempotent. */
    @Override
    public void close() {
        try {
            mediator.close();
        } finally {
            vmms.forEach(FakeVmm::close);
        }
    }
}
