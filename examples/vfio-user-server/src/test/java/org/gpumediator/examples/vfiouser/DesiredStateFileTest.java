package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.spi.SchedulingControl;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.examples.common.FakeGpu;
import org.gpumediator.examples.common.FakeGpus;
import org.gpumediator.examples.common.UsageException;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.server.WireClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A served GPU whose virtual GPUs are those of a file. */
class DesiredStateFileTest {

    private static final String HEAD = "gpu-mediator desired-state 1\ngpu 10de:26b5\n";

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final FakeGpu fake =
            FakeGpus.open("l40,placement-mode=heterogeneous", MediationClock.system());
    private Mediator mediator;
    private Service service;
    private Path path;
    private DesiredStateFile file;

    @BeforeEach
    void open() {
        Mediator.Builder builder = Mediator.builder(fake.gpu());
        fake.backendOptions().forEach(builder::option);
        mediator = builder.build();
        service = new Service(fake, mediator, new Service.Settings(false, false, null));
        path = folder.resolve("state");
        file = new DesiredStateFile(path);
    }

    @AfterEach
    void close() {
        service.close();
    }

    private Path socket(String name) {
        return folder.resolve(name + ".sock");
    }

    private String vgpu(String name, String rest) {
        return "vgpu name=" + name + " " + rest + " label.socket=" + socket(name) + "\n";
    }

    private void write(String... lines) throws IOException {
        Files.writeString(path, HEAD + String.join("", lines));
    }

    private void change() {
        file.applyIfChanged(service, new PrintWriter(err, true));
    }

    private List<String> names() {
        return mediator.virtualGpus().stream().map(VirtualGpu::name).toList();
    }

    @Test
    void file_changedWhileServing_servesWhatIsNewAndLetsGoOfWhatIsNot() throws Exception {
        write(vgpu("a", "type=L40-8Q"), vgpu("b", "type=L40-8Q"));
        file.apply(service);
        service.serve(new PrintWriter(out, true));
        assertThat(out.toString().lines())
                .containsExactly("READY a " + socket("a"), "READY b " + socket("b"));
        VirtualGpu kept = mediator.virtualGpu("b").orElseThrow();
        int client = UnixSocket.connect(socket("b"));

        write(vgpu("b", "type=L40-8Q"), vgpu("c", "type=L40-2Q placement=@10"));
        change();
        change();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines().skip(2))
                .containsExactly("GONE a " + socket("a"), "READY c " + socket("c"));
        assertThat(names()).containsExactly("b", "c");
        assertThat(mediator.virtualGpu("b").orElseThrow()).isSameAs(kept);
        assertThat(socket("a")).doesNotExist();
        Descriptors.close(UnixSocket.connect(socket("c")));
        Descriptors.close(client);
    }

    @Test
    void file_wrongLaterOn_isToldOfAndChangesNothing() throws Exception {
        write(vgpu("a", "type=L40-8Q"));
        file.apply(service);
        write(vgpu("a", "type=L40-8Q"), "vgpu oops\n");
        change();
        assertThat(err.toString())
                .isEqualTo(
                        "vfio-user-server: --desired-state "
                                + path
                                + ": line 4: \"oops\": expected key=value\n");
        write(vgpu("a", "type=L40-8Q"), vgpu("b", "type=L40-48Q"));
        change();
        assertThat(err.toString().lines().skip(1)).hasSize(1);
        assertThat(names()).containsExactly("a");
    }

    @Test
    void file_thatCanNeverBeFulfilled_closesNothing() throws Exception {
        write(vgpu("a", "type=L40-8Q"));
        file.apply(service);
        service.serve(new PrintWriter(out, true));
        VirtualGpu kept = mediator.virtualGpu("a").orElseThrow();
        Path occupied = Files.createFile(folder.resolve("file"));
        String good = vgpu("b", "type=L40-8Q");
        for (String line :
                List.of(
                        vgpu("b", "type=L40-8Q attribute.weigth=5"),
                        vgpu("b", "type=L40-8Q attribute.weight=heavy"),
                        vgpu("b", "type=L40-8Q attribute.vmm-pid=-1"),
                        good.replace("b.sock", "none/b.sock"),
                        good.replace("b.sock", "b".repeat(108)),
                        good.replace(socket("b").toString(), occupied.toString()))) {
            err.getBuffer().setLength(0);
            write(line);
            change();
            assertThat(err.toString().lines()).as(line).hasSize(1);
            assertThat(names()).as(line).containsExactly("a");
            assertThat(mediator.virtualGpu("a").orElseThrow()).isSameAs(kept);
            Descriptors.close(UnixSocket.connect(socket("a")));
        }
        write(good);
        change();
        assertThat(names()).containsExactly("b");
    }

    @Test
    void file_withAttributesOrSocketChanged_replacesTheVirtualGpu() throws Exception {
        write(vgpu("a", "type=L40-8Q attribute.weight=2"), vgpu("b", "type=L40-8Q"));
        file.apply(service);
        service.serve(new PrintWriter(out, true));
        VirtualGpu b = mediator.virtualGpu("b").orElseThrow();

        write(vgpu("a", "type=L40-8Q attribute.weight=3"), vgpu("b", "type=L40-8Q"));
        change();

        assertThat(mediator.attributes(mediator.virtualGpu("a").orElseThrow()))
                .containsEntry("weight", "3");
        assertThat(mediator.virtualGpu("b").orElseThrow()).isSameAs(b);

        write(vgpu("b", "type=L40-8Q").replace("b.sock", "other.sock"));
        change();

        assertThat(err.toString()).isEmpty();
        assertThat(socket("b")).doesNotExist();
        Descriptors.close(UnixSocket.connect(socket("other")));
    }

    @Test
    void file_beingWritten_isNotAppliedUntilItStays() throws Exception {
        write(vgpu("a", "type=L40-8Q"));
        file.apply(service);
        PrintWriter to = new PrintWriter(err, true);
        file.look(service, to);
        file.look(service, to);
        write();
        file.look(service, to);
        assertThat(names()).containsExactly("a");
        write(vgpu("a", "type=L40-8Q"), vgpu("b", "type=L40-8Q"));
        file.look(service, to);
        assertThat(names()).containsExactly("a");
        file.look(service, to);
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    void file_refusedByTheHost_isTriedAgainAndToldOfOnce() throws Exception {
        write(vgpu("a", "type=L40-8Q"));
        file.apply(service);
        service.serve(new PrintWriter(out, true));
        int taken = UnixSocket.listen(socket("b"));
        write(vgpu("a", "type=L40-8Q"), vgpu("b", "type=L40-8Q"));
        change();
        change();
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(names()).containsExactly("a");
        Descriptors.close(taken);

        change();

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    void file_wrongAtTheStart_endsTheProgramWithItsStatus() throws Exception {
        assertStatus(UsageException.HOST_REFUSES, "cannot be read");
        write("vgpu name=a type=L40-8Q\n");
        assertStatus(UsageException.BAD_OPTION, "a: label.socket= is missing");
        write(vgpu("a", "type=L40-8Q"), vgpu("b", "type=L40-8Q").replace("b.sock", "a.sock"));
        assertStatus(UsageException.BAD_OPTION, "is that of a");
        write(vgpu("a", "type=L40-48Q"), vgpu("b", "type=L40-48Q"));
        assertStatus(UsageException.DOES_NOT_FIT, "b: insufficient");
        write(vgpu("a", "type=L4-8Q"));
        assertStatus(UsageException.BAD_OPTION, "type L4-8Q");
        assertThat(names()).isEmpty();
    }

    private void assertStatus(int status, String words) {
        assertThatThrownBy(() -> file.apply(service))
                .isInstanceOfSatisfying(
                        UsageException.class,
                        refused -> assertThat(refused.status()).isEqualTo(status))
                .hasMessageContaining(words);
    }

    @Test
    void file_thatWouldCloseWhatIsInUse_needsAWord() throws Exception {
        write(vgpu("a", "type=L40-8Q"), vgpu("b", "type=L40-8Q"));
        file.apply(service);
        service.serve(new PrintWriter(out, true));
        try (WireClient client = WireClient.connect(socket("a"))) {
            assertThat(client.negotiate().error()).isZero();
            write(vgpu("b", "type=L40-8Q"));
            change();
            assertThat(err.toString())
                    .contains("a: would be closed (not wanted) while it is in use")
                    .contains("close a");
            assertThat(names()).containsExactly("a", "b");
            write("close a\n", vgpu("b", "type=L40-8Q"));
            change();
            assertThat(names()).containsExactly("b");
        }
    }

    @Test
    void file_saysWhoMayConnect() throws Exception {
        String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
        write(vgpu("a", "type=L40-8Q label.mode=0660 label.group=" + group));
        file.apply(service);
        service.serve(new PrintWriter(out, true));
        PosixFileAttributes made = Files.readAttributes(socket("a"), PosixFileAttributes.class);
        assertThat(PosixFilePermissions.toString(made.permissions())).isEqualTo("rw-rw----");
        assertThat(made.group().getName()).isEqualTo(group);
        for (String wrong : List.of("label.mode=0500", "label.mode=rw", "label.group=no-such")) {
            err.getBuffer().setLength(0);
            write(vgpu("a", "type=L40-8Q " + wrong));
            change();
            assertThat(err.toString()).contains(wrong).hasLineCount(1);
        }
    }

    @Test
    void file_setsTheSchedulerAndComparesTheMode() throws Exception {
        write("set scheduler=equal-share,quantum=4 placement-mode=heterogeneous\n");
        file.apply(service);
        SchedulingControl control = mediator.ability(SchedulingControl.class).orElseThrow();
        assertThat(control.policy().name()).isEqualTo("equal-share");
        assertThat(DesiredStateFile.placementMode(path, "l40"))
                .isEqualTo(",placement-mode=heterogeneous");
        assertThat(DesiredStateFile.placementMode(path, "l40,placement-mode=homogeneous"))
                .isEmpty();
        for (String wrong :
                List.of(
                        "placement-mode=homogeneous",
                        "scheduler=nobody",
                        "colour=red",
                        "scheduler")) {
            err.getBuffer().setLength(0);
            write("set " + wrong + "\n");
            change();
            assertThat(err.toString()).as(wrong).hasLineCount(1);
            assertThat(err.toString()).contains(wrong.replaceFirst("=.*", ""));
        }
    }

    @Test
    void attributes_areWrittenAgainWhenAStateWasApplied() throws Exception {
        Path tree = folder.resolve("tree");
        service.attributesTo(tree);
        Path held = tree.resolve("virtfn0/nvidia/current_vgpu_type");
        assertThat(held).hasContent("0\n");
        write(vgpu("a", "type=l40-8q vf=@0"));
        file.apply(service);
        assertThat(held).content().isNotEqualTo("0\n");
        String id = Files.readString(held).strip();
        write(vgpu("a", "type=" + id + " vf=@0"));
        change();
        assertThat(err.toString()).as("the same type by its number").isEmpty();
        assertThat(names()).containsExactly("a");
    }
}
