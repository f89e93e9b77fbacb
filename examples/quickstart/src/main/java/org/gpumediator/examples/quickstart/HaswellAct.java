package org.gpumediator.examples.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.quickstart.Narrator.Kind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.FakeHaswell.CommandTiming;
import org.gpumediator.testkit.haswell.HaswellEngine;

/** The first act: a host and three guests share one Haswell, mediated. */
final class HaswellAct implements Quickstart.Act {

    private static final long MIB = 1L << 20;
    private static final long STEP_NANOS = 50_000;
    private static final int COMMANDS_PER_STEP = 10_000;
    private static final int BATCHES = 25;
    private static final int PRECIOUS = 0x600d_600d;
    private static final int FORGED = 0x0bad_0bad;

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu =
            FakeHaswell.builder().timing(CommandTiming.MODELLED).clock(clock).build();
    private final List<FakeVmm> vmms = new ArrayList<>();
    private final List<Machine> machines = new ArrayList<>();

    /** A booted guest with a page to write to and the work it has submitted. */
    private record Machine(
            FakeVmm vmm, ScriptedHaswellGuest guest, GuestObject target, List<Request> requests) {

        String name() {
            return vmm.gpu().name();
        }

        long faults() {
            return vmm.gpu().statistics().faults().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    HaswellAct() {}

    @Override
    public void play(Narrator narrator) {
        narrator.act(
                "Act 1: one Haswell, a host and three guests",
                "Mediated pass-through: graphics memory and fences are cut up, the engines are"
                        + " shared in time, and every command is audited before the GPU sees it.");
        try (Mediator mediator = Mediator.builder(gpu).clock(clock).build()) {
            partition(narrator, mediator);
            refuseOneTooMany(narrator, mediator);
            boot(narrator, mediator);
            work(narrator, mediator);
            attack(narrator);
            account(narrator, mediator);
        } finally {
            vmms.forEach(FakeVmm::close);
        }
    }

    private void step(Mediator mediator) {
        long now = clock.advanceNanos(STEP_NANOS);
        gpu.advance(now, COMMANDS_PER_STEP);
        mediator.step(now);
    }

    // ---- scenes --------------------------------------------------------------------------------

    private void partition(Narrator narrator, Mediator mediator) {
        narrator.heading("Who gets what");
        narrator.say("GPU %s, driven by the backend %s", gpu.identity(), mediator.backendName());
        create(mediator, share("host", 96).forHost());
        for (int i = 1; i <= 3; i++) {
            create(mediator, share("guest" + i, 128));
        }
        narrator.table(Inventories.table(mediator.inventory()));
        narrator.picture(
                new PartitionMap(mediator.inventory()).svg(),
                "The GPU's memory and fences, to scale. Nobody's share touches another's.");
    }

    private static VgpuRequest share(String name, long apertureMib) {
        return VgpuRequest.ofQuotas(
                name, Map.of("aperture", apertureMib * MIB, "hidden", 384 * MIB, "fences", 8L));
    }

    private void create(Mediator mediator, VgpuRequest request) {
        FakeVmm vmm = FakeVmm.create();
        vmms.add(vmm);
        vmm.plug(mediator.create(request, vmm.port()));
    }

    private static void refuseOneTooMany(Narrator narrator, Mediator mediator) {
        narrator.heading("One guest too many");
        try (FakeVmm vmm = FakeVmm.create()) {
            vmm.plug(mediator.create(share("guest4", 128), vmm.port()));
            narrator.expect(false, Kind.REFUSED, "guest4 got a share although none is left");
        } catch (InsufficientResourceException noRoom) {
            narrator.refused("%s", noRoom.refusal().message());
        }
    }

    private void boot(Narrator narrator, Mediator mediator) {
        narrator.heading("Four drivers load, each on its own virtual GPU");
        vmms.forEach(vmm -> machines.add(boot(narrator, mediator, vmm)));
    }

    private Machine boot(Narrator narrator, Mediator mediator, FakeVmm vmm) {
        String name = vmm.gpu().name();
        narrator.progress("  " + name + ": ");
        long began = System.nanoTime();
        ScriptedHaswellGuest guest =
                ScriptedHaswellGuest.on(vmm)
                        .stepping(() -> step(mediator))
                        .progress(stage -> narrator.progress(stage + ", "))
                        .build()
                        .boot();
        narrator.progress("up\n");
        narrator.expect(
                guest.complaints().isEmpty(),
                Kind.WORKED,
                "%-6s found %d + %d MiB, wrote %,d table entries and %,d registers, all four"
                        + " engines answer, %d interrupts (%d ms)%s",
                name,
                guest.mappableSize() / MIB,
                guest.hiddenSize() / MIB,
                guest.tableWrites(),
                guest.registerWrites(),
                guest.interruptsHandled(),
                (System.nanoTime() - began) / 1_000_000,
                guest.complaints().isEmpty() ? "" : "; complains: " + guest.complaints());
        return new Machine(vmm, guest, guest.allocate(4096), new ArrayList<>());
    }

    private void work(Narrator narrator, Mediator mediator) {
        narrator.heading("All four work at once, on all four engines");
        for (int i = 1; i <= BATCHES; i++) {
            for (Machine machine : machines) {
                for (HaswellEngine engine : HaswellEngine.values()) {
                    long place = machine.target().graphicsAddress() + 4L * engine.ordinal();
                    machine.requests()
                            .add(machine.guest().submit(engine, Batch.user().storeDword(place, i)));
                }
            }
            step(mediator);
        }
        for (Machine machine : machines) {
            machine.requests().forEach(machine.guest()::await);
            boolean right = true;
            for (HaswellEngine engine : HaswellEngine.values()) {
                right &= machine.target().read32(4L * engine.ordinal()) == BATCHES;
            }
            narrator.expect(
                    right,
                    Kind.WORKED,
                    "%-6s %d batches, each of which stored its number in the guest's own memory",
                    machine.name(),
                    machine.requests().size());
        }
    }

    private void attack(Narrator narrator) {
        narrator.heading("guest1 reaches for guest2's memory");
        Machine guest1 = machines.get(1);
        ScriptedHaswellGuest attacker = guest1.guest();
        ScriptedHaswellGuest victim = machines.get(2).guest();
        GuestObject precious = victim.allocateMappable(4096);
        precious.fill(PRECIOUS);
        HostileActions hostile = attacker.hostile();
        long address = precious.graphicsAddress();

        long before = guest1.faults();
        hostile.mapPage(address, attacker.guestPage());
        narrator.expect(
                guest1.faults() > before && precious.read32(0) == PRECIOUS,
                Kind.REFUSED,
                "a table entry of its neighbour's, at 0x%08x: not written; counted",
                address);

        before = guest1.faults();
        hostile.pokeAperture(address, FORGED);
        int seen = hostile.peekAperture(address);
        narrator.expect(
                guest1.faults() > before && seen == -1 && precious.read32(0) == PRECIOUS,
                Kind.REFUSED,
                "the same memory through the aperture: reads 0x%08x, not written; counted",
                seen);

        before = guest1.faults();
        attacker.submit(HaswellEngine.BCS, Batch.kernel().storeDword(address, FORGED));
        for (int i = 0; i < 200; i++) {
            attacker.step();
        }
        narrator.expect(
                guest1.faults() > before && precious.read32(0) == PRECIOUS,
                Kind.REFUSED,
                "a store to it by a privileged batch: the command never reached the GPU; counted");
        narrator.expect(
                gpu.busFaultCount() == 0,
                Kind.WORKED,
                "guest2's memory holds what it held, and the GPU made no stray access");
        Request next = victim.submit(HaswellEngine.BCS);
        narrator.expect(
                victim.waitFor(next), Kind.WORKED, "guest2 goes on as if nothing had happened");
    }

    private void account(Narrator narrator, Mediator mediator) {
        narrator.heading("The books");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("virtual GPU", "state", "interrupts", "on the engines", "wrongdoings"));
        for (Machine machine : machines) {
            VgpuStatistics statistics = machine.vmm().gpu().statistics();
            Map<GuestFaultKind, Long> faults = statistics.faults();
            rows.add(
                    List.of(
                            machine.name(),
                            machine.vmm().gpu().state().toString(),
                            Long.toString(machine.vmm().interrupts().messages()),
                            String.format(
                                    Locale.ROOT,
                                    "%.2f ms",
                                    statistics.counter("engines.busy.nanos") / 1e6),
                            faults.isEmpty() ? "none" : faults.toString()));
        }
        narrator.table(rows);
        vmms.forEach(FakeVmm::close);
        long left = mediator.inventory().holdings().size();
        narrator.expect(left == 0, Kind.WORKED, "everything closed; the GPU is free again");
    }
}
