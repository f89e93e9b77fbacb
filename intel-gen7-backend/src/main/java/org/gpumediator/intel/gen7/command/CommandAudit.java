package org.gpumediator.intel.gen7.command;

import static org.gpumediator.intel.gen7.command.CommandAudit.Lengths.any;
import static org.gpumediator.intel.gen7.command.CommandAudit.Lengths.exactly;
import static org.gpumediator.intel.gen7.command.CommandAudit.Lengths.least;
import static org.gpumediator.intel.gen7.command.CommandAudit.Lengths.series;
import static org.gpumediator.intel.gen7.command.CommandAudit.Streams.PRIVILEGED;

import com.google.errorprone.annotations.Immutable;

/**
 * What the scanner does with a command; the rows of the catalogue name one each. Each says how many
 * dwords a command must have for it, and what it checks, first things first: what refuses a command
 * ends its audit.
 *
 * <p>The most frequent come first: decoders tell those apart without looking at the row, and {@link
 * PlainCommand} passes most of them without an audit.
 */
public enum CommandAudit {
    /** Steps over it. */
    NONE(any(), (on, c) -> true),
    /** Checks the destination. */
    BLIT_FILL(least(5), (on, c) -> on.blit.destination(c)),
    /** Checks destination and source. */
    BLIT_COPY(least(8), (on, c) -> on.blit.destination(c) && on.blit.source(c)),
    /** Checks first and last byte of each buffer; a bad one becomes one that is not there. */
    VERTEX_BUFFERS(series(1, 4), (on, c) -> on.render.vertexBuffers(c)),
    /** Checks first and last byte. */
    INDEX_BUFFER(least(3), (on, c) -> on.render.indexBuffer(c)),
    /** Checks the buffers that are read; of a bad one nothing is. */
    CONSTANTS(least(7), (on, c) -> on.render.constants(c)),
    /** Checks the address of its post-sync operation, if it has one. */
    PIPE_CONTROL(any(), (on, c) -> on.mi.pipeControl(c)),
    /** Checks each register and its value. */
    LOAD_IMMEDIATE(series(1, 2), (on, c) -> on.mi.loadImmediate(c)),
    /** Clears the bits that its row says are masked, as is done before every audit. */
    MASK(any(), (on, c) -> true),
    /** Refuses it always. */
    REFUSED(any(), (on, c) -> c.refusePrivileged(c.unsigned(0))),
    /** Checks the addresses its row lists; a null address is a buffer that is not there. */
    STATE(any(), (on, c) -> on.render.state(c)),
    /** As {@link #STATE}; refuses it if no table confines its surfaces. */
    SURFACES(any(), (on, c) -> on.render.surfaces(c)),
    /** Notes the interrupt it raises. */
    USER_INTERRUPT(any(), PRIVILEGED, (on, c) -> on.mi.userInterrupt(c)),
    /** Replaces it by MI_NOOP: a guest does not own the display it would wait for. */
    DISPLAY_WAIT(any(), PRIVILEGED, (on, c) -> on.mi.displayWait(c)),
    /** Lets it pass in the ring only. */
    ARBITRATION(any(), PRIVILEGED, (on, c) -> on.mi.arbitration(c)),
    /** Ends a batch. */
    BATCH_END(any(), (on, c) -> true),
    /** Follows it into a privileged batch; leaves an unprivileged one alone. */
    BATCH_START(exactly(2), (on, c) -> true),
    /** Checks the surface, reports the flip and replaces it by MI_NOOP. */
    PAGE_FLIP(exactly(3), PRIVILEGED, (on, c) -> on.mi.pageFlip(c)),
    /** Checks the address of the memory form, the register that the other form updates. */
    SEMAPHORE(exactly(3), PRIVILEGED, (on, c) -> on.mi.semaphore(c)),
    /** Checks that the whole context image is at a global address, and reports it. */
    SET_CONTEXT(exactly(2), PRIVILEGED, (on, c) -> on.mi.setContext(c)),
    /** Checks address and length. */
    STORE_DATA(least(4), (on, c) -> on.mi.storeData(c)),
    /** Checks an offset into the status page. */
    STORE_INDEX(least(3), PRIVILEGED, (on, c) -> on.mi.storeIndex(c)),
    /** Checks a register that is read, and where it is stored. */
    STORE_REGISTER(exactly(3), (on, c) -> on.mi.storeRegister(c)),
    /** Checks a register whose value comes from memory, and that memory. */
    LOAD_MEMORY(exactly(3), (on, c) -> on.mi.loadMemory(c)),
    /** Checks a register that is read and one that is written. */
    LOAD_REGISTER(exactly(3), (on, c) -> on.mi.loadRegister(c)),
    /** Checks the address of its post-sync operation, if it has one. */
    FLUSH(any(), (on, c) -> on.mi.flush(c)),
    /** Checks the page it flushes. */
    CACHE_FLUSH(any(), (on, c) -> on.mi.cacheFlush(c)),
    /** Checks the 256 bytes it writes. */
    COUNTER_REPORT(any(), (on, c) -> on.mi.counterReport(c)),
    /** Checks where its data go. */
    STREAMER_STORE(least(4), (on, c) -> on.mi.streamerStore(c)),
    /** Checks 64 bytes at an address. */
    URB_MEMORY(least(3), (on, c) -> on.mi.urbMemory(c)),
    /** Checks the address it compares with. */
    CONDITIONAL_END(least(3), (on, c) -> on.mi.conditionalEnd(c)),
    /** Remembers the destination for the commands that draw with it. */
    BLIT_SETUP(least(5), (on, c) -> on.blit.setup(c) && on.blit.rememberSetup(c)),
    /** As {@link #BLIT_SETUP}, and checks the pattern. */
    BLIT_SETUP_PATTERN(
            least(8),
            (on, c) -> on.blit.setup(c) && on.blit.pattern(c, 7) && on.blit.rememberSetup(c)),
    /** Checks one pixel of the destination that was set up. */
    BLIT_PIXEL(least(2), (on, c) -> on.blit.pixel(c)),
    /** Checks a rectangle of the destination that was set up. */
    BLIT_SPANS(least(3), (on, c) -> on.blit.spans(c)),
    /** As {@link #BLIT_SPANS}, and checks the monochrome source. */
    BLIT_TEXT(least(4), (on, c) -> on.blit.glyphs(c) && on.blit.spans(c)),
    /** Checks a destination without clipping or tiling. */
    BLIT_LINEAR_FILL(least(5), (on, c) -> on.blit.linearDestination(c)),
    /** As {@link #BLIT_LINEAR_FILL}, and checks the source. */
    BLIT_LINEAR_COPY(least(6), (on, c) -> on.blit.linearDestination(c) && on.blit.linearSource(c)),
    /** As {@link #BLIT_FILL}, and checks the pattern. */
    BLIT_PATTERN(least(6), (on, c) -> on.blit.destination(c) && on.blit.pattern(c, 5)),
    /** As {@link #BLIT_FILL}, and checks the monochrome source. */
    BLIT_MONO(least(6), (on, c) -> on.blit.destination(c) && on.blit.monochromeSource(c)),
    /** As {@link #BLIT_MONO}, and checks the pattern. */
    BLIT_MONO_PATTERN(
            least(9),
            (on, c) ->
                    on.blit.destination(c) && on.blit.monochromeSource(c) && on.blit.pattern(c, 8)),
    /** As {@link #BLIT_COPY}, and checks the pattern. */
    BLIT_COPY_PATTERN(
            least(9),
            (on, c) -> on.blit.destination(c) && on.blit.source(c) && on.blit.pattern(c, 8)),
    /** Checks the bases that are set and confines the bounds that are set. */
    BASE_ADDRESSES(least(10), (on, c) -> on.render.baseAddresses(c)),
    /** As {@link #SURFACES} unless it is a null surface. */
    DEPTH_BUFFER(least(3), (on, c) -> on.render.depthBuffer(c)),
    /** Checks base and end. */
    STREAM_OUT(least(4), (on, c) -> on.render.streamOut(c)),
    /** Refuses one too short to say what its kernels may access. */
    MEDIA_FRONT_END(least(3), (on, c) -> true);

    /** Checks a command. */
    @Immutable
    interface Check {
        /** Returns whether it passes; if not, it has been refused. */
        boolean passes(CommandAuditor on, Command command);
    }

    /**
     * How many dwords a command may have.
     *
     * @param least fewest
     * @param step what a longer one has more, or a multiple of it; a power of two
     * @param most most
     */
    @Immutable
    record Lengths(int least, int step, int most) {

        static Lengths any() {
            return least(1);
        }

        static Lengths least(int dwords) {
            return series(dwords, 1);
        }

        static Lengths exactly(int dwords) {
            return new Lengths(dwords, 1, dwords);
        }

        static Lengths series(int least, int step) {
            return new Lengths(least, step, Integer.MAX_VALUE);
        }
    }

    /** Which streams hardware executes a command in. */
    enum Streams {
        ALL,
        /** Not in unprivileged batches. Source: i915 gen7 parser, REJECT. */
        PRIVILEGED
    }

    private final Lengths lengths;
    private final Streams streams;
    private final Check check;

    CommandAudit(Lengths lengths, Check check) {
        this(lengths, Streams.ALL, check);
    }

    CommandAudit(Lengths lengths, Streams streams, Check check) {
        this.lengths = lengths;
        this.streams = streams;
        this.check = check;
    }

    Lengths lengths() {
        return lengths;
    }

    /** Returns whether hardware executes it in an unprivileged batch, too. */
    boolean needsNoPrivilege() {
        return streams == Streams.ALL;
    }

    Check check() {
        return check;
    }
}
