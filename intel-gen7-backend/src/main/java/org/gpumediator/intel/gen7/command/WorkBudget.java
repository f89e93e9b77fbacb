package org.gpumediator.intel.gen7.command;

/**
 * How much of guests' work is done while one thread holds the lock of the physical GPU once: the
 * others wait for no more than that. Commands and translations are counted alike. What is left over
 * is done in the mediator's next steps, in turns.
 *
 * <p>One unit is what looking at one dword of commands costs, about a nanosecond. A piece of work
 * is begun only while as much is left as it may cost at most.
 *
 * <p>Not thread safe: used under the lock of the physical GPU.
 */
public final class WorkBudget {

    /** Units in each budget: 1 MiB of commands. */
    public static final int UNITS = 1 << 18;

    /** To find the batch behind a jump among those already copied. */
    static final int JUMP = 32;

    /** To count what is refused, or to tell of a command's effect. */
    static final int EVENT = 64;

    /** To look into a command. */
    static final int LOOK = 8;

    /** Only while so much is left is a batch begun. */
    static final int LEAST_FOR_A_BATCH = UNITS / 4;

    private final int units;
    private int spent;
    private boolean ranOut;
    private int mostSpent;
    private long all;

    /** Creates the budget of a lock. */
    public WorkBudget() {
        this(UNITS);
    }

    /**
     * Creates one of another size.
     *
     * @param units {@code 1} or more
     */
    public WorkBudget(int units) {
        if (units < 1) {
            throw new IllegalArgumentException("units " + units + ": expected 1 or more");
        }
        this.units = units;
    }

    /** Begins anew. */
    public void begin() {
        mostSpent = Math.max(mostSpent, spent);
        all += spent;
        spent = 0;
        ranOut = false;
    }

    /** Returns how much is left, {@code 0} or more. */
    public int left() {
        return Math.max(0, units - spent);
    }

    /** Returns whether something that costs so much at most may begin; if not, it is left over. */
    public boolean allows(int most) {
        if (most <= units - spent) {
            return true;
        }
        ranOut = true;
        return false;
    }

    /** Returns whether the most is left that ever will be, give or take what precedes a batch. */
    boolean isFresh() {
        return spent <= units / 4;
    }

    /** Takes note of work that was done. */
    public void spend(int cost) {
        spent += cost;
    }

    /** Says that work is left over. */
    public void runOut() {
        ranOut = true;
    }

    /** Returns whether work is left over since the budget began. */
    public boolean ranOut() {
        return ranOut;
    }

    /** Returns the most that was spent of one budget so far. */
    public int most() {
        return Math.max(mostSpent, spent);
    }

    /** Returns what was spent of all budgets so far. */
    public long all() {
        return all + spent;
    }
}
