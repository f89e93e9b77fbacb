package org.gpumediator.examples.common.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Counters that somebody else holds too are signalled and emptied without waiting for him. */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class EventSignalTest {

    @Test
    void signal_addsOneEachTime() throws Exception {
        EventSignal signal = new EventSignal();
        try (HostileCounter counter = HostileCounter.blocking()) {
            for (int i = 0; i < 1_000; i++) {
                signal.signal(counter.descriptor());
            }

            assertThat(counter.count()).isEqualTo(1_000);
            assertThat(EventFd.take(counter.descriptor())).isEqualTo(1_000);
        }
    }

    @Test
    void signal_ofAFullBlockingCounter_doesNotWait() throws Throwable {
        EventSignal signal = new EventSignal();
        try (HostileCounter counter = HostileCounter.blocking();
                HostileCounter other = HostileCounter.blocking()) {
            counter.add(HostileCounter.FULL);

            for (int i = 0; i < 1_000; i++) {
                signal.signal(counter.descriptor());
            }
            signal.signal(other.descriptor());

            assertThat(counter.count()).as("stays full").isEqualTo(-1);
            assertThat(other.count()).isEqualTo(1);
        }
    }

    @Test
    void signal_ofWhatIsNoCounter_changesNothing() throws Exception {
        EventSignal signal = new EventSignal();
        int[] pair = UnixSocket.pair();
        try (HostileCounter counter = HostileCounter.blocking();
                PollSet poll = new PollSet()) {
            signal.signal(pair[0]);
            signal.signal(-1);
            signal.signal(counter.descriptor());

            assertThat(counter.count()).isEqualTo(1);
            poll.add(pair[1]);
            assertThat(poll.await(0)).as("nothing written").isZero();
        } finally {
            Descriptors.close(pair[0]);
            Descriptors.close(pair[1]);
        }
    }

    @Test
    void signal_onManyThreads_losesNone() throws Exception {
        try (HostileCounter counter = HostileCounter.blocking()) {
            Thread[] threads = new Thread[8];
            for (int i = 0; i < threads.length; i++) {
                threads[i] =
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            EventSignal signal = new EventSignal();
                                            for (int n = 0; n < 2_000; n++) {
                                                signal.signal(counter.descriptor());
                                            }
                                        });
            }
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(counter.count()).isEqualTo(16_000);
        }
    }

    @Test
    void take_ofAnEmptyBlockingCounter_doesNotWait() throws Exception {
        try (HostileCounter counter = HostileCounter.blocking()) {
            assertThat(EventFd.take(counter.descriptor())).isZero();
        }
    }
}
