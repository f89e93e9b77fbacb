package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;
import org.gpumediator.examples.vfiouser.linux.Descriptors;
import org.gpumediator.examples.vfiouser.linux.Errno;
import org.gpumediator.examples.vfiouser.linux.MessageSocket;
import org.gpumediator.examples.vfiouser.protocol.Wire;

/**
 * Turns a client away. Its first message is read and answered with an error, because a client whose
 * connection is only closed may wait for an answer until its time-out.
 */
final class BusyAnswer {

    private static final int LONGEST_VERSION = 32 * 1024;
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private BusyAnswer() {}

    /** Answers a client when its first message has come, on the poller's thread. */
    static void give(int client, EventPoller poller) {
        EventPoller.Watch[] self = new EventPoller.Watch[1];
        self[0] =
                poller.watch(
                        client,
                        () -> {
                            answer(client);
                            self[0].end();
                        });
        poller.executeAfter(PATIENCE_NANOS, self[0]::end);
    }

    private static void answer(int client) {
        try (MessageSocket socket =
                new MessageSocket(client, LONGEST_VERSION, Wire.HEADER_LENGTH)) {
            long received = socket.receive(0, LONGEST_VERSION);
            for (int i = 0; i < socket.descriptorCount(); i++) {
                Descriptors.close(socket.takeDescriptor(i));
            }
            if (received >= Wire.HEADER_LENGTH) {
                MemorySegment out = socket.output();
                out.set(Wire.LE32, Wire.HEADER_ID, socket.input().get(Wire.LE32, 0));
                out.set(Wire.LE32, Wire.HEADER_SIZE, Wire.HEADER_LENGTH);
                out.set(Wire.LE32, Wire.HEADER_FLAGS, Wire.TYPE_REPLY | Wire.ERROR);
                out.set(Wire.LE32, Wire.HEADER_ERROR, Errno.EBUSY);
                int ignored = socket.send(Wire.HEADER_LENGTH);
            }
        }
    }
}
