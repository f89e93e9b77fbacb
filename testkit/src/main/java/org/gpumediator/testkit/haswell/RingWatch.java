package org.gpumediator.testkit.haswell;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches that nobody rewrites what one engine has still to run: remembers the commands of the
 * ring, the batches in the global table that these lead to, and the contexts that they load by
 * force, as they are when the tail passes them, and compares when they are run.
 *
 * <p>Contexts are watched within given addresses only: a guest may change its own at any time.
 */
final class RingWatch {

    private static final int START = 0x31;
    private static final int END = 0x0a;
    private static final int MI_OPCODE_SHIFT = 23;
    private static final int MAX_DWORDS = 1 << 16;

    /** Dwords of a batch as they are to be run. */
    private static final class Piece {
        private final long address;
        private final int[] dwords;

        Piece(long address, int[] dwords) {
            this.address = address;
            this.dwords = dwords;
        }
    }

    private final Engine engine;

    /** By dword of the ring. */
    private int[] ring = new int[0];

    private boolean[] known = new boolean[0];

    /** By the offset in the ring of the jump that leads there, or of the command that loads it. */
    private final Map<Integer, List<Piece>> batches = new HashMap<>();

    /** How many dwords before the tail the last command begins, which goes on behind it. */
    private int begun;

    private List<Piece> running = List.of();
    private long rewritten;

    /** Where contexts are watched. */
    private final long firstContext;

    private final long endOfContexts;

    RingWatch(Engine engine, long firstContext, long endOfContexts) {
        this.engine = engine;
        this.firstContext = firstContext;
        this.endOfContexts = endOfContexts;
    }

    /** Returns how many commands or batches were not what they were when the tail passed them. */
    long rewritten() {
        return rewritten;
    }

    /** The ring was switched off: nothing is to be run. */
    void clear() {
        Arrays.fill(known, false);
        batches.clear();
        begun = 0;
        running = List.of();
    }

    /** The tail has moved over some bytes; offsets are from the ring's start. */
    void tailMoved(long start, int size, int from, int to) {
        if (ring.length != size / 4) {
            ring = new int[size / 4];
            known = new boolean[size / 4];
            batches.clear();
            begun = 0;
        }
        int count = Math.floorMod(to - from, size) / 4;
        for (int i = 0; i < count; i++) {
            int at = (from / 4 + i) % ring.length;
            int dword = engine.memory.load(start + 4L * at, Translator.GLOBAL);
            if (known[at] && ring[at] != dword) {
                rewritten++; // the tail has passed the head
            }
            ring[at] = dword;
            known[at] = true;
        }
        followJumps(from / 4, count);
    }

    /** Goes from command to command; one that the tail cuts through is left for the next time. */
    private void followJumps(int from, int count) {
        int i = -begun;
        while (i < count) {
            int at = Math.floorMod(from + i, ring.length);
            int header = ring[at];
            CommandTable.Row row = engine.commandRow(header);
            int length = row == null ? 1 : Math.max(1, row.length(header));
            if (i + length > count) {
                break;
            }
            batches.remove(4 * at);
            if (leadsToGlobalBatch(header)) {
                batches.put(4 * at, follow(ring[(at + 1) % ring.length]));
            }
            long context = ContextImage.forced(header, ring[(at + 1) % ring.length]);
            if (context >= firstContext && context < endOfContexts) {
                batches.put(4 * at, List.of(image(context)));
            }
            i += length;
        }
        begun = count - i;
    }

    private boolean leadsToGlobalBatch(int header) {
        return header >>> MI_OPCODE_SHIFT == START
                && (header & MiCommands.START_PROCESS) == 0
                && (engine.id != HaswellEngine.RCS
                        || (header & MiCommands.START_UNPRIVILEGED) == 0);
    }

    private List<Piece> follow(int first) {
        List<Piece> pieces = new ArrayList<>();
        ArrayDeque<Long> open = new ArrayDeque<>();
        open.add(Integer.toUnsignedLong(first) & ~3L);
        int left = MAX_DWORDS;
        while (!open.isEmpty() && left > 0) {
            long address = open.remove();
            if (pieces.stream().anyMatch(piece -> piece.address == address)) {
                continue;
            }
            Piece piece = walk(address, left, open);
            left -= piece.dwords.length + 1;
            pieces.add(piece);
        }
        return pieces;
    }

    private Piece walk(long address, int left, ArrayDeque<Long> open) {
        int[] dwords = new int[16];
        int count = 0;
        boolean last = false;
        while (!last && count < left) {
            int header = load(address, count);
            CommandTable.Row row = engine.commandRow(header);
            int length = row == null ? 1 : Math.max(1, row.length(header));
            if (count + length > dwords.length) {
                dwords = Arrays.copyOf(dwords, 2 * (count + length));
            }
            for (int i = 0; i < length; i++) {
                dwords[count + i] = load(address, count + i);
            }
            last = row == null || header >>> MI_OPCODE_SHIFT == END;
            if (leadsToGlobalBatch(header)) {
                open.add(Integer.toUnsignedLong(dwords[count + 1]) & ~3L);
                last = (header & MiCommands.START_SECOND_LEVEL) == 0;
            }
            count += length;
        }
        return new Piece(address, Arrays.copyOf(dwords, count));
    }

    private Piece image(long address) {
        int[] dwords = new int[ContextImage.dwords()];
        for (int i = 0; i < dwords.length; i++) {
            dwords[i] = load(address, i);
        }
        return new Piece(address, dwords);
    }

    private int load(long address, int index) {
        return engine.memory.load(address + 4L * index, Translator.GLOBAL);
    }

    /** The parser is at a command of the ring. */
    void runs(long start, int offset, int length) {
        boolean same = true;
        for (int i = 0; i < length && ring.length > 0; i++) {
            int at = (offset / 4 + i) % ring.length;
            same &= !known[at] || ring[at] == load(start, at);
            known[at] = false;
        }
        rewritten += same ? 0 : 1;
        running = batches.getOrDefault(offset, List.of());
        compareBatch();
    }

    /** The batch that the ring led to has come to its end. */
    void left() {
        compareBatch();
        running = List.of();
    }

    private void compareBatch() {
        for (Piece piece : running) {
            for (int i = 0; i < piece.dwords.length; i++) {
                if (piece.dwords[i] != load(piece.address, i)) {
                    rewritten++;
                    return;
                }
            }
        }
    }
}
