package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gpumediator.api.HardwareAccessException;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.junit.jupiter.api.Test;

/** Handing a GPU to one guest, as far as the mediator's books are concerned. */
final class PassThroughTest {

    private static final VmmPort VMM = VmmPort.of(GuestMemory.none(), InterruptSink.none());

    private final PaperBackend.Provider provider = new PaperBackend.Provider();

    private Mediator open() {
        return Mediator.builder(PaperGpu.of(0x1234, 1)).backend(provider).clock(() -> 42).build();
    }

    @Test
    void gpuThatReachesNoGuest_isRefused_andIsSharedAsBefore() {
        try (Mediator mediator = open()) {
            PaperBackend first = provider.backend();
            assertThatThrownBy(() -> mediator.passThrough("a", VMM))
                    .isInstanceOf(HardwareAccessException.class)
                    .hasMessageContaining("a: GPU 1234:0001")
                    .hasMessageContaining("cannot be handed to a guest");
            assertThat(first.calls).containsExactly("close backend");
            assertThat(mediator.inventory().holdings()).isEmpty();
            mediator.create(VgpuRequest.ofType("vm1", "Paper S"), VMM);
            assertThat(provider.backend()).isNotSameAs(first);
            assertThat(provider.backend().calls).containsExactly("create vm1");
        }
    }

    @Test
    void sharedGpu_isRefused_beforeAnythingIsTouched() {
        try (Mediator mediator = open()) {
            mediator.create(VgpuRequest.ofType("vm1", "Paper S"), VMM);
            mediator.create(VgpuRequest.ofType("vm2", "Paper S"), VMM);
            assertThatThrownBy(() -> mediator.passThrough("a", VMM))
                    .isInstanceOf(InsufficientResourceException.class)
                    .hasMessageContaining("a: insufficient memory: requested 396 KiB")
                    .hasMessageContaining("shared by vm1, vm2");
            assertThat(provider.backend().calls).containsExactly("create vm1", "create vm2");
            assertThat(mediator.statistics().counters()).containsEntry("mediator.refused", 1L);
        }
    }

    @Test
    void nameInUse_isTheCallersMistake() {
        try (Mediator mediator = open()) {
            mediator.create(VgpuRequest.ofType("vm1", "Paper S"), VMM);
            assertThatThrownBy(() -> mediator.passThrough("vm1", VMM))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name vm1: in use");
        }
    }
}
