package org.gpumediator.intel.gen7.hostile;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gpumediator.api.Registration;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.BusFault;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a mediator and a fake GPU, knows whose each mapped page is, and checks each access
 * of the GPU to memory as it is made:
 *
 * <ul>
 *   <li>between two changes of guests, engines touch the memory of one guest only;
 *   <li>they write nothing of the mediator's, but for the page that nobody reads and, on the render
 *       engine, images of contexts;
 *   <li>the mediator's own ring touches no guest's memory, but for the context of who leaves.
 * </ul>
 */
final class MemoryOwners implements PhysicalGpu {

    private static final int GRANULE_SHIFT = 21;
    private static final int GRANULES = 1 << 39 - GRANULE_SHIFT;
    private static final byte NOBODY = 0;
    private static final byte MEDIATOR = 1;
    private static final byte MEDIATOR_CONTEXT = 2;
    private static final byte FIRST_GUEST = 3;
    private static final int RENDER_RING_START = 0x2038;
    private static final int RENDER_RING_CONTROL = 0x203c;

    /** Where the shadows of rings and batches end and the mediator's own things begin. */
    private static final long OWN = 480L + 16 << 20;

    /** Where a guest's status page is that may not be where the guest wants it. */
    private static final long SCRATCH = 480L + 16 + 14 << 20 | 2 * 128 * 1024 + 16 * 1024;

    private static final int TABLE = 0x20_0000;
    private static final long CONTEXT_BYTES = 17 * 4096;

    private final FakeHaswell gpu;
    private final byte[] owners = new byte[GRANULES];
    private final List<FakeVmm> guests = new CopyOnWriteArrayList<>();
    private final List<String> escapes = new CopyOnWriteArrayList<>();
    private volatile boolean ownRing;
    private volatile byte current;
    private volatile byte leaving;
    private volatile @Nullable FakeVmm creating;
    private volatile int acting = -1;
    private volatile boolean severalAct;

    MemoryOwners(FakeHaswell gpu) {
        this.gpu = gpu;
        gpu.watchMemory(this::accessed);
    }

    /** Says that a virtual GPU is created next for a VMM. */
    void creating(FakeVmm vmm) {
        guests.add(vmm);
        creating = vmm;
    }

    /** Says that the virtual GPU has been created. */
    void created() {
        creating = null;
    }

    /** Says whose processor makes the next accesses to the aperture; null for nobody's. */
    void acting(@Nullable FakeVmm vmm) {
        acting = vmm == null ? -1 : FIRST_GUEST + guests.lastIndexOf(vmm);
    }

    /** Says that from now on several processors act at once: theirs is whatever they reach. */
    void severalAct() {
        severalAct = true;
    }

    /** Returns whose processor makes the accesses to the aperture now. */
    @Nullable FakeVmm acting() {
        return acting < 0 ? null : guests.get(acting - FIRST_GUEST);
    }

    /** Returns the first accesses that nobody may make. */
    List<String> escapes() {
        return escapes;
    }

    private void accessed(@Nullable HaswellEngine engine, BusFault.Access access, long busAddress) {
        byte owner = owners[(int) (busAddress >>> GRANULE_SHIFT)];
        if (owner >= FIRST_GUEST) {
            if (engine == null ? owner != acting && !severalAct : owner != expected(owner)) {
                escaped(engine, access, busAddress, owner);
            }
        } else if (access == BusFault.Access.WRITE && !mayWrite(engine, owner, busAddress)) {
            escaped(engine, access, busAddress, owner);
        }
    }

    private byte expected(byte owner) {
        if (ownRing) {
            leaving = leaving == NOBODY ? owner : leaving;
            return leaving;
        }
        current = current == NOBODY ? owner : current;
        return current;
    }

    private boolean mayWrite(@Nullable HaswellEngine engine, byte owner, long busAddress) {
        return engine == HaswellEngine.RCS && (ownRing || owner == MEDIATOR_CONTEXT)
                || busAddress >>> GRANULE_SHIFT == scratch() >>> GRANULE_SHIFT;
    }

    /** Returns the bus address of the page for what nobody shall see. */
    private long scratch() {
        long entry = gpu.read(0, TABLE + 4 * (SCRATCH >>> 12), 4);
        return entry & 0xffff_f000L | (entry & 0x7f0) << 28;
    }

    private void escaped(
            @Nullable HaswellEngine engine, BusFault.Access access, long busAddress, byte owner) {
        if (escapes.size() < 16) {
            escapes.add(
                    String.format(
                            "%s %s at bus address 0x%x of owner %d, with %s on and %d acting",
                            engine,
                            access,
                            busAddress,
                            owner,
                            ownRing ? "the mediator, after " + leaving : current,
                            acting));
        }
    }

    private byte ownerOf(MemorySegment segment, DmaAccess access) {
        for (int i = 0; i < guests.size(); i++) {
            for (GuestMemory.Region region : guests.get(i).memory().regions()) {
                MemorySegment memory = region.segment();
                if (segment.address() >= memory.address()
                        && segment.address() < memory.address() + memory.byteSize()) {
                    return (byte) (FIRST_GUEST + i);
                }
            }
        }
        FakeVmm now = creating;
        if (now != null && access == DmaAccess.READ_WRITE && segment.byteSize() == 4096) {
            return (byte) (FIRST_GUEST + guests.lastIndexOf(now)); // its scratch page
        }
        return segment.byteSize() == CONTEXT_BYTES ? MEDIATOR_CONTEXT : MEDIATOR;
    }

    @Override
    public long mapForDma(MemorySegment segment, DmaAccess access) {
        long bus = gpu.mapForDma(segment, access);
        int first = (int) (bus >>> GRANULE_SHIFT);
        int last = (int) (bus + segment.byteSize() - 1 >>> GRANULE_SHIFT);
        Arrays.fill(owners, first, last + 1, ownerOf(segment, access));
        return bus;
    }

    @Override
    public void unmapForDma(long busAddress) {
        gpu.unmapForDma(busAddress);
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        if (bar == 0 && offset == RENDER_RING_START && (value & 0xffff_ffffL) >= OWN) {
            ownRing = true;
            leaving = current;
            current = NOBODY;
        }
        gpu.write(bar, offset, width, value);
        if (bar == 0 && offset == RENDER_RING_CONTROL && value == 0) {
            ownRing = false;
        }
    }

    @Override
    public long read(int bar, long offset, int width) {
        return gpu.read(bar, offset, width);
    }

    @Override
    public GpuIdentity identity() {
        return gpu.identity();
    }

    @Override
    public int configLength() {
        return gpu.configLength();
    }

    @Override
    public int readConfig(int offset, int width) {
        return gpu.readConfig(offset, width);
    }

    @Override
    public void writeConfig(int offset, int width, int value) {
        gpu.writeConfig(offset, width, value);
    }

    @Override
    public long barLength(int bar) {
        return gpu.barLength(bar);
    }

    @Override
    public Registration onInterrupt(InterruptListener listener) {
        return gpu.onInterrupt(listener);
    }

    @Override
    public void reset() {
        gpu.reset();
    }

    @Override
    public Optional<SharedMemory> mapBar(int bar) {
        return gpu.mapBar(bar);
    }
}
