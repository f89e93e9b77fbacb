package org.gpumediator.intel.gen7.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.event.GuestFaultKind;

/** A virtual GPU for scanner tests: a slice, some memory, and a record of what the scanner says. */
final class ScanRig implements ScanContext, GuestDwords, BatchSink, ScanEvents {

    private final WorkBudget budget = new WorkBudget(1 << 30);

    static final long LOW_START = 0x0400_0000;
    static final long LOW_END = 0x0800_0000;
    static final long HIGH_START = 0x2000_0000;
    static final long HIGH_END = 0x3800_0000;
    static final long COPIES = 0x0e00_0000;

    static final int RCS = 0;
    static final int BCS = 1;
    static final int VCS = 2;
    static final int VECS = 3;

    int engine = RCS;
    boolean ppgtt = true;
    boolean absoluteConstants;
    int capacity = 1 << 19;
    boolean mayGrow;
    final Map<Long, int[]> ggtt = new HashMap<>();
    final Map<Long, int[]> perProcess = new HashMap<>();
    final List<String> refusals = new ArrayList<>();
    final List<GuestFaultKind> refusalKinds = new ArrayList<>();
    final List<Long> refusedValues = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    int[] copies = {};
    int stores;
    int reads;
    int directoryReplacement = -1;
    ScanResult.Stop stop = ScanResult.Stop.COMPLETE;
    CommandScanner scanner = new CommandScanner(ScanLimits.DEFAULT);

    ScanRig() {}

    ScanRig(int engine) {
        this.engine = engine;
    }

    ScanResult scan(int... ring) {
        ScanResult result = scanner.scan(this, ring, 0, ring.length);
        stop = result.stop();
        return result;
    }

    /** Puts dwords at a graphics address, mapping the pages they touch. */
    ScanRig put(Map<Long, int[]> space, long address, int... dwords) {
        for (int i = 0; i < dwords.length; i++) {
            long at = address + 4L * i;
            space.computeIfAbsent(at >>> 12, page -> new int[1024])[(int) (at >>> 2) & 1023] =
                    dwords[i];
        }
        return this;
    }

    void forget() {
        refusals.clear();
        refusalKinds.clear();
        refusedValues.clear();
        events.clear();
        stores = 0;
        copies = new int[0];
    }

    /** Returns the copied dwords at an address inside the copies. */
    int copied(long address) {
        return copies[(int) (address - COPIES) / 4];
    }

    @Override
    public int engine() {
        return engine;
    }

    @Override
    public boolean ppgttEnabled() {
        return ppgtt;
    }

    @Override
    public boolean absoluteConstants() {
        return absoluteConstants;
    }

    @Override
    public long lowStart() {
        return LOW_START;
    }

    @Override
    public long lowEnd() {
        return LOW_END;
    }

    @Override
    public long highStart() {
        return HIGH_START;
    }

    @Override
    public long highEnd() {
        return HIGH_END;
    }

    @Override
    public GuestDwords memory() {
        return this;
    }

    @Override
    public BatchSink batches() {
        return this;
    }

    @Override
    public WorkBudget budget() {
        budget.begin();
        return budget;
    }

    @Override
    public ScanEvents events() {
        return this;
    }

    @Override
    public boolean read(
            GraphicsSpace space, long graphicsAddress, int[] target, int at, int count) {
        reads++;
        Map<Long, int[]> pages = space == GraphicsSpace.GGTT ? ggtt : perProcess;
        int[] page = pages.get(graphicsAddress >>> 12);
        int first = (int) (graphicsAddress >>> 2) & 1023;
        if (page == null || first + count > 1024) {
            return false;
        }
        System.arraycopy(page, first, target, at, count);
        return true;
    }

    @Override
    public int capacityDwords() {
        return capacity;
    }

    @Override
    public boolean mayGrow() {
        return mayGrow;
    }

    @Override
    public long graphicsAddress() {
        return COPIES;
    }

    @Override
    public void store(int[] dwords, int count) {
        stores++;
        copies = Arrays.copyOf(dwords, count);
    }

    @Override
    public void refused(GuestFaultKind kind, String command, long value) {
        refusals.add(command);
        refusalKinds.add(kind);
        refusedValues.add(value);
    }

    @Override
    public void userInterrupt(int position) {
        events.add("interrupt@" + position);
    }

    @Override
    public void notifyInterrupt(int position) {
        events.add("notify@" + position);
    }

    @Override
    public void pageFlip(int position, int dw0, int dw1, int dw2) {
        events.add("flip@%d %08x %08x %08x".formatted(position, dw0, dw1, dw2));
    }

    @Override
    public void displayWait(int position, int dw0) {
        events.add("wait@%d %08x".formatted(position, dw0));
    }

    @Override
    public void registerEmulated(int position, int barOffset, int value) {
        events.add("emulated@%d %x=%08x".formatted(position, barOffset, value));
    }

    @Override
    public void registerLoaded(int position, int barOffset, int value) {
        events.add("loaded@%d %x=%08x".formatted(position, barOffset, value));
    }

    @Override
    public int pageDirectoryLoaded(int position, int value) {
        events.add("directory@%d %08x".formatted(position, value));
        return directoryReplacement == -1 ? value : directoryReplacement;
    }

    @Override
    public void contextSelected(int position, int dw1) {
        events.add("context@%d %08x".formatted(position, dw1));
    }
}
