package org.gpumediator.intel.gen7.command;

import java.util.Random;
import org.gpumediator.core.command.AddressLayout;
import org.gpumediator.core.command.AddressOperand;
import org.gpumediator.core.command.CommandRow;
import org.gpumediator.core.command.OperandSpace;

/** Makes legal commands from catalogue rows: all addresses inside a slice. */
public final class LegalCommands {

    private final Random random;
    private final Ranges slice;

    /** Makes commands for the slice of a {@link ScanRig}. */
    LegalCommands(Random random) {
        this(random, Ranges.OF_THE_RIG);
    }

    LegalCommands(Random random, Ranges slice) {
        this.random = random;
        this.slice = slice;
    }

    /** The two ranges of a slice: graphics addresses, ends excluded. */
    public record Ranges(long lowStart, long lowEnd, long highStart, long highEnd) {

        static final Ranges OF_THE_RIG =
                new Ranges(
                        ScanRig.LOW_START, ScanRig.LOW_END, ScanRig.HIGH_START, ScanRig.HIGH_END);
    }

    /** Returns an address with room for {@code bytes} behind it, in either range, 4 KiB aligned. */
    int address(long bytes) {
        boolean low = random.nextBoolean();
        long start = low ? slice.lowStart : slice.highStart;
        long pages = ((low ? slice.lowEnd : slice.highEnd) - start - bytes) / 4096;
        return (int) (start + (long) (random.nextDouble() * pages) * 4096);
    }

    /** Returns whether a legal instance comes out of the ring's scan as it went in. */
    static boolean passesUnchanged(CommandRow<CommandAudit> row) {
        return switch (row.behaviour()) {
            case REFUSED, DISPLAY_WAIT, PAGE_FLIP, BATCH_START, BATCH_END -> false;
            default -> true;
        };
    }

    /** Returns a legal command; blits that draw with a set up destination come with the setup. */
    int[] make(CommandRow<CommandAudit> row) {
        return switch (row.behaviour()) {
            case NONE -> anything(row);
            case STATE, SURFACES, DEPTH_BUFFER -> state(row);
            case BATCH_START -> filled(row, 2, 1, address(4096));
            case PAGE_FLIP -> filled(row, 3, 2, address(4096));
            case SEMAPHORE, URB_MEMORY -> filled(row, 3, 2, address(4096));
            case SET_CONTEXT -> filled(row, 2, 1, address(17 * 4096) | 0x100);
            case STORE_DATA -> filled(row, 4 + random.nextInt(2), 2, address(4096));
            case STORE_INDEX -> filled(row, 3, 1, random.nextInt(1024) * 4);
            case LOAD_IMMEDIATE -> loadImmediate(row);
            case STORE_REGISTER, LOAD_MEMORY -> loadOrStore(row);
            case LOAD_REGISTER -> filled(row, 3, 1, 0x2040, 0x2044);
            case FLUSH -> flush(row);
            case PIPE_CONTROL -> pipeControl(row);
            case CACHE_FLUSH, COUNTER_REPORT -> filled(row, 3, 1, address(4096));
            case STREAMER_STORE -> filled(row, 4, 2, address(4096));
            case CONDITIONAL_END -> filled(row, 3, 2, address(4096));
            case BASE_ADDRESSES -> baseAddresses(row);
            case VERTEX_BUFFERS -> vertexBuffers(row);
            case INDEX_BUFFER -> buffer(row, 3, 1);
            case STREAM_OUT -> buffer(row, 4, 2);
            case CONSTANTS -> constants(row);
            case MEDIA_FRONT_END -> filled(row, 8, 1, random.nextInt());
            case BLIT_PIXEL, BLIT_SPANS, BLIT_TEXT -> blitAfterSetup(row);
            case BLIT_LINEAR_FILL, BLIT_LINEAR_COPY -> linear(row);
            case BLIT_SETUP,
                    BLIT_SETUP_PATTERN,
                    BLIT_FILL,
                    BLIT_PATTERN,
                    BLIT_MONO,
                    BLIT_MONO_PATTERN,
                    BLIT_COPY,
                    BLIT_COPY_PATTERN ->
                    blit(row);
            case MASK, REFUSED, USER_INTERRUPT, DISPLAY_WAIT, ARBITRATION, BATCH_END ->
                    filled(row, 1, 1);
        };
    }

    /** Returns a command of a length, with values from dword {@code first} on. */
    static int[] filled(CommandRow<CommandAudit> row, int length, int first, int... values) {
        int[] dwords = new int[Math.max(length, row.length().bias())];
        int field = dwords.length - row.length().bias() & row.length().mask();
        dwords[0] = row.opcode() | field;
        System.arraycopy(values, 0, dwords, first, values.length);
        return dwords;
    }

    private int[] anything(CommandRow<CommandAudit> row) {
        int longest = Math.min(row.length().longest(), 70);
        int bias = row.length().bias();
        int[] dwords = filled(row, bias + random.nextInt(longest - bias + 1), 1);
        for (int i = 1; i < dwords.length; i++) {
            dwords[i] = random.nextInt();
        }
        return dwords;
    }

    private int[] state(CommandRow<CommandAudit> row) {
        AddressLayout layout = row.layouts().get(random.nextInt(row.layouts().size()));
        int length = layout.totalDwords();
        for (AddressOperand operand : layout.operands()) {
            length = Math.max(length, operand.dword() + 1);
        }
        if (row.name().equals("MFX_DBK_OBJECT")) {
            length = 13;
        }
        int[] dwords = filled(row, length, 1);
        int base = 0;
        for (AddressOperand operand : layout.operands()) {
            if (operand.space() != OperandSpace.UPPER_BOUND) {
                base = address(4096);
                dwords[operand.dword()] = base;
            }
        }
        for (AddressOperand operand : layout.operands()) {
            if (operand.space() == OperandSpace.UPPER_BOUND) {
                int at = operand.dword();
                while (dwords[--at] == 0) {}
                dwords[operand.dword()] = dwords[at] + 4096;
            }
        }
        return dwords;
    }

    private int[] loadImmediate(CommandRow<CommandAudit> row) {
        int pairs = 1 + random.nextInt(4);
        int[] dwords = filled(row, 1 + 2 * pairs, 1);
        for (int i = 0; i < pairs; i++) {
            dwords[1 + 2 * i] = 0x2040; // RCS SYNC_0, which every engine may signal
            dwords[2 + 2 * i] = random.nextInt();
        }
        return dwords;
    }

    private int[] loadOrStore(CommandRow<CommandAudit> row) {
        int[] dwords = filled(row, 3, 1, 0x2040, address(4096));
        if (random.nextBoolean()) {
            dwords[0] |= 1 << 22;
        } else {
            dwords[2] = address(4096);
        }
        return dwords;
    }

    private int[] flush(CommandRow<CommandAudit> row) {
        int[] dwords = filled(row, 3 + random.nextInt(3), 2, random.nextInt());
        switch (random.nextInt(3)) {
            case 0 -> dwords[1] = random.nextInt() & ~3;
            case 1 -> {
                dwords[0] |= 1 << 14;
                dwords[1] = address(4096) | 1 << 2;
            }
            default -> {
                dwords[0] |= 1 << 14 | 1 << 21;
                dwords[1] = random.nextInt(512) * 8 | 1 << 2;
            }
        }
        return dwords;
    }

    private int[] pipeControl(CommandRow<CommandAudit> row) {
        int[] dwords = filled(row, 4 + random.nextInt(2), 3, random.nextInt());
        switch (random.nextInt(3)) {
            case 0 -> dwords[2] = random.nextInt() & ~3;
            case 1 -> {
                dwords[1] = 1 + random.nextInt(3) << 14 | 1 << 24;
                dwords[2] = address(4096);
            }
            default -> {
                dwords[1] = 1 << 14 | 1 << 21;
                dwords[2] = random.nextInt(512) * 8;
            }
        }
        return dwords;
    }

    private int[] baseAddresses(CommandRow<CommandAudit> row) {
        int[] dwords = filled(row, 10, 1);
        for (int i = 1; i <= 5; i++) {
            dwords[i] = random.nextInt(4) == 0 ? random.nextInt() & ~1 : address(65536) | 1;
        }
        int[] baseOf = {1, 3, 4, 5};
        for (int i = 0; i < 4; i++) {
            boolean set = (dwords[baseOf[i]] & 1) != 0;
            dwords[6 + i] = set ? dwords[baseOf[i]] + 4096 : 0;
        }
        return dwords;
    }

    private int[] vertexBuffers(CommandRow<CommandAudit> row) {
        int buffers = 1 + random.nextInt(5);
        int[] dwords = filled(row, 1 + 4 * buffers, 1);
        for (int i = 0; i < buffers; i++) {
            dwords[1 + 4 * i] = i << 26 | 1 << 14 | random.nextInt(2048);
            dwords[2 + 4 * i] = address(1 << 20);
            dwords[3 + 4 * i] = dwords[2 + 4 * i] + random.nextInt(1 << 20) - 1;
        }
        return dwords;
    }

    private int[] buffer(CommandRow<CommandAudit> row, int length, int first) {
        int start = address(1 << 20);
        return filled(row, length, first, start, start + 1 + random.nextInt(1 << 20));
    }

    private int[] constants(CommandRow<CommandAudit> row) {
        int lengths = random.nextInt(128) << 16 | random.nextInt(128);
        return filled(
                row,
                7,
                1,
                lengths,
                lengths,
                random.nextInt(128) * 32,
                address(1 << 16),
                address(1 << 16),
                address(1 << 16));
    }

    private int[] linear(CommandRow<CommandAudit> row) {
        int size = 1 + random.nextInt(64) << 16 | 1 + random.nextInt(4096);
        int area = 64 * 4096;
        return row.behaviour() == CommandAudit.BLIT_LINEAR_FILL
                ? filled(row, 5, 1, 0xf0 << 16 | 4096, size, address(area), random.nextInt())
                : filled(row, 6, 1, 0xcc << 16 | 4096, size, address(area), 4096, address(area));
    }

    /** A blit of up to 64 by 64 pixels between surfaces of 1024 lines of 4 KiB, tiled or not. */
    private int[] blit(CommandRow<CommandAudit> row) {
        int length =
                switch (row.behaviour()) {
                    case BLIT_SETUP_PATTERN, BLIT_COPY -> 8;
                    case BLIT_SETUP -> 9;
                    case BLIT_MONO_PATTERN, BLIT_COPY_PATTERN -> 9;
                    default -> 6;
                };
        int[] d = filled(row, length, 1);
        boolean tiled = random.nextBoolean();
        int area = 1024 * 4096;
        d[0] |= tiled ? 1 << 15 | 1 << 11 : 0;
        d[1] = random.nextInt(4) << 24 | 0xcc << 16 | (tiled ? 1024 : 4096);
        int x = random.nextInt(900);
        int y = random.nextInt(900);
        d[2] = y << 16 | x;
        d[3] = y + random.nextInt(64) << 16 | x + random.nextInt(64);
        d[4] = address(area);
        for (AddressOperand operand : row.layouts().getFirst().operands()) {
            d[operand.dword()] = address(area);
        }
        if (row.behaviour() == CommandAudit.BLIT_COPY
                || row.behaviour() == CommandAudit.BLIT_COPY_PATTERN) {
            d[5] = random.nextInt(900) << 16 | random.nextInt(900);
            d[6] = tiled ? 1024 : 4096;
        }
        return d;
    }

    private int[] blitAfterSetup(CommandRow<CommandAudit> row) {
        int[] setup = blit(row("XY_SETUP_MONO_PATTERN_SL_BLT"));
        int[] draw =
                switch (row.behaviour()) {
                    case BLIT_PIXEL -> filled(row, 2, 1, setup[2]);
                    case BLIT_TEXT -> filled(row, 4, 1, setup[2], setup[3], address(4096));
                    default -> filled(row, 3, 1, setup[2], setup[3]);
                };
        int[] both = java.util.Arrays.copyOf(setup, setup.length + draw.length);
        System.arraycopy(draw, 0, both, setup.length, draw.length);
        return both;
    }

    /** Returns a row by its name, the first engine's. */
    static CommandRow<CommandAudit> row(String name) {
        for (CommandRow<CommandAudit> row : Gen7Commands.CATALOGUE.rows()) {
            if (row.name().equals(name)) {
                return row;
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Returns the lowest engine that knows a command. */
    static int engineOf(CommandRow<CommandAudit> row) {
        return Integer.numberOfTrailingZeros(row.engines());
    }
}
