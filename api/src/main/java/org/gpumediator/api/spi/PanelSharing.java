package org.gpumediator.api.spi;

/**
 * The ability of a backend whose GPU has monitors of its own: one virtual GPU at a time is in front
 * of them. The GPU shows that guest's planes straight from its memory; the others go on with
 * virtual frames. Safe for use by multiple threads.
 *
 * <p>A change takes effect in the mediator's next step, and is seen from the vertical blank after
 * it. The monitors keep the mode that they were switched on with: a guest's picture of another size
 * is stretched or shrunk to fill it.
 *
 * @since 0.1.0
 */
public interface PanelSharing {

    /** The host: who is in front while no virtual GPU is. */
    String HOST = "";

    /**
     * Wishes somebody in front. A guest is there while it has a screen lit; before and after, and
     * when it has been closed, the host is.
     *
     * @param name of a virtual GPU, which need not be there yet; {@link #HOST} for the host
     */
    void show(String name);

    /** Returns who is in front: the name of a virtual GPU, or {@link #HOST}. */
    String shown();
}
