package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.GpuMediationException;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.Stoppable;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.GspFault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a board is asked for in the life of a virtual GPU, in order. Source: create and destroy
 * order of the open vGPU manager series; reset before opening of its variant driver.
 */
class LifeOrderTest {

    // spotless:off
    private static final String ALLOCATE     = "call 103";
    private static final String FREE         = "call 10";
    private static final String CLEAR        = "clear 0 8187281408";
    private static final String CLEAR_HEAP   = "clear 49861885952 67108864";
    private static final String BOOTLOAD     = "control 0x20804001";
    private static final String SHUT_DOWN    = "control 0x20804002";
    private static final String CLEAN_UP     = "control 0x20804008";
    private static final String ENCODER      = "control 0x20804007";
    private static final String NEGOTIATE    = "message 1 to 1";
    private static final String CONFIGURE    = "message 2 to 1";
    private static final String RESET_TASK   = "message 3 to 1";
    private static final String STOP_WORK    = "message 4 to 1";
    private static final String RESUME_WORK  = "message 10 to 1";
    private static final String BUS_MASTER   = "message 13 to 1";
    private static final String RESET        = "function 1 reset";
    private static final String MASTER_ON    = "function 1 bus master on";
    private static final String MASTER_OFF   = "function 1 bus master off";
    // spotless:on

    private static final List<String> SCRUB_FRAMEBUFFER = List.of(ALLOCATE, CLEAR, FREE);
    private static final List<String> SCRUB = List.of(ALLOCATE, CLEAR, CLEAR_HEAP, FREE);

    /** A client, its device and its subdevice. */
    private static final List<String> CLIENT = List.of(ALLOCATE, ALLOCATE, ALLOCATE);

    private static final List<String> CREATE =
            joined(
                    List.of(RESET, MASTER_ON),
                    SCRUB,
                    CLIENT,
                    List.of(BOOTLOAD, NEGOTIATE, CONFIGURE, ENCODER, BUS_MASTER));

    /** The task, its client, the framebuffer, the function: what create has done, in reverse. */
    private static final List<String> CLOSE =
            joined(List.of(SHUT_DOWN, CLEAN_UP, FREE), SCRUB, List.of(MASTER_OFF));

    private final Rig rig = new Rig(AdaModel.L40);

    @AfterEach
    void close() {
        rig.close();
    }

    @SafeVarargs
    private static List<String> joined(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    private VirtualGpu created() {
        VirtualGpu vgpu = rig.create("a", "L40-8Q");
        rig.board.takeOrders();
        return vgpu;
    }

    @Test
    void create_resetsTheFunctionFirstAndStartsTheTaskLast() {
        rig.board.takeOrders();
        rig.create("a", "L40-8Q");
        assertThat(rig.board.takeOrders()).isEqualTo(CREATE);
    }

    @Test
    void close_isTheReverseOfCreate() {
        created().close();
        assertThat(rig.board.takeOrders()).isEqualTo(CLOSE);
    }

    @Test
    void pauseAndResume_areOneMessageEach() {
        VirtualGpu a = created();
        a.quiesce();
        a.resume();
        assertThat(rig.board.takeOrders()).containsExactly(STOP_WORK, RESUME_WORK);
    }

    @Test
    void reset_tellsTheTaskThenResetsTheFunctionThenScrubs() {
        created().reset(ResetKind.FUNCTION_LEVEL);
        assertThat(rig.board.takeOrders())
                .isEqualTo(joined(List.of(RESET_TASK, RESET, MASTER_ON), SCRUB_FRAMEBUFFER));
    }

    @Test
    void stop_takesTheFunctionOffTheBusAndEndsTheTask_andResetMakesAllAnew() {
        VirtualGpu a = created();
        a.ability(Stoppable.class).orElseThrow().stop();
        assertThat(rig.board.takeOrders()).containsExactly(MASTER_OFF, SHUT_DOWN, CLEAN_UP);
        a.reset(ResetKind.BUS);
        assertThat(rig.board.takeOrders()).isEqualTo(joined(CLOSE, CREATE));
    }

    @ParameterizedTest
    @CsvSource({
        // fault, at, how many of them go well before, orders given, orders of closing left out
        "ERROR_STATUS, 103,        1, 7,  3",
        "ERROR_STATUS, 103,        2, 8,  2",
        "ERROR_STATUS, 103,        3, 9,  2",
        "ERROR_STATUS, 0x20804001, 0, 10, 0",
        "PLUGIN_ERROR, 1,          0, 11, 0",
        "PLUGIN_ERROR, 2,          0, 12, 0",
        "ERROR_STATUS, 0x20804007, 0, 13, 0",
        "PLUGIN_ERROR, 13,         0, 14, 0"
    })
    void create_thatFailsHalfWay_undoesWhatWasDoneInReverse(
            GspFault fault, String at, int skip, int given, int leftOut) {
        rig.board.takeOrders();
        rig.board.faults().inject(fault, Long.decode(at).intValue(), skip, 1);
        assertThatThrownBy(() -> rig.create("a", "L40-8Q"))
                .isInstanceOf(GpuMediationException.class);
        assertThat(rig.board.takeOrders())
                .isEqualTo(joined(CREATE.subList(0, given), CLOSE.subList(leftOut, CLOSE.size())));
    }
}
