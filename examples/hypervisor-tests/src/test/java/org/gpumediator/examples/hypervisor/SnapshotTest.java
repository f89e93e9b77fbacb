package org.gpumediator.examples.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.junit.FakeGpuExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A saved virtual GPU is the same after it was restored elsewhere: its two snapshots are equal. */
class SnapshotTest {

    private static final long FRAMEBUFFER_PLACE = 0x12_3450;
    private static final int INTERRUPT_LINE = 0x3c;

    @RegisterExtension
    static final FakeGpuExtension GPU =
            FakeGpuExtension.builder()
                    .gpu(clock -> FakeAda.builder(AdaModel.L40).clock(clock).build())
                    .vgpu(VgpuRequest.ofType("source", "L40-8Q"))
                    .vgpu(VgpuRequest.ofType("target", "L40-8Q"))
                    .build();

    private static byte[] saved(VirtualGpu gpu) throws IOException {
        gpu.quiesce();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        gpu.ability(Snapshottable.class).orElseThrow().save(out);
        return out.toByteArray();
    }

    @Test
    void restored_elsewhere_hasWhatWasSaved(FakeVmm source, FakeVmm target) throws IOException {
        source.enumerate();
        target.enumerate();
        source.bar(1).write64(FRAMEBUFFER_PLACE, 0x1122_3344_5566_7788L);
        source.configWrite(INTERRUPT_LINE, 1, 11);
        byte[] snapshot = saved(source.gpu());
        target.gpu().quiesce();
        target.gpu()
                .ability(Snapshottable.class)
                .orElseThrow()
                .restore(new ByteArrayInputStream(snapshot));

        assertThat(target.bar(1).read64(FRAMEBUFFER_PLACE)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(target.configRead(INTERRUPT_LINE, 1)).isEqualTo(11);
        assertThat(target.gpu().configSpace().snapshot())
                .isEqualTo(source.gpu().configSpace().snapshot());
    }
}
