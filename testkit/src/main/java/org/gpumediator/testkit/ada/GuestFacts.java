package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspStaticStructures.ContextBuffer;
import org.gpumediator.testkit.ada.GspStaticStructures.ContextBuffers;
import org.gpumediator.testkit.ada.GspStaticStructures.DeviceEntry;
import org.gpumediator.testkit.ada.GspStaticStructures.Devices;
import org.gpumediator.testkit.ada.GspStaticStructures.FloorsweepingMasks;
import org.gpumediator.testkit.ada.GspStaticStructures.Gid;
import org.gpumediator.testkit.ada.GspStaticStructures.GraphicsEngineInfo;
import org.gpumediator.testkit.ada.GspStaticStructures.GraphicsInfo;
import org.gpumediator.testkit.ada.GspStaticStructures.InterruptEntry;
import org.gpumediator.testkit.ada.GspStaticStructures.Interrupts;
import org.gpumediator.testkit.ada.GspStaticStructures.MainRecord;
import org.gpumediator.testkit.ada.GspStaticStructures.Names;
import org.gpumediator.testkit.ada.GspStaticStructures.NewerProperties;
import org.gpumediator.testkit.ada.GspStaticStructures.NotificationEntry;
import org.gpumediator.testkit.ada.GspStaticStructures.Notifications;
import org.gpumediator.testkit.ada.GspStaticStructures.Properties;
import org.gpumediator.testkit.ada.GspStaticStructures.Region;
import org.gpumediator.testkit.ada.GspStaticStructures.Regions;

/**
 * What the firmware task tells a guest driver of its virtual GPU, all at once: the board and the
 * type, as far as the driver asks before it talks to the engines.
 *
 * <p>Source: what the open guest driver 555.58.02 complains of when it is missing. Numbers of
 * interrupts and of faults are plausible, not facts.
 */
final class GuestFacts {

    /** What a guest may know of its own virtual GPU. */
    record Vgpu(
            String name,
            long framebufferBytes,
            long segmentBytes,
            int channels,
            int gfid,
            int deviceId) {}

    /** An engine that has channels. */
    private record Engine(
            String name, int description, int type, int runlist, int fault, int index, int kind) {}

    /** An interrupt of a function itself. */
    private record Interrupt(int kind, int vector) {}

    // spotless:off
    private static final int GRAPHICS_CLASS = 0xd3_34df;
    private static final int COPY_CLASS     = 0x79_3ceb;
    private static final Engine[] ENGINES = {
        //          name    description            type runlist fault index kind
        new Engine("GR0",  GRAPHICS_CLASS << 8,      1, 0,      64,   84,   0),
        new Engine("CE0",  COPY_CLASS << 8,          9, 1,      43,   15,   19),
        new Engine("CE1",  COPY_CLASS << 8 | 1,     10, 2,      44,   16,   19),
    };

    /**
     * What every function has. Replayable faults and access counters are the memory driver's alone:
     * both in one leaf of the second subtree. The others are in the third, which it shares.
     */
    private static final Interrupt[] INTERRUPTS = {
        //            kind vector
        new Interrupt(1, 130), // fault that is not replayed
        new Interrupt(2, 131), // its buffer is full
        new Interrupt(3, 132), // information on a fault
        new Interrupt(4, 64),  // fault that is replayed
        new Interrupt(5, 133), // its buffer is full
        new Interrupt(6, 65),  // access counter
        new Interrupt(7, 134), // timer
        new Interrupt(8, 129), // doorbell of the processor
    };

    private static final int GRAPHICS           = 1;
    private static final int SUBCONTEXTS_AT     = 0x2c;
    private static final int SUBCONTEXTS        = 64;
    private static final int CONTEXT_BUFFERS    = 26;
    private static final int MAIN_BUFFER        = 0x18_0000;
    private static final int OTHER_BUFFER       = 0x1_0000;
    private static final int PAGE               = 4096;
    private static final int CLUSTERS           = 12;
    private static final int PROCESSORS         = 6;
    private static final int FIRST_NOTIFICATION = 32;
    private static final int NONE               = -1;
    private static final int RUNLIST_BASE       = 0xc0_0000;
    private static final int RUNLIST_STEP       = 0x1_0000;
    private static final int CHANNEL_BASE       = 0xd0_0000;
    private static final int L2_BYTES           = 96 << 20;
    private static final long LARGEST_PAGE      = 2 << 20;
    private static final int FAULT_DEPTH        = 4096;
    // spotless:on

    private GuestFacts() {}

    /** Returns the runlist of a copy engine, or -1. */
    static int copyRunlist(int engineType) {
        for (Engine each : ENGINES) {
            if (each.type == engineType && each.type != GRAPHICS) {
                return each.runlist;
            }
        }
        return -1;
    }

    /** Returns the vector by which the engine of a runlist tells that work is done. */
    static int notification(int runlist) {
        return FIRST_NOTIFICATION + runlist;
    }

    /** Returns the facts in the layout of a version. */
    static ByteBuffer of(Vgpu vgpu, GuestVersion version) {
        ByteBuffer facts = GspQueues.little(new byte[version.bytes]);
        main(vgpu, MainRecord.LAYOUT.view(facts, version.main));
        gid(vgpu, Gid.LAYOUT.view(facts, version.gid));
        region(vgpu, Regions.LAYOUT.view(facts, version.regions));
        Properties.LAYOUT
                .view(facts, version.properties)
                .put(Properties.CHANNEL_COUNT, vgpu.channels);
        if (version != GuestVersion.oldest()) {
            NewerProperties.LAYOUT
                    .view(facts, version.properties)
                    .put(NewerProperties.VMMU_SEGMENT_SIZE, vgpu.segmentBytes);
        }
        devices(Devices.LAYOUT.view(facts, version.devices));
        notifications(Notifications.LAYOUT.view(facts, version.notifications));
        interrupts(Interrupts.LAYOUT.view(facts, version.interrupts));
        return facts;
    }

    /**
     * The facts of the graphics engine, the same in every version: how many contexts a group of
     * channels may have, how large the buffers of one are, and the clusters and processors of an
     * AD102, whatever the board.
     */
    static final ByteBuffer GRAPHICS_FACTS = graphics().asReadOnlyBuffer();

    private static ByteBuffer graphics() {
        ByteBuffer facts = GspQueues.little(new byte[GuestVersion.GRAPHICS_BYTES]);
        GraphicsInfo.LAYOUT
                .view(facts)
                .element(GraphicsInfo.ENGINE_INFO, 0, GraphicsEngineInfo.LAYOUT)
                .put(GraphicsEngineInfo.INFO_LIST, 2 * SUBCONTEXTS_AT, 4, SUBCONTEXTS_AT)
                .put(GraphicsEngineInfo.INFO_LIST, 2 * SUBCONTEXTS_AT + 1, 4, SUBCONTEXTS);
        WireView buffers = ContextBuffers.LAYOUT.view(facts, GuestVersion.GRAPHICS_BUFFERS);
        for (int i = 0; i < CONTEXT_BUFFERS; i++) {
            buffers.element(ContextBuffers.ENGINE, i, ContextBuffer.LAYOUT)
                    .put(ContextBuffer.SIZE, i == 0 ? MAIN_BUFFER : OTHER_BUFFER)
                    .put(ContextBuffer.ALIGNMENT, PAGE);
        }
        WireView masks = FloorsweepingMasks.LAYOUT.view(facts, GuestVersion.GRAPHICS_MASKS);
        masks.put(FloorsweepingMasks.GPC_MASK, (1 << CLUSTERS) - 1);
        for (int i = 0; i < CLUSTERS; i++) {
            masks.put(FloorsweepingMasks.TPC_MASK, i, 4, (1 << PROCESSORS) - 1)
                    .put(FloorsweepingMasks.TPC_COUNT, i, 4, PROCESSORS);
        }
        return facts;
    }

    private static void main(Vgpu vgpu, WireView main) {
        long engines = 0;
        for (Engine engine : ENGINES) {
            engines |= 1L << engine.type;
        }
        main.put(MainRecord.FB_LENGTH, vgpu.framebufferBytes)
                .put(MainRecord.FB_BUS_WIDTH, 384)
                .put(MainRecord.FBIO_MASK, 0xfff)
                .put(MainRecord.FBP_MASK, 0x3f)
                .put(MainRecord.LTC_MASK, 0xfff)
                .put(MainRecord.LTS_COUNT, 48)
                .put(MainRecord.ENGINE_LIST, engines)
                .put(MainRecord.SIZE_L2_CACHE, L2_BYTES)
                .put(MainRecord.GUEST_MANAGED_HW_ALLOC, 1)
                .put(MainRecord.SPLIT_VAS, 1)
                .put(MainRecord.MAX_SUPPORTED_PAGE_SIZE, LARGEST_PAGE)
                .put(MainRecord.PER_RUNLIST_CHANNEL_RAM_ENABLED, 1)
                .put(MainRecord.CE_FAULT_METHOD_BUFFER_DEPTH, FAULT_DEPTH);
        WireView names = main.element(MainRecord.GPU_NAME, 0, Names.LAYOUT);
        names.put(Names.ADAPTER_NAME, vgpu.name).put(Names.SHORT_GPU_NAME_STRING, "AD10x");
        for (int i = 0; i < vgpu.name.length() && i < 63; i++) {
            names.put(Names.ADAPTER_NAME_UNICODE, i, 2, vgpu.name.charAt(i));
        }
    }

    private static void gid(Vgpu vgpu, WireView gid) {
        UUID id = UUID.nameUUIDFromBytes(new byte[] {(byte) vgpu.gfid, (byte) vgpu.deviceId});
        gid.put(Gid.LENGTH, 16);
        for (int i = 0; i < 8; i++) {
            gid.put(Gid.DATA, i, 1, id.getMostSignificantBits() >>> 56 - 8 * i);
            gid.put(Gid.DATA, 8 + i, 1, id.getLeastSignificantBits() >>> 56 - 8 * i);
        }
    }

    private static void region(Vgpu vgpu, WireView regions) {
        regions.put(Regions.NUM_FB_REGIONS, 1)
                .element(Regions.FB_REGION, 0, Region.LAYOUT)
                .put(Region.LIMIT, vgpu.framebufferBytes - 1)
                .put(Region.PERFORMANCE, 10)
                .put(Region.SUPPORT_COMPRESSED, 1)
                .put(Region.SUPPORT_ISO, 1);
    }

    private static void devices(WireView devices) {
        devices.put(Devices.NUM_ENTRIES, ENGINES.length);
        for (int i = 0; i < ENGINES.length; i++) {
            Engine engine = ENGINES[i];
            int[] data = {
                engine.description,
                i,
                engine.type,
                engine.runlist,
                engine.fault,
                i,
                NONE,
                NONE,
                engine.index,
                engine.kind,
                engine.type == GRAPHICS ? 0 : engine.type - 9,
                RUNLIST_BASE + engine.runlist * RUNLIST_STEP,
                1,
                0,
                CHANNEL_BASE + engine.runlist * RUNLIST_STEP
            };
            WireView entry = devices.element(Devices.ENTRIES, i, DeviceEntry.LAYOUT);
            for (int k = 0; k < data.length; k++) {
                entry.put(DeviceEntry.ENGINE_DATA, k, 4, data[k]);
            }
            entry.put(DeviceEntry.PBDMA_IDS, 0, 4, i)
                    .put(DeviceEntry.PBDMA_FAULT_IDS, 0, 4, 32 + i)
                    .put(DeviceEntry.NUM_PBDMAS, 1)
                    .put(DeviceEntry.ENGINE_NAME, engine.name);
        }
    }

    /** A row for every engine that has channels. */
    private static void notifications(WireView notifications) {
        notifications.put(Notifications.NUM_ENTRIES, ENGINES.length);
        for (int i = 0; i < ENGINES.length; i++) {
            notifications
                    .element(Notifications.ENTRIES, i, NotificationEntry.LAYOUT)
                    .put(NotificationEntry.ENGINE_TYPE, ENGINES[i].type)
                    .put(NotificationEntry.NOTIFICATION_INTR_VECTOR, FIRST_NOTIFICATION + i);
        }
    }

    private static void interrupts(WireView interrupts) {
        interrupts.put(Interrupts.NUM_ENTRIES, INTERRUPTS.length);
        for (int i = 0; i < INTERRUPTS.length; i++) {
            interrupts
                    .element(Interrupts.ENTRIES, i, InterruptEntry.LAYOUT)
                    .put(InterruptEntry.NV2080_INTR_TYPE, INTERRUPTS[i].kind)
                    .put(InterruptEntry.PMC_INTR_MASK, NONE)
                    .put(InterruptEntry.INTR_VECTOR_STALL, INTERRUPTS[i].vector)
                    .put(InterruptEntry.INTR_VECTOR_NON_STALL, NONE);
        }
    }
}
