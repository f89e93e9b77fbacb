package org.gpumediator.testkit.junit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstantiationAwareExtension;

/**
 * A JUnit 5 extension that gives each test a fresh {@link FakeGpuWorld}. Two ways in: {@link
 * FakeGpuTest} with its defaults, or
 *
 * <pre>{@code
 * @RegisterExtension
 * static final FakeGpuExtension gpu = FakeGpuExtension.builder()
 *         .gpu(clock -> FakeHaswell.builder().timing(MODELLED).clock(clock).build())
 *         .vgpu(VgpuRequest.ofQuotas("vm1", Map.of("aperture", 64L << 20, "hidden", 384L << 20)))
 *         .option("gtt", "relaxed")
 *         .build();
 * }</pre>
 *
 * <p>Injects, by type: {@link FakeGpuWorld}, the fake GPU, {@link Mediator}, {@link SteppedClock},
 * {@link FakeVmm}, its {@link VirtualGpu}, and a {@link ScriptedHaswellGuest} on it. The second
 * parameter of one of the last three types belongs to the second guest, and so on; a guest that was
 * not asked for before is made like the last one.
 *
 * <p>A test class's constructor takes parameters too, and {@code @Nested} classes keep what their
 * outer class was annotated with. Where a {@code @BeforeAll} method, or the constructor of a class
 * with one instance for all tests, takes a parameter, all tests of the class share one world.
 *
 * <p>After each test everything is closed, a shared world after the last one. A test fails if the
 * mediator broke the contract of its VMM (a line asserted twice, a vector that does not exist), if
 * a scheduling policy gave no usable answer (another policy has decided then: nothing measured
 * would be its own), and, unless that is switched off, if a guest accessed a register that nobody
 * models; the failure lists those by how often they were accessed.
 */
public class FakeGpuExtension
        implements BeforeEachCallback,
                AfterEachCallback,
                ParameterResolver,
                TestInstantiationAwareExtension {

    private static final Namespace NAMESPACE = Namespace.create(FakeGpuExtension.class);

    private final Builder settings;

    /** Creates the extension that {@link FakeGpuTest} stands for. */
    public FakeGpuExtension() {
        this(builder());
    }

    /**
     * Creates an extension; takes the builder, so that a subclass need not change when options are
     * added.
     */
    protected FakeGpuExtension(Builder builder) {
        settings = builder;
    }

    /** Returns a builder with the defaults of {@link FakeGpuTest}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Settings of a {@link FakeGpuExtension}. */
    public static final class Builder {

        private Function<SteppedClock, ? extends PhysicalGpu> gpu =
                clock -> FakeHaswell.builder().clock(clock).build();
        private final List<VgpuRequest> vgpus = new ArrayList<>();
        private final Map<String, String> options = new LinkedHashMap<>();
        private boolean failOnUnmodelledAccess = true;
        private long stepNanos = 50_000;

        private Builder() {}

        /** Sets what makes the fake GPU of each test; a desktop Haswell unless set. */
        public Builder gpu(Function<SteppedClock, ? extends PhysicalGpu> maker) {
            gpu = Objects.requireNonNull(maker, "maker");
            return this;
        }

        /** Adds a virtual GPU; without any, one of the backend's smallest type is made. */
        public Builder vgpu(VgpuRequest request) {
            vgpus.add(Objects.requireNonNull(request, "request"));
            return this;
        }

        /** Sets an option of the backend. */
        public Builder option(String name, String value) {
            options.put(name, value);
            return this;
        }

        /** Sets whether a test fails if a guest has accessed a register that nobody models. */
        public Builder failOnUnmodelledAccess(boolean fail) {
            failOnUnmodelledAccess = fail;
            return this;
        }

        /**
         * Sets how much time one {@link FakeGpuWorld#step} lets pass; 50 us unless set.
         *
         * @param nanos nanoseconds, positive
         */
        public Builder stepNanos(long nanos) {
            if (nanos <= 0) {
                throw new IllegalArgumentException(
                        "step of " + nanos + " ns: expected a positive number");
            }
            stepNanos = nanos;
            return this;
        }

        /** Builds the extension. */
        public FakeGpuExtension build() {
            return new FakeGpuExtension(this);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        world(context);
    }

    private FakeGpuWorld world(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(this, key -> open(context), FakeGpuWorld.class);
    }

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(
            ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** A nested class has what its outer classes are annotated with. */
    private static Optional<FakeGpuTest> annotation(ExtensionContext context) {
        Class<?> at = context.getTestClass().orElse(null);
        while (at != null) {
            FakeGpuTest found = at.getAnnotation(FakeGpuTest.class);
            if (found != null) {
                return Optional.of(found);
            }
            at = at.getEnclosingClass();
        }
        return Optional.empty();
    }

    private FakeGpuWorld open(ExtensionContext context) {
        SteppedClock clock = new SteppedClock();
        PhysicalGpu gpu = settings.gpu.apply(clock);
        Mediator.Builder builder = Mediator.builder(gpu).clock(clock);
        settings.options.forEach(builder::option);
        FakeGpuWorld world =
                new FakeGpuWorld(
                        clock, gpu, builder.build(), settings.stepNanos, context.getUniqueId());
        try {
            wanted(world.mediator(), annotation(context)).forEach(world::create);
        } catch (RuntimeException failure) {
            world.close();
            throw failure;
        }
        return world;
    }

    private List<VgpuRequest> wanted(Mediator mediator, Optional<FakeGpuTest> annotation) {
        if (!settings.vgpus.isEmpty()) {
            return settings.vgpus;
        }
        String type = annotation.map(FakeGpuTest::type).orElse("");
        if (type.isEmpty()) {
            VgpuType smallest = mediator.types().getFirst();
            type = smallest.name();
        }
        List<VgpuRequest> requests = new ArrayList<>();
        for (int i = 1; i <= annotation.map(FakeGpuTest::vgpus).orElse(1); i++) {
            requests.add(VgpuRequest.ofType("vm" + i, type));
        }
        return requests;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        FakeGpuWorld world = world(context);
        String unmodelled;
        List<String> violations;
        long policyFaults;
        try {
            unmodelled = world.unmodelledAccesses();
            violations = world.violations();
            policyFaults = world.policyFaults();
        } finally {
            if (world.belongsTo(context.getUniqueId())) {
                world.close();
            }
        }
        boolean strict =
                annotation(context)
                        .map(FakeGpuTest::failOnUnmodelledAccess)
                        .orElse(settings.failOnUnmodelledAccess);
        if (context.getExecutionException().isPresent()) {
            if (!unmodelled.isEmpty()) {
                context.publishReportEntry("unmodelled accesses", unmodelled);
            }
            return;
        }
        if (!violations.isEmpty()) {
            throw new AssertionError("the VMM's contract was broken: " + violations);
        }
        if (policyFaults > 0) {
            throw new AssertionError(
                    "the scheduling policy has thrown, or named nobody of its queue, "
                            + policyFaults
                            + " times: round robin has decided in its place");
        }
        if (strict && !unmodelled.isEmpty()) {
            throw new AssertionError("registers were accessed that nobody models:\n" + unmodelled);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == FakeGpuWorld.class
                || type == Mediator.class
                || type == SteppedClock.class
                || type == MediationClock.class
                || type == FakeVmm.class
                || type == VirtualGpu.class
                || type == ScriptedHaswellGuest.class
                || PhysicalGpu.class.isAssignableFrom(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        FakeGpuWorld world = world(context);
        if (type == FakeGpuWorld.class) {
            return world;
        } else if (type == Mediator.class) {
            return world.mediator();
        } else if (type == FakeVmm.class) {
            return guest(world, parameter);
        } else if (type == VirtualGpu.class) {
            return guest(world, parameter).gpu();
        } else if (type == ScriptedHaswellGuest.class) {
            return world.onlyGuest(guest(world, parameter));
        } else if (PhysicalGpu.class.isAssignableFrom(type)) {
            return world.gpu();
        }
        return world.clock();
    }

    /** The n-th parameter of its type belongs to the n-th guest. */
    private static FakeVmm guest(FakeGpuWorld world, ParameterContext parameter) {
        Class<?> type = parameter.getParameter().getType();
        int number = 0;
        Class<?>[] types = parameter.getDeclaringExecutable().getParameterTypes();
        for (int i = 0; i < parameter.getIndex(); i++) {
            number += types[i] == type ? 1 : 0;
        }
        return world.vmmOrOneMore(number);
    }
}
