package org.gpumediator.testkit.ada;

import java.util.HashMap;
import java.util.Map;
import org.gpumediator.core.pci.PciFunction;

/**
 * BAR 0 of the physical function: which part of the board answers where. Used under the board's
 * lock.
 */
final class BoardRegisters extends DwordRegisters {

    // spotless:off
    private static final int BOOT_ID          = 0x00_0000;
    private static final int BOOT_KIND        = 0x00_0004;
    private static final int BOOT_CHIP        = 0x00_0a00;
    private static final int CONFIG_MIRROR    = 0x08_8000;
    private static final int GSP_START        = 0x11_0000;
    private static final int GSP_END          = 0x11_2000;
    private static final int BOARD_PROGRESS   = 0x11_8234;
    private static final int USABLE_MEBIBYTES = 0x11_83a4;
    private static final int SEC2_START       = 0x84_0000;
    private static final int SEC2_END         = 0x84_1000;
    private static final int OWN_FUNCTION     = 0xb8_0000;
    private static final int INTERRUPT_TOP    = OWN_FUNCTION + 0x1600;
    // spotless:on

    private final Board board;
    private final FunctionRegisters own;
    private final PciFunction config;
    private final RunlistRegisters runlists;
    private final Map<Integer, Integer> plain = new HashMap<>();

    BoardRegisters(Board board, FunctionRegisters own, PciFunction config) {
        this.board = board;
        this.own = own;
        this.config = config;
        runlists = new RunlistRegisters(board.engine());
    }

    void reset() {
        plain.clear();
    }

    /** Returns whether drivers wait by reading a register again and again. */
    static boolean isPolled(int offset) {
        return offset == INTERRUPT_TOP
                || offset == FakeGsp.FALCON_MAILBOX_0
                || offset == FakeGsp.SEC2_MAILBOX_0
                || offset == FakeGsp.CPU_CONTROL
                || offset == FakeGsp.WPR2_END
                || offset == FakeGsp.QUEUE_HEAD
                || offset == OWN_FUNCTION + FunctionRegisters.PRIVILEGED_DOORBELL;
    }

    @Override
    int read(int offset) {
        if (isOwnFunction(offset)) {
            return own.read(offset - OWN_FUNCTION);
        }
        if (isFirmware(offset)) {
            return board.gsp().read(offset);
        }
        if (isRunlist(offset)) {
            return runlists.read(offset);
        }
        if (offset >= CONFIG_MIRROR && offset < CONFIG_MIRROR + 4096) {
            return config.read(offset - CONFIG_MIRROR, 4);
        }
        return switch (offset) {
            case BOOT_ID -> board.model().bootValue();
            case BOOT_KIND -> 0;
            case BOOT_CHIP -> board.model().chipValue();
            case BOARD_PROGRESS -> 0xff;
            case USABLE_MEBIBYTES -> (int) (board.model().framebufferBytes() >>> 20);
            default -> plain.getOrDefault(offset, 0);
        };
    }

    @Override
    int held(int offset) {
        return read(offset);
    }

    @Override
    void write(int offset, int value) {
        if (isOwnFunction(offset)) {
            own.write(offset - OWN_FUNCTION, value);
        } else if (isFirmware(offset)) {
            board.gsp().write(offset, value);
        } else if (isRunlist(offset)) {
            runlists.write(offset, value);
        } else {
            plain.put(offset, value);
        }
    }

    private static boolean isOwnFunction(int offset) {
        return offset >= OWN_FUNCTION && offset < OWN_FUNCTION + FunctionRegisters.LENGTH;
    }

    private static boolean isFirmware(int offset) {
        return offset >= GSP_START && offset < GSP_END
                || offset >= SEC2_START && offset < SEC2_END
                || offset == FakeGsp.WPR2_END;
    }

    private static boolean isRunlist(int offset) {
        return offset >= RunlistRegisters.START && offset < RunlistRegisters.END;
    }
}
