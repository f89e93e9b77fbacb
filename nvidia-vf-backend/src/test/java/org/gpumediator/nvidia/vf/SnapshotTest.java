package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.SnapshotIncompatibleException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.nvidia.vf.types.VfResources;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotTest {

    private static final long FRAMEBUFFER = 64 << 20;

    /** Where its windows and its fault buffers are: what a guest sets once and relies on. */
    private static final int[] PLAIN_REGISTERS = {0xf40, 0xf48, 0x3000, 0x3004, 0x3020, 0x309c};

    private final Rig rig = new Rig(AdaModel.L4, "placement-mode", "heterogeneous");
    private final VirtualGpu source = create("source", FRAMEBUFFER);

    private VirtualGpu create(String name, long framebuffer) {
        return rig.mediator.create(
                VgpuRequest.ofQuotas(name, Map.of("framebuffer", framebuffer)),
                VmmPort.of(rig.memory, rig.interrupts));
    }

    private static Snapshottable snapshots(VirtualGpu vgpu) {
        return vgpu.ability(Snapshottable.class).orElseThrow();
    }

    private byte[] saved() throws IOException {
        source.bar(1).handler().write(0x123_4560, 8, 0x1122_3344_5566_7788L);
        source.bar(0).handler().write(0x1200, 4, 0x5);
        for (int register : PLAIN_REGISTERS) {
            source.bar(0).handler().write(register, 4, 0x2000_0000L + register);
        }
        source.configSpace().write(0x3c, 1, 11);
        source.quiesce();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        snapshots(source).save(out);
        return out.toByteArray();
    }

    private static void restore(VirtualGpu target, byte[] bytes) throws IOException {
        snapshots(target).restore(new ByteArrayInputStream(bytes));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void restore_ofASavedOne_isTheSameElsewhere() throws IOException {
        byte[] bytes = saved();
        VirtualGpu target = create("target", FRAMEBUFFER);
        target.bar(1).handler().write(0x10, 4, 99);
        target.quiesce();
        restore(target, bytes);
        target.resume();
        assertThat(target.bar(1).handler().read(0x123_4560, 8)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(target.bar(1).handler().read(0x10, 4)).isZero();
        assertThat(target.bar(0).handler().read(0x1200, 4)).isEqualTo(5);
        for (int register : PLAIN_REGISTERS) {
            assertThat(target.bar(0).handler().read(register, 4))
                    .as("%x", register)
                    .isEqualTo(0x2000_0000L + register);
        }
        assertThat(target.configSpace().read(0x3c, 1)).isEqualTo(11);
        assertThat(target.state()).isNotEqualTo(VirtualGpuState.FAILED);
        assertThat(rig.board.plugin(2)).isEqualTo("ACTIVE");
    }

    @Test
    void restore_ofAnotherShape_isRefusedNamingBothAndChangesNothing() throws IOException {
        byte[] bytes = saved();
        VirtualGpu target = create("target", 2 * FRAMEBUFFER);
        target.bar(1).handler().write(0x10, 4, 99);
        target.quiesce();
        assertThatThrownBy(() -> restore(target, bytes))
                .isInstanceOf(SnapshotIncompatibleException.class)
                .hasMessageContaining(Long.toString(FRAMEBUFFER))
                .hasMessageContaining(Long.toString(2 * FRAMEBUFFER));
        assertThat(target.bar(1).handler().read(0x10, 4)).isEqualTo(99);
    }

    @Test
    void restore_ofAnotherStreamVersion_isRefusedNamingBoth() throws IOException {
        byte[] bytes = saved();
        bytes[0] = 9;
        assertThatThrownBy(() -> restore(source, bytes))
                .isInstanceOf(SnapshotIncompatibleException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("expected 1");
        assertThat(source.bar(1).handler().read(0x123_4560, 8)).isEqualTo(0x1122_3344_5566_7788L);
    }

    @Test
    void restore_ofAnotherFirmwaresRelease_isRefusedNamingBoth() throws IOException {
        byte[] bytes = saved();
        String descriptor = new String(bytes, 24, bytes[16], StandardCharsets.US_ASCII);
        int release = 24 + descriptor.lastIndexOf('\n') + 1;
        assertThat(new String(bytes, release, 3, StandardCharsets.US_ASCII)).isEqualTo("570");
        bytes[release + 1] = '8';
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, 24 + bytes[16]);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(24 + bytes[16], (int) sum.getValue());
        assertThatThrownBy(() -> restore(source, bytes))
                .isInstanceOf(SnapshotIncompatibleException.class)
                .hasMessageContaining("firmware=570")
                .hasMessageContaining("firmware=580");
        assertThat(source.bar(1).handler().read(0x123_4560, 8)).isEqualTo(0x1122_3344_5566_7788L);
    }

    @Test
    void restore_damagedOrCutAnywhere_isRefusedAndLeavesItReset() throws IOException {
        byte[] bytes = saved();
        int[] cuts = {1, 30, 60, bytes.length / 2, bytes.length - 1};
        for (int cut : cuts) {
            assertThatThrownBy(() -> restore(source, Arrays.copyOf(bytes, cut)))
                    .isInstanceOf(SnapshotFormatException.class);
            assertThat(source.bar(1).handler().read(0x123_4560, 8)).isZero();
        }
        byte[] flipped = bytes.clone();
        flipped[bytes.length / 2] ^= 1;
        assertThatThrownBy(() -> restore(source, flipped))
                .isInstanceOf(SnapshotFormatException.class)
                .hasMessageContaining("checksum");
        assertThatThrownBy(() -> restore(source, Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(SnapshotFormatException.class)
                .hasMessageContaining("follows");
        assertThat(source.bar(1).handler().read(0x123_4560, 8)).isZero();
    }

    /** Fails in the middle as no stream of the platform does. */
    private static final class BrokenSource extends ByteArrayInputStream {

        private final int failAt;
        private final Throwable failure;

        BrokenSource(byte[] bytes, int failAt, Throwable failure) {
            super(bytes);
            this.failAt = failAt;
            this.failure = failure;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            if (pos + length > failAt) {
                throwUnchecked(failure);
            }
            return super.read(target, offset, length);
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void throwUnchecked(Throwable failure) throws T {
            throw (T) failure;
        }
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException("source"),
                new IOException("source"),
                new StackOverflowError("source"),
                new InterruptedException("source"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void restore_fromASourceThatThrowsAnything_leavesItReset(Throwable failure) throws IOException {
        byte[] bytes = saved();
        for (int at : new int[] {10, 100, 5000, bytes.length / 2, bytes.length - 3}) {
            assertThatThrownBy(
                            () -> snapshots(source).restore(new BrokenSource(bytes, at, failure)))
                    .isSameAs(failure);
            assertThat(source.bar(0).handler().read(0x1200, 4)).isZero();
            assertThat(source.configSpace().read(0x3c, 1)).isZero();
            assertThat(source.bar(1).handler().read(0x123_4560, 8)).isZero();
            assertThat(source.state()).isEqualTo(VirtualGpuState.QUIESCED);
        }
    }

    /** Returns a stream with one packet's payload cut or filled up, its checksum right. */
    private static byte[] resized(byte[] bytes, int type, int change) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int at = in.position();
            int length = (int) in.getLong(at + 16);
            byte[] packet = Arrays.copyOfRange(bytes, at, at + 24 + length);
            if (packet[1] == type) {
                packet = Arrays.copyOf(packet, packet.length + change);
                ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN).putLong(16, length + change);
            }
            CRC32C sum = new CRC32C();
            sum.update(packet);
            out.writeBytes(packet);
            out.writeBytes(
                    ByteBuffer.allocate(4)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt((int) sum.getValue())
                            .array());
            in.position(at + 24 + length + 4);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        // descriptor, function, firmware, registers, framebuffer
        "1, -3",
        "3, -1",
        "3, -4000",
        "3, 1",
        "4, -1",
        "4, -2",
        "4, 3",
        "5, -4",
        "5, 4",
        "6, -8"
    })
    void restore_ofAPacketOfAnotherLengthWithAGoodChecksum_isAFormatError(int type, int change)
            throws IOException {
        byte[] bytes = resized(saved(), type, change);
        assertThatThrownBy(() -> restore(source, bytes))
                .isInstanceOfAny(
                        SnapshotFormatException.class, SnapshotIncompatibleException.class);
        if (type != 1) {
            assertThatThrownBy(() -> restore(source, bytes))
                    .isInstanceOf(SnapshotFormatException.class);
            assertThat(source.bar(0).handler().read(0x1200, 4)).isZero();
            assertThat(source.configSpace().read(0x3c, 1)).isZero();
        }
    }

    @Test
    void close_afterASave_leavesNothingOfItInTheManagementHeap() throws IOException {
        ResourceRange heap = source.partition().range(VfResources.PLUGIN_HEAP);
        assertThat(saved()).isNotEmpty();
        assertThat(rig.board.isZero(heap.start() + 0x3000, 64 << 10)).as("saved").isFalse();
        source.close();
        assertThat(rig.board.isZero(heap.start(), heap.length())).isTrue();
    }

    @Test
    void save_whileRunning_isRefused() {
        assertThatThrownBy(() -> snapshots(source).save(new ByteArrayOutputStream()))
                .isInstanceOf(IllegalStateException.class);
    }
}
