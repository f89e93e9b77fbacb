package org.gpumediator.core.pci;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.SnapshotIncompatibleException;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.VmmPort;
import org.jspecify.annotations.Nullable;

/**
 * A virtual PCI function with a type 0 header: configuration space, BARs, capabilities and
 * interrupts. Made by a {@link PciFunctionBuilder}. Safe for use by multiple threads.
 *
 * <p>A guest reads and writes it through {@link ConfigSpace}; the device model behind it signals
 * interrupts and keeps its own registers up to date ({@link #signal}, {@link #level}, {@link
 * #set}).
 *
 * <p>Message interrupts are sent while the guest has enabled them, bus mastering is on and the
 * function is in D0; one signalled while bus mastering is off or in D3hot is dropped. One that is
 * masked becomes pending and is sent on unmasking.
 *
 * @see ConfigWriteEffect
 */
public final class PciFunction implements ConfigSpace, MessageInterrupts {

    /*
     * Invariants: bytes only change through their masks, or by the device. What bars, power and
     * interrupts remember is what the bytes say; refresh() re-establishes that after every change.
     *
     * Concurrency: one lock, the innermost of the mediator. Nothing is called under it: hooks, the InterruptSink and the
     * InterruptLine come after it.
     *
     * Threats: the guest chooses offset, width and value of every access. All are answered from
     * arrays, in bounded time; a write allocates at most its list of effects.
     */

    record Hook(int offset, int width, ConfigRegisterHook target) {

        boolean isTouchedBy(int from, int length) {
            return from < (long) offset + width && offset < (long) from + length;
        }
    }

    record ResetBits(int offset, int mask) {}

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final ConfigBytes bytes;

    @GuardedBy("lock")
    private final Bars bars;

    @GuardedBy("lock")
    private final Interrupts interrupts;

    @GuardedBy("lock")
    private @Nullable PowerManagement power;

    @GuardedBy("lock")
    private boolean busMaster;

    private final Outbox outbox;
    private final boolean tellsLater;
    private final @Nullable MsixTable msixTable;
    private final List<ResetBits> resetBits;
    private final Hook[] hooks;

    PciFunction(ConfigBytes bytes, PciFunctionBuilder builder, VmmPort port) {
        this.bytes = bytes;
        this.bars = builder.bars;
        this.resetBits = List.copyOf(builder.resetBits);
        this.hooks = builder.hooks.toArray(Hook[]::new);
        this.tellsLater = builder.tellsLater;
        this.outbox = new Outbox(lock, port.messages(), port.line(), vectors(builder));
        Msi msi = null;
        MsixTable msix = null;
        int msixControl = 0;
        for (PciFunctionBuilder.Placed placed : builder.placed) {
            switch (placed.capability().role) {
                case Capability.Role.Msi role ->
                        msi = new Msi(bytes, placed.offset(), role, outbox);
                case Capability.Role.MsiX role -> {
                    msix = new MsixTable(lock, role, outbox, port.masking(), builder.bars::length);
                    msixControl = placed.offset() + MsixTable.CONTROL;
                }
                case Capability.Role.PowerManagement role ->
                        power = new PowerManagement(placed.offset(), role.exit());
                case null -> {}
            }
        }
        boolean hasLine = bytes.read(ConfigHeader.INTERRUPT_PIN, 1) != 0;
        this.msixTable = msix;
        this.interrupts = new Interrupts(bytes, hasLine, outbox, msi, msix, msixControl);
        refresh(new ArrayList<>());
    }

    private static int vectors(PciFunctionBuilder builder) {
        int most = 0;
        for (PciFunctionBuilder.Placed placed : builder.placed) {
            int vectors =
                    switch (placed.capability().role) {
                        case Capability.Role.Msi role -> role.vectors();
                        case Capability.Role.MsiX role -> role.vectors();
                        case Capability.Role.PowerManagement ignored -> 0;
                        case null -> 0;
                    };
            most = Math.max(most, vectors);
        }
        return most;
    }

    /** Begins a function with 256 or 4096 bytes of configuration space. */
    public static PciFunctionBuilder builder() {
        return new PciFunctionBuilder();
    }

    // ------------------------------------------------------------------ the guest's side

    @Override
    public int length() {
        synchronized (lock) {
            return bytes.length();
        }
    }

    @Override
    public int read(int offset, int width) {
        if (!ConfigBytes.isWidth(width)) {
            return -1;
        }
        synchronized (lock) {
            return bytes.read(offset, width);
        }
    }

    @Override
    public List<ConfigWriteEffect> write(int offset, int width, int value) {
        if (!ConfigBytes.isWidth(width)) {
            return List.of();
        }
        List<ConfigWriteEffect> effects = new ArrayList<>();
        int[] before = new int[hooks.length];
        int[] after = new int[hooks.length];
        synchronized (lock) {
            readHooked(before);
            bytes.write(offset, width, value);
            boolean wakesReset = refresh(effects);
            // Last: whoever carries it out has nothing of the time before to act on any more.
            if (wakesReset || asksForReset(offset, width, value)) {
                effects.add(new ConfigWriteEffect.ResetRequested(ResetKind.FUNCTION_LEVEL));
            }
            readHooked(after);
        }
        for (int i = 0; i < hooks.length; i++) {
            if (hooks[i].isTouchedBy(offset, width)) {
                hooks[i].target().written(before[i], after[i]);
            }
        }
        outbox.tell(Integer.MAX_VALUE);
        return Collections.unmodifiableList(effects);
    }

    @Override
    public OptionalLong barAddress(int index) {
        synchronized (lock) {
            return bars.isDecoded(index) ? OptionalLong.of(bars.base(index)) : OptionalLong.empty();
        }
    }

    @Override
    public byte[] snapshot() {
        synchronized (lock) {
            return bytes.copy();
        }
    }

    // ------------------------------------------------------------------ message interrupts

    @Override
    public Mode mode() {
        synchronized (lock) {
            return interrupts.mode();
        }
    }

    @Override
    public int msiVectors() {
        synchronized (lock) {
            return interrupts.msiVectors();
        }
    }

    @Override
    public int msixVectors() {
        synchronized (lock) {
            return interrupts.msixVectors();
        }
    }

    @Override
    public boolean hasLine() {
        synchronized (lock) {
            return interrupts.hasLine();
        }
    }

    @Override
    public long messageAddress(int vector) {
        synchronized (lock) {
            return interrupts.messageAddress(vector);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>For MSI the low bits of what the guest wrote are replaced by the vector's number, as many
     * bits as the guest has allocated vectors for.
     */
    @Override
    public int messageData(int vector) {
        synchronized (lock) {
            return interrupts.messageData(vector);
        }
    }

    // ------------------------------------------------------------------ the device's side

    /**
     * Tells the guest of an event: by MSI-X or MSI if the guest has enabled them, else by driving
     * the INTx pin active as {@link #level} does.
     *
     * <p>Where the guest has allocated fewer vectors than the function has, the vector is taken
     * modulo their number.
     *
     * @param vector 0 to the larger number of vectors of the two mechanisms, minus one; 0 for a
     *     function without either
     * @throws IllegalArgumentException if the vector is out of range
     */
    public void signal(int vector) {
        synchronized (lock) {
            interrupts.signal(vector);
        }
        tellNow();
    }

    /**
     * Drives the function's INTx pin. The guest sees the level while it has no message interrupts
     * enabled: in the status register, and on its line unless it has disabled that.
     *
     * @param active whether the function wants attention
     */
    public void level(boolean active) {
        synchronized (lock) {
            interrupts.setLevel(active);
        }
        tellNow();
    }

    private void tellNow() {
        if (!tellsLater) {
            outbox.tell(Integer.MAX_VALUE);
        }
    }

    /** Returns whether the VMM has something to be told by {@link #tell}. */
    public boolean hasToTell() {
        return outbox.waits();
    }

    /**
     * Tells the VMM of the messages and of the line's level that wait, unless another thread is at
     * it. Called with no lock held.
     *
     * @param most how many calls of the VMM at most, {@code 1} or more
     * @return whether something is left over because of that
     */
    public boolean tell(int most) {
        return outbox.tell(most);
    }

    /** Tells the VMM nothing more, for ever; what it is being told at this moment it still gets. */
    public void silence() {
        synchronized (lock) {
            outbox.silence();
        }
    }

    /**
     * Returns the MSI-X table, for the backend to place in its BAR.
     *
     * @throws IllegalStateException if the function has no MSI-X capability
     */
    public MsixTable msixTable() {
        if (msixTable == null) {
            throw new IllegalStateException("the function has no MSI-X capability");
        }
        return msixTable;
    }

    /**
     * Sets a register as the device does: every bit, whatever its mask, and without telling hooks.
     *
     * @param offset byte offset
     * @param width 1, 2 or 4 bytes
     * @param value the new value
     * @throws IllegalArgumentException if the register is not wholly inside the space, or any byte
     *     of it is in the type 0 header, which belongs to the guest and to the function itself
     */
    public void set(int offset, int width, int value) {
        synchronized (lock) {
            if (!ConfigBytes.isWidth(width)
                    || offset < ConfigHeader.LENGTH
                    || offset > bytes.length() - width) {
                throw new IllegalArgumentException(
                        "register at 0x%x, %d bytes: expected 1, 2 or 4 bytes from 0x%x to 0x%x"
                                .formatted(offset, width, ConfigHeader.LENGTH, bytes.length()));
            }
            bytes.set(offset, width, value);
            refresh(new ArrayList<>());
        }
        tellNow();
    }

    /** Returns whether the function may access memory: bus mastering is on and it is in D0. */
    public boolean mayAccessMemory() {
        synchronized (lock) {
            return busMaster && (power == null || power.isOn());
        }
    }

    /**
     * Resets the function: every register returns to its reset value, BARs are not decoded, message
     * interrupts are disabled with nothing pending, the INTx pin is inactive, the power state is
     * D0. No kind of reset keeps anything, and no hook is called.
     *
     * @param kind which reset
     */
    public void reset(ResetKind kind) {
        Objects.requireNonNull(kind, "kind");
        synchronized (lock) {
            bytes.reset();
            interrupts.reset();
            refresh(new ArrayList<>());
        }
        tellNow();
    }

    /**
     * Saves what a guest and the device have made of the function.
     *
     * @throws IOException if the target fails
     */
    public void save(DataOutput target) throws IOException {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        synchronized (lock) {
            DataOutputStream out = new DataOutputStream(state);
            out.writeInt(bytes.length());
            out.writeInt(interrupts.msiVectors());
            out.writeInt(interrupts.msixVectors());
            out.write(bytes.copy());
            interrupts.save(out);
        }
        target.write(state.toByteArray());
    }

    /**
     * Replaces the state by one that {@link #save} wrote, as a whole or not at all. Identity,
     * layout and every other bit that nobody can change stay as they are, whatever the source says.
     * Of capabilities only the bits that a guest can write are restored: what the device has {@link
     * #set} there, it sets again. Interrupts that the restored state holds pending and unmasked are
     * sent. No hook is called.
     *
     * @throws SnapshotIncompatibleException if the state is of a function of another shape; nothing
     *     is changed
     * @throws IOException if the source fails or ends too early; nothing is changed
     */
    public void restore(DataInput source) throws IOException {
        int length = source.readInt();
        int msi = source.readInt();
        int msix = source.readInt();
        if (length != length() || msi != msiVectors() || msix != msixVectors()) {
            throw new SnapshotIncompatibleException(
                    "PCI function of %d bytes, %d MSI and %d MSI-X vectors: expected %d, %d and %d"
                            .formatted(length, msi, msix, length(), msiVectors(), msixVectors()));
        }
        byte[] saved = new byte[length];
        byte[] savedInterrupts = new byte[savedInterruptsLength()];
        source.readFully(saved);
        source.readFully(savedInterrupts);
        synchronized (lock) {
            Runnable takeOver =
                    interrupts.load(new DataInputStream(new ByteArrayInputStream(savedInterrupts)));
            bytes.restore(saved);
            takeOver.run();
            refresh(new ArrayList<>());
        }
        tellNow();
    }

    // ------------------------------------------------------------------ under the lock

    @GuardedBy("lock")
    private boolean refresh(List<ConfigWriteEffect> effects) {
        boolean reset = power != null && power.refresh(bytes, effects);
        boolean powered = power == null || power.isOn();
        bars.refresh(bytes, powered, effects);
        boolean master =
                (bytes.read(ConfigHeader.COMMAND, 2) & ConfigHeader.COMMAND_BUS_MASTER) != 0;
        if (master != busMaster) {
            busMaster = master;
            effects.add(new ConfigWriteEffect.BusMasterChanged(master));
        }
        if (interrupts.refresh(powered)) {
            effects.add(new ConfigWriteEffect.InterruptsChanged());
        }
        return reset;
    }

    private int savedInterruptsLength() {
        synchronized (lock) {
            return interrupts.savedLength();
        }
    }

    private boolean asksForReset(int offset, int width, int value) {
        for (ResetBits bits : resetBits) {
            long at = (long) bits.offset() - offset;
            if (at >= 0 && at < width && (value >>> (8 * at) & bits.mask()) != 0) {
                return true;
            }
        }
        return false;
    }

    @GuardedBy("lock")
    private void readHooked(int[] values) {
        for (int i = 0; i < hooks.length; i++) {
            values[i] = bytes.read(hooks[i].offset(), hooks[i].width());
        }
    }
}
