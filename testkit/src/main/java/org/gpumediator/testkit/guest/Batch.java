package org.gpumediator.testkit.guest;

import java.util.Arrays;

/**
 * A batch buffer to be: dwords, and where it is to run. Ends by itself with a batch end, unless it
 * was made to have no end.
 */
public final class Batch {

    /** Where a batch runs. */
    public enum Privilege {
        /** In the per-process address space, without privileges: what user programs get. */
        USER,
        /** In the global address space, with all privileges: what a kernel runs for itself. */
        KERNEL
    }

    private final Privilege privilege;
    private int[] dwords = new int[16];
    private int length;
    private boolean endless;

    private Batch(Privilege privilege) {
        this.privilege = privilege;
    }

    /** Returns an empty batch that runs per-process, without privileges. */
    public static Batch user() {
        return new Batch(Privilege.USER);
    }

    /** Returns an empty batch that runs in the global address space, with privileges. */
    public static Batch kernel() {
        return new Batch(Privilege.KERNEL);
    }

    /** Appends dwords as they are. */
    public Batch raw(int... more) {
        if (length + more.length > dwords.length) {
            dwords = Arrays.copyOf(dwords, Math.max(2 * dwords.length, length + more.length));
        }
        System.arraycopy(more, 0, dwords, length, more.length);
        length += more.length;
        return this;
    }

    /**
     * Appends a store of 32 bits, to the address space in which the batch runs.
     *
     * @param graphicsAddress 4-byte aligned, below 4 GiB
     */
    public Batch storeDword(long graphicsAddress, int value) {
        int space = privilege == Privilege.KERNEL ? Commands.MI_GLOBAL_GTT : 0;
        return raw(Commands.MI_STORE_DATA_IMM | space, 0, (int) graphicsAddress, value);
    }

    /** Appends commands that do nothing. */
    public Batch noops(int count) {
        return raw(new int[count]);
    }

    /** Makes the batch jump to its own start instead of ending: it never ends. */
    public Batch endless() {
        endless = true;
        return this;
    }

    /** Returns where it runs. */
    public Privilege privilege() {
        return privilege;
    }

    /** Returns how many bytes it takes, its end included. */
    public int lengthBytes() {
        return 4 * (length + 2);
    }

    /** Returns the dwords as they are to lie in memory at an address. */
    int[] at(DriverEngine engine, long graphicsAddress) {
        int[] whole = Arrays.copyOf(dwords, length + 2);
        if (endless) {
            whole[length] = start(engine);
            whole[length + 1] = (int) graphicsAddress;
        } else {
            whole[length] = Commands.MI_BATCH_BUFFER_END;
        }
        return whole;
    }

    /** Returns the first dword of the command that starts it. */
    int start(DriverEngine engine) {
        if (privilege == Privilege.KERNEL) {
            return Commands.MI_BATCH_BUFFER_START;
        }
        return Commands.MI_BATCH_BUFFER_START
                | Commands.BATCH_PPGTT
                | (engine == DriverEngine.RCS ? Commands.BATCH_NON_PRIVILEGED : 0);
    }
}
