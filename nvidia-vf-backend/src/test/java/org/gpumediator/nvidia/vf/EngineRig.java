package org.gpumediator.nvidia.vf;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.EngineWork;
import org.gpumediator.testkit.ada.GraphicsEngine;

/** An L40 whose guests hand work to the graphics engine, from one event to the next. */
final class EngineRig implements AutoCloseable {

    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;
    private static final int CHANNEL_DOORBELL = 0x3_0090;

    final Rig rig;
    final GraphicsEngine engine;
    final List<Guest> guests = new ArrayList<>();
    private long stepDue;
    private int created;

    EngineRig(String... options) {
        rig = new Rig(AdaModel.L40, options);
        engine = rig.board.engine();
    }

    /** One virtual GPU and its guest. */
    final class Guest {
        final VirtualGpu vgpu;
        final int gfid;

        private Guest(VirtualGpu vgpu) {
            this.vgpu = vgpu;
            gfid = (int) vgpu.partition().range(VfResources.VF).start() + 1;
        }

        /** Hands work in on the first of its channels. */
        Guest submits(EngineWork... work) {
            return submitsOn(0, work);
        }

        Guest submitsOn(int which, EngineWork... work) {
            for (EngineWork each : work) {
                engine.queue(gfid, which, each);
            }
            ring(which);
            return this;
        }

        void ring(int which) {
            vgpu.bar(0).handler().write(CHANNEL_DOORBELL, 4, which);
        }

        /** Its work leaves the engine late, by up to a bound. */
        Guest leavesLate(long bound, Random random) {
            engine.leavesAfter(gfid, () -> random.nextLong(bound + 1));
            return this;
        }

        long busy() {
            return engine.busyNanos(gfid);
        }

        long counter(String name) {
            return vgpu.statistics().counter(name);
        }
    }

    Guest add(String type, String... attributes) {
        VgpuRequest request = VgpuRequest.ofType("v" + created++, type);
        for (int i = 0; i < attributes.length; i += 2) {
            request = request.with(attributes[i], attributes[i + 1]);
        }
        return add(request, rig.port());
    }

    Guest add(String type, VmmPort port) {
        return add(VgpuRequest.ofType("v" + created++, type), port);
    }

    private Guest add(VgpuRequest request, VmmPort port) {
        Guest guest = new Guest(rig.mediator.create(request, port));
        guests.add(guest);
        return guest;
    }

    /** Adds guests that always have work. */
    EngineRig busy(int count, String type) {
        for (int i = 0; i < count; i++) {
            add(type).submits(EngineWork.endless());
        }
        return this;
    }

    SchedulingControl control() {
        return rig.mediator.ability(SchedulingControl.class).orElseThrow();
    }

    EngineRig policy(SchedulingPolicy policy) {
        control().policy(policy);
        return this;
    }

    long now() {
        return rig.clock.nanoTime();
    }

    /** Lets time pass, from what is due to what is due. */
    void run(long nanos) {
        long end = now() + nanos;
        stepDue = rig.mediator.step();
        while (now() < end) {
            long next = Math.min(end, Math.min(stepDue, rig.board.nextWorkNanos()));
            rig.clock.advanceTo(Math.max(next, now() + 1));
            rig.board.advance(now());
            stepDue = rig.mediator.step();
        }
    }

    /** Lets a number of slices pass. */
    void runSlices(long count) {
        long end = slices() + count;
        while (slices() < end) {
            run(100 * MS);
        }
    }

    long slices() {
        return guests.stream().mapToLong(guest -> engine.timesOn(guest.gfid)).sum();
    }

    long[] busy() {
        return guests.stream().mapToLong(Guest::busy).toArray();
    }

    /** Returns what each has had of the time since. */
    double[] shares(long[] before, long since) {
        double[] shares = new double[before.length];
        for (int i = 0; i < before.length; i++) {
            shares[i] = (double) (guests.get(i).busy() - before[i]) / (now() - since);
        }
        return shares;
    }

    /** Returns Jain's index: 1 if all have the same, 1/n if one has everything. */
    static double jain(double... shares) {
        double sum = 0;
        double squares = 0;
        for (double share : shares) {
            sum += share;
            squares += share * share;
        }
        return sum * sum / (shares.length * squares);
    }

    @Override
    public void close() {
        rig.close();
    }
}
