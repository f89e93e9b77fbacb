package org.gpumediator.core.pci;

import java.util.Random;

/** The seed of the property tests; {@code -Dgpumediator.seed=N} runs them with another. */
final class Seed {

    static final long VALUE = Long.getLong("gpumediator.seed", 20_250_917L);

    private Seed() {}

    static Random random() {
        return new Random(VALUE);
    }
}
