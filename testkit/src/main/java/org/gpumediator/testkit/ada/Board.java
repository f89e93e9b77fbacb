package org.gpumediator.testkit.ada;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.gpumediator.api.MediationClock;
import org.gpumediator.api.vmm.SharedMemory;

/**
 * The parts of a {@link FakeAda}, and what they share: one lock, one agenda, one framebuffer. All
 * are used under the lock; listeners are called without it.
 */
final class Board {

    /** What a board is made as. */
    record Settings(
            AdaModel model,
            MediationClock clock,
            boolean errorCorrecting,
            SliceLimits sliceLimits,
            long mappedBytes,
            SharedMemory.Allocator mappedMemory) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Settings settings;
    private final BoardTime time;
    private final InterruptQueue interrupts = new InterruptQueue(lock);
    private final SparseMemory framebuffer;
    private final DmaSpace dma = new DmaSpace(this::isBusMaster);
    private final GspFaults faults = new GspFaults();
    private final OrderBook orders = new OrderBook();
    private final MappedBars mappedBars;
    private final FakeGsp gsp;
    private final CopyEngine copyEngine;
    private final GraphicsEngine engine;
    private final VirtualFunctions functions;
    private final PhysicalFunction physical;

    Board(Settings settings) {
        this.settings = settings;
        time = new BoardTime(lock, settings.clock);
        framebuffer = new SparseMemory(settings.model.framebufferBytes());
        mappedBars = new MappedBars(this, settings.mappedBytes, settings.mappedMemory);
        gsp = new FakeGsp(this);
        copyEngine = new CopyEngine(this);
        engine = new GraphicsEngine(this);
        functions = new VirtualFunctions(this);
        physical = new PhysicalFunction(this);
    }

    private boolean isBusMaster() {
        return physical.mayAccessMemory();
    }

    AdaModel model() {
        return settings.model;
    }

    boolean isErrorCorrecting() {
        return settings.errorCorrecting;
    }

    SliceLimits sliceLimits() {
        return settings.sliceLimits;
    }

    SparseMemory framebuffer() {
        return framebuffer;
    }

    DmaSpace dma() {
        return dma;
    }

    GspFaults faults() {
        return faults;
    }

    OrderBook orders() {
        return orders;
    }

    InterruptQueue interrupts() {
        return interrupts;
    }

    MappedBars mappedBars() {
        return mappedBars;
    }

    FakeGsp gsp() {
        return gsp;
    }

    CopyEngine copyEngine() {
        return copyEngine;
    }

    GraphicsEngine engine() {
        return engine;
    }

    VirtualFunctions functions() {
        return functions;
    }

    PhysicalFunction physical() {
        return physical;
    }

    // ---- the lock

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    <T> T locked(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    /** Does something that may interrupt, and then calls the listeners. */
    void lockedThenDeliver(Runnable action) {
        locked(action);
        deliver();
    }

    // ---- time and interrupts

    Agenda agenda() {
        return time.agenda();
    }

    /** Does what is due by the clock before something new is asked of the board. */
    void catchUp() {
        time.catchUp();
    }

    /** Lets the board do what is due. Returns when something is due next. */
    long advance(long nowNanos) {
        long next = time.advance(nowNanos);
        deliver();
        return next;
    }

    /** A driver waits: brings the board up to its clock, and moves a stepped clock. */
    void poll() {
        time.poll();
        deliver();
    }

    void deliver() {
        interrupts.deliver();
    }

    // ---- what concerns several parts

    void grantFramebuffer(int gfid, long start, long length) {
        FakeVf function = functions.enabled(gfid - 1);
        if (function != null) {
            function.framebuffer(start, length);
        }
    }

    void releaseFramebuffer(int gfid) {
        grantFramebuffer(gfid, 0, 0);
    }

    /** Resets all; the framebuffer keeps its contents, as memory does that stays powered. */
    void reset() {
        functions.disable();
        gsp.powerOff();
        physical.reset();
        agenda().clear();
    }

    @Override
    public String toString() {
        return settings.model.title() + " (fake)";
    }
}
