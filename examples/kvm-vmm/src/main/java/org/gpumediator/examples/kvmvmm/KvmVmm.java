package org.gpumediator.examples.kvmvmm;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.core.Mediator;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.FakeGpus;
import org.gpumediator.examples.common.GpuLoop;
import org.gpumediator.examples.common.HostShare;
import org.gpumediator.examples.common.Policies;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: opens a fake GPU, and boots virtual machines that share it. */
@Command(
        name = "kvm-vmm",
        mixinStandardHelpOptions = true,
        version = "kvm-vmm 0.1.0",
        sortOptions = false,
        description =
                "Boots Linux guests on /dev/kvm, each with a virtual GPU of one fake GPU, all in"
                        + " this process.",
        footer = {
            "",
            "Status: 0 every machine has switched itself off or asked for a reset; 1 the host"
                    + " refuses /dev/kvm, a file or memory; 2 a bad option; 3 a virtual GPU does"
                    + " not fit; 4 a machine has failed, or run out of time.",
        })
public final class KvmVmm implements Callable<Integer> {

    private static final int MACHINE_FAILED = 4;

    @Option(
            names = "--gpu",
            paramLabel = "NAME[,OPTION=VALUE...]",
            description = "Which fake GPU to open: ${GPUS}. Default: ${DEFAULT-VALUE}.")
    private String gpu = "haswell-gt2";

    @Option(
            names = "--vm",
            required = true,
            paramLabel = "name=N,kernel=FILE,...",
            description = {
                "Boot a machine: initrd=FILE, memory=1G, cpus=1, console=FILE and serial=FILE (what"
                        + " its two serial ports say). vgpu.type=TYPE, or quotas such as"
                        + " vgpu.aperture=64M,vgpu.hidden=384M, give it a virtual GPU at 00:02.0;"
                        + " vgpu3.KEY one at 00:03.0. Repeatable."
            })
    private List<String> vms = new ArrayList<>();

    @Option(
            names = "--append",
            paramLabel = "[NAME:]TEXT",
            description = {
                "More words for the kernels' command line, or for that of machine NAME. Repeatable."
            })
    private List<String> append = new ArrayList<>();

    @Option(
            names = "--console",
            paramLabel = "NAME",
            description = "Connect this terminal with the console of machine NAME.")
    private @Nullable String console;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description = "How virtual GPUs are placed. Default: the GPU's own.")
    private @Nullable String policy;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME[,quantum=MS]",
            description = "Who runs next on the engines: ${SCHEDULERS}. Default: the GPU's own.")
    private @Nullable String scheduler;

    @Option(
            names = "--status",
            paramLabel = "SECONDS",
            description = {
                "How often to say on standard error what each machine does; 0 for never."
                        + " Default: ${DEFAULT-VALUE}."
            })
    private int status = 5;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "End machines that still run then; 0 for never. Default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write a page with a time line of who had the engines.")
    private @Nullable Path report;

    private final PrintWriter out;
    private final PrintWriter err;

    private KvmVmm(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Runs the program; ends the Java virtual machine with the program's status. */
    public static void main(String... arguments) {
        int status =
                run(
                        new PrintWriter(System.out, true, System.out.charset()),
                        new PrintWriter(System.err, true, System.err.charset()),
                        arguments);
        System.exit(status);
    }

    /** Runs the program; returns its status. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        System.setProperty("GPUS", FakeGpus.help());
        System.setProperty("SCHEDULERS", Policies.schedulerHelp());
        CommandLine line = new CommandLine(new KvmVmm(out, err));
        line.setOut(out);
        line.setErr(err);
        line.setParameterExceptionHandler(
                (bad, rest) -> complain(err, UsageException.BAD_OPTION, bad));
        line.setExecutionExceptionHandler(
                (thrown, command, parsed) -> {
                    if (thrown instanceof UsageException usage) {
                        return complain(err, usage.status(), usage);
                    }
                    if (thrown instanceof GpuMediationException || thrown instanceof IOException) {
                        return complain(err, UsageException.HOST_REFUSES, thrown);
                    }
                    throw thrown;
                });
        return line.execute(arguments);
    }

    private static int complain(PrintWriter err, int status, Exception why) {
        err.println("kvm-vmm: " + String.valueOf(why.getMessage()).replace('\n', ' '));
        return status;
    }

    @Override
    public Integer call() throws Exception {
        MediationClock clock = MediationClock.system();
        FakeGpu fake = FakeGpus.open(gpu, clock);
        Mediator.Builder builder = Mediator.builder(fake.gpu()).clock(clock);
        fake.backendOptions().forEach(builder::option);
        if (policy != null) {
            builder.policy(Policies.partition(fake, policy));
        }
        try (Mediator mediator = open(builder)) {
            if (scheduler != null) {
                Policies.schedule(mediator, scheduler);
            }
            HostShare.take(mediator);
            List<VmOption> options = options(mediator);
            try (Kvm kvm = Kvm.open();
                    GpuLoop loop = new GpuLoop(fake, mediator);
                    MachineRoom room = new MachineRoom(kvm, mediator, out, err)) {
                fake.rehearse();
                for (VmOption option : options) {
                    room.add(option, words(option.name()), option.name().equals(console));
                }
                connectTerminal(room);
                boolean orderly = room.run(status, timeout, report, gpu);
                if (loop.failures() > 0) {
                    err.println("kvm-vmm: " + loop.failures() + " steps of the GPU failed");
                }
                return orderly ? 0 : MACHINE_FAILED;
            }
        }
    }

    private Mediator open(Mediator.Builder builder) {
        try {
            return builder.build();
        } catch (IllegalArgumentException unknown) {
            throw UsageException.badOption("--gpu " + gpu + ": " + unknown.getMessage());
        }
    }

    private List<VmOption> options(Mediator mediator) {
        List<VmOption> options =
                vms.stream().map(text -> VmOption.parse(text, mediator.inventory())).toList();
        Set<String> names = new HashSet<>();
        for (VmOption option : options) {
            if (!names.add(option.name())) {
                throw UsageException.badOption("--vm: name=" + option.name() + " is given twice");
            }
        }
        if (console != null && !names.contains(console)) {
            throw UsageException.badOption("--console " + console + ": expected one of " + names);
        }
        if (status < 0 || timeout < 0) {
            throw UsageException.badOption("--status and --timeout: expected 0 or more seconds");
        }
        return options;
    }

    /** The words for one machine's kernel: those for all, and those with its name before them. */
    private String words(String name) {
        StringBuilder words = new StringBuilder();
        for (String text : append) {
            int colon = text.indexOf(':');
            String whose = colon < 0 ? "" : text.substring(0, colon);
            boolean named = vms.stream().anyMatch(vm -> vm.contains("name=" + whose + ","));
            if (!named) {
                words.append(' ').append(text);
            } else if (whose.equals(name)) {
                words.append(' ').append(text.substring(colon + 1));
            }
        }
        return words.toString();
    }

    private void connectTerminal(MachineRoom room) {
        if (console != null) {
            String name = console;
            Thread.ofPlatform()
                    .daemon()
                    .name("terminal")
                    .start(() -> type(room, name, System.in, System.err));
        }
    }

    private static void type(MachineRoom room, String name, InputStream keys, PrintStream err) {
        try {
            for (int key = keys.read(); key >= 0; key = keys.read()) {
                room.type(name, key);
            }
        } catch (IOException gone) {
            err.println("kvm-vmm: the terminal has gone: " + gone.getMessage());
        }
    }
}
