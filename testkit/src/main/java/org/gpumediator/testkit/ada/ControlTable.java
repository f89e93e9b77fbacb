package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Controls of the firmware that belong together, by number. */
interface ControlTable {

    /** One control. */
    interface Control {

        /**
         * Carries it out.
         *
         * @param body its parameters; what it answers goes there
         * @return a number of {@link GspStatus}
         */
        int run(ByteBuffer body);
    }

    /** Returns the control of a number, or null. */
    @Nullable Control find(int command);
}
