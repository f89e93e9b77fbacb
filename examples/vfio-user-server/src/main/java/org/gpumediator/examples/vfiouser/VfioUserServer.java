package org.gpumediator.examples.vfiouser;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.MediationClock;
import org.gpumediator.core.Mediator;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.FakeGpus;
import org.gpumediator.examples.common.HostShare;
import org.gpumediator.examples.common.Policies;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.common.screens.Commands;
import org.gpumediator.examples.common.screens.ScreenPage;
import org.gpumediator.examples.common.screens.Screens;
import org.gpumediator.examples.common.screens.ScreenshotFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The program: opens a fake GPU, makes virtual GPUs of it, and serves each on a socket of its own.
 */
@Command(
        name = "vfio-user-server",
        mixinStandardHelpOptions = true,
        version = "vfio-user-server 0.1.0",
        sortOptions = false,
        description =
                "Shares one fake GPU among virtual machines: each virtual GPU is served over"
                        + " vfio-user, as QEMU 10.1 and later speak it.",
        footer = {
            "",
            "Status: 0 ended by SIGTERM or SIGINT, or nothing to serve; 1 the host refuses a"
                    + " socket or memory; 2 a bad option; 3 a virtual GPU does not fit.",
        })
public final class VfioUserServer implements Callable<Integer> {

    private static final int SECONDS_OF_A_DAY = 86_400;
    private static final int MAX_PORT = 65_535;

    /** How long an orderly end may take. */
    private static final long END_NANOS = 5_000_000_000L;

    @Option(
            names = "--gpu",
            paramLabel = "NAME[,OPTION=VALUE...]",
            description = {
                "Which fake GPU to open: ${GPUS}. Haswell takes aperture=64M to 512M,"
                        + " monitor=WIDTHxHEIGHT and timing=instant or modelled; Ada takes placement-mode=homogeneous or"
                        + " heterogeneous, homogeneous-rule=size or type, vfs=1 to 32, ecc=on or"
                        + " off, and mappable=0 to 32M. Default: ${DEFAULT-VALUE}."
            })
    private String gpu = "haswell-gt2";

    @Option(
            names = "--vgpu",
            paramLabel = "name=N,socket=PATH,...",
            description = {
                "Make a virtual GPU and serve it. Say type=TYPE, or quotas such as"
                        + " aperture=128M,hidden=384M,fences=8 (aperture=64M@128M wishes a place; so"
                        + " does placement=@16 or vf=@3 beside a type). weight=, cap=, priority=,"
                        + " quantum= and preemption-timeout= (milliseconds) say how it shares time,"
                        + " gtt=strict or relaxed how its table is watched, mode=0660 and"
                        + " group=NAME who may connect. Repeatable."
            })
    private List<String> vgpus = new ArrayList<>();

    @Option(
            names = "--pass-through",
            paramLabel = "name=N,socket=PATH",
            description = {
                "Give the whole GPU to one guest, whose native driver has it, and serve it. Nobody"
                        + " else can have a part of it."
            })
    private @Nullable String passThrough;

    @Option(
            names = "--desired-state",
            paramLabel = "FILE",
            description = {
                "Make the virtual GPUs that FILE names and serve each on the socket of its"
                        + " label.socket=. While serving, apply FILE again when it changes."
            })
    private @Nullable Path desiredState;

    @Option(
            names = "--list-types",
            description =
                    "List the types of virtual GPUs, after those of --vgpu are made, and end.")
    private boolean listTypes;

    @Option(names = "--json", description = "With --list-types: as JSON.")
    private boolean json;

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description = {
                "How virtual GPUs are placed. Haswell: best-fit, explicit, first-fit. Ada:"
                        + " first-fit, keep-most-creatable. Or a class on the class path. Default:"
                        + " the GPU's own."
            })
    private @Nullable String policy;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME[,quantum=MS]",
            description =
                    "Who runs next on the engines: ${SCHEDULERS}; for slices of how many"
                            + " milliseconds. Or a class on the class path. Default: the GPU's"
                            + " own.")
    private @Nullable String scheduler;

    @Option(names = "--stats-on-exit", description = "Measure, and print every counter at the end.")
    private boolean statsOnExit;

    @Option(
            names = "--dump-config",
            paramLabel = "FILE",
            description =
                    "Write the configuration spaces at the start, for lspci -F: the virtual GPUs as"
                            + " their guests see them (bus 0), the GPU and the functions of it that"
                            + " carry them as the host does (bus 1).")
    private @Nullable Path dumpConfig;

    @Option(
            names = "--attributes",
            paramLabel = "DIR",
            description =
                    "Ada: write types, virtual functions and what is on them as small files, as"
                            + " readers of the vendor's sysfs know them; again when a desired state"
                            + " was applied.")
    private @Nullable Path attributes;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Record every trapped access; FILE gets the name of the virtual GPU.")
    private @Nullable Path trace;

    @Option(
            names = "--screenshot-dir",
            paramLabel = "DIR",
            description =
                    "Write what each lit screen shows to DIR/VGPU-PORT.png, again and again, and"
                            + " at the command screenshot.")
    private @Nullable Path screenshotFolder;

    @Option(
            names = "--screenshot-every",
            paramLabel = "SECONDS",
            description = "How long between two pictures. Default: ${DEFAULT-VALUE}.")
    private int screenshotSeconds = 10;

    @Option(
            names = "--screens",
            paramLabel = "PORT",
            description =
                    "Show all screens live, as a web page on this port of the loopback address, and"
                            + " print SCREENS and the page's address; 0 for any free port.")
    private @Nullable Integer screensPort;

    @Option(
            names = "--commands",
            description =
                    "Read commands from standard input: plug VGPU PORT WIDTHxHEIGHT[@HZ] or"
                            + " edid=FILE, unplug VGPU PORT, front [VGPU], screenshot.")
    private boolean commands;

    @Option(
            names = "--write-multiple",
            description = "Let clients send several posted writes in one message.")
    private boolean writeMultiple;

    @Option(
            names = "--verbose",
            description = {
                "Say on standard error who comes and goes; twice, also what is refused."
            })
    private boolean[] verbose = {};

    private final PrintWriter out;
    private final PrintWriter err;
    private final MediationClock clock;

    private VfioUserServer(PrintWriter out, PrintWriter err, MediationClock clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /** Runs the program; ends the virtual machine with the program's status. */
    public static void main(String... arguments) {
        int status =
                run(
                        new PrintWriter(System.out, true, System.out.charset()),
                        new PrintWriter(System.err, true, System.err.charset()),
                        arguments);
        System.exit(status);
    }

    /** Runs the program; returns its status, or serves until the process is ended. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return run(MediationClock.system(), out, err, arguments);
    }

    /** Runs the program on a clock: the GPU's and the mediator's. */
    static int run(MediationClock clock, PrintWriter out, PrintWriter err, String... arguments) {
        System.setProperty("GPUS", FakeGpus.help());
        System.setProperty("SCHEDULERS", Policies.schedulerHelp());
        CommandLine line = new CommandLine(new VfioUserServer(out, err, clock));
        line.setOut(out);
        line.setErr(err);
        line.setParameterExceptionHandler(
                (bad, rest) -> {
                    err.println(
                            "vfio-user-server: "
                                    + String.valueOf(bad.getMessage()).replace('\n', ' '));
                    return UsageException.BAD_OPTION;
                });
        line.setExecutionExceptionHandler(
                (thrown, command, parsed) -> {
                    if (thrown instanceof UsageException usage) {
                        err.println("vfio-user-server: " + usage.getMessage());
                        return usage.status();
                    }
                    if (thrown instanceof GpuMediationException refused) {
                        err.println("vfio-user-server: " + refused.getMessage());
                        return UsageException.HOST_REFUSES;
                    }
                    throw thrown;
                });
        return line.execute(arguments);
    }

    @Override
    public Integer call() throws Exception {
        if (verbose.length > 0) {
            System.setProperty(
                    "org.slf4j.simpleLogger.defaultLogLevel",
                    verbose.length > 1 ? "debug" : "info");
        }
        if (json && !listTypes) {
            throw UsageException.badOption("--json: expected --list-types with it");
        }
        if (screenshotSeconds < 1 || screenshotSeconds > SECONDS_OF_A_DAY) {
            throw UsageException.badOption(
                    "--screenshot-every "
                            + screenshotSeconds
                            + ": expected 1 to "
                            + SECONDS_OF_A_DAY);
        }
        if (screensPort != null && (screensPort < 0 || screensPort > MAX_PORT)) {
            throw UsageException.badOption(
                    "--screens " + screensPort + ": expected 0 to " + MAX_PORT);
        }
        if (screenshotFolder != null && !Files.isDirectory(screenshotFolder)) {
            throw UsageException.badOption(
                    "--screenshot-dir " + screenshotFolder + ": expected a folder");
        }
        if (vgpus.isEmpty() && passThrough == null && desiredState == null && !listTypes) {
            throw UsageException.badOption(
                    "expected --vgpu, --pass-through, --desired-state or --list-types");
        }
        PassThroughOption whole = passThrough == null ? null : PassThroughOption.parse(passThrough);
        FakeGpu fake =
                FakeGpus.open(gpu + DesiredStateFile.placementMode(desiredState, gpu), clock);
        Mediator.Builder builder = Mediator.builder(fake.gpu()).clock(clock);
        fake.backendOptions().forEach(builder::option);
        if (policy != null) {
            builder.policy(Policies.partition(fake, policy));
        }
        Mediator mediator = open(builder);
        if (scheduler != null) {
            Policies.schedule(mediator, scheduler);
        }
        if (whole == null) {
            HostShare.take(mediator);
        }
        try (Service service =
                new Service(
                        fake, mediator, new Service.Settings(statsOnExit, writeMultiple, trace))) {
            List<VgpuOption> options =
                    vgpus.stream()
                            .map(text -> VgpuOption.parse(text, mediator.inventory()))
                            .toList();
            service.create(options);
            if (whole != null) {
                service.passThrough(whole);
            }
            DesiredStateFile file =
                    desiredState == null ? null : new DesiredStateFile(desiredState);
            if (file != null) {
                file.apply(service);
            }
            if (dumpConfig != null) {
                service.dumpConfig(dumpConfig);
            }
            if (attributes != null) {
                service.attributesTo(attributes);
            }
            if (listTypes) {
                out.print(json ? TypeListing.json(mediator) : TypeListing.lines(mediator));
                out.flush();
                return 0;
            }
            Thread atTheEnd = new Thread(() -> end(service), "vfio-user-server-end");
            Runtime.getRuntime().addShutdownHook(atTheEnd);
            try {
                service.serve(out);
                showScreens(mediator);
            } catch (UsageException refused) {
                Runtime.getRuntime().removeShutdownHook(atTheEnd);
                throw refused;
            }
            if (file != null) {
                file.follow(service, err);
            }
            new CountDownLatch(1).await();
            return 0;
        }
    }

    /** Shows what guests show, in the ways that were asked for. */
    private void showScreens(Mediator mediator) {
        Screens screens = new Screens(mediator);
        ScreenshotFolder folder = null;
        if (screenshotFolder != null) {
            folder = new ScreenshotFolder(screens, screenshotFolder);
            folder.takeEvery(
                    Duration.ofSeconds(screenshotSeconds),
                    refused -> err.println("vfio-user-server: --screenshot-dir: " + refused));
        }
        if (screensPort != null) {
            try {
                ScreenPage page = new ScreenPage(mediator, screens, screensPort);
                out.println("SCREENS http://localhost:" + page.port() + "/");
                out.flush();
            } catch (IOException refused) {
                throw new UsageException(
                        UsageException.HOST_REFUSES,
                        "--screens " + screensPort + ": " + refused.getMessage());
            }
        }
        if (commands) {
            Commands reader = new Commands(mediator, folder, out);
            Thread.ofPlatform().daemon().name("commands").start(() -> read(reader));
        }
    }

    private void read(Commands reader) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()))) {
            reader.run(lines);
        } catch (IOException ended) {
            err.println("vfio-user-server: --commands: " + ended.getMessage());
        }
    }

    private Mediator open(Mediator.Builder builder) {
        try {
            return builder.build();
        } catch (IllegalArgumentException unknown) {
            throw UsageException.badOption("--gpu " + gpu + ": " + unknown.getMessage());
        }
    }

    /**
     * Runs while the virtual machine shuts down, whatever the signal: the status is 0. It ends in
     * time, whatever may hang.
     */
    private void end(Service service) {
        try {
            if (!Deadline.meets(END_NANOS, service::close)) {
                err.println("vfio-user-server: ended with something still at work");
            } else if (statsOnExit) {
                out.print(service.report());
            }
        } finally {
            out.flush();
            Runtime.getRuntime().halt(0);
        }
    }
}
