package org.gpumediator.nvidia.vf.gsp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.hardware.PhysicalGpu.DmaAccess;
import org.gpumediator.core.hardware.DmaPages;
import org.gpumediator.nvidia.vf.types.AdaBoard;

/**
 * Boots the firmware of a board, step by step, and unloads it.
 *
 * <p>Source: boot sequence of the open drivers for Turing to Ada. The firmware's image and the two
 * small programs that prepare the memory for it are not part of this module: what is in memory
 * after the board's power-on is used.
 */
public final class GspBoot {

    // spotless:off
    private static final int BOARD_PROGRESS   = 0x11_8234;
    private static final int FALCON_MAILBOX_0 = 0x11_0040;
    private static final int FALCON_MAILBOX_1 = 0x11_0044;
    private static final int FALCON_OS        = 0x11_0080;
    private static final int ENGINE_RESET     = 0x11_03c0;
    private static final int CPU_CONTROL      = 0x11_1388;
    private static final int CORE_SELECT      = 0x11_1668;
    private static final int WPR2_END         = 0x1f_a828;
    private static final int USABLE_MEBIBYTES = 0x11_83a4;
    private static final int SEC2_MAILBOX_0   = 0x84_0040;
    private static final int SEC2_MAILBOX_1   = 0x84_0044;
    private static final int SEC2_CONTROL     = 0x84_0100;
    // spotless:on

    private static final int PROGRESS_DONE = 0xff;
    private static final int START = 1 << 1;
    private static final int HALTED = 1 << 4;
    private static final int CPU_ACTIVE = 1 << 7;
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
    private final Waiter waiter;

    /** Creates the boot of one board. */
    public GspBoot(PhysicalGpu gpu, Waiter waiter) {
        this.gpu = gpu;
        this.waiter = waiter;
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
        await("board start-up", () -> (read(BOARD_PROGRESS) & 0xff) == PROGRESS_DONE);
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
            rpc.post("system information", GspRpc.SYSTEM_INFO, systemInformation());
            rpc.post("registry", GspRpc.SET_REGISTRY, registry());
            start(memory);
            write(FALCON_OS, APPLICATION_VERSION);
            await("firmware start", () -> (read(CPU_CONTROL) & CPU_ACTIVE) != 0);
            await("status queue", rpc.queues()::isLinked);
            rpc.enableInterrupt();
            await(
                    "firmware readiness",
                    () -> {
                        rpc.service();
                        return ready.get();
                    });
            BoardFacts facts =
                    facts(rpc.call("static information", GspRpc.STATIC_INFO, new byte[8]));
            return new Booted(rpc, facts, memory);
        } catch (RuntimeException failure) {
            write(ENGINE_RESET, 1);
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
        long total = Integer.toUnsignedLong(read(USABLE_MEBIBYTES)) * AdaBoard.MIB;
        long frts = total - VGA_BYTES - FRTS_BYTES;
        long heap = frts - IMAGE_BYTES - HEAP_BYTES;
        long[] layout = new long[26];
        layout[0] = META_MAGIC;
        layout[1] = 1;
        layout[2] = memory.busAddress() + 3 * 4096;
        layout[3] = 4096;
        layout[14] = heap;
        layout[15] = heap;
        layout[16] = HEAP_BYTES;
        layout[17] = frts - IMAGE_BYTES;
        layout[19] = frts;
        layout[20] = FRTS_BYTES;
        layout[21] = frts + FRTS_BYTES;
        layout[22] = total;
        layout[23] = total - VGA_BYTES;
        layout[24] = VGA_BYTES;
        for (int i = 0; i < layout.length; i++) {
            memory.putLong(8L * i, layout[i]);
        }
        memory.putInt(240, PARTITIONS);
        argument(memory, 0, "LOGINIT", 4);
        argument(memory, 1, "LOGINTR", 5);
        argument(memory, 2, "LOGRM", 6);
        argument(memory, 3, "RMARGS", 2);
        memory.putLong(2 * 4096, rpc.queues().busAddress());
        memory.putInt(2 * 4096 + 8, SharedQueues.PAGES);
        memory.putLong(2 * 4096 + 16, SharedQueues.COMMAND_OFFSET);
        memory.putLong(2 * 4096 + 24, SharedQueues.STATUS_OFFSET);
    }

    private static void argument(DmaPages memory, int index, String name, int page) {
        long packed = 0;
        for (int i = 0; i < name.length(); i++) {
            packed = packed << 8 | name.charAt(i);
        }
        long at = 4096 + 32L * index;
        memory.putLong(at, packed);
        memory.putLong(at + 8, memory.busAddress() + page * 4096L);
        memory.putLong(at + 16, 4096);
        memory.putInt(at + 24, 1 | 1 << 8);
    }

    private void start(DmaPages memory) {
        write(ENGINE_RESET, 1);
        write(ENGINE_RESET, 0);
        write(CORE_SELECT, RISCV);
        long table = memory.busAddress() + 4096;
        write(FALCON_MAILBOX_0, (int) table);
        write(FALCON_MAILBOX_1, (int) (table >>> 32));
        booter((int) memory.busAddress(), (int) (memory.busAddress() >>> 32));
        await("protected memory", () -> read(WPR2_END) != 0);
    }

    private void booter(int low, int high) {
        write(SEC2_MAILBOX_0, low);
        write(SEC2_MAILBOX_1, high);
        write(SEC2_CONTROL, START);
        await("boot loader", () -> (read(SEC2_CONTROL) & HALTED) != 0);
        int status = read(SEC2_MAILBOX_0);
        if (status != 0) {
            throw new GspRefusedException("boot loader", status);
        }
    }

    private static byte[] systemInformation() {
        ByteBuffer body = GspControls.little(64);
        body.putInt(0, AdaBoard.TOTAL_VFS);
        return body.array();
    }

    /** One setting: the board works with virtual functions. */
    private static byte[] registry() {
        byte[] name = "RMSetSriovMode".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = GspControls.little(8 + 16 + name.length + 1);
        body.putInt(0, body.limit()).putInt(4, 1);
        body.putInt(8, 24).put(12, (byte) 1).putInt(16, 1).putInt(20, 4);
        body.put(24, name);
        return body.array();
    }

    private static BoardFacts facts(ByteBuffer reply) {
        if (reply.limit() < 52) {
            throw new GspTimeoutException(
                    "static information: " + reply.limit() + " bytes: expected at least 52");
        }
        return new BoardFacts(
                reply.getInt(0),
                reply.getInt(4),
                reply.getLong(8),
                reply.getInt(16),
                reply.getInt(20),
                reply.getInt(36) != 0,
                reply.getInt(40));
    }

    /**
     * Unloads the firmware in an orderly way; where it no longer answers, by resetting its
     * processor.
     */
    public void unload(Booted booted) {
        try {
            if (booted.rpc().isAlive()) {
                booted.rpc().call("unloading", GspRpc.UNLOADING, new byte[16]);
                await("firmware stop", () -> (read(CPU_CONTROL) & CPU_ACTIVE) == 0);
                booter(UNLOAD, UNLOAD);
                await("release of protected memory", () -> read(WPR2_END) == 0);
            }
        } finally {
            write(ENGINE_RESET, 1);
            booted.close();
        }
    }

    private void await(String what, BooleanSupplier condition) {
        if (!waiter.until(STEP_NANOS, condition)) {
            throw new GspTimeoutException(what + ": not within " + STEP_NANOS + " ns");
        }
    }

    private int read(int register) {
        return (int) gpu.read(0, register, 4);
    }

    private void write(int register, int value) {
        gpu.write(0, register, 4, value);
    }
}
