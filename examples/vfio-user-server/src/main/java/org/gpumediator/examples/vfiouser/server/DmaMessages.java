package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;
import org.gpumediator.examples.common.linux.MessageSocket;
import org.gpumediator.examples.vfiouser.protocol.DmaAccess;
import org.gpumediator.examples.vfiouser.protocol.FrameReader;
import org.gpumediator.examples.vfiouser.protocol.Header;
import org.gpumediator.examples.vfiouser.protocol.Wire;

/**
 * Asks a client for guest memory by message.
 *
 * <p>A client may answer only when it does not itself wait for an answer: asking while it waits
 * would make both wait. So a question is put only on the thread that serves the client, and only
 * while it carries out a command that wants no reply; and it is given up as soon as a command that
 * wants one arrives. A reply to a question given up is thrown away when it comes.
 *
 * <p>Threats: others may wait for what an answer is needed for. So there is a limit to the {@link
 * Patience} with its answers, and with its reading of questions.
 */
final class DmaMessages implements DmaChannel {

    /** A client cuts replies that are longer than its socket buffer: about 208 KiB. */
    private static final int LONGEST_PIECE = 64 * 1024;

    private static final int MOST_UNANSWERED = 64;
    private static final int DATA = Header.LENGTH + DmaAccess.LENGTH;

    private final Thread thread = Thread.currentThread();
    private final FrameReader frames;
    private final MessageSocket socket;
    private final MemorySegment in;
    private final MemorySegment out;
    private final SessionCounters counters;
    private final Header question = new Header();
    private final DmaAccess access = new DmaAccess();
    private final Header answer = new Header();
    private final int[] unanswered = new int[MOST_UNANSWERED];
    private int unansweredCount;
    private int lastId;
    private boolean allowed;
    private boolean broken;
    private final Patience patience = new Patience(System.nanoTime());
    private int piece = LONGEST_PIECE;

    /** Asks the client of a reader that belongs to the calling thread. */
    DmaMessages(FrameReader frames, SessionCounters counters) {
        this.frames = frames;
        this.counters = counters;
        socket = frames.socket();
        in = frames.input();
        out = socket.output();
        question.wrap(out, 0);
        access.wrap(out, Header.LENGTH);
    }

    /** Says whether the command being carried out leaves the client free to answer. */
    void allow(boolean now) {
        allowed = now;
    }

    /** Says how much data the client takes with one message. */
    void limit(long maxDataBytes) {
        piece = (int) Math.min(LONGEST_PIECE, maxDataBytes);
    }

    /** Returns whether a reply is to a question of ours; each is expected once. */
    boolean isExpected(int id) {
        for (int i = 0; i < unansweredCount; i++) {
            if (unanswered[i] == id) {
                unanswered[i] = unanswered[--unansweredCount];
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean read(long guestPhysicalAddress, MemorySegment target) {
        for (long done = 0; done < target.byteSize(); done += piece) {
            int count = (int) Math.min(piece, target.byteSize() - done);
            if (!begin(Wire.DMA_READ, guestPhysicalAddress + done, count)) {
                return false;
            }
            int reply = ask(DATA, DATA + count);
            if (reply < 0) {
                return false;
            }
            MemorySegment.copy(in, reply + DATA, target, done, count);
        }
        return true;
    }

    @Override
    public boolean write(long guestPhysicalAddress, MemorySegment source) {
        for (long done = 0; done < source.byteSize(); done += piece) {
            int count = (int) Math.min(piece, source.byteSize() - done);
            if (!begin(Wire.DMA_WRITE, guestPhysicalAddress + done, count)) {
                return false;
            }
            MemorySegment.copy(source, done, out, DATA, count);
            if (ask(DATA + count, Header.LENGTH) < 0) {
                return false;
            }
        }
        return true;
    }

    private boolean begin(int command, long guestPhysicalAddress, long count) {
        if (Thread.currentThread() != thread
                || !allowed
                || broken
                || !patience.isLeft(System.nanoTime())
                || unansweredCount == MOST_UNANSWERED) {
            return false;
        }
        lastId = lastId + 1 & 0xffff;
        question.putCommand(lastId, command, DmaAccess.LENGTH);
        access.address(guestPhysicalAddress);
        access.count(count);
        return true;
    }

    /** Returns whether a question went out in part only: the stream cannot be used any more. */
    boolean isBroken() {
        return broken;
    }

    /** Sends the question that has been begun; answers where the reply is, or {@code -1}. */
    private int ask(int length, int leastReply) {
        question.size(length);
        long giveUpAt = patience.begin(System.nanoTime());
        int reply = -1;
        broken = socket.sendBy(length, giveUpAt) != 0;
        if (!broken) {
            counters.dmaMessages++;
            unanswered[unansweredCount++] = lastId;
            reply = frames.awaitReply(lastId, giveUpAt);
        }
        patience.end(System.nanoTime());
        if (reply < 0) {
            allowed = false;
            return -1;
        }
        answer.wrap(in, reply);
        return !answer.isError() && answer.size() >= leastReply ? reply : -1;
    }
}
