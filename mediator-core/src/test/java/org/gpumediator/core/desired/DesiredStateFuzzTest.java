package org.gpumediator.core.desired;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/**
 * Fuzzes the reading of desired states: any text is one, or is refused with the line that is wrong.
 *
 * <p>The stored inputs run with every build; {@code JAZZER_FUZZ=1} searches for more.
 */
class DesiredStateFuzzTest {

    @FuzzTest(maxDuration = "30m")
    void text_ofAnyKind_isReadOrRefusedWithItsLine(byte[] input) {
        DesiredState state;
        try {
            state = DesiredState.parse(new String(input, StandardCharsets.UTF_8));
        } catch (DesiredStateFormatException refused) {
            assertThat(refused.getMessage()).startsWith("line ");
            return;
        }
        assertThat(DesiredState.parse(state.format())).isEqualTo(state);
    }
}
