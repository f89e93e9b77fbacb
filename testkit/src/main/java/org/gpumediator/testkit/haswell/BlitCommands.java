package org.gpumediator.testkit.haswell;

import org.gpumediator.testkit.haswell.CommandTable.Action;
import org.gpumediator.testkit.haswell.Engine.Outcome;

/**
 * The 2D commands: where their operands are.
 *
 * <p>Source: public gen7.5 blitter description; BR13 is the second dword: clipping 30, transparent
 * mono source 29, transparent mono pattern 28, depth 25:24, raster operation 23:16, pitch 15:0 in
 * bytes, or in dwords where the surface is tiled.
 */
final class BlitCommands {

    /** What the source or pattern operand is. */
    private enum Operand {
        NONE,
        /** Coordinates, pitch, address. */
        COLOUR,
        /** Address, background, foreground. */
        MONO,
        /** Background, foreground; the bits are the rest of the command. */
        MONO_INLINE,
        /** One colour. */
        SOLID,
        /** The address of 8 by 8 pixels. */
        PATTERN,
        /** 8 by 8 pixels. */
        PATTERN_INLINE,
        /** Background, foreground, 64 bits. */
        MONO_PATTERN,
        /** Background, foreground; bits 15:12 of the header say which. */
        FIXED_PATTERN
    }

    private static final int HEADER_WRITE_ALPHA = 1 << 21;
    private static final int HEADER_WRITE_COLOUR = 1 << 20;
    private static final int HEADER_FIRST_BIT_SHIFT = 17;
    private static final int HEADER_KEY_SHIFT = 17;
    private static final int HEADER_BYTE_PACKED = 1 << 16;
    private static final int HEADER_SOURCE_TILED = 1 << 15;
    private static final int HEADER_DESTINATION_TILED = 1 << 11;
    private static final int HEADER_SEED_X_SHIFT = 12;
    private static final int HEADER_SEED_Y_SHIFT = 8;

    private static final int BR13_CLIP = 1 << 30;

    /** The same bit of blits without coordinates: from the base to lower addresses. */
    private static final int BR13_RIGHT_TO_LEFT = 1 << 30;

    private static final int BR13_MONO_TRANSPARENT = 1 << 29;
    private static final int BR13_PATTERN_TRANSPARENT = 1 << 28;
    private static final int BR13_DEPTH_SHIFT = 24;
    private static final int BR13_CODE_SHIFT = 16;
    private static final int[] BYTES_OF_DEPTH = {1, 2, 2, 4};

    private static final int SWCTRL_SOURCE_Y = 1;
    private static final int SWCTRL_DESTINATION_Y = 1 << 1;

    private static final int PATTERN_ALIGNMENT = 64;
    private static final int COLOUR_CHANNELS = 0x00ff_ffff;
    private static final int ALPHA_CHANNEL = 0xff00_0000;

    private BlitCommands() {}

    // spotless:off
    /** Declares the 2D commands. */
    static void declare(CommandTable.Declaration table) {
        //          header        source              at  pattern                 at  key
        table
            .blit(0x4040_0000, BlitCommands::setup)                                                             // XY_SETUP_BLT
            .blit(0x40c0_0000, BlitCommands::setupClip)                                                         // XY_SETUP_CLIP_BLT
            .blit(0x4440_0000, BlitCommands::setupMonoPattern)                                                  // XY_SETUP_MONO_PATTERN_SL_BLT
            .blit(0x4900_0000, BlitCommands::pixel)                                                             // XY_PIXEL_BLT
            .blit(0x4940_0000, BlitCommands::scanLines)                                                         // XY_SCANLINES_BLT
            .blit(0x4980_0000, BlitCommands::text)                                                              // XY_TEXT_BLT
            .blit(0x4c40_0000, BlitCommands::textImmediate)                                                     // XY_TEXT_IMMEDIATE_BLT
            .shortBlit(0x5000_0000, BlitCommands::color)                                                        // COLOR_BLT
            .shortBlit(0x50c0_0000, BlitCommands::sourceCopy)                                                   // SRC_COPY_BLT
            .blit(0x5400_0000, form(Operand.NONE,         0, Operand.SOLID,           5, 0))                    // XY_COLOR_BLT
            .blit(0x5440_0000, form(Operand.NONE,         0, Operand.PATTERN,         5, 0))                    // XY_PAT_BLT
            .blit(0x5480_0000, form(Operand.NONE,         0, Operand.MONO_PATTERN,    5, 0))                    // XY_MONO_PAT_BLT
            .blit(0x54c0_0000, form(Operand.COLOUR,       5, Operand.NONE,            0, 0))                    // XY_SRC_COPY_BLT
            .blit(0x5500_0000, form(Operand.MONO,         5, Operand.NONE,            0, 0))                    // XY_MONO_SRC_COPY_BLT
            .blit(0x5540_0000, form(Operand.COLOUR,       5, Operand.PATTERN,         8, 0))                    // XY_FULL_BLT
            .blit(0x5580_0000, form(Operand.MONO,         5, Operand.PATTERN,         8, 0))                    // XY_FULL_MONO_SRC_BLT
            .blit(0x55c0_0000, form(Operand.COLOUR,       5, Operand.MONO_PATTERN,    8, 0))                    // XY_FULL_MONO_PATTERN_BLT
            .blit(0x5600_0000, form(Operand.MONO,         5, Operand.MONO_PATTERN,    8, 0))                    // XY_FULL_MONO_PATTERN_MONO_SRC_BLT
            .blit(0x5640_0000, form(Operand.NONE,         0, Operand.FIXED_PATTERN,   5, 0))                    // XY_MONO_PAT_FIXED_BLT
            .blit(0x5c40_0000, form(Operand.MONO_INLINE,  5, Operand.NONE,            0, 0))                    // XY_MONO_SRC_COPY_IMMEDIATE_BLT
            .blit(0x5c80_0000, form(Operand.NONE,         0, Operand.PATTERN_INLINE,  5, 0))                    // XY_PAT_BLT_IMMEDIATE
            .blit(0x5cc0_0000, form(Operand.COLOUR,       5, Operand.NONE,            0, 8))                    // XY_SRC_COPY_CHROMA_BLT
            .blit(0x5d00_0000, form(Operand.COLOUR,       5, Operand.PATTERN_INLINE,  8, 0))                    // XY_FULL_IMMEDIATE_PATTERN_BLT
            .blit(0x5d40_0000, form(Operand.MONO,         5, Operand.PATTERN_INLINE,  8, 0))                    // XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT
            .blit(0x5d80_0000, form(Operand.NONE,         0, Operand.PATTERN,         5, 6))                    // XY_PAT_CHROMA_BLT
            .blit(0x5dc0_0000, form(Operand.NONE,         0, Operand.PATTERN_INLINE,  7, 5));                   // XY_PAT_CHROMA_BLT_IMMEDIATE
    }
    // spotless:on

    /** A command whose operands are found by rule: destination first, then source and pattern. */
    private static Action form(
            Operand source, int sourceAt, Operand pattern, int patternAt, int keyAt) {
        return (engine, header, length) -> {
            Blitter blitter = engine.blitter;
            if (!blitter.continues(engine.address())) {
                int raster = engine.operand(1);
                begin(engine, header, raster, engine.operand(2), engine.operand(3));
                destination(engine, header, raster, engine.operand(4));
                source(engine, header, raster, source, sourceAt);
                pattern(engine, header, raster, pattern, patternAt);
                if (keyAt != 0 && (header >>> HEADER_KEY_SHIFT & 7) == 1) {
                    blitter.useKey(engine.operand(keyAt), engine.operand(keyAt + 1));
                }
            }
            return blitter.proceed();
        };
    }

    /** Starts a blit between two pairs of coordinates; the second is not part of it. */
    private static void begin(Engine engine, int header, int raster, int from, int to) {
        engine.blitter.begin(
                engine.address(),
                (short) from,
                from >> 16,
                (short) to,
                to >> 16,
                bytes(raster),
                raster >>> BR13_CODE_SHIFT & 0xff);
        restrict(engine.blitter, header, raster);
    }

    private static void restrict(Blitter blitter, int header, int raster) {
        if ((raster & BR13_CLIP) != 0) {
            blitter.clip();
        }
        if (bytes(raster) == 4) {
            int alpha = (header & HEADER_WRITE_ALPHA) != 0 ? ALPHA_CHANNEL : 0;
            blitter.writeOnly(
                    (header & HEADER_WRITE_COLOUR) != 0 ? alpha | COLOUR_CHANNELS : alpha);
        }
    }

    private static void destination(Engine engine, int header, int raster, int address) {
        boolean tiled = (header & HEADER_DESTINATION_TILED) != 0;
        engine.blitter.destination.set(
                address,
                pitch(raster, tiled),
                tiling(engine, tiled, SWCTRL_DESTINATION_Y),
                engine.contextSpace());
    }

    private static void source(Engine engine, int header, int raster, Operand kind, int at) {
        Blitter blitter = engine.blitter;
        if (kind == Operand.COLOUR) {
            boolean tiled = (header & HEADER_SOURCE_TILED) != 0;
            int from = engine.operand(at);
            blitter.source.set(
                    engine.operand(at + 2),
                    pitch(engine.operand(at + 1), tiled),
                    tiling(engine, tiled, SWCTRL_SOURCE_Y),
                    engine.contextSpace());
            blitter.useColour((short) from, from >> 16);
        } else if (kind != Operand.NONE) {
            int colours = kind == Operand.MONO ? at + 1 : at;
            blitter.mono.setColours(
                    engine.operand(colours),
                    engine.operand(colours + 1),
                    (raster & BR13_MONO_TRANSPARENT) != 0);
            int firstBit = header >>> HEADER_FIRST_BIT_SHIFT & 7;
            int width = (short) engine.operand(3) - (short) engine.operand(2);
            blitter.mono.setRows(width + firstBit + 15 & ~15, firstBit);
            monoBits(engine, kind == Operand.MONO, engine.operand(at), colours + 2);
        }
    }

    private static void monoBits(Engine engine, boolean inMemory, int address, int inlineAt) {
        Blitter blitter = engine.blitter;
        if (inMemory) {
            blitter.mono.setMemory(address, engine.contextSpace());
        } else {
            blitter.mono.setInline();
            for (int i = inlineAt; i < engine.length(); i++) {
                blitter.mono.add(engine.operand(i));
            }
        }
        blitter.useMono();
    }

    private static void pattern(Engine engine, int header, int raster, Operand kind, int at) {
        BlitPattern pattern = engine.blitter.pattern;
        int bytes = bytes(raster);
        boolean keep = (raster & BR13_PATTERN_TRANSPARENT) != 0;
        pattern.seed(header >>> HEADER_SEED_X_SHIFT & 7, header >>> HEADER_SEED_Y_SHIFT & 7);
        if (kind == Operand.PATTERN) {
            memoryPattern(engine, engine.operand(at), bytes);
        } else if (kind == Operand.PATTERN_INLINE) {
            byte[] pixels = pattern.setColour(bytes);
            for (int i = 0; i < 16 * bytes; i++) {
                BlitPattern.put(pixels, 4 * i, engine.operand(at + i), 4);
            }
        } else if (kind == Operand.MONO_PATTERN) {
            pattern.setMono(
                    bits(engine.operand(at + 2), engine.operand(at + 3)),
                    engine.operand(at),
                    engine.operand(at + 1),
                    keep,
                    bytes);
        } else if (kind == Operand.FIXED_PATTERN) {
            pattern.seed(0, header >>> HEADER_SEED_Y_SHIFT & 7);
            pattern.setFixed(
                    header >>> HEADER_SEED_X_SHIFT,
                    engine.operand(at),
                    engine.operand(at + 1),
                    keep,
                    bytes);
        } else {
            pattern.setSolid(kind == Operand.SOLID ? engine.operand(at) : 0, bytes);
        }
    }

    private static void memoryPattern(Engine engine, int address, int bytes) {
        byte[] pixels = engine.blitter.pattern.setColour(bytes);
        long from = Integer.toUnsignedLong(address & -PATTERN_ALIGNMENT);
        for (int i = 0; i < 16 * bytes; i++) {
            BlitPattern.put(
                    pixels, 4 * i, engine.memory.load(from + 4L * i, engine.contextSpace()), 4);
        }
    }

    // ---- without coordinates

    static Outcome color(Engine engine, int header, int length) {
        Blitter blitter = engine.blitter;
        if (!blitter.continues(engine.address())) {
            beginPlain(engine, header);
            blitter.pattern.setSolid(engine.operand(4), bytes(engine.operand(1)));
        }
        return blitter.proceed();
    }

    static Outcome sourceCopy(Engine engine, int header, int length) {
        Blitter blitter = engine.blitter;
        if (!blitter.continues(engine.address())) {
            beginPlain(engine, header);
            blitter.source.set(
                    engine.operand(5) - leftOfBase(engine),
                    (short) engine.operand(4),
                    BlitSurface.Tiling.LINEAR,
                    engine.contextSpace());
            blitter.useColour(0, 0);
        }
        return blitter.proceed();
    }

    /** Starts a blit whose size is in rows and bytes. */
    private static void beginPlain(Engine engine, int header) {
        int raster = engine.operand(1) & ~BR13_CLIP;
        int size = engine.operand(2);
        engine.blitter.begin(
                engine.address(),
                0,
                0,
                (size & 0xffff) / bytes(raster),
                size >>> 16,
                bytes(raster),
                raster >>> BR13_CODE_SHIFT & 0xff);
        restrict(engine.blitter, header, raster);
        engine.blitter.destination.set(
                engine.operand(3) - leftOfBase(engine),
                (short) raster,
                BlitSurface.Tiling.LINEAR,
                engine.contextSpace());
    }

    /** Returns how many bytes before its base a row of a blit without coordinates starts. */
    private static int leftOfBase(Engine engine) {
        int raster = engine.operand(1);
        return (raster & BR13_RIGHT_TO_LEFT) != 0
                ? Math.max(0, (engine.operand(2) & 0xffff) - bytes(raster))
                : 0;
    }

    // ---- with what was set up before

    static Outcome setup(Engine engine, int header, int length) {
        return keepSetup(engine, header, false);
    }

    static Outcome setupMonoPattern(Engine engine, int header, int length) {
        return keepSetup(engine, header, true);
    }

    private static Outcome keepSetup(Engine engine, int header, boolean monoPattern) {
        engine.blitter.setup.take(engine, header, monoPattern);
        return Outcome.DONE;
    }

    static Outcome setupClip(Engine engine, int header, int length) {
        engine.blitter.setup.clip(engine.operand(1), engine.operand(2));
        return Outcome.DONE;
    }

    static Outcome pixel(Engine engine, int header, int length) {
        Blitter blitter = engine.blitter;
        if (!blitter.continues(engine.address())) {
            int where = engine.operand(1);
            int end = where + 1 & 0xffff | where + 0x1_0000 & 0xffff_0000;
            beginSetup(engine, header, where, end);
            BlitSetup setup = blitter.setup;
            blitter.pattern.setSolid(setup.foreground(), bytes(setup.destinationLayout()));
        }
        return blitter.proceed();
    }

    static Outcome scanLines(Engine engine, int header, int length) {
        Blitter blitter = engine.blitter;
        if (!blitter.continues(engine.address())) {
            BlitSetup setup = blitter.setup;
            beginSetup(engine, header, engine.operand(1), engine.operand(2));
            blitter.pattern.seed(
                    header >>> HEADER_SEED_X_SHIFT & 7, header >>> HEADER_SEED_Y_SHIFT & 7);
            if (setup.patternIsMono()) {
                boolean keep = (setup.destinationLayout() & BR13_PATTERN_TRANSPARENT) != 0;
                blitter.pattern.setMono(
                        bits(setup.pattern(), setup.patternHigh()),
                        setup.background(),
                        setup.foreground(),
                        keep,
                        bytes(setup.destinationLayout()));
            } else {
                memoryPattern(engine, setup.pattern(), bytes(setup.destinationLayout()));
            }
        }
        return blitter.proceed();
    }

    static Outcome text(Engine engine, int header, int length) {
        return text(engine, header, true);
    }

    static Outcome textImmediate(Engine engine, int header, int length) {
        return text(engine, header, false);
    }

    private static Outcome text(Engine engine, int header, boolean inMemory) {
        Blitter blitter = engine.blitter;
        if (!blitter.continues(engine.address())) {
            BlitSetup setup = blitter.setup;
            beginSetup(engine, header, engine.operand(1), engine.operand(2));
            blitter.pattern.setSolid(setup.foreground(), bytes(setup.destinationLayout()));
            blitter.mono.setColours(
                    setup.background(),
                    setup.foreground(),
                    (setup.destinationLayout() & BR13_MONO_TRANSPARENT) != 0);
            int width = (short) engine.operand(2) - (short) engine.operand(1);
            boolean bytePacked = (header & HEADER_BYTE_PACKED) != 0;
            blitter.mono.setRows(bytePacked ? width + 7 & ~7 : width, 0);
            monoBits(engine, inMemory, engine.operand(3), 3);
        }
        return blitter.proceed();
    }

    /** Starts a blit with the raster operation and destination set up before. */
    private static void beginSetup(Engine engine, int header, int from, int to) {
        BlitSetup setup = engine.blitter.setup;
        begin(engine, setup.header(), setup.destinationLayout(), from, to);
        destination(
                engine,
                header | setup.header() & HEADER_DESTINATION_TILED,
                setup.destinationLayout(),
                setup.destinationAddress());
    }

    // ---- fields

    private static int bytes(int raster) {
        return BYTES_OF_DEPTH[raster >>> BR13_DEPTH_SHIFT & 3];
    }

    private static int pitch(int operand, boolean tiled) {
        int pitch = (short) operand;
        return tiled ? 4 * pitch : pitch;
    }

    private static BlitSurface.Tiling tiling(Engine engine, boolean tiled, int controlBit) {
        if (!tiled) {
            return BlitSurface.Tiling.LINEAR;
        }
        return (engine.chip.registers.get(Registers.BCS_SWCTRL) & controlBit) != 0
                ? BlitSurface.Tiling.Y
                : BlitSurface.Tiling.X;
    }

    private static long bits(int low, int high) {
        return Integer.toUnsignedLong(low) | (long) high << 32;
    }
}
