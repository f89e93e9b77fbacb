package org.gpumediator.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.Optional;
import java.util.function.Function;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.plain.PlainGpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.ArgumentMatchers;

class FakeGpuExtensionTest {

    private static final int UNMODELLED = 0x9000;

    @RegisterExtension
    static final FakeGpuExtension EXTENSION =
            FakeGpuExtension.builder()
                    .gpu(clock -> new PlainGpu())
                    .vgpu(VgpuRequest.ofType("first", "plain"))
                    .vgpu(VgpuRequest.ofType("second", "plain"))
                    .build();

    @Test
    void parameters_ofEveryKind_belongTogether(
            FakeGpuWorld world,
            PlainGpu gpu,
            Mediator mediator,
            SteppedClock clock,
            FakeVmm vmm,
            VirtualGpu vgpu) {
        assertThat(world.gpu()).isSameAs(gpu);
        assertThat(world.mediator()).isSameAs(mediator);
        assertThat(world.clock()).isSameAs(clock);
        assertThat(world.vmm(0)).isSameAs(vmm);
        assertThat(vmm.gpu()).isSameAs(vgpu);
        assertThat(world.vmm(1).gpu().name()).isEqualTo("second");
    }

    @Test
    void step_always_movesTheClock(FakeGpuWorld world) {
        long before = world.clock().nanoTime();
        world.steps(3);

        assertThat(world.clock().nanoTime()).isEqualTo(before + 150_000);
    }

    private static ExtensionContext context(Optional<Throwable> failure) {
        ExtensionContext context = mock(ExtensionContext.class);
        ExtensionContext.Store store = mock(ExtensionContext.Store.class);
        Object[] kept = {null};
        when(context.getStore(any())).thenReturn(store);
        when(context.getTestClass()).thenReturn(Optional.empty());
        when(context.getExecutionException()).thenReturn(failure);
        when(store.getOrComputeIfAbsent(
                        any(), ArgumentMatchers.<Function<Object, Object>>any(), any()))
                .thenAnswer(
                        call -> {
                            Function<Object, Object> creator = call.getArgument(1);
                            kept[0] =
                                    kept[0] == null ? creator.apply(call.getArgument(0)) : kept[0];
                            return kept[0];
                        });
        return context;
    }

    private static FakeGpuWorld begun(FakeGpuExtension extension, ExtensionContext context) {
        extension.beforeEach(context);
        return (FakeGpuWorld)
                context.getStore(ExtensionContext.Namespace.GLOBAL)
                        .getOrComputeIfAbsent(extension, key -> new Object(), Object.class);
    }

    private static FakeGpuExtension.Builder plain() {
        return FakeGpuExtension.builder().gpu(clock -> new PlainGpu());
    }

    @Test
    void afterEach_unmodelledAccess_failsAndRanksThem() {
        FakeGpuExtension extension = plain().build();
        ExtensionContext context = context(Optional.empty());
        FakeGpuWorld world = begun(extension, context);
        world.vmm().bar(0).write32(UNMODELLED + 8, 1);
        world.vmm().bar(0).read32(UNMODELLED);
        world.vmm().bar(0).read32(UNMODELLED);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> extension.afterEach(context))
                .withMessageMatching("(?s).*vm1.*0x09000 +2 reads.*0x09008 +0 reads +1 writes.*");
        assertThat(world.vmm().gpu().state()).isEqualTo(VirtualGpuState.CLOSED);
    }

    @Test
    void afterEach_switchedOff_passes() {
        FakeGpuExtension extension = plain().failOnUnmodelledAccess(false).build();
        ExtensionContext context = context(Optional.empty());
        begun(extension, context).vmm().bar(0).read32(UNMODELLED);

        assertThatCode(() -> extension.afterEach(context)).doesNotThrowAnyException();
    }

    @Test
    void afterEach_testFailedAnyway_reportsThem() {
        FakeGpuExtension extension = plain().build();
        ExtensionContext context = context(Optional.of(new AssertionError("the test's own")));
        begun(extension, context).vmm().bar(0).read32(UNMODELLED);
        extension.afterEach(context);

        verify(context)
                .publishReportEntry(
                        ArgumentMatchers.eq("unmodelled accesses"),
                        ArgumentMatchers.contains("0x09000"));
    }

    @Test
    void afterEach_schedulingPolicyThatFailed_fails() {
        FakeGpuExtension extension = plain().build();
        ExtensionContext context = context(Optional.empty());
        ((PlainGpu) begun(extension, context).gpu()).failPolicy();

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> extension.afterEach(context))
                .withMessageContaining("1 times: round robin has decided in its place");
    }

    @Test
    void afterEach_brokenVmmContract_fails() {
        FakeGpuExtension extension = plain().build();
        ExtensionContext context = context(Optional.empty());
        FakeGpuWorld world = begun(extension, context);
        world.vmm().interrupts().deassert();

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> extension.afterEach(context))
                .withMessageContaining("vm1");
    }
}
