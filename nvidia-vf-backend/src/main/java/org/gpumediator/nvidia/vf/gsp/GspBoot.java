package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.core.hardware.Mmio;
import org.gpumediator.core.wire.WireField;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.nvidia.vf.hardware.BoardRegisters;
import org.gpumediator.nvidia.vf.sriov.VfBar;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.wire.BoardStructures.ErrorCorrection;
import org.gpumediator.nvidia.vf.wire.BoardStructures.ErrorCorrectionUnit;
import org.gpumediator.nvidia.vf.wire.BoardStructures.NumChannels;
import org.gpumediator.nvidia.vf.wire.BootStructures.Argument;
import org.gpumediator.nvidia.vf.wire.BootStructures.MemoryLayout;
import org.gpumediator.nvidia.vf.wire.BootStructures.QueueArguments;
import org.gpumediator.nvidia.vf.wire.BootStructures.Registry;
import org.gpumediator.nvidia.vf.wire.BootStructures.RegistryEntry;
import org.gpumediator.nvidia.vf.wire.BootStructures.StaticInfo;

/**
 * Boots the firmware of a board, step by step, and unloads it.
 *
 * <p>Source: boot sequence of the open drivers for Turing to Ada. The firmware's image and the two
 * small programs that prepare the memory for it are not part of this module: what is in memory
 * after the board's power-on is used.
 */
public final class GspBoot {

    private static final long PAGE = DmaPages.PAGE;
    private static final int CONTIGUOUS = 1;
    private static final int IN_SYSTEM_MEMORY = 1;
    private static final int REGISTRY_WORD = 1;
    private static final int PROGRESS_DONE = 0xff;
    private static final int START = 1 << 1;
    private static final int HALTED = 1 << 4;
    private static final int RISCV = 1 << 4 | 1;
    private static final int UNLOAD = 0xff;
    private static final int APPLICATION_VERSION = 0;
    private static final int EVENT_INIT_DONE = 0x1001;
    private static final long META_MAGIC = 0xdc3a_ae21_371a_60b3L;
    private static final long STEP_NANOS = 4_000_000_000L;

    /**
     * The firmware's own heap when virtual GPUs are on: 581 MiB, as a choice of 48 guests at most.
     */
    private static final long HEAP_BYTES = 581 * AdaBoard.MIB;

    private static final long VGA_BYTES = AdaBoard.MIB;
    private static final long FRTS_BYTES = AdaBoard.MIB;
    private static final long IMAGE_BYTES = 64 * AdaBoard.MIB;
    private static final int PARTITIONS = 32;

    private final PhysicalGpu gpu;
    private final Mmio registers;
    private final Waiter waiter;
    private final List<VfBar> windows;

    /**
     * Creates the boot of one board.
     *
     * @param windows BARs of its virtual functions
     */
    public GspBoot(PhysicalGpu gpu, Waiter waiter, List<VfBar> windows) {
        this.gpu = gpu;
        this.registers = new Mmio(gpu);
        this.waiter = waiter;
        this.windows = List.copyOf(windows);
    }

    /** What a boot has brought: the connection, and the memory that the firmware keeps using. */
    public static final class Booted implements AutoCloseable {

        private final GspRpc rpc;
        private final BoardFacts facts;
        private final DmaPages arguments;

        Booted(GspRpc rpc, BoardFacts facts, DmaPages arguments) {
            this.rpc = rpc;
            this.facts = facts;
            this.arguments = arguments;
        }

        /** Returns the connection. */
        public GspRpc rpc() {
            return rpc;
        }

        /** Returns what the board has. */
        public BoardFacts facts() {
            return facts;
        }

        @Override
        public void close() {
            rpc.close();
            arguments.close();
        }
    }

    /**
     * Boots.
     *
     * @param listener hears of the firmware's events from now on
     * @throws GpuMediationException if a step fails; the firmware is off then, nothing stays mapped
     */
    public Booted boot(GspRpc.EventListener listener) {
        await(
                "board start-up",
                () -> (registers.read(BoardRegisters.BOARD_PROGRESS) & 0xff) == PROGRESS_DONE);
        AtomicBoolean ready = new AtomicBoolean();
        GspRpc rpc =
                new GspRpc(
                        gpu,
                        waiter,
                        (connection, number, payload) -> {
                            if (number == EVENT_INIT_DONE) {
                                ready.set(true);
                            } else {
                                listener.onEvent(connection, number, payload);
                            }
                        });
        DmaPages memory = new DmaPages(gpu, (4 + 4) * DmaPages.PAGE, DmaAccess.READ_WRITE);
        try {
            layOut(memory, rpc);
            // Both must be in the queue when the firmware comes up.
            rpc.post("system information", GspRpc.SYSTEM_INFO, SystemInformation.of(gpu, windows));
            rpc.post("registry", GspRpc.SET_REGISTRY, registry());
            start(memory);
            registers.write(BoardRegisters.FALCON_OS, APPLICATION_VERSION);
            await(
                    "firmware start",
                    () ->
                            (registers.read(BoardRegisters.CPU_CONTROL) & BoardRegisters.CPU_ACTIVE)
                                    != 0);
            await("status queue", rpc.queues()::isLinked);
            rpc.enableInterrupt();
            await(
                    "firmware readiness",
                    () -> {
                        rpc.service();
                        return ready.get();
                    });
            return new Booted(rpc, facts(rpc), memory);
        } catch (RuntimeException failure) {
            registers.write(BoardRegisters.ENGINE_RESET, 1);
            rpc.close();
            memory.close();
            throw failure;
        }
    }

    /**
     * Page 0: memory layout. 1: table of arguments. 2: arguments. 3: firmware image. 4 and up:
     * logs.
     */
    private void layOut(DmaPages memory, GspRpc rpc) {
        long total =
                Integer.toUnsignedLong(registers.read(BoardRegisters.USABLE_MEBIBYTES))
                        * AdaBoard.MIB;
        long frts = total - VGA_BYTES - FRTS_BYTES;
        long heap = frts - IMAGE_BYTES - HEAP_BYTES;
        put(memory, MemoryLayout.MAGIC, META_MAGIC);
        put(memory, MemoryLayout.REVISION, 1);
        put(memory, MemoryLayout.SYSMEM_ADDR_OF_RADIX3_ELF, memory.busAddress() + 3 * PAGE);
        put(memory, MemoryLayout.SIZE_OF_RADIX3_ELF, PAGE);
        put(memory, MemoryLayout.GSP_FW_WPR_START, heap);
        put(memory, MemoryLayout.GSP_FW_HEAP_OFFSET, heap);
        put(memory, MemoryLayout.GSP_FW_HEAP_SIZE, HEAP_BYTES);
        put(memory, MemoryLayout.GSP_FW_OFFSET, frts - IMAGE_BYTES);
        put(memory, MemoryLayout.FRTS_OFFSET, frts);
        put(memory, MemoryLayout.FRTS_SIZE, FRTS_BYTES);
        put(memory, MemoryLayout.GSP_FW_WPR_END, frts + FRTS_BYTES);
        put(memory, MemoryLayout.FB_SIZE, total);
        put(memory, MemoryLayout.VGA_WORKSPACE_OFFSET, total - VGA_BYTES);
        put(memory, MemoryLayout.VGA_WORKSPACE_SIZE, VGA_BYTES);
        memory.putInt(MemoryLayout.GSP_FW_HEAP_VF_PARTITION_COUNT.offset(), PARTITIONS);
        argument(memory, 0, "LOGINIT", 4);
        argument(memory, 1, "LOGINTR", 5);
        argument(memory, 2, "LOGRM", 6);
        argument(memory, 3, "RMARGS", 2);
        long at = 2 * PAGE;
        memory.putLong(
                at + QueueArguments.SHARED_MEM_PHYS_ADDR.offset(), rpc.queues().busAddress());
        memory.putInt(at + QueueArguments.PAGE_TABLE_ENTRY_COUNT.offset(), SharedQueues.PAGES);
        memory.putLong(at + QueueArguments.CMD_QUEUE_OFFSET.offset(), SharedQueues.COMMAND_OFFSET);
        memory.putLong(at + QueueArguments.STAT_QUEUE_OFFSET.offset(), SharedQueues.STATUS_OFFSET);
    }

    private static void put(DmaPages memory, WireField field, long value) {
        memory.putLong(field.offset(), value);
    }

    private static void argument(DmaPages memory, int index, String name, int page) {
        long packed = 0;
        for (int i = 0; i < name.length(); i++) {
            packed = packed << 8 | name.charAt(i);
        }
        long at = PAGE + (long) Argument.LAYOUT.bytes() * index;
        memory.putLong(at + Argument.ID8.offset(), packed);
        memory.putLong(at + Argument.PA.offset(), memory.busAddress() + page * PAGE);
        memory.putLong(at + Argument.SIZE.offset(), PAGE);
        memory.putInt(at + Argument.KIND.offset(), CONTIGUOUS | IN_SYSTEM_MEMORY << 8);
    }

    private void start(DmaPages memory) {
        registers.write(BoardRegisters.ENGINE_RESET, 1);
        registers.write(BoardRegisters.ENGINE_RESET, 0);
        registers.write(BoardRegisters.CORE_SELECT, RISCV);
        long table = memory.busAddress() + PAGE;
        registers.write(BoardRegisters.FALCON_MAILBOX_0, (int) table);
        registers.write(BoardRegisters.FALCON_MAILBOX_1, (int) (table >>> 32));
        booter((int) memory.busAddress(), (int) (memory.busAddress() >>> 32));
        await("protected memory", () -> registers.read(BoardRegisters.WPR2_END) != 0);
    }

    private void booter(int low, int high) {
        registers.write(BoardRegisters.SEC2_MAILBOX_0, low);
        registers.write(BoardRegisters.SEC2_MAILBOX_1, high);
        registers.write(BoardRegisters.SEC2_CONTROL, START);
        await("boot loader", () -> (registers.read(BoardRegisters.SEC2_CONTROL) & HALTED) != 0);
        int status = registers.read(BoardRegisters.SEC2_MAILBOX_0);
        if (status != 0) {
            throw new GspRefusedException("boot loader", status);
        }
    }

    /** One setting: the board works with virtual functions. */
    private static byte[] registry() {
        byte[] name = "RMSetSriovMode".getBytes(StandardCharsets.US_ASCII);
        int nameAt = Registry.LAYOUT.bytes() + RegistryEntry.LAYOUT.bytes();
        int bytes = nameAt + name.length + 1;
        ByteBuffer body = GspControls.little(bytes);
        Registry.LAYOUT.view(body).put(Registry.SIZE, bytes).put(Registry.NUM_ENTRIES, 1);
        RegistryEntry.LAYOUT
                .view(body, Registry.LAYOUT.bytes())
                .put(RegistryEntry.NAME_OFFSET, nameAt)
                .put(RegistryEntry.TYPE, REGISTRY_WORD)
                .put(RegistryEntry.DATA, 1)
                .put(RegistryEntry.LENGTH, 4);
        body.put(nameAt, name);
        return body.array();
    }

    /** Asks the firmware what the board has, by the client that it has made for the driver. */
    private static BoardFacts facts(GspRpc rpc) {
        int bytes = StaticInfo.LAYOUT.bytes();
        ByteBuffer reply = rpc.call("static information", GspRpc.STATIC_INFO, new byte[bytes]);
        if (reply.limit() != bytes) {
            throw new GspTimeoutException(
                    "static information: " + reply.limit() + " bytes: expected " + bytes);
        }
        WireView info = StaticInfo.LAYOUT.view(reply);
        GspClient internal =
                new GspClient(
                        info.getInt(StaticInfo.INTERNAL_CLIENT),
                        info.getInt(StaticInfo.INTERNAL_DEVICE),
                        info.getInt(StaticInfo.INTERNAL_SUBDEVICE));
        GspControls controls = new GspControls(rpc);
        WireView channels = NumChannels.LAYOUT.allocate();
        controls.control("number of channels", internal, GspControls.CHANNELS, channels);
        WireView correction = ErrorCorrection.LAYOUT.allocate();
        controls.control("error correction", internal, GspControls.ERROR_CORRECTION, correction);
        return new BoardFacts(
                info.getInt(StaticInfo.TOTAL_VFS),
                info.getInt(StaticInfo.FIRST_VF_OFFSET),
                info.get(StaticInfo.FB_LENGTH),
                channels.getInt(NumChannels.NUM_CHANNELS),
                info.getInt(StaticInfo.SRIOV_MAX_GFID),
                correction
                        .element(ErrorCorrection.UNITS, 0, ErrorCorrectionUnit.LAYOUT)
                        .isSet(ErrorCorrectionUnit.ENABLED));
    }

    /**
     * Unloads the firmware in an orderly way; where it no longer answers, by resetting its
     * processor.
     */
    public void unload(Booted booted) {
        try {
            if (booted.rpc().isAlive()) {
                booted.rpc().call("unloading", GspRpc.UNLOADING, new byte[16]);
                await(
                        "firmware stop",
                        () ->
                                (registers.read(BoardRegisters.CPU_CONTROL)
                                                & BoardRegisters.CPU_ACTIVE)
                                        == 0);
                booter(UNLOAD, UNLOAD);
                await(
                        "release of protected memory",
                        () -> registers.read(BoardRegisters.WPR2_END) == 0);
            }
        } finally {
            registers.write(BoardRegisters.ENGINE_RESET, 1);
            booted.close();
        }
    }

    private void await(String what, BooleanSupplier condition) {
        if (!waiter.until(STEP_NANOS, condition)) {
            throw new GspTimeoutException(what + ": not within " + STEP_NANOS + " ns");
        }
    }
}
