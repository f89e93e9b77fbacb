package org.gpumediator.intel.gen7.command;

/**
 * What the scanner does with a command; the rows of the catalogue name one each. The most frequent
 * come first: decoders tell those apart without looking at the row.
 */
public enum CommandAudit {
    /** Steps over it. */
    NONE,
    /** Checks the destination in dword 4. */
    BLIT_FILL,
    /** As {@link #BLIT_FILL}, and checks the source in dword 7. */
    BLIT_COPY,
    /** Clears the bits that its row says are masked, as is done before every audit. */
    MASK,
    /** Refuses it always. */
    REFUSED,
    /** Checks the addresses its row lists; a null address is a buffer that is not there. */
    STATE,
    /** As {@link #STATE}; refuses it if no table confines its surfaces. */
    SURFACES,
    /** Notes the interrupt it raises. */
    USER_INTERRUPT,
    /** Replaces it by MI_NOOP: a guest does not own the display it would wait for. */
    DISPLAY_WAIT,
    /** Lets it pass in the ring only. */
    ARBITRATION,
    /** Ends a batch. */
    BATCH_END,
    /** Follows it into a privileged batch; leaves an unprivileged one alone. */
    BATCH_START,
    /** Checks the surface, reports the flip and replaces it by MI_NOOP. */
    PAGE_FLIP,
    /** Checks the address of the memory form, the register that the other form updates. */
    SEMAPHORE,
    /** Checks that the whole context image is at a global address, and reports it. */
    SET_CONTEXT,
    /** Checks address and length. */
    STORE_DATA,
    /** Checks an offset into the status page. */
    STORE_INDEX,
    /** Checks each register and its value. */
    LOAD_IMMEDIATE,
    /** Checks a register that is read, and where it is stored. */
    STORE_REGISTER,
    /** Checks a register whose value comes from memory, and that memory. */
    LOAD_MEMORY,
    /** Checks a register that is read and one that is written. */
    LOAD_REGISTER,
    /** Checks the address of its post-sync operation, if it has one. */
    FLUSH,
    /** Checks the address of its post-sync operation, if it has one. */
    PIPE_CONTROL,
    /** Checks the page it flushes. */
    CACHE_FLUSH,
    /** Checks the 256 bytes it writes. */
    COUNTER_REPORT,
    /** Checks an address in dword 2, 4 bytes. */
    STREAMER_STORE,
    /** Checks an address in dword 2, 64 bytes. */
    URB_MEMORY,
    /** Checks the address it compares with. */
    CONDITIONAL_END,
    /** Remembers the destination for the commands that draw with it. */
    BLIT_SETUP,
    /** As {@link #BLIT_SETUP}, and checks the pattern in dword 7. */
    BLIT_SETUP_PATTERN,
    /** Checks one pixel of the destination that was set up. */
    BLIT_PIXEL,
    /** Checks a rectangle of the destination that was set up. */
    BLIT_SPANS,
    /** As {@link #BLIT_SPANS}, and checks the monochrome source in dword 3. */
    BLIT_TEXT,
    /** Checks a destination without clipping or tiling. */
    BLIT_LINEAR_FILL,
    /** As {@link #BLIT_LINEAR_FILL}, and checks the source in dword 5. */
    BLIT_LINEAR_COPY,
    /** As {@link #BLIT_FILL}, and checks the pattern in dword 5. */
    BLIT_PATTERN,
    /** As {@link #BLIT_FILL}, and checks the monochrome source in dword 5. */
    BLIT_MONO,
    /** As {@link #BLIT_MONO}, and checks the pattern in dword 8. */
    BLIT_MONO_PATTERN,
    /** As {@link #BLIT_COPY}, and checks the pattern in dword 8. */
    BLIT_COPY_PATTERN,
    /** Checks the bases that are set and confines the bounds that are set. */
    BASE_ADDRESSES,
    /** As {@link #SURFACES} unless it is a null surface. */
    DEPTH_BUFFER,
    /** Checks first and last byte of each buffer; a bad one becomes one that is not there. */
    VERTEX_BUFFERS,
    /** Checks first and last byte. */
    INDEX_BUFFER,
    /** Checks the buffers that are read; of a bad one nothing is. */
    CONSTANTS,
    /** Checks base and end. */
    STREAM_OUT,
    /** Refuses one too short to say what its kernels may access. */
    MEDIA_FRONT_END
}
