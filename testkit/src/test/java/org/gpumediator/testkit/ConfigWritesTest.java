package org.gpumediator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A chip answers every access to its configuration space, so the fakes do. */
class ConfigWritesTest {

    private static final int SRIOV_CONTROL = 0xbd4;
    private static final int NUM_VFS = 0xbdc;
    private static final int WRITES = 20_000;

    private static FakeAda ada() {
        return FakeAda.builder(AdaModel.L4).clock(new SteppedClock()).build();
    }

    private static void letFunctionsComeUp(FakeAda board) {
        board.advance(board.nextWorkNanos());
    }

    static Stream<PhysicalGpu> functions() {
        FakeAda withFunctions = ada();
        withFunctions.writeConfig(NUM_VFS, 2, 4);
        withFunctions.writeConfig(SRIOV_CONTROL, 2, 9);
        letFunctionsComeUp(withFunctions);
        return Stream.of(
                ada(), withFunctions.virtualFunction(1).orElseThrow(), FakeHaswell.create());
    }

    @ParameterizedTest
    @MethodSource("functions")
    void config_writtenAndReadAnyhow_isAnswered(PhysicalGpu function) {
        Random random = new Random(20);
        for (int i = 0; i < WRITES; i++) {
            int width = 1 << random.nextInt(3);
            int offset = random.nextInt(function.configLength() / width) * width;
            function.writeConfig(offset, width, random.nextInt());
            function.readConfig(offset, width);
        }
        function.reset();
        assertThat(function.configLength()).isPositive();
    }

    @Test
    void numVfs_moreThanThereCanBe_isNotTakenHoweverItIsWritten() {
        FakeAda board = ada();
        board.writeConfig(NUM_VFS, 2, 3);
        board.writeConfig(NUM_VFS, 2, 33);
        board.writeConfig(NUM_VFS, 4, 0xffff);
        board.writeConfig(NUM_VFS + 1, 1, 1);
        assertThat(board.readConfig(NUM_VFS, 2)).isEqualTo(3);
        board.writeConfig(SRIOV_CONTROL, 2, 9);
        letFunctionsComeUp(board);
        assertThat(board.virtualFunction(2)).isPresent();
        assertThat(board.virtualFunction(3)).isEmpty();
    }
}
