package org.gpumediator.core.pci;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VmmPort.MessageMasking;

/**
 * The MSI-X table of a function and its pending bits, for a backend to place inside its BAR: either
 * as two handlers of their own ({@link #table}, {@link #pendingBits}) or laid over the BAR's other
 * handler ({@link #over}). Safe for use by multiple threads.
 *
 * <p>A masked vector that is signalled becomes pending and is sent when neither its own mask nor
 * the function's is set any more. Pending bits are dropped when the guest disables MSI-X. Where the
 * VMM keeps the table ({@link MessageMasking#VMM}) this table is plain storage: masks have no
 * effect and nothing becomes pending.
 *
 * <p>Source: PCI Local Bus Specification 3.0, section 6.8.2.
 */
public final class MsixTable {

    static final int CAPABILITY_LENGTH = 12;
    static final int CONTROL = 0x02;
    static final int CONTROL_ENABLE = 1 << 15;
    static final int CONTROL_FUNCTION_MASK = 1 << 14;
    static final int CONTROL_WRITABLE = CONTROL_ENABLE | CONTROL_FUNCTION_MASK;

    private static final int ENTRY_ADDRESS_HIGH = 4;
    private static final int ENTRY_DATA = 8;
    private static final int ENTRY_CONTROL = 12;
    private static final int ENTRY_CONTROL_MASK = 1;
    private static final int ENTRY_ADDRESS_RESERVED = 3;

    private final Object lock;
    private final Outbox outbox;
    private final boolean appliesMasks;
    private final MsixPlace place;
    private final int vectors;
    private final IntToLongFunction barLengths;

    // All below is guarded by the function's lock.
    private final byte[] entries;
    private final byte[] entryWritable = new byte[MsixPlace.ENTRY_LENGTH];
    private final long[] pending;
    private boolean enabled;
    private boolean functionMasked;
    private boolean open;

    private final TrapHandler table = new Table();
    private final TrapHandler pendingBits = new PendingBits();

    MsixTable(
            Object lock,
            Capability.Role.MsiX role,
            Outbox outbox,
            MessageMasking masking,
            IntToLongFunction barLengths) {
        this.lock = lock;
        this.barLengths = barLengths;
        this.outbox = outbox;
        this.appliesMasks = masking == MessageMasking.DEVICE;
        this.place = role.place();
        this.vectors = role.vectors();
        this.entries = new byte[MsixPlace.tableLength(vectors)];
        this.pending = new long[MsixPlace.pendingLength(vectors) / Long.BYTES];
        Arrays.fill(entryWritable, 0, ENTRY_CONTROL, (byte) -1);
        entryWritable[0] = (byte) ~ENTRY_ADDRESS_RESERVED;
        entryWritable[ENTRY_CONTROL] = ENTRY_CONTROL_MASK;
        clear();
    }

    /** Returns the number of vectors, 1 to 2048. */
    public int vectors() {
        return vectors;
    }

    /** Returns where the table and the pending bits are to be placed. */
    public MsixPlace place() {
        return place;
    }

    /** Returns the handler of the table: 16 bytes for each vector, offsets from its start. */
    public TrapHandler table() {
        return table;
    }

    /**
     * Returns the handler of the pending bits: a bit for each vector in whole 64-bit words, offsets
     * from its start. Writes are ignored.
     */
    public TrapHandler pendingBits() {
        return pendingBits;
    }

    /**
     * Lays the table and the pending bits over a BAR.
     *
     * @param bar which BAR, 0 to 5
     * @param rest answers what is outside of them, offsets from the start of the BAR
     * @return the handler of the BAR; {@code rest} itself if neither is in this BAR. An access that
     *     is partly inside is answered byte by byte
     */
    public TrapHandler over(int bar, TrapHandler rest) {
        List<MsixOverlay.Window> windows = new ArrayList<>();
        if (place.tableBar() == bar) {
            windows.add(new MsixOverlay.Window(table, place.tableOffset(), entries.length));
        }
        if (place.pendingBar() == bar) {
            int length = pending.length * Long.BYTES;
            windows.add(new MsixOverlay.Window(pendingBits, place.pendingOffset(), length));
        }
        return windows.isEmpty()
                ? rest
                : new MsixOverlay(
                        rest,
                        barLengths.applyAsLong(bar),
                        windows.toArray(MsixOverlay.Window[]::new));
    }

    boolean isEnabled() {
        return enabled;
    }

    long address(int vector) {
        return field(vector, 0) | field(vector, ENTRY_ADDRESS_HIGH) << 32;
    }

    int message(int vector) {
        return (int) field(vector, ENTRY_DATA);
    }

    /**
     * Takes over the control register.
     *
     * @param mayDeliver whether the function can send messages
     * @return whether enable or mask is different
     */
    boolean refresh(int control, boolean mayDeliver) {
        boolean nowEnabled = (control & CONTROL_ENABLE) != 0;
        boolean nowMasked = (control & CONTROL_FUNCTION_MASK) != 0;
        boolean changed = nowEnabled != enabled || nowMasked != functionMasked;
        enabled = nowEnabled;
        functionMasked = nowMasked;
        open = enabled && mayDeliver && !functionMasked;
        if (!enabled) {
            Arrays.fill(pending, 0);
        }
        deliverPending();
        return changed;
    }

    /** Sends a message, or keeps it while it is masked. Called only while messages may be sent. */
    void signal(int vector) {
        if (appliesMasks && (functionMasked || isMasked(vector))) {
            pending[vector >>> 6] |= 1L << vector;
        } else {
            send(vector);
        }
    }

    private void send(int vector) {
        outbox.message(vector, address(vector), message(vector));
    }

    void clear() {
        Arrays.fill(entries, (byte) 0);
        for (int at = ENTRY_CONTROL; at < entries.length; at += MsixPlace.ENTRY_LENGTH) {
            entries[at] = ENTRY_CONTROL_MASK;
        }
        Arrays.fill(pending, 0);
    }

    void save(DataOutput target) throws IOException {
        target.write(entries);
        for (long word : pending) {
            target.writeLong(word);
        }
    }

    /** Reads what {@link #save} wrote, and returns what takes it over. */
    Runnable load(DataInput source) throws IOException {
        byte[] savedEntries = new byte[entries.length];
        long[] savedPending = new long[pending.length];
        source.readFully(savedEntries);
        for (int i = 0; i < savedPending.length; i++) {
            savedPending[i] = source.readLong();
        }
        return () -> {
            for (int i = 0; i < entries.length; i++) {
                entries[i] = (byte) (savedEntries[i] & entryWritable[i % MsixPlace.ENTRY_LENGTH]);
            }
            System.arraycopy(savedPending, 0, pending, 0, pending.length);
            pending[pending.length - 1] &= -1L >>> -vectors;
        };
    }

    private boolean isMasked(int vector) {
        return (field(vector, ENTRY_CONTROL) & ENTRY_CONTROL_MASK) != 0;
    }

    private long field(int vector, int at) {
        int start = vector * MsixPlace.ENTRY_LENGTH + at;
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value |= (entries[start + i] & 0xffL) << (8 * i);
        }
        return value;
    }

    private void deliverPending() {
        for (int word = 0; open && word < pending.length; word++) {
            for (long due = pending[word]; due != 0; due &= due - 1) {
                deliver(word * Long.SIZE + Long.numberOfTrailingZeros(due));
            }
        }
    }

    private void deliver(int vector) {
        if (open && !isMasked(vector) && (pending[vector >>> 6] & 1L << vector) != 0) {
            pending[vector >>> 6] &= ~(1L << vector);
            send(vector);
        }
    }

    private static boolean isInside(long offset, int width, int length) {
        return AccessWidth.isLegal(width) && offset >= 0 && offset <= length - width;
    }

    private final class Table implements TrapHandler {

        @Override
        public long read(long offset, int width) {
            if (!isInside(offset, width, entries.length)) {
                return AccessWidth.ones(width);
            }
            long value = 0;
            synchronized (lock) {
                for (int i = 0; i < width; i++) {
                    value |= (entries[(int) offset + i] & 0xffL) << (8 * i);
                }
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {
            if (!isInside(offset, width, entries.length)) {
                return;
            }
            int start = (int) offset;
            synchronized (lock) {
                for (int i = 0; i < width; i++) {
                    int at = start + i;
                    int mask = entryWritable[at % MsixPlace.ENTRY_LENGTH];
                    int octet = (int) (value >>> (8 * i));
                    entries[at] = (byte) (entries[at] & ~mask | octet & mask);
                }
                deliver(start / MsixPlace.ENTRY_LENGTH);
                deliver((start + width - 1) / MsixPlace.ENTRY_LENGTH);
            }
            outbox.tell(Integer.MAX_VALUE);
        }
    }

    private final class PendingBits implements TrapHandler {

        @Override
        public long read(long offset, int width) {
            if (!isInside(offset, width, pending.length * Long.BYTES)) {
                return AccessWidth.ones(width);
            }
            long value = 0;
            synchronized (lock) {
                for (int i = 0; i < width; i++) {
                    int at = (int) offset + i;
                    long octet = pending[at >>> 3] >>> (8 * (at & 7)) & 0xff;
                    value |= octet << (8 * i);
                }
            }
            return value;
        }

        @Override
        public void write(long offset, int width, long value) {}
    }
}
