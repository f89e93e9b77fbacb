package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.examples.vfiouser.server.WireClient.access;
import static org.gpumediator.examples.vfiouser.server.WireClient.bytes;
import static org.gpumediator.examples.vfiouser.server.WireClient.dmaMap;
import static org.gpumediator.examples.vfiouser.server.WireClient.frame;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Guest memory that only the client can reach. A write to BAR0 offset 0 makes the virtual GPU copy
 * that many bytes from guest address 0x10000 to 0x20000, inside the handler of the write.
 */
class DmaMessagesTest {

    private final BlockingQueue<Boolean> outcomes = new LinkedBlockingQueue<>();
    private ServedGpu served;
    private WireClient client;

    private final class Copier implements TrapHandler {

        private final TrapHandler rest;

        Copier(TrapHandler rest) {
            this.rest = rest;
        }

        @Override
        public long read(long offset, int width) {
            return rest.read(offset, width);
        }

        @Override
        public void write(long offset, int width, long value) {
            rest.write(offset, width, value);
            if (offset == 0) {
                MemorySegment copy = MemorySegment.ofArray(new byte[(int) value]);
                outcomes.add(
                        served.port.memory().read(0x10000, copy)
                                && served.port.memory().write(0x20000, copy));
            }
        }
    }

    private TrapRegion copying(TrapRegion region) {
        return region.index() == 0
                ? TrapRegion.trapped(
                        0, region.kind(), region.length(), new Copier(region.handler()))
                : region;
    }

    @BeforeEach
    void serve() throws Exception {
        served = new ServedGpu(ServerSettings.DEFAULT.withObserver(name -> this::copying));
        client = served.connectAndNegotiate();
        assertThat(client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0x10000, 0x1_0000))).isZero();
        assertThat(client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0x20000, 0x1_0000))).isZero();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        served.close();
    }

    private boolean outcome() throws InterruptedException {
        Boolean outcome = outcomes.poll(10, TimeUnit.SECONDS);
        assertThat(outcome).isNotNull();
        return outcome;
    }

    private void postCopy(int count) {
        client.post(Wire.REGION_WRITE, bytes(access(0, 0, 4), count));
    }

    private void answerRead(WireClient.Message question, byte[] data) {
        client.sendRaw(
                frame(
                        question.id(),
                        Wire.DMA_READ,
                        Wire.TYPE_REPLY,
                        bytes(question.u64(0), question.u64(8), data)));
    }

    private void answerWrite(WireClient.Message question) {
        client.sendRaw(
                frame(
                        question.id(),
                        Wire.DMA_WRITE,
                        Wire.TYPE_REPLY,
                        bytes(question.u64(0), question.u64(8))));
    }

    @Test
    void copy_insideAPostedWrite_isAskedAndAnswered() throws Exception {
        postCopy(16);
        WireClient.Message question = client.receive();
        assertThat(question.command()).isEqualTo(Wire.DMA_READ);
        assertThat(question.flags()).isEqualTo(Wire.TYPE_COMMAND);
        assertThat(question.payload()).isEqualTo(bytes(0x10000L, 16L));
        byte[] data = bytes(0x1122_3344_5566_7788L, 0x99L);
        answerRead(question, data);
        WireClient.Message written = client.receive();
        assertThat(written.command()).isEqualTo(Wire.DMA_WRITE);
        assertThat(written.payload()).isEqualTo(bytes(0x20000L, 16L, data));
        answerWrite(written);

        assertThat(outcome()).isTrue();
        assertThat(client.read32(0, 0)).isEqualTo(16);
    }

    @Test
    void copy_withPostedWritesBehindIt_keepsThemInOrder() throws Exception {
        postCopy(8);
        for (int i = 1; i <= 100; i++) {
            client.post(Wire.REGION_WRITE, bytes(access(8, 0, 4), i));
        }
        answerRead(client.receive(), new byte[8]);
        client.post(Wire.REGION_WRITE, bytes(access(16, 0, 4), 77));
        answerWrite(client.receive());

        assertThat(outcome()).isTrue();
        assertThat(client.read32(0, 8)).isEqualTo(100);
        assertThat(client.read32(0, 16)).isEqualTo(77);
    }

    @Test
    void copy_whileTheClientWaitsForAnAnswer_isGivenUp() throws Exception {
        postCopy(8);
        int waiting = client.send(Wire.REGION_READ, access(0, 0, 4));

        WireClient.Message question = client.receive();
        assertThat(outcome()).isFalse();
        WireClient.Message reply = client.receive();
        assertThat(reply.id()).isEqualTo(waiting);
        assertThat(reply.u32(16)).isEqualTo(8);

        answerRead(question, new byte[8]);
        assertThat(client.read32(0, 0)).as("late reply is dropped").isEqualTo(8);
    }

    @Test
    void copy_insideAWriteThatIsAnswered_isNotAsked() throws Exception {
        client.write(0, 0, bytes(8));

        assertThat(outcome()).isFalse();
        assertThat(client.nothingToRead(0)).isTrue();
    }

    @Test
    void copy_onAnotherThread_isNotAsked() {
        assertThat(served.port.memory().read(0x10000, MemorySegment.ofArray(new byte[8])))
                .isFalse();
        assertThat(served.port.memory().regionAt(0x10000)).isNull();
    }

    @Test
    void copy_refusedByTheClient_fails() throws Exception {
        postCopy(8);
        WireClient.Message question = client.receive();
        client.sendRaw(bytes((short) question.id(), (short) Wire.DMA_READ, 16, 0x21, 19));

        assertThat(outcome()).isFalse();
        assertThat(client.read32(0, 0)).isEqualTo(8);
    }

    @Test
    void copy_answeredShort_fails() throws Exception {
        postCopy(8);
        answerRead(client.receive(), new byte[7]);

        assertThat(outcome()).isFalse();
    }

    @Test
    void copy_neverAnswered_isGivenUpInTimeAndNotAskedAgain() throws Exception {
        postCopy(8);
        WireClient.Message question = client.receive();

        assertThat(outcome()).isFalse();
        answerRead(question, new byte[8]);
        assertThat(client.read32(0, 0)).isEqualTo(8);
        postCopy(8);
        assertThat(outcome()).isFalse();
        assertThat(client.read32(0, 0)).as("no question in between").isEqualTo(8);
    }

    @Test
    void reply_sentTwice_endsTheConnection() throws Exception {
        postCopy(8);
        WireClient.Message question = client.receive();
        answerRead(question, new byte[8]);
        answerWrite(client.receive());
        assertThat(outcome()).isTrue();

        answerRead(question, new byte[8]);
        client.awaitEnd();
    }

    @Test
    void copy_ofManyPieces_isAskedInPiecesTheClientTakes() throws Exception {
        client.close();
        ServedGpu.await("first client gone", () -> !served.gpu.resets().isEmpty());
        client = served.connect();
        String small = "{\"capabilities\":{\"max_msg_fds\":1,\"max_data_xfer_size\":1024}}\0";
        assertThat(client.errorOf(Wire.VERSION, bytes(0, small))).isZero();
        client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0x10000, 0x1_0000));
        client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0x20000, 0x1_0000));
        postCopy(2500);
        for (int size : new int[] {1024, 1024, 452}) {
            WireClient.Message question = client.receive();
            assertThat(question.u64(8)).isEqualTo(size);
            answerRead(question, new byte[size]);
        }
        for (int size : new int[] {1024, 1024, 452}) {
            WireClient.Message question = client.receive();
            assertThat(question.payload()).hasSize(16 + size);
            answerWrite(question);
        }

        assertThat(outcome()).isTrue();
    }
}
