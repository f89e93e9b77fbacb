package org.gpumediator.api.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AbilitiesTest {

    @Test
    void anAbilityIsFoundByExactlyTheTypeItWasGivenFor() {
        Runnable run = () -> {};

        Abilities abilities = Abilities.none().with(Runnable.class, run);

        assertThat(abilities.find(Runnable.class)).containsSame(run);
        assertThat(abilities.find(Object.class)).isEmpty();
        assertThat(Abilities.none().find(Runnable.class)).isEmpty();
    }

    @Test
    void aLaterAbilityOfTheSameTypeTakesThePlaceOfTheEarlierOne() {
        Runnable later = () -> {};

        Abilities abilities =
                Abilities.none().with(Runnable.class, () -> {}).with(Runnable.class, later);

        assertThat(abilities.find(Runnable.class)).containsSame(later);
    }
}
