package org.gpumediator.rules.circle;

import org.gpumediator.rules.circle.left.Nested;

/** Needs a class of a package below, which needs this one. */
public final class Root {
    public Nested nested() {
        return new Nested();
    }
}
