package org.gpumediator.rules.circle.left;

import org.gpumediator.rules.circle.right.Right;

/** Needs a class of a package that needs this one. */
public final class Left {
    public Right other() {
        return new Right();
    }
}
