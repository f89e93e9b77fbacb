package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspGuestStructures.AddressSpace;
import org.gpumediator.testkit.ada.GspGuestStructures.AllocChannel;
import org.gpumediator.testkit.ada.GspGuestStructures.ChannelParameters;
import org.gpumediator.testkit.ada.GspGuestStructures.Level;
import org.gpumediator.testkit.ada.GspGuestStructures.Levels;
import org.gpumediator.testkit.ada.GspGuestStructures.MemoryPlace;
import org.jspecify.annotations.Nullable;

/**
 * The channels that a guest's driver has made on the copy engines of its function. Each that has
 * been rung runs one entry at a time, so that no guest keeps the board from anybody else.
 *
 * <p>Used under the board's lock.
 */
final class GuestChannels {

    private static final int FRAMEBUFFER = 2;
    private static final int MEMORY = 1;
    private static final int MOST_ENTRIES = 1 << 20;
    private static final long ENTRY_NANOS = 10_000;
    private static final int MOST_SPACES = 1024;
    private static final int DIRECTORY_FORMAT_2 = 1 << 10;
    private static final int DIRECTORY_BIG_64K = 1 << 11;

    /**
     * Of a directory by where it is (framebuffer, peer, memory in two kinds): how a base says so.
     */
    private static final int[] TARGETS = {-1, 0, -1, 3, 2};

    /** A channel and the handles that its driver has given it. */
    private record Made(int client, int handle, GuestChannel channel) {}

    private final Board board;
    private final GuestFacts.Vgpu vgpu;
    private final GuestObjects objects;
    private final Map<Integer, Made> byNumber = new HashMap<>();

    /** The base of its page directory, for each address space of each client. */
    private final Map<Long, Long> spaces = new HashMap<>();

    private boolean stopped;
    private long entries;

    GuestChannels(Board board, GuestFacts.Vgpu vgpu, GuestObjects objects) {
        this.board = board;
        this.vgpu = vgpu;
        this.objects = objects;
    }

    void clear() {
        byNumber.clear();
        spaces.clear();
        stopped = false;
    }

    /** Holds all of them, or lets them go on. */
    void stop(boolean stop) {
        stopped = stop;
        if (!stop) {
            byNumber.keySet().forEach(this::ring);
        }
    }

    /** Returns how many entries of rings were run. */
    long entries() {
        return entries;
    }

    /**
     * The driver says where the page directories of an address space are: from now on instance
     * blocks of channels in it get the first.
     */
    int addressSpace(ByteBuffer body) {
        if (body.limit() < AddressSpace.LAYOUT.bytes()) {
            return GspStatus.BAD_PARAMETERS;
        }
        WireView request = AddressSpace.LAYOUT.view(body);
        WireView levels = request.element(AddressSpace.CTRL_PARAMS, 0, Levels.LAYOUT);
        WireView first = levels.element(Levels.LEVELS, 0, Level.LAYOUT);
        long aperture = first.get(Level.APERTURE);
        int target = aperture < TARGETS.length ? TARGETS[(int) aperture] : -1;
        if (!levels.isSet(Levels.NUM_LEVELS) || target < 0) {
            return GspStatus.BAD_ARGUMENT;
        }
        int client = request.getInt(AddressSpace.CLIENT);
        if (!objects.has(client, client)) {
            return GspStatus.BAD_CLIENT;
        }
        if (spaces.size() >= MOST_SPACES) {
            return GspStatus.NO_RESOURCES;
        }
        long base = first.get(Level.PHYS_ADDRESS) & -4096;
        spaces.put(
                key(client, request.getInt(AddressSpace.OBJECT)),
                base | target | DIRECTORY_FORMAT_2 | DIRECTORY_BIG_64K);
        return GspStatus.OK;
    }

    private static long key(int client, int space) {
        return (long) client << 32 | Integer.toUnsignedLong(space);
    }

    /** Makes a channel; one of the graphics engine is an object only. */
    int allocate(ByteBuffer body) {
        if (body.limit() < AllocChannel.LAYOUT.bytes()) {
            return GspStatus.BAD_PARAMETERS;
        }
        WireView request = AllocChannel.LAYOUT.view(body);
        int client = request.getInt(AllocChannel.CLIENT);
        int handle = request.getInt(AllocChannel.CHANNEL);
        int number = request.getInt(AllocChannel.CHID);
        WireView parameters = request.element(AllocChannel.PARAMS, 0, ChannelParameters.LAYOUT);
        int runlist = GuestFacts.copyRunlist(parameters.getInt(ChannelParameters.ENGINE_TYPE));
        if (number < 0 || number >= vgpu.channels()) {
            return GspStatus.BAD_ARGUMENT;
        }
        GuestChannel channel = runlist < 0 ? null : channel(parameters, runlist);
        if (runlist >= 0 && channel == null) {
            return GspStatus.BAD_ARGUMENT;
        }
        int token = token(runlist, number);
        if (channel != null && byNumber.containsKey(token)) {
            return GspStatus.IN_USE;
        }
        int result = objects.add(client, request.getInt(AllocChannel.PARENT), handle);
        if (result == GspStatus.OK && channel != null) {
            byNumber.put(token, new Made(client, handle, channel));
            Long base = spaces.get(key(client, parameters.getInt(ChannelParameters.VA_SPACE)));
            if (base != null) {
                channel.setDirectory(base);
            }
        }
        return result;
    }

    private static int token(int runlist, int number) {
        return runlist << 16 | number;
    }

    private @Nullable GuestChannel channel(WireView parameters, int runlist) {
        FakeVf function = board.functions().enabled(vgpu.gfid() - 1);
        int count = parameters.getInt(ChannelParameters.GP_FIFO_ENTRIES);
        long instance = place(parameters, ChannelParameters.INSTANCE_MEM);
        long user = place(parameters, ChannelParameters.USERD_MEM);
        if (function == null || count < 1 || count > MOST_ENTRIES || instance < 0 || user < 0) {
            return null;
        }
        int vector = GuestFacts.notification(runlist);
        return new GuestChannel(
                function.tables(),
                new GuestChannel.Place(
                        instance, user, parameters.get(ChannelParameters.GP_FIFO_OFFSET), count),
                () -> function.raise(vector >>> 5, vector & 31));
    }

    /** Returns a place of {@link GuestTables}; negative if it is in neither kind of memory. */
    private static long place(WireView parameters, WireField field) {
        WireView memory = parameters.element(field, 0, MemoryPlace.LAYOUT);
        int space = memory.getInt(MemoryPlace.ADDRESS_SPACE);
        return space == FRAMEBUFFER || space == MEMORY
                ? GuestTables.at(memory.get(MemoryPlace.BASE), space == MEMORY)
                : -1;
    }

    /** Forgets channels whose object is gone. */
    void retain() {
        byNumber.values().removeIf(made -> !objects.has(made.client, made.handle));
        spaces.keySet().removeIf(key -> !objects.has((int) (key >> 32), (int) (key >> 32)));
    }

    /** The guest has rung one; answers whether it is there. */
    boolean ring(int token) {
        Made made = byNumber.get(token);
        if (made != null && !stopped && made.channel.hasWork()) {
            later(token, made);
        }
        return made != null;
    }

    private void later(int token, Made made) {
        board.agenda()
                .after(
                        ENTRY_NANOS,
                        () -> {
                            GuestChannel channel = made.channel;
                            if (byNumber.get(token) == made && !stopped && channel.hasWork()) {
                                entries++;
                                channel.runEntry();
                                if (channel.hasWork()) {
                                    later(token, made);
                                }
                            }
                        });
    }
}
