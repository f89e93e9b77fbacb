/**
 * The life of virtual GPUs on a board, and what becomes of it when the firmware goes wrong.
 *
 * <p>A fault at any phase of an operation ends in one of these states, and nothing else is touched
 * by it. "Task" is the firmware task of one virtual GPU.
 *
 * <table>
 * <caption>Operations and faults</caption>
 * <tr><th>operation</th><th>firmware or task answers late, wrongly, damaged, or not at all</th>
 *     <th>firmware stops</th></tr>
 * <tr><td>create (takes the function, scrubs, starts the task)</td>
 *     <td>fails; everything is undone in reverse and given back. What cannot be undone is tried
 *     again by steps, and the share is kept from everybody until then</td>
 *     <td>fails; given back if the task was not started, otherwise kept until the board was
 *     reset</td></tr>
 * <tr><td>close (stops the task, scrubs, gives the function back)</td>
 *     <td>closed; every other step is done all the same; the share is kept until steps have undone
 *     what is left</td>
 *     <td>closed; the share is kept until the board was reset, and scrubbed then</td></tr>
 * <tr><td>reset</td>
 *     <td>the task is rebuilt in the same place; failed if that does not work either, and the next
 *     reset tries again</td><td>failed</td></tr>
 * <tr><td>pause, resume</td><td>failed until it is reset</td><td>failed</td></tr>
 * <tr><td>stop</td><td>fails: unknown whether the task has ended, the guest is kept off all the
 *     same; the next reset makes it anew in the same place</td><td>failed</td></tr>
 * <tr><td>save</td><td>fails, still paused; nothing of the stream counts</td><td>failed</td></tr>
 * <tr><td>restore</td><td>fails and is reset, still paused; a fault in that first reset is repaired
 *     by it and not noticed</td><td>failed</td></tr>
 * <tr><td>restart of the board (reset, boot, functions, every virtual GPU again)</td>
 *     <td>while the board boots: it stays off, everything stays failed, and it is tried again after
 *     a minute. While one virtual GPU is made again: that one alone is not restored, and its next
 *     reset tries again</td>
 *     <td>restarted once more</td></tr>
 * </table>
 *
 * <p>Events before an answer, also in storms, change nothing. When the firmware has stopped, an
 * exception concerns the board, or three calls in a row were not answered, the board is reset and
 * every virtual GPU is brought up again in its place; each stays failed until it is reset, because
 * its guest must begin anew. So recovery goes from the task over the function to the board, and to
 * the next step only if the one before did not do:
 *
 * <ol>
 *   <li>a fault fails one virtual GPU: its guest is cut off the hardware until it is reset;
 *   <li>the reset starts its task over, resets its function, scrubs its framebuffer;
 *   <li>where the task does not answer, all that is its own is torn down and made again in place;
 *   <li>where its function or framebuffer cannot be made safe, it stays failed, and its share is
 *       kept from everybody else after it is closed, until it can;
 *   <li>only where the firmware itself is dead, or a share is kept that nothing else makes safe and
 *       nobody is on the board, the board is reset and everything is pushed again.
 * </ol>
 */
package org.gpumediator.nvidia.vf.manager;
