package org.gpumediator.nvidia.vf.gsp;

/**
 * A client of the firmware's resource manager, with its own view of the board. Controls of the
 * board are controls of the subdevice.
 *
 * @param client handle of the client
 * @param device handle of its device
 * @param subdevice handle of that device's subdevice
 */
public record GspClient(int client, int device, int subdevice) {}
