package org.gpumediator.nvidia.vf.gsp;

/**
 * Where things are in the communication area at the start of a management heap. All offsets in
 * bytes from its start.
 *
 * <p>Source: communication buffers of the open vGPU manager series; version 1.
 *
 * @param version what goes into its first word
 * @param response page that the firmware task writes
 * @param message page of the message being exchanged
 * @param migration buffer of saved state
 * @param migrationBytes length of that buffer
 * @param errors page of errors
 * @param initLog start-up log
 * @param vgpuLog run-time log
 * @param kernelLog kernel log
 * @param bytes length of the whole
 */
public record CommunicationArea(
        int version,
        int response,
        int message,
        int migration,
        int migrationBytes,
        int errors,
        int initLog,
        int vgpuLog,
        int kernelLog,
        int bytes) {

    // spotless:off
    /** Control page: type of the message. */
    public static final int CONTROL_TYPE         = 4;
    /** Control page: number of the message; the boot marker before the first one. */
    public static final int CONTROL_SEQUENCE     = 8;
    /** Control page: offsets of the other regions. */
    public static final int CONTROL_OFFSETS      = 16;
    /** Control page: how far the host has come in the migration buffer. */
    public static final int CONTROL_MIGRATED     = 48;
    /** Response page: number of the last message taken. */
    public static final int RESPONSE_RECEIVED    = 0;
    /** Response page: number of the last message done. */
    public static final int RESPONSE_PROCESSED   = 4;
    /** Response page: its result, 0 for success. */
    public static final int RESPONSE_RESULT      = 8;
    /** Response page: how far the task has come in the migration buffer. */
    public static final int RESPONSE_MIGRATED    = 16;
    /** Response page: whether the state is saved whole. */
    public static final int RESPONSE_SAVED       = 20;
    /** What the task writes as the number when it has started: the letters NeJo. */
    public static final int BOOT_MARKER          = 0x4e65_4a6f;
    // spotless:on

    static final int CONTROL_BYTES = 4096;
}
