package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.gpumediator.api.SnapshotIncompatibleException;

/**
 * Fuzzes configuration spaces. Byte 0 chooses the function; each 8 bytes after it are an access, or
 * say how many of the next bytes are a saved state to restore.
 *
 * <p>The stored inputs run with every build; {@code JAZZER_FUZZ=1} searches for more.
 */
class ConfigSpaceFuzzTest {

    private static final int ACCESS_BYTES = 8;
    private static final int[] WIDTHS = {1, 2, 4};

    private record Shape(PciFunctionBuilder builder, ExpectedBits expected) {}

    private static Shape shape(int number) {
        return switch (number & 3) {
            case 0 -> new Shape(Functions.integrated(), ExpectedBits.integrated());
            case 1 -> new Shape(Functions.discrete(), ExpectedBits.discrete());
            case 2 -> new Shape(Functions.virtual(), ExpectedBits.virtual());
            default -> new Shape(Functions.everything(), ExpectedBits.everything());
        };
    }

    @FuzzTest(maxDuration = "30m")
    void accesses_ofAnyKind_changeWritableBitsOnly(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        Shape shape = shape(input[0]);
        PciFunction function = Functions.build(shape.builder, new RecordingPort());
        ByteBuffer left = ByteBuffer.wrap(input, 1, input.length - 1);
        left.order(ByteOrder.LITTLE_ENDIAN);
        while (left.remaining() >= ACCESS_BYTES) {
            int kind = left.getShort();
            int offset = left.getShort();
            int value = left.getInt();
            int width = WIDTHS[(kind >>> 4 & 0xf) % WIDTHS.length];
            switch (kind & 7) {
                case 0 -> function.read(offset, width);
                case 1 -> {
                    byte[] saved = new byte[Math.min(left.remaining(), value & 0x3ff)];
                    left.get(saved);
                    restore(function, saved);
                }
                case 2 -> assertThatSavingAndRestoringChangesNothing(function);
                default -> write(function, shape.expected, offset, width, value);
            }
        }
    }

    private static void write(
            PciFunction function, ExpectedBits expected, int offset, int width, int value) {
        byte[] wanted = expected.after(function.snapshot(), offset, width, value);
        function.write(offset, width, value);
        assertThat(function.snapshot()).isEqualTo(wanted);
    }

    private static void restore(PciFunction function, byte[] saved) {
        byte[] before = function.snapshot();
        try {
            function.restore(new DataInputStream(new ByteArrayInputStream(saved)));
        } catch (IOException | SnapshotIncompatibleException refused) {
            assertThat(function.snapshot()).isEqualTo(before);
        }
    }

    private static void assertThatSavingAndRestoringChangesNothing(PciFunction function)
            throws IOException {
        byte[] before = function.snapshot();
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        function.save(new DataOutputStream(saved));
        function.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
        assertThat(function.snapshot()).isEqualTo(before);
    }
}
