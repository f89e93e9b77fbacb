package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Fuzzes a server by what a client sends. Byte 0 says whether the versions are negotiated before,
 * and whether the rest is sent as it is or as payloads of well-formed messages: two bytes of
 * command and length before each.
 *
 * <p>The stored inputs run with every build; {@code JAZZER_FUZZ=1} searches for more.
 */
class FramesFuzzTest {

    private static final int MOST_BYTES = 32 << 10;

    /** Started once: each input is a client of its own. */
    private static final class Served {

        private static final ServedGpu ONE = served();

        private static ServedGpu served() {
            try {
                return new ServedGpu(ServerSettings.DEFAULT.withWriteMultiple());
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    @FuzzTest(maxDuration = "30m")
    void client_sendingAnything_harmsNoSuccessor(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        ServedGpu served = Served.ONE;
        byte[] rest = Arrays.copyOfRange(input, 1, Math.min(input.length, MOST_BYTES));
        byte[] sent = (input[0] & 2) != 0 ? framed(rest) : rest;
        if ((input[0] & 1) != 0) {
            ServedGpu.await("a client after another", () -> serves(served, sent));
        } else {
            try (WireClient client = served.connect()) {
                client.sendRaw(sent);
            }
        }
        ServedGpu.await("the place is free again", () -> serves(served, new byte[0]));
        assertThat(served.endpoint.statistics()).doesNotContainKey("socket.failures");
    }

    private static byte[] framed(byte[] bytes) {
        ByteBuffer left = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte[] all = {};
        int id = 0;
        while (left.remaining() >= 2) {
            int command = left.get() & 0x1f;
            byte[] payload = new byte[Math.min(left.get() & 0xff, left.remaining())];
            left.get(payload);
            all = WireClient.bytes(all, WireClient.frame(id++, command, 0, payload));
        }
        return all;
    }

    /** Returns whether a new client is served: not while the one before is still there. */
    private static boolean serves(ServedGpu served, byte[] thenSent) {
        try (WireClient next = served.connect()) {
            if (next.negotiate().failed()) {
                return false;
            }
            next.sendRaw(thenSent);
            return true;
        } catch (Exception | AssertionError busy) {
            return false;
        }
    }
}
