package org.gpumediator.testkit.plain;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;

/** A GPU of nobody's make: 64 KiB of registers that store what is written. */
public final class PlainGpu implements PhysicalGpu {

    static final GpuIdentity IDENTITY =
            new GpuIdentity(0x1234, 0x0001, 0x1234, 0x0002, 3, 0x030000);
    static final int BAR_0 = 64 << 10;

    private static final long PAGE = 4096;

    private final int[] registers = new int[BAR_0 / 4];
    private final byte[] config = new byte[256];
    private final TreeMap<Long, MemorySegment> mapped = new TreeMap<>();
    private final CopyOnWriteArrayList<InterruptListener> listeners = new CopyOnWriteArrayList<>();
    private long nextBusAddress = 1 << 20;

    /** What its backend says of its scheduling policy, were there one. */
    volatile long policyFaults;

    public PlainGpu() {
        putConfig(0, IDENTITY.vendor() | IDENTITY.device() << 16);
        putConfig(8, IDENTITY.revision() | IDENTITY.classCode() << 8);
        putConfig(0x2c, IDENTITY.subsystemVendor() | IDENTITY.subsystem() << 16);
    }

    /** Has its backend say that a scheduling policy gave no usable answer. */
    public void failPolicy() {
        policyFaults++;
    }

    private void putConfig(int at, int value) {
        for (int i = 0; i < 4; i++) {
            config[at + i] = (byte) (value >>> 8 * i);
        }
    }

    @Override
    public GpuIdentity identity() {
        return IDENTITY;
    }

    @Override
    public int configLength() {
        return config.length;
    }

    @Override
    public int readConfig(int offset, int width) {
        checkAccess(offset, width, config.length, 4);
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (config[offset + i] & 0xff) << 8 * i;
        }
        return value;
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        checkAccess(offset, width, config.length, 4);
        for (int i = 0; i < width && offset >= 0x40; i++) {
            config[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    @Override
    public long barLength(int bar) {
        return bar == 0 ? BAR_0 : 0;
    }

    @Override
    public synchronized long read(int bar, long offset, int width) {
        checkAccess(offset, width, barLength(bar), 8);
        long pair = pair(offset);
        int shift = (int) (offset & 7) * 8;
        return pair >>> shift & (-1L >>> (64 - 8 * width));
    }

    @Override
    public synchronized void write(int bar, long offset, int width, long value) {
        checkAccess(offset, width, barLength(bar), 8);
        int shift = (int) (offset & 7) * 8;
        long mask = -1L >>> (64 - 8 * width) << shift;
        long pair = pair(offset) & ~mask | value << shift & mask;
        int at = (int) (offset >>> 3) * 2;
        registers[at] = (int) pair;
        registers[at + 1] = (int) (pair >>> 32);
    }

    private long pair(long offset) {
        int at = (int) (offset >>> 3) * 2;
        return Integer.toUnsignedLong(registers[at]) | (long) registers[at + 1] << 32;
    }

    private static void checkAccess(long offset, int width, long length, int widest) {
        if (width < 1 || width > widest || Integer.bitCount(width) != 1) {
            throw new IllegalArgumentException("width " + width);
        }
        if (offset < 0 || offset > length - width || offset % width != 0) {
            throw new IllegalArgumentException("offset " + offset + " of " + length);
        }
    }

    @Override
    public synchronized long mapForDma(MemorySegment segment, DmaAccess access) {
        if (!segment.isNative()
                || segment.byteSize() == 0
                || segment.byteSize() % PAGE != 0
                || segment.address() % PAGE != 0) {
            throw new IllegalArgumentException("segment " + segment);
        }
        long address = nextBusAddress;
        nextBusAddress += segment.byteSize() + PAGE;
        mapped.put(address, segment);
        return address;
    }

    @Override
    public synchronized void unmapForDma(long busAddress) {
        if (mapped.remove(busAddress) == null) {
            throw new IllegalArgumentException("bus address " + busAddress + ": not mapped");
        }
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public synchronized void reset() {
        Arrays.fill(registers, 0);
    }
}
