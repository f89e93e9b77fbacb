package org.gpumediator.nvidia.vf.gsp;

/**
 * What the firmware says the board has.
 *
 * @param totalVfs virtual functions there can be
 * @param firstVfOffset routing id of the first one, relative to the physical function
 * @param framebufferBytes framebuffer in all
 * @param channels channel ids of a runlist
 * @param maxGfid highest guest function id
 * @param errorCorrecting whether memory errors are corrected
 */
public record BoardFacts(
        int totalVfs,
        int firstVfOffset,
        long framebufferBytes,
        int channels,
        int maxGfid,
        boolean errorCorrecting) {}
