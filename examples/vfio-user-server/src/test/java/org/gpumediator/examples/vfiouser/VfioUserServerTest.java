package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as its users run it: options, output, status. */
class VfioUserServerTest {

    private static final long WAIT_SECONDS = 60;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("vfio-user-server");
    }

    @AfterEach
    void removeFolder() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("files left behind").isEmpty();
        }
        Files.delete(folder);
    }

    private int run(String... arguments) {
        return VfioUserServer.run(
                new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private String vgpu(String name, String rest) {
        return "--vgpu=name=" + name + ",socket=" + folder.resolve(name + ".sock") + "," + rest;
    }

    @Test
    void listTypes_onAnEmptyGpu_showsHowManyFit() {
        assertThat(run("--gpu=haswell-gt2", "--list-types")).isZero();

        assertThat(out.toString().lines())
                .anySatisfy(line -> assertThat(line).matches("i915-GVTg_V3_4 +4  .*96 MiB.*"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void listTypes_withVirtualGpusMade_showsWhatIsLeft() {
        assertThat(run("--list-types", vgpu("a", "type=i915-GVTg_V3_2"))).isZero();

        assertThat(out.toString().lines())
                .anySatisfy(line -> assertThat(line).startsWith("i915-GVTg_V3_4    2  "))
                .anySatisfy(line -> assertThat(line).startsWith("i915-GVTg_V3_1    0  "));
    }

    @Test
    void listTypes_asJson_isAnArrayOfObjects() {
        assertThat(run("--list-types", "--json", "--gpu=haswell-gt3,aperture=256M")).isZero();

        assertThat(out.toString())
                .startsWith("[\n  {\"name\": \"")
                .endsWith("}\n]\n")
                .contains("\"availableInstances\": ")
                .contains("\"description\": \"aperture ");
    }

    // spotless:off
    @ParameterizedTest
    @ValueSource(strings = {
        "--gpu=l4 --scheduler=fixed-share",
        "--gpu=l4 --scheduler=elastic-fixed-share,quantum=2",
        "--gpu=l4 --scheduler=equal-share-donating,quantum=30",
        "--gpu=l4,RmPVMRL=0x11,RmPVMRLElasticSchedulingCap=0x3000a",
        "--gpu=l4,RmPVMRL=0x00040003",
        "--gpu=haswell-gt2 --scheduler=round-robin,quantum=1",
    })
    void listTypes_withASchedulerOfTheGpu_isZero(String arguments) {
        String type = arguments.contains("l4") ? "L4-4Q" : "i915-GVTg_V3_8";
        String share = ",weight=2,cap=50,quantum=4,preemption-timeout=50";
        String[] all = (arguments + " --list-types " + vgpu("a", "type=" + type + share)).split(" ");
        assertThat(run(all)).as(err.toString()).isZero();
    }
    // spotless:on

    // spotless:off
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        //  arguments                                                | what the line names
        "                                                            | --vgpu",
        "   --nonsense                                               | --nonsense",
        "   --json                                                   | --json",
        "   --list-types --gpu=voodoo                                | voodoo",
        "   --list-types --gpu=haswell-gt2,colour=red                | colour",
        "   --list-types --gpu=haswell-gt2,aperture=100M             | aperture",
        "   --list-types --gpu=haswell-gt2,aperture=lots             | aperture=lots",
        "   --list-types --gpu=haswell-gt2,timing=never              | timing=never",
        "   --list-types --policy=nobody                             | nobody",
        "   --list-types --scheduler=nobody                          | nobody",
        "   --list-types --scheduler=equal-share,quantum=x           | quantum=x",
        "   --list-types --scheduler=equal-share,length=4            | length=4",
        "   --list-types --scheduler=equal-share,quantum=0           | quantum",
        "   --list-types --gpu=l4 --scheduler=equal-share,quantum=31 | 31000000",
        "   --list-types --gpu=l4,placement-mode=heterogeneous --scheduler=fixed-share | fixed-share",
        "   --list-types --gpu=l4,RmPVMRL=0x21                       | RmPVMRL",
        "   --list-types --gpu=l4,RmPVMRLElasticSchedulingCap=0x1    | RmPVMRLElasticSchedulingCap",
        "   --list-types --gpu=haswell-gt2,RmPVMRL=0x1               | RmPVMRL",
        "   --list-types --gpu=l4 --vgpu=name=a,socket=/tmp/a,type=L4-4Q,quantum=31 | quantum",
        "   --list-types --gpu=l4 --vgpu=name=a,socket=/tmp/a,type=L4-4Q,preemption-timeout=0.5 | preemption-timeout=0.5",
        "   --list-types --gpu=l4 --vgpu=name=a,socket=/tmp/a,type=L4-4Q,preemption-timeout=9999 | 9999000000",
        "   --vgpu=name=a                                            | socket=",
        "   --vgpu=socket=/tmp/a,aperture=64M                        | name=",
        "   --vgpu=name=a,socket=/tmp/a                              | type=",
        "   --vgpu=name=a,name=b,socket=/tmp/a,aperture=64M          | name=",
        "   --vgpu=name=a,socket=/tmp/a,aperture                     | aperture",
        "   --vgpu=name=a,socket=/tmp/a,aperture=                    | aperture=",
        "   --vgpu=name=a,socket=/tmp/a,aperture=64Q                 | 64Q",
        "   --vgpu=name=a,socket=/tmp/a,aperture=9999999999G         | 9999999999G",
        "   --vgpu=name=a,socket=/tmp/a,aperture=5                   | aperture 5",
        "   --list-types --screens=65536                             | --screens 65536",
        "   --list-types --screens=x                                 | --screens",
        "   --list-types --screenshot-every=0                        | --screenshot-every 0",
        "   --list-types --screenshot-dir=/no/such/folder            | --screenshot-dir /no/such/folder",
        "   --vgpu=name=a,socket=/tmp/a,aperture=64M,hidden=64M,visible-aperture=3 | visible-aperture=3",
        "   --vgpu=name=a,socket=/tmp/a,aperture=64M,hidden=64M,display=dp-b:1x1 | 1x1",
        "   --vgpu=name=a,socket=/tmp/a,wheels=4                     | wheels",
        "   --vgpu=name=a,socket=/tmp/a,type=i915-GVTg_V9_9          | i915-GVTg_V9_9",
        "   --vgpu=name=a,socket=/tmp/a,type=i915-GVTg_V3_4,hidden=1M | type=",
        "   --vgpu=name=a,socket=/tmp/a,aperture=64M,hidden=384M,weight=0  | weight",
        "   --vgpu=name=a,socket=/tmp/a,aperture=64M,hidden=384M,weight=x  | weight=x",
        "   --vgpu=name=a,socket=/tmp/a,aperture=64M,hidden=384M,gtt=loose | loose",
    })
    void run_badOption_endsWithStatusTwoAndOneLine(String arguments, String named) {
        int status = run(arguments == null ? new String[0] : arguments.trim().split(" +"));

        assertThat(status).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1).first().asString().contains(named);
        assertThat(out.toString()).isEmpty();
    }
    // spotless:on

    @Test
    void run_twiceTheSameSocketOrName_isABadOption() {
        String one = "--vgpu=name=a,socket=/tmp/x.sock,aperture=64M,hidden=64M";
        assertThat(run(one, one.replace("name=a", "name=b"))).isEqualTo(2);
        assertThat(run(one, one.replace("x.sock", "y.sock"))).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2);
    }

    @Test
    void run_moreThanFits_endsWithStatusThreeAndNamesTheResource() {
        assertThat(
                        run(
                                vgpu("a", "aperture=256M,hidden=256M"),
                                vgpu("b", "aperture=256M,hidden=256M")))
                .isEqualTo(3);

        assertThat(err.toString().lines())
                .containsExactly(
                        "vfio-user-server: b: insufficient aperture: requested 256 MiB,"
                                + " available 128 MiB, largest hole 128 MiB");
    }

    @Test
    void run_wherePlaceIsWished_takesThatPlace() {
        assertThat(run(vgpu("a", "aperture=64M@128M,hidden=64M"), "--list-types")).isZero();
        assertThat(
                        run(
                                vgpu("a", "aperture=64M@128M,hidden=64M"),
                                vgpu("b", "aperture=64M@160M,hidden=64M"),
                                "--policy=best-fit",
                                "--list-types"))
                .isEqualTo(3);
    }

    @Test
    void run_whereTheSocketCannotBe_endsWithStatusOne() {
        assertThat(run("--vgpu=name=a,socket=/nowhere/a.sock,aperture=64M,hidden=64M"))
                .isEqualTo(1);

        assertThat(err.toString().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("/nowhere/a.sock")
                .contains("ENOENT");
    }

    private Process start(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath(),
                                VfioUserServer.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
    }

    /** Test runners may keep the class path to themselves. */
    private static String classPath() {
        String path = System.getProperty("java.class.path");
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
            for (URL url : loader.getURLs()) {
                path += File.pathSeparator + url.getPath();
            }
        }
        return path;
    }

    private static String line(InputStream from) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = from.read(); c >= 0 && c != '\n'; c = from.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void process_terminated_endsWithStatusZeroAndRemovesItsSockets() throws Exception {
        Path dump = folder.resolve("dump");
        Path trace = folder.resolve("trace");
        Process process =
                start(
                        vgpu("a", "aperture=64M,hidden=384M,weight=2"),
                        vgpu("b", "type=i915-GVTg_V3_8,gtt=relaxed"),
                        "--scheduler=weighted-fair",
                        "--stats-on-exit",
                        "--dump-config=" + dump,
                        "--trace=" + trace);
        Path a = folder.resolve("a.sock");
        Path b = folder.resolve("b.sock");

        assertThat(line(process.getInputStream())).isEqualTo("READY a " + a);
        assertThat(line(process.getInputStream())).isEqualTo("READY b " + b);
        Descriptors.close(UnixSocket.connect(a));
        assertThat(process.toHandle().destroy()).isTrue();
        assertThat(process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isZero();
        assertThat(a).doesNotExist();
        assertThat(b).doesNotExist();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("STATS vgpu a", "STATS vgpu b", "STATS gpu", "  mediator.created 3");
        assertThat(Files.readString(folder.resolve("err"))).isEmpty();
        assertThat(Files.readString(dump)).startsWith("00:02.0 ").contains("\n00:03.0 ");
        Files.delete(dump);
        Files.delete(folder.resolve("trace.a"));
        Files.delete(folder.resolve("trace.b"));
        Files.delete(folder.resolve("err"));
    }

    @Test
    void process_ofAnOccupiedSocket_leavesItToItsOwner() throws Exception {
        Path socket = folder.resolve("a.sock");
        int owner = UnixSocket.listen(socket);
        Process process = start(vgpu("a", "aperture=64M,hidden=384M"));
        assertThat(process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("err"))).contains("EADDRINUSE").hasLineCount(1);
        assertThat(socket).exists();
        Descriptors.close(owner);
        Files.delete(socket);
        Files.delete(folder.resolve("err"));
    }
}
