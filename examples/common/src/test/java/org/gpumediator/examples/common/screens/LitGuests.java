package org.gpumediator.examples.common.screens;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.GuestPort;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;

/** A fake Haswell with guests whose drivers light screens of one colour. */
final class LitGuests implements AutoCloseable {

    private static final long MIB = 1L << 20;
    private static final long STEP_NANOS = 50_000;

    final SteppedClock clock = new SteppedClock();
    final FakeHaswell gpu = FakeHaswell.builder().monitor(640, 480).build();
    final Mediator mediator = Mediator.builder(gpu).clock(clock).build();
    private final List<FakeVmm> vmms = new ArrayList<>();

    /** Makes a guest with one port, {@code hdmi-b}, and an idle driver. */
    ScriptedHaswellGuest guest(String name, String mode) {
        FakeVmm vmm = FakeVmm.create();
        vmms.add(vmm);
        vmm.plug(
                mediator.create(
                        VgpuRequest.ofQuotas(name, Map.of("aperture", 32 * MIB, "hidden", 64 * MIB))
                                .with("display", "hdmi-b" + mode),
                        vmm.port()));
        return ScriptedHaswellGuest.on(vmm).stepping(this::step).build().boot();
    }

    /** Makes a guest that shows a screen of 640x480. */
    ScriptedHaswellGuest lit(String name, int pixel) {
        ScriptedHaswellGuest guest = guest(name, ":640x480");
        GuestObject surface = guest.allocate(640 * 480 * 4);
        surface.fill(pixel);
        guest.displays().light(0, GuestPort.HDMI_B, surface);
        return guest;
    }

    void step() {
        clock.advanceNanos(STEP_NANOS);
        gpu.advance(clock.nanoTime(), 10_000);
        mediator.step();
    }

    @Override
    public void close() {
        mediator.close();
        vmms.forEach(FakeVmm::close);
    }
}
