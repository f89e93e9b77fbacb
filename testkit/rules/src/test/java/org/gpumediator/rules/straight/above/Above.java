package org.gpumediator.rules.straight.above;

import org.gpumediator.rules.straight.below.Below;

/** Needs a class of a package that does not need this one. */
public final class Above {
    public Below below() {
        return new Below();
    }
}
