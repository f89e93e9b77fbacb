package org.gpumediator.rules.circle.left;

import org.gpumediator.rules.circle.Root;

/** Needs a class of the package above. */
public final class Nested {
    public Root root() {
        return new Root();
    }
}
