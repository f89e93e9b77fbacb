package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32C;
import org.gpumediator.api.SnapshotFormatException;
import org.gpumediator.api.SnapshotIncompatibleException;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.vmm.Snapshottable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.ada.AdaModel;

/**
 * Fuzzes what a virtual GPU is restored from. The input says which packets come: each by four bytes
 * (type, how it differs from the saved one, length) and what is put over its payload; checksums are
 * made right, so that what is inside is looked at.
 *
 * <p>The stored inputs run with every build; {@code JAZZER_FUZZ=1} searches for more.
 */
class SnapshotFuzzTest {

    private static final long FRAMEBUFFER = 64 << 20;
    private static final int HEADER = 24;
    private static final int TYPES = 6;
    private static final int PAYLOAD_KEPT = 4096;

    /** Made once: what is restored is reset before, so that one does for all inputs. */
    private static final class Saved {

        private static final Saved ONE = new Saved();

        private final VirtualGpu target;
        private final byte[] whole;
        private final byte[][] payloads = new byte[TYPES + 1][];

        private Saved() {
            Rig rig = new Rig(AdaModel.L4, "placement-mode", "heterogeneous");
            target =
                    rig.mediator.create(
                            VgpuRequest.ofQuotas("target", Map.of("framebuffer", FRAMEBUFFER)),
                            VmmPort.of(rig.memory, rig.interrupts));
            target.bar(1).handler().write(0x10, 4, 0x1234_5678);
            target.bar(0).handler().write(0x1200, 4, 5);
            target.quiesce();
            try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
                snapshots().save(out);
                whole = out.toByteArray();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            ByteBuffer packets = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
            while (packets.hasRemaining()) {
                int type = packets.get(packets.position() + 1);
                byte[] payload = new byte[(int) packets.getLong(packets.position() + 16)];
                packets.get(packets.position() + HEADER, payload);
                packets.position(packets.position() + HEADER + payload.length + 4);
                payloads[type] = payload;
            }
        }

        private Snapshottable snapshots() {
            return target.ability(Snapshottable.class).orElseThrow();
        }
    }

    @FuzzTest(maxDuration = "30m")
    void stream_ofAnyContent_isRestoredOrRefused(byte[] input) throws IOException {
        Saved saved = Saved.ONE;
        if (!restores(saved, stream(saved, ByteBuffer.wrap(input)))) {
            assertThat(restores(saved, saved.whole)).as("a good one afterwards").isTrue();
        }
        assertThat(saved.target.bar(1).handler().read(0x10, 4)).isNotNegative();
    }

    private static boolean restores(Saved saved, byte[] stream) throws IOException {
        try {
            saved.snapshots().restore(new ByteArrayInputStream(stream));
            return true;
        } catch (SnapshotFormatException | SnapshotIncompatibleException refused) {
            assertThat(saved.target.state()).isEqualTo(VirtualGpuState.QUIESCED);
            return false;
        }
    }

    private static byte[] stream(Saved saved, ByteBuffer left) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        left.order(ByteOrder.LITTLE_ENDIAN);
        while (left.remaining() >= 4) {
            int type = left.get();
            int how = left.get();
            int bytes = left.getShort() & 0xffff;
            byte[] payload = payload(saved, type, how, bytes, left);
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.put(0, (byte) ((how & 1) != 0 ? bytes : 1)).put(1, (byte) type);
            header.putShort(2, (short) ((how & 2) != 0 ? bytes : 0));
            header.putLong(8, (how & 4) != 0 ? (long) bytes << (how & 0x30) : 0);
            header.putLong(16, (how & 8) != 0 ? bytes - 0x8000 : payload.length);
            CRC32C sum = new CRC32C();
            sum.update(header.array());
            sum.update(payload);
            stream.writeBytes(header.array());
            stream.writeBytes(payload);
            header.putInt(0, (int) sum.getValue());
            stream.write(header.array(), 0, (how & 0xff) == 0xff ? 3 : 4);
        }
        return stream.toByteArray();
    }

    /** Returns the saved payload of a type, cut or lengthened, with some of it overwritten. */
    private static byte[] payload(Saved saved, int type, int how, int bytes, ByteBuffer left) {
        byte[] known = type >= 1 && type <= TYPES ? saved.payloads[type] : new byte[0];
        byte[] payload = known.clone();
        if ((how & 0x40) != 0) {
            int length = Math.min(known.length, PAYLOAD_KEPT) + bytes - 0x8000;
            payload = Arrays.copyOf(known, Math.max(0, length));
        }
        if ((how & 0x80) != 0 && left.remaining() >= 2 && payload.length > 0) {
            int at = (left.getShort() & 0xffff) % payload.length;
            left.get(payload, at, Math.min(Math.min(16, payload.length - at), left.remaining()));
        }
        return payload;
    }
}
