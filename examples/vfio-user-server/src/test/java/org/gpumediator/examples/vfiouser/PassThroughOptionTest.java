package org.gpumediator.examples.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.gpumediator.examples.common.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said to a {@code --pass-through} that cannot be. */
class PassThroughOptionTest {

    @TempDir Path folder;

    private final StringWriter said = new StringWriter();

    private int run(String... arguments) {
        return VfioUserServer.run(new PrintWriter(said), new PrintWriter(said), arguments);
    }

    @Test
    void besideAVirtualGpu_isRefusedAndNamesIt() {
        int status =
                run(
                        "--vgpu",
                        "name=vm1,socket=" + folder.resolve("1") + ",aperture=64M,hidden=384M",
                        "--pass-through",
                        "name=a,socket=" + folder.resolve("2"));
        assertThat(status).isEqualTo(UsageException.DOES_NOT_FIT);
        assertThat(said.toString())
                .contains("a: insufficient aperture", "shared by vm1")
                .hasLineCount(1);
    }

    @Test
    void withoutSocketOrWithMore_isABadOption() {
        assertThat(run("--pass-through", "name=a")).isEqualTo(UsageException.BAD_OPTION);
        assertThat(said.toString()).contains("socket= is missing");
        assertThat(run("--pass-through", "name=a,socket=/s,type=L40-8Q"))
                .isEqualTo(UsageException.BAD_OPTION);
        assertThat(said.toString()).contains("type=: expected name= and socket=");
    }
}
