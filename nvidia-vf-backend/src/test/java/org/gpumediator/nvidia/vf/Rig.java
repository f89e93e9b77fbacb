package org.gpumediator.nvidia.vf;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.InterruptRecorder;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;

/** A fake board, a stepped clock and a mediator. */
final class Rig implements AutoCloseable {

    final HookedBoard hooked = new HookedBoard();
    final SteppedClock clock = new SteppedClock();
    final FakeAda board;
    final Mediator mediator;
    final List<String> hardwareResets = new ArrayList<>();
    final FakeGuestMemory memory = new FakeGuestMemory();
    final InterruptRecorder interrupts = new InterruptRecorder();

    Rig(AdaModel model, String... options) {
        this(FakeAda.builder(model), options);
    }

    Rig(FakeAda.Builder builtAs, String... options) {
        board = builtAs.clock(clock).build();
        Mediator.Builder builder =
                Mediator.builder(hooked.over(board))
                        .clock(clock)
                        .backend(new NvidiaVfBackendProvider())
                        .listener(
                                new MediationListener() {
                                    @Override
                                    public void hardwareReset(String what, String offender) {
                                        hardwareResets.add(what + " " + offender);
                                    }
                                });
        for (int i = 0; i < options.length; i += 2) {
            builder.option(options[i], options[i + 1]);
        }
        mediator = builder.build();
    }

    VmmPort port() {
        return VmmPort.of(memory, interrupts);
    }

    VirtualGpu create(String name, String type) {
        return mediator.create(VgpuRequest.ofType(name, type), port());
    }

    @Override
    public void close() {
        mediator.close();
        memory.close();
    }
}
