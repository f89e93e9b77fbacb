package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.examples.vfiouser.server.WireClient.access;
import static org.gpumediator.examples.vfiouser.server.WireClient.bytes;
import static org.gpumediator.examples.vfiouser.server.WireClient.irqs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.gpumediator.examples.common.linux.HostileCounter;
import org.gpumediator.examples.common.linux.MappedFile;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.common.linux.UnixSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What a client owns it may change at any time; nobody waits for it, and nobody pays for it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileClientTest {

    private static final int ASSIGN = 0x24;
    private static final int TRIGGER = 0x21;
    private static final int ASSIGN_UNMASK = 0x14;

    private ServedGpu served;

    @BeforeEach
    void serve() throws Exception {
        served = new ServedGpu();
    }

    @AfterEach
    void stop() throws Exception {
        served.close();
    }

    private static void fillAndBlock(HostileCounter counter) throws Throwable {
        counter.add(HostileCounter.FULL);
        counter.makeBlocking();
    }

    @Test
    void counter_filledAndMadeBlockingByItsClient_keepsNobodyWaiting() throws Throwable {
        try (WireClient client = served.connectAndNegotiate();
                HostileCounter counter = HostileCounter.blocking()) {
            for (int index = 0; index < 3; index++) {
                assertThat(
                                client.errorOf(
                                        Wire.DEVICE_SET_IRQS,
                                        irqs(ASSIGN, index, 0, 1),
                                        counter.descriptor()))
                        .isZero();
            }
            fillAndBlock(counter);

            for (int index = 0; index < 3; index++) {
                assertThat(client.errorOf(Wire.DEVICE_SET_IRQS, irqs(TRIGGER, index, 0, 1)))
                        .isZero();
            }
            served.port.interrupts().raise(0);
            served.port.interrupts().assertLevel();
            assertThat(client.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
        }
        try (WireClient next = served.connectAndNegotiate()) {
            assertThat(next.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
        }
    }

    @Test
    void unmaskCounter_thatTakesForEverToEmpty_isLookedAtNowAndThen() throws Throwable {
        try (WireClient client = served.connectAndNegotiate();
                HostileCounter counter = HostileCounter.semaphore()) {
            counter.add(Integer.MAX_VALUE);
            long began = System.nanoTime();
            client.errorOf(
                    Wire.DEVICE_SET_IRQS, irqs(ASSIGN_UNMASK, 0, 0, 1), counter.descriptor());
            for (int i = 0; i < 5_000; i++) {
                client.read32(Wire.REGION_CONFIG, 0);
            }
            long taken = Integer.MAX_VALUE - counter.count();
            long windows = (System.nanoTime() - began) / EventPoller.WINDOW_NANOS + 2;

            assertThat(taken).isBetween(1L, windows * EventPoller.MOST_RUNS);
        }
    }

    @Test
    void unmaskCounter_madeBlocking_leavesThePollerToOthers() throws Throwable {
        try (WireClient client = served.connectAndNegotiate();
                HostileCounter counter = HostileCounter.blocking()) {
            client.errorOf(
                    Wire.DEVICE_SET_IRQS, irqs(ASSIGN_UNMASK, 0, 0, 1), counter.descriptor());
            for (int i = 0; i < 200; i++) {
                counter.add(1);
                counter.makeBlocking();
                // Races with the poller for what was added.
                EventFd.take(counter.descriptor());
            }
            try (WireClient second = served.connect()) {
                assertThat(second.negotiate().error()).as("answered").isEqualTo(Errno.EBUSY);
            }
        }
    }

    @Test
    void connection_thatNeverSaysAWord_makesRoomForAClient() throws Exception {
        int silent = UnixSocket.connect(served.path);
        try (WireClient client = served.connect()) {
            assertThat(client.negotiate().error()).isZero();
            assertThat(client.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
        } finally {
            Descriptors.close(silent);
        }
    }

    @Test
    void connections_withoutEnd_takeAFewDescriptors() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            int before = ServedGpu.openDescriptors();
            List<Integer> silent = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                silent.add(UnixSocket.connect(served.path));
            }
            try (WireClient polite = served.connect()) {
                assertThat(polite.negotiate().error()).isEqualTo(Errno.EBUSY);
            }
            int ofTheServer = ServedGpu.openDescriptors() - before - silent.size();

            assertThat(ofTheServer).isLessThanOrEqualTo(BusyAnswer.MOST + 2);
            assertThat(client.read32(Wire.REGION_CONFIG, 0)).isEqualTo(0x5678_1234);
            silent.forEach(Descriptors::close);
        }
    }

    @Test
    void descriptors_moreThanAMessageMayHave_neverBecomeOpen() throws Exception {
        int[] pair = UnixSocket.pair();
        int[] passed = new int[MessageSocket.MAX_DESCRIPTORS];
        int counter = EventFd.create();
        Arrays.fill(passed, counter);
        try (MessageSocket from = new MessageSocket(pair[0], 16, 16);
                MessageSocket to = new MessageSocket(pair[1], 16, 16, Wire.MAX_DESCRIPTORS)) {
            int before = ServedGpu.openDescriptors();
            assertThat(from.send(16, passed)).isZero();

            assertThat(to.receive(0, 16)).isEqualTo(16);

            assertThat(to.descriptorCount()).isEqualTo(Wire.MAX_DESCRIPTORS);
            assertThat(to.descriptorsLost()).isTrue();
            assertThat(ServedGpu.openDescriptors() - before).isEqualTo(Wire.MAX_DESCRIPTORS);
            for (int i = 0; i < to.descriptorCount(); i++) {
                Descriptors.close(to.takeDescriptor(i));
            }
        } finally {
            Descriptors.close(counter);
            Descriptors.close(pair[0]);
            Descriptors.close(pair[1]);
        }
    }

    @Test
    void message_readSlowly_isGivenUpInTime() throws Exception {
        int[] pair = UnixSocket.pair();
        try (MessageSocket from = new MessageSocket(pair[0], 16, 8 << 20);
                MessageSocket to = new MessageSocket(pair[1], 16, 16)) {
            Thread reader =
                    Thread.ofPlatform()
                            .unstarted(
                                    () -> {
                                        try (MessageSocket slow =
                                                new MessageSocket(pair[1], 16, 16)) {
                                            while (slow.receive(0, 1) > 0) {
                                                Thread.onSpinWait();
                                            }
                                        }
                                    });
            reader.start();

            assertThat(from.sendBy(8 << 20, System.nanoTime() + 50_000_000))
                    .isEqualTo(-Errno.EAGAIN);

            UnixSocket.shutdown(pair[0]);
            UnixSocket.shutdown(pair[1]);
            reader.join();
        } finally {
            Descriptors.close(pair[0]);
            Descriptors.close(pair[1]);
        }
    }

    private MappedFile windowOf(WireClient client) throws Exception {
        WireClient.Message description =
                client.call(Wire.DEVICE_GET_REGION_INFO, bytes(4096, 0, 2, 0, 0L, 0L));
        assertThat(description.error()).isZero();
        int passed = client.takeDescriptors().getFirst();
        long window = ScratchGpu.WINDOW_LENGTH;
        try {
            return MappedFile.map(passed, window, window, MappedFile.Access.READ_WRITE);
        } finally {
            Descriptors.close(passed);
        }
    }

    @Test
    void window_keptMappedByAClientThatHasGone_isNotThatOfItsSuccessor() throws Exception {
        MemorySegment seen = served.gpu.mapped().segment();
        long window = ScratchGpu.WINDOW_LENGTH;
        WireClient first = served.connectAndNegotiate();
        try (MappedFile kept = windowOf(first)) {
            kept.segment().set(ValueLayout.JAVA_INT, 0, 1);
            assertThat(seen.get(ValueLayout.JAVA_INT, window)).isEqualTo(1);
            first.close();
            try (WireClient next = served.connectAndNegotiate();
                    MappedFile its = windowOf(next)) {
                assertThat(its.segment().get(ValueLayout.JAVA_INT, 0)).as("contents").isEqualTo(1);
                its.segment().set(ValueLayout.JAVA_INT, 4, 2);
                kept.segment().set(ValueLayout.JAVA_INT, 8, 3);

                assertThat(kept.segment().get(ValueLayout.JAVA_INT, 4)).isZero();
                assertThat(its.segment().get(ValueLayout.JAVA_INT, 8)).isZero();
                assertThat(seen.get(ValueLayout.JAVA_INT, window + 4)).isEqualTo(2);
                assertThat(seen.get(ValueLayout.JAVA_INT, window + 8)).isZero();
            }
        }
    }

    @Test
    void access_afterAllThis_isAnsweredAsEver() throws Exception {
        try (WireClient client = served.connectAndNegotiate()) {
            client.send(Wire.REGION_READ, access(0, 0, 4));
            assertThat(client.receive().error()).isZero();
        }
    }
}
