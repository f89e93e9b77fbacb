package org.gpumediator.examples.vfiouser.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.examples.vfiouser.protocol.RegionInfo;
import org.gpumediator.examples.vfiouser.protocol.SparseArea;
import org.gpumediator.examples.vfiouser.protocol.SparseAreas;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.jspecify.annotations.Nullable;

/** The regions of one virtual GPU as a client numbers them, and the accesses to them. Immutable. */
final class RegionTable {

    private static final TrapHandler NOTHING =
            new TrapHandler() {
                @Override
                public long read(long offset, int width) {
                    return -1;
                }

                @Override
                public void write(long offset, int width, long value) {}
            };

    private final VirtualGpu vgpu;
    private final ConfigSpace config;
    private final long[] lengths = new long[Wire.REGIONS];
    private final int[] flags = new int[Wire.REGIONS];
    private final TrapHandler[] handlers = new TrapHandler[Wire.REGIONS];
    private final Mappable[] mappables = new Mappable[Wire.REGIONS];

    /** The windows of one region that a client can map: all of one file, at one distance. */
    private record Mappable(
            @Nullable SharedMemory backing, long fileOffset, List<DirectWindow> windows) {}

    private static final Mappable UNMAPPABLE = new Mappable(null, 0, List.of());

    /**
     * Lists the regions of a virtual GPU.
     *
     * @param observed wraps the handler of a region, for those who want to see the accesses
     */
    RegionTable(VirtualGpu vgpu, UnaryOperator<TrapRegion> observed) {
        this.vgpu = vgpu;
        config = vgpu.configSpace();
        for (int index = 0; index < Wire.REGIONS; index++) {
            handlers[index] = NOTHING;
            mappables[index] = UNMAPPABLE;
        }
        for (TrapRegion original : vgpu.regions()) {
            TrapRegion region = observed.apply(original);
            int index = region.index();
            lengths[index] = region.length();
            handlers[index] = region.handler();
            mappables[index] = mappable(region);
            flags[index] = Wire.REGION_FLAG_READ;
            if (region.kind() != BarKind.ROM) {
                flags[index] |= Wire.REGION_FLAG_WRITE;
            }
            if (!mappables[index].windows.isEmpty()) {
                flags[index] |= Wire.REGION_FLAG_MMAP | Wire.REGION_FLAG_CAPS;
            }
        }
        lengths[Wire.REGION_CONFIG] = config.length();
        flags[Wire.REGION_CONFIG] = Wire.REGION_FLAG_READ | Wire.REGION_FLAG_WRITE;
    }

    /**
     * Chooses the windows to offer. A client maps a region from one descriptor, at file offset
     * region + area: windows of another file, or at another distance, stay trapped.
     */
    private static Mappable mappable(TrapRegion region) {
        for (DirectWindow first : region.directWindows()) {
            SharedMemory backing = first.backing();
            long distance = distance(first);
            if (distance >= 0 && backing.fileDescriptor().isPresent()) {
                return new Mappable(
                        backing,
                        distance,
                        region.directWindows().stream()
                                .filter(window -> window.backing() == backing)
                                .filter(window -> distance(window) == distance)
                                .toList());
            }
        }
        return UNMAPPABLE;
    }

    private static long distance(DirectWindow window) {
        return window.backing().fileOffset() + window.backingOffset() - window.offset();
    }

    /** Returns the length of a region in bytes, {@code 0} if there is none. */
    long length(int index) {
        return lengths[index];
    }

    /** Returns whether an access lies wholly inside a region that exists. */
    boolean inside(int index, long offset, int count) {
        return index >= 0
                && index < Wire.REGIONS
                && count >= 0
                && offset >= 0
                && offset <= lengths[index] - count
                && lengths[index] != 0;
    }

    /**
     * Returns the length of the whole description of a region.
     *
     * @param index {@code 0} to {@link Wire#REGIONS}, minus one
     */
    int infoLength(int index) {
        int areas = mappables[index].windows.size();
        return areas == 0
                ? RegionInfo.LENGTH
                : RegionInfo.LENGTH + SparseAreas.LENGTH + areas * SparseArea.LENGTH;
    }

    /** Returns what a client maps a region from, {@code null} if it cannot. */
    @Nullable SharedMemory backing(int index) {
        return mappables[index].backing;
    }

    /**
     * Describes a region.
     *
     * @param room how many bytes the client takes; capabilities are left out if they do not fit
     * @param target receives it, from {@code at} on
     * @return how many bytes were written
     */
    int describe(int index, long room, MemorySegment target, long at) {
        Mappable mappable = mappables[index];
        int full = infoLength(index);
        boolean whole = full > RegionInfo.LENGTH && room >= full;
        RegionInfo info = new RegionInfo();
        info.wrap(target, at);
        info.argumentBytes(full);
        // A client rejects a reply that announces capabilities and has none.
        info.flags(whole ? flags[index] : flags[index] & ~Wire.REGION_FLAG_CAPS);
        info.index(index);
        info.capabilitiesAt(whole ? RegionInfo.LENGTH : 0);
        info.size(lengths[index]);
        info.fileOffset(mappable.fileOffset);
        if (!whole) {
            return RegionInfo.LENGTH;
        }
        SparseAreas areas = new SparseAreas();
        areas.wrap(target, at + RegionInfo.LENGTH);
        areas.put(mappable.windows.size());
        SparseArea area = new SparseArea();
        long next = at + RegionInfo.LENGTH + SparseAreas.LENGTH;
        for (DirectWindow window : mappable.windows) {
            area.wrap(target, next);
            area.offset(window.offset());
            area.size(window.length());
            next += SparseArea.LENGTH;
        }
        return full;
    }

    /** Reads from a region; the access is {@link #inside} it. */
    void read(int index, long offset, int count, MemorySegment target, long at) {
        if (index == Wire.REGION_CONFIG) {
            readConfig((int) offset, count, target, at);
            return;
        }
        TrapHandler handler = handlers[index];
        switch (count) {
            case 4 -> target.set(Wire.LE32, at, (int) handler.read(offset, 4));
            case 8 -> target.set(Wire.LE64, at, handler.read(offset, 8));
            case 2 -> target.set(Wire.LE16, at, (short) handler.read(offset, 2));
            case 1 -> target.set(ValueLayout.JAVA_BYTE, at, (byte) handler.read(offset, 1));
            default -> handler.readBlock(offset, target.asSlice(at, count));
        }
    }

    /** Writes to a region; the access is {@link #inside} it. */
    void write(int index, long offset, int count, MemorySegment source, long at) {
        if (index == Wire.REGION_CONFIG) {
            writeConfig((int) offset, count, source, at);
            return;
        }
        TrapHandler handler = handlers[index];
        switch (count) {
            case 4 -> handler.write(offset, 4, Integer.toUnsignedLong(source.get(Wire.LE32, at)));
            case 8 -> handler.write(offset, 8, source.get(Wire.LE64, at));
            case 2 -> handler.write(offset, 2, Short.toUnsignedLong(source.get(Wire.LE16, at)));
            case 1 ->
                    handler.write(
                            offset, 1, Byte.toUnsignedLong(source.get(ValueLayout.JAVA_BYTE, at)));
            default -> handler.writeBlock(offset, source.asSlice(at, count));
        }
    }

    /** Returns the width of the next access of a run over the configuration space. */
    private static int configWidth(int offset, int left) {
        if (left >= 4 && (offset & 3) == 0) {
            return 4;
        }
        return left >= 2 && (offset & 1) == 0 ? 2 : 1;
    }

    private void readConfig(int offset, int count, MemorySegment target, long at) {
        for (int done = 0; done < count; ) {
            int left = count - done;
            int width = left == 2 || left == 4 ? left : configWidth(offset + done, left);
            int value = config.read(offset + done, width);
            switch (width) {
                case 4 -> target.set(Wire.LE32, at + done, value);
                case 2 -> target.set(Wire.LE16, at + done, (short) value);
                default -> target.set(ValueLayout.JAVA_BYTE, at + done, (byte) value);
            }
            done += width;
        }
    }

    private void writeConfig(int offset, int count, MemorySegment source, long at) {
        for (int done = 0; done < count; ) {
            int left = count - done;
            int width = left == 2 || left == 4 ? left : configWidth(offset + done, left);
            int value =
                    switch (width) {
                        case 4 -> source.get(Wire.LE32, at + done);
                        case 2 -> Short.toUnsignedInt(source.get(Wire.LE16, at + done));
                        default -> Byte.toUnsignedInt(source.get(ValueLayout.JAVA_BYTE, at + done));
                    };
            carryOut(config.write(offset + done, width, value));
            done += width;
        }
    }

    /** The client follows BARs, decoding and interrupts by itself; only a reset is ours. */
    private void carryOut(List<ConfigWriteEffect> effects) {
        for (int i = 0; i < effects.size(); i++) {
            if (effects.get(i) instanceof ConfigWriteEffect.ResetRequested reset) {
                vgpu.reset(reset.kind());
            }
        }
    }

    /** Returns a region's length for people, or {@code null} if it does not exist. */
    @Nullable String label(int index) {
        if (lengths[index] == 0) {
            return null;
        }
        return index == Wire.REGION_CONFIG
                ? "config"
                : index == Wire.REGION_ROM ? "rom" : "bar" + index;
    }
}
