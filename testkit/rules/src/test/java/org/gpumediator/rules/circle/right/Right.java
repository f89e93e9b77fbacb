package org.gpumediator.rules.circle.right;

import org.gpumediator.rules.circle.left.Left;

/** Closes the circle. */
public final class Right {
    public Left back() {
        return new Left();
    }
}
