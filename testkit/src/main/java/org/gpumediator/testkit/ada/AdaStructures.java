package org.gpumediator.testkit.ada;

import java.util.List;
import java.util.stream.Stream;
import org.gpumediator.core.wire.WireStructure;

/**
 * The structures that the firmware of a {@link FakeAda} is spoken to in, as the fake reads them:
 * for comparing its reading with another.
 */
public final class AdaStructures {

    private AdaStructures() {}

    /** Returns all that are of the vendor's firmware. */
    public static List<WireStructure> all() {
        return Stream.of(
                        GspQueueStructures.all(),
                        GspBootStructures.all(),
                        GspObjectStructures.all(),
                        GspEventStructures.all(),
                        GspBoardStructures.all(),
                        GspSchedulerStructures.all(),
                        GspVgpuStructures.all(),
                        GspGuestStructures.all(),
                        GspStaticStructures.all())
                .flatMap(List::stream)
                .toList();
    }
}
