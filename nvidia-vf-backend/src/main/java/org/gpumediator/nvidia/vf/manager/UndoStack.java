package org.gpumediator.nvidia.vf.manager;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What has been done so far, to be undone strictly in reverse. A step that fails does not keep the
 * others from being undone; it and all that are to be undone after it stay, to be tried again: each
 * step can be undone more than once.
 */
final class UndoStack {

    private record Step(String name, Runnable undo) {}

    private final Deque<Step> steps = new ArrayDeque<>();

    /** Remembers how to undo what has just been done, or is about to be. */
    void push(String name, Runnable undo) {
        steps.push(new Step(name, undo));
    }

    /** Returns whether there is nothing to be undone. */
    boolean isEmpty() {
        return steps.isEmpty();
    }

    /** Forgets everything. */
    void clear() {
        steps.clear();
    }

    /**
     * Undoes everything.
     *
     * @return the first failure, with the later ones attached; null if there was none
     */
    @Nullable RuntimeException unwind() {
        RuntimeException first = null;
        for (Iterator<Step> rest = steps.iterator(); rest.hasNext(); ) {
            Step step = rest.next();
            try {
                step.undo().run();
                if (first == null) {
                    rest.remove();
                }
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

    /**
     * Undoes as much as can be undone without a failure.
     *
     * @return whether that was everything
     */
    boolean unwindUntilFailure() {
        while (!steps.isEmpty()) {
            try {
                steps.getFirst().undo().run();
            } catch (RuntimeException failure) {
                return false;
            }
            steps.removeFirst();
        }
        return true;
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::name).toList().toString();
    }
}
