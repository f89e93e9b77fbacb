package org.gpumediator.testkit.haswell;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;

/**
 * A fake with memory behind its translation table: graphics page n, from 0, is page n of the
 * memory. The first pages are rings and status pages.
 */
final class Bench implements AutoCloseable {

    static final long MEMORY = 64L << 20;
    static final int RING_BYTES = 16 * 1024;
    static final long DATA = 1L << 20;

    private static final int GTT = 0x20_0000;

    final FakeHaswell gpu;
    final MemorySegment memory;
    final long bus;
    int interrupts;
    long now;
    private final Arena arena = Arena.ofShared();
    private final int[] tails = new int[4];

    Bench() {
        this(FakeHaswell.builder());
    }

    Bench(FakeHaswell.Builder builder) {
        gpu = builder.build();
        memory = arena.allocate(MEMORY, 4096);
        bus = gpu.mapForDma(memory, DmaAccess.READ_WRITE);
        for (int page = 0; page < MEMORY / 4096; page++) {
            map(page, bus + 4096L * page);
        }
        gpu.onInterrupt(vector -> interrupts++);
    }

    static int entry(long busAddress) {
        return (int) busAddress & 0xffff_f000 | (int) (busAddress >>> 28) & 0x7f0 | 1;
    }

    void map(int page, long busAddress) {
        gpu.write(0, GTT + 4L * page, 4, entry(busAddress));
    }

    static long ringBase(HaswellEngine engine) {
        return (long) engine.ordinal() * RING_BYTES;
    }

    static long statusPage(HaswellEngine engine) {
        return 0x2_0000 + 0x1000L * engine.ordinal();
    }

    int get(long address) {
        return memory.get(BusSpace.LE32, address);
    }

    void put(long address, int... values) {
        for (int i = 0; i < values.length; i++) {
            memory.set(BusSpace.LE32, address + 4L * i, values[i]);
        }
    }

    int reg(int offset) {
        return (int) gpu.read(0, offset, 4);
    }

    void reg(int offset, int value) {
        gpu.write(0, offset, 4, value);
    }

    /** Starts a ring as a driver does. */
    void start(HaswellEngine engine) {
        int base = engine.mmioBase();
        reg(engine.statusPageRegister(), (int) statusPage(engine));
        reg(base + 0x9c, 0x0100_0100);
        reg(base + 0x3c, 0);
        reg(base + 0x34, 0);
        reg(base + 0x30, 0);
        reg(base + 0x38, (int) ringBase(engine));
        reg(base + 0x3c, RING_BYTES - 4096 | 1);
        reg(base + 0x9c, 0x0100_0000);
        tails[engine.ordinal()] = 0;
    }

    void startAll() {
        for (HaswellEngine engine : HaswellEngine.values()) {
            start(engine);
        }
    }

    /** Lets every user interrupt of an engine through. */
    void enableInterrupts(HaswellEngine engine) {
        int block = engine == HaswellEngine.VECS ? 0x4_4020 : 0x4_4010;
        reg(engine.mmioBase() + 0xa8, ~(engine.userInterrupt() | engine.notifyInterrupt()));
        reg(block + 4, 0);
        reg(block + 12, -1);
        reg(0x4_400c, 1 << 31);
    }

    /** Puts commands into a ring and moves its tail. */
    void submit(HaswellEngine engine, CommandStream commands) {
        int[] dwords = commands.pad().toArray();
        int tail = tails[engine.ordinal()];
        for (int dword : dwords) {
            put(ringBase(engine) + tail, dword);
            tail = (tail + 4) % RING_BYTES;
        }
        tails[engine.ordinal()] = tail;
        reg(engine.mmioBase() + 0x30, tail);
    }

    /** Submits and executes to the end. */
    void run(HaswellEngine engine, CommandStream commands) {
        submit(engine, commands);
        drain();
    }

    long drain() {
        return gpu.advance(now, 1_000_000);
    }

    boolean idle(HaswellEngine engine) {
        int base = engine.mmioBase();
        return (reg(base + 0x34) & 0x1f_fffc) == reg(base + 0x30);
    }

    /** Builds a process address space: a directory at these table slots, one page table. */
    void process(HaswellEngine engine, int firstSlot, long table) {
        gpu.write(0, GTT + 4L * firstSlot, 4, entry(bus + table));
        int base = engine.mmioBase();
        reg(base + 0x220, -1);
        reg(base + 0x228, firstSlot / 16 << 16);
        reg(base + 0x29c, 0x0200_0200);
    }

    @Override
    public void close() {
        arena.close();
    }
}
