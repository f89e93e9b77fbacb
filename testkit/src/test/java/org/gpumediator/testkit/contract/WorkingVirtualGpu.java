package org.gpumediator.testkit.contract;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.VirtualGpu;

/** A virtual GPU with work that a test hands in and lets run; a mutant leaks some of it. */
final class WorkingVirtualGpu extends AlteredVirtualGpu {

    private final List<Runnable> work = new ArrayList<>();
    private final List<Runnable> leaked = new ArrayList<>();
    private boolean held;

    WorkingVirtualGpu(VirtualGpu original) {
        super(original);
    }

    void handIn(Runnable piece) {
        work.add(piece);
    }

    /** Work that nothing stops. */
    void leak(Runnable piece) {
        leaked.add(piece);
    }

    void work() {
        List<Runnable> now = new ArrayList<>(leaked);
        leaked.clear();
        if (!held) {
            now.addAll(work);
            work.clear();
        }
        now.forEach(Runnable::run);
    }

    @Override
    public void quiesce() {
        held = true;
        super.quiesce();
    }

    @Override
    public void resume() {
        held = false;
        super.resume();
    }

    @Override
    public void reset(ResetKind kind) {
        work.clear();
        super.reset(kind);
    }

    @Override
    public void close() {
        work.clear();
        super.close();
    }
}
