package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.gpumediator.testkit.junit.FakeGpuTest;
import org.gpumediator.testkit.junit.FakeGpuWorld;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The short form of the extension: a mediated Haswell, and the kit's guest on our own computer. */
@FakeGpuTest(vgpus = 0)
class AnnotatedFormTest {

    private final GuestComputer computer = new GuestComputer();

    @AfterEach
    void switchOff() {
        computer.close();
    }

    @Test
    void guest_onOurDeviceLayer_boots_andItsWorkArrivesInItsMemory(FakeGpuWorld world) {
        computer.powerOn(
                32 << 20,
                port -> world.mediator().create(VgpuRequest.ofType("vm1", "i915-GVTg_V3_4"), port),
                now -> Long.MAX_VALUE);
        ScriptedHaswellGuest guest =
                ScriptedHaswellGuest.on(new ComputerMachine(computer))
                        .stepping(
                                () -> {
                                    world.step();
                                    computer.run(1);
                                })
                        .build();
        guest.boot();
        GuestObject target = guest.allocate(4096);
        guest.await(
                guest.submit(
                        HaswellEngine.BCS, Batch.user().storeDword(target.graphicsAddress(), 42)));

        assertThat(target.read32(0)).isEqualTo(42);
        assertThat(guest.complaints()).isEmpty();
        assertThat(guest.usesMessageInterrupts()).isTrue();
        assertThat(guest.interruptsHandled()).isPositive();
    }
}
