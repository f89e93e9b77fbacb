package org.gpumediator.testkit.haswell;

/**
 * The ring of one engine: its four registers and where the parser is in it. The head counts how
 * often it has wrapped, in its bits 31:21.
 */
final class Ring {

    /** Waits for a semaphore. */
    static final int WAIT_SEMAPHORE = 1 << 10;

    /** Waits for an event; writing one ends that wait. */
    static final int WAIT = 1 << 11;

    private static final int ENABLE = 1;
    private static final int REPORT = 3 << 1;
    private static final int REPORT_64K = 1 << 1;
    private static final int REPORT_4K = 2 << 1;
    private static final int SIZE = 0x001f_f000;
    private static final int STORED = SIZE | REPORT | ENABLE;
    private static final int TAIL_MASK = 0x001f_fff8;
    private static final int HEAD_MASK = 0x001f_fffc;
    private static final int START_MASK = 0xffff_f000;
    private static final int WRAP_SHIFT = 21;
    private static final int WRAPS = 0x7ff;
    private static final int PAGE = 4096;

    private int head;
    private int wraps;
    private int tail;
    private int start;
    private int control;

    void reset() {
        head = 0;
        wraps = 0;
        tail = 0;
        start = 0;
        control = 0;
    }

    int tail() {
        return tail;
    }

    void setTail(int value) {
        tail = value & TAIL_MASK;
    }

    /** Returns the head as its register has it. */
    int head() {
        return wraps << WRAP_SHIFT | head;
    }

    void setHead(int value) {
        head = value & HEAD_MASK;
        wraps = value >>> WRAP_SHIFT;
    }

    /** Moves the head without counting a wrap. */
    void jump(int offset) {
        head = offset & HEAD_MASK;
    }

    int setStart(int value) {
        start = value & START_MASK;
        return start;
    }

    long start() {
        return Integer.toUnsignedLong(start);
    }

    /** Returns where the head is, in bytes from the start. */
    int offset() {
        return head;
    }

    int control() {
        return control;
    }

    void setControl(int value) {
        control = value & STORED;
    }

    boolean enabled() {
        return (control & ENABLE) != 0;
    }

    boolean empty() {
        return head == tail;
    }

    /** Returns how many bytes lie between head and tail. */
    int available() {
        int ahead = tail - head;
        return ahead < 0 ? ahead + size() : ahead;
    }

    /** Returns the graphics address of a dword, counted from the head. */
    long address(int index) {
        int offset = head + 4 * index;
        int inside = index != 0 && offset >= size() ? offset - size() : offset;
        return Integer.toUnsignedLong(start) + inside;
    }

    /**
     * Moves the head on.
     *
     * @return whether the head is to be reported to the status page
     */
    boolean advance(int bytes) {
        int before = head;
        head += bytes;
        if (head >= size()) {
            head = head - size() & HEAD_MASK;
            wraps = wraps + 1 & WRAPS;
            return (control & REPORT) != 0;
        }
        int shift = reportShift();
        return (control & REPORT) != 0 && before >>> shift != head >>> shift;
    }

    int size() {
        return (control & SIZE) + PAGE;
    }

    private int reportShift() {
        int every = control & REPORT;
        return every == REPORT_64K ? 16 : every == REPORT_4K ? 12 : 17;
    }
}
