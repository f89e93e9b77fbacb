package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import org.gpumediator.core.wire.WireStructure;
import org.gpumediator.core.wire.WireView;
import org.jspecify.annotations.Nullable;

/** Controls of the firmware that belong together, by number. */
interface ControlTable {

    /** What a control does. */
    interface Handler {

        /**
         * Carries it out.
         *
         * @param body its parameters; what it answers goes there
         * @return a number of {@link GspStatus}
         */
        int run(WireView body);
    }

    /**
     * One control.
     *
     * @param layout of its parameters
     * @param handler carries it out
     */
    record Control(WireStructure layout, Handler handler) {

        /** Carries it out, if its parameters are as long as they must be. */
        int run(ByteBuffer parameters) {
            return parameters.limit() == layout.bytes()
                    ? handler.run(layout.view(parameters))
                    : GspStatus.BAD_PARAMETERS;
        }
    }

    /** Returns the control of a number, or null. */
    @Nullable Control find(int command);
}
