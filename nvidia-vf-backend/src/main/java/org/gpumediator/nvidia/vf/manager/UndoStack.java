package org.gpumediator.nvidia.vf.manager;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What has been done so far, to be undone strictly in reverse. A step that fails does not keep the
 * others from being undone.
 */
final class UndoStack {

    private record Step(String name, Runnable undo) {}

    private final Deque<Step> steps = new ArrayDeque<>();

    /** Remembers how to undo what has just been done, or is about to be. */
    void push(String name, Runnable undo) {
        steps.push(new Step(name, undo));
    }

    /**
     * Undoes everything.
     *
     * @return the first failure, with the later ones attached; null if there was none
     */
    @Nullable RuntimeException unwind() {
        RuntimeException first = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().undo().run();
            } catch (RuntimeException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        return first;
    }
}
