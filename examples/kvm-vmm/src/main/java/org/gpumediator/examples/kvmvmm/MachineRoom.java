package org.gpumediator.examples.kvmvmm;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gpumediator.api.vmm.InsufficientResourceException;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.kvmvmm.boot.LinuxImage;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.gpumediator.examples.kvmvmm.machine.Vm;
import org.gpumediator.examples.kvmvmm.machine.VmEnd;
import org.jspecify.annotations.Nullable;

/** The machines of the program, from before they boot until all have ended. */
final class MachineRoom implements AutoCloseable {

    /** What every kernel is told; more by {@code --append}. */
    private static final String COMMAND_LINE = "console=ttyS0 panic=-1 i8042.noaux";

    private static final Duration SAMPLE = Duration.ofMillis(100);

    /** One machine. */
    private record Tenant(
            Vm vm, LinuxImage image, List<VirtualGpu> vgpus, List<OutputStream> files) {}

    private final Kvm kvm;
    private final Mediator mediator;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Map<String, Tenant> tenants = new LinkedHashMap<>();

    /**
     * Makes an empty room.
     *
     * @param out where ends are told
     * @param err where the status is told
     */
    MachineRoom(Kvm kvm, Mediator mediator, PrintWriter out, PrintWriter err) {
        this.kvm = kvm;
        this.mediator = mediator;
        this.out = out;
        this.err = err;
    }

    /**
     * Makes a machine with its virtual GPUs. It does not run yet.
     *
     * @param words more for its kernel's command line
     * @param terminal whether its console is this process's standard output
     * @throws IOException if the host refuses a file or the machine
     * @throws UsageException if a virtual GPU does not fit, or is none of this GPU's
     */
    void add(VmOption option, String words, boolean terminal) throws IOException {
        LinuxImage image = LinuxImage.read(option.kernel(), option.initrd(), COMMAND_LINE + words);
        List<OutputStream> files = new ArrayList<>();
        OutputStream console =
                terminal ? new FileOutputStream(FileDescriptor.out) : open(option.console(), files);
        Vm vm =
                Vm.create(
                        kvm,
                        Vm.Settings.of(option.name(), option.memory())
                                .withProcessors(option.cpus())
                                .withSerial(console, open(option.serial(), files)));
        List<VirtualGpu> vgpus = new ArrayList<>();
        tenants.put(option.name(), new Tenant(vm, image, vgpus, files));
        option.vgpus()
                .forEach(
                        (device, wish) -> {
                            VirtualGpu vgpu = create(wish, vm, device);
                            vm.plug(device, vgpu);
                            vgpus.add(vgpu);
                        });
    }

    private VirtualGpu create(VgpuRequest wish, Vm vm, int device) {
        try {
            return mediator.create(wish, vm.port(device));
        } catch (InsufficientResourceException full) {
            throw new UsageException(UsageException.DOES_NOT_FIT, full.refusal().message());
        } catch (IllegalArgumentException unknown) {
            throw UsageException.badOption("--vm " + vm.name() + ": " + unknown.getMessage());
        }
    }

    private static OutputStream open(@Nullable Path file, List<OutputStream> files)
            throws IOException {
        if (file == null) {
            return OutputStream.nullOutputStream();
        }
        OutputStream made = new BufferedOutputStream(new FileOutputStream(file.toFile()));
        files.add(made);
        return made;
    }

    /** Gives a machine's guest a byte to read from its console. */
    void type(String name, int value) {
        Tenant tenant = tenants.get(name);
        if (tenant != null) {
            boolean ignored = tenant.vm.type(value);
        }
    }

    /**
     * Boots all machines and waits for their ends.
     *
     * @param statusSeconds how often to tell what each does; 0 for never
     * @param timeoutSeconds when to end those that still run; 0 for never
     * @param report where a time line is written at the end; {@code null} for nowhere
     * @param gpu name of the GPU, for that page
     * @return whether each guest has ended by its own wish
     */
    boolean run(int statusSeconds, int timeoutSeconds, @Nullable Path report, String gpu)
            throws IOException, InterruptedException {
        long began = mediator.clock().nanoTime();
        TimeLine line = new TimeLine(began);
        for (Tenant tenant : tenants.values()) {
            try {
                tenant.vm.boot(tenant.image);
            } catch (IllegalArgumentException small) {
                throw UsageException.badOption(
                        "--vm " + tenant.vm.name() + ": " + small.getMessage());
            }
        }
        List<Tenant> running = new ArrayList<>(tenants.values());
        boolean orderly = true;
        long nextStatus = seconds(statusSeconds);
        while (!running.isEmpty()) {
            Optional<VmEnd> ignored = running.getFirst().vm.await(SAMPLE);
            long now = mediator.clock().nanoTime() - began;
            running.forEach(tenant -> sample(line, tenant, began + now));
            if (timeoutSeconds > 0 && now > seconds(timeoutSeconds)) {
                for (Tenant late : running) {
                    orderly = false;
                    say(late, "ran out of time after " + timeoutSeconds + " s");
                    end(late);
                }
                running.clear();
            }
            for (Tenant tenant : List.copyOf(running)) {
                Optional<VmEnd> end = tenant.vm.end();
                if (end.isPresent()) {
                    orderly &= end.get().orderly();
                    say(tenant, end.get().toString());
                    end(tenant);
                    running.remove(tenant);
                }
            }
            if (statusSeconds > 0 && now >= nextStatus) {
                nextStatus = now + seconds(statusSeconds);
                err.println(line.status());
            }
        }
        if (report != null) {
            Files.writeString(report, line.page(gpu));
        }
        return orderly;
    }

    private static long seconds(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    private static void sample(TimeLine line, Tenant tenant, long now) {
        long submissions = 0;
        long busy = 0;
        for (VirtualGpu vgpu : tenant.vgpus) {
            Map<String, Long> counters = vgpu.statistics().counters();
            busy += counters.getOrDefault("engines.busy.nanos", 0L);
            for (Map.Entry<String, Long> counter : counters.entrySet()) {
                if (counter.getKey().endsWith(".submissions")) {
                    submissions += counter.getValue();
                }
            }
        }
        line.sample(tenant.vm.name(), now, tenant.vm.exits(), submissions, busy);
    }

    private void say(Tenant tenant, String what) {
        out.println("ENDED " + tenant.vm.name() + " " + what);
        out.flush();
    }

    /** The others do not notice. */
    private void end(Tenant tenant) throws IOException {
        tenant.vm.close();
        for (OutputStream file : tenant.files) {
            file.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (Tenant tenant : tenants.values()) {
            end(tenant);
        }
    }
}
