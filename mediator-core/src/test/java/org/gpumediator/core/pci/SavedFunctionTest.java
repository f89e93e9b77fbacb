package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.gpumediator.api.SnapshotIncompatibleException;
import org.junit.jupiter.api.Test;

final class SavedFunctionTest {

    private static final int COMMAND = 0x04;

    private final RecordingPort vmm = new RecordingPort();

    private static byte[] save(PciFunction function) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        function.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static void restore(PciFunction function, byte[] saved) throws IOException {
        function.restore(new DataInputStream(new ByteArrayInputStream(saved)));
    }

    @Test
    void restore_intoAFreshFunction_continues() throws IOException {
        PciFunction source = Functions.build(Functions.everything(), new RecordingPort());
        source.write(0x14, 4, 0xfe00_0000);
        source.write(COMMAND, 2, 0x6);
        source.set(0xa0, 4, 0x1111_1111);
        source.write(0x62, 2, 0x8000);
        source.msixTable().table().write(70 * 16, 8, 0x1_fee0_0000L);
        source.signal(70);

        PciFunction target = Functions.build(Functions.everything(), vmm);
        restore(target, save(source));

        assertThat(target.snapshot()).isEqualTo(source.snapshot());
        assertThat(target.barAddress(1)).hasValue(0xfe00_0000L);
        assertThat(target.messageAddress(70)).isEqualTo(0x1_fee0_0000L);
        assertThat(vmm.takeRaised()).isEmpty();
        target.msixTable().table().write(70 * 16 + 12, 4, 0);
        assertThat(vmm.takeRaised()).containsExactly(70);
    }

    @Test
    void restore_ofMsiPendingAndLevel_continues() throws IOException {
        PciFunction source = Functions.build(Functions.everything(), new RecordingPort());
        source.level(true);
        source.write(COMMAND, 2, 0x4);
        source.write(0x4a, 2, 0x51);
        source.write(0x58, 4, 1 << 9);
        source.signal(9);

        PciFunction target = Functions.build(Functions.everything(), vmm);
        restore(target, save(source));

        assertThat(target.snapshot()).isEqualTo(source.snapshot());
        target.write(0x58, 4, 0);
        assertThat(vmm.takeRaised()).containsExactly(9);
        assertThat(vmm.isAsserted()).isFalse();
        target.write(0x4a, 2, 0);
        assertThat(vmm.isAsserted()).isTrue();
    }

    @Test
    void restore_ofAnotherShape_isRefused() throws IOException {
        PciFunction target = Functions.build(Functions.integrated(), vmm);
        byte[] before = target.snapshot();
        byte[] saved = save(Functions.build(Functions.virtual(), vmm));
        assertThatThrownBy(() -> restore(target, saved))
                .isInstanceOf(SnapshotIncompatibleException.class)
                .hasMessageContaining("4096");
        assertThat(target.snapshot()).isEqualTo(before);
    }

    @Test
    void restore_ofATruncatedState_changesNothing() throws IOException {
        PciFunction target = Functions.build(Functions.everything(), vmm);
        byte[] saved = save(target);
        target.write(0x14, 4, 0x1234_0000);
        byte[] before = target.snapshot();
        for (int length = 0; length < saved.length; length += 7) {
            byte[] cut = Arrays.copyOf(saved, length);
            assertThatThrownBy(() -> restore(target, cut)).isInstanceOf(EOFException.class);
        }
        assertThat(target.snapshot()).isEqualTo(before);
    }

    @Test
    void restore_ofRandomBytes_changesNoConstantBit() throws IOException {
        PciFunction target = Functions.build(Functions.everything(), vmm);
        ExpectedBits bits = ExpectedBits.everything();
        byte[] first = target.snapshot();
        byte[] saved = save(target);
        Random random = Seed.random();
        for (int i = 0; i < 300; i++) {
            byte[] noise = saved.clone();
            for (int at = 12; at < noise.length; at++) {
                noise[at] = (byte) random.nextInt();
            }
            restore(target, noise);
            byte[] now = target.snapshot();
            now[0x06] &= ~0x08;
            for (int at = 0; at < 0xa0; at++) {
                if (at < 0x5c || at >= 0x60) {
                    assertThat(now[at] & bits.constantBits(at))
                            .as("seed %d: byte 0x%x", Seed.VALUE, at)
                            .isEqualTo(first[at] & bits.constantBits(at));
                }
            }
            assertThat(target.msixTable().pendingBits().read(8, 8) >>> (100 - 64)).isZero();
        }
    }
}
