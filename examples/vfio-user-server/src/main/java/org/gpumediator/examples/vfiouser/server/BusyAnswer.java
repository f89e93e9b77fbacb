package org.gpumediator.examples.vfiouser.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.vfiouser.protocol.Header;

/**
 * Turns clients of one virtual GPU away. Their first message is read and answered with an error,
 * because a client whose connection is only closed may wait for an answer until its time-out.
 *
 * <p>Invariant: no more than {@link #MOST} connections are open for it. One more closes the oldest,
 * which has said nothing for the longest time. What descriptors they send never become open here.
 *
 * <p>Used on the poller's thread only.
 */
final class BusyAnswer {

    static final int MOST = 4;

    private static final int LONGEST_VERSION = 32 * 1024;
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final EventPoller poller;
    private final Deque<EventPoller.Watch> open = new ArrayDeque<>();

    BusyAnswer(EventPoller poller) {
        this.poller = poller;
    }

    /** Answers a client when its first message has come. */
    void give(int client) {
        open.removeIf(EventPoller.Watch::isEnded);
        if (open.size() == MOST) {
            open.remove().end();
        }
        EventPoller.Watch watch =
                poller.watch(
                        client,
                        self -> {
                            answer(client);
                            self.end();
                        });
        open.add(watch);
        poller.executeAfter(PATIENCE_NANOS, watch::end);
    }

    /** Reads what has come: the poller has seen that something has. */
    private static void answer(int client) {
        try (MessageSocket socket = new MessageSocket(client, LONGEST_VERSION, Header.LENGTH, 0)) {
            if (socket.receive(0, LONGEST_VERSION) >= Header.LENGTH) {
                Header asked = new Header();
                asked.wrap(socket.input(), 0);
                Header replied = new Header();
                replied.wrap(socket.output(), 0);
                replied.putReply(asked, -Errno.EBUSY);
                int ignored = socket.sendBy(Header.LENGTH, System.nanoTime());
            }
        }
    }
}
