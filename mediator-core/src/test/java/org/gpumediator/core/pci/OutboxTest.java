package org.gpumediator.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.VmmPort;
import org.junit.jupiter.api.Test;

/** When and in which order a VMM is told of interrupts, and what of them it is not told twice. */
class OutboxTest {

    private static final int TABLE_DATA = 8;

    private final List<String> told = new ArrayList<>();
    private Runnable onTold = () -> {};
    private final PciFunction function =
            Functions.virtual()
                    .tellingLater()
                    .build(
                            VmmPort.of(GuestMemory.none(), vector -> tell("message " + vector))
                                    .withLine(new Line()));

    private final class Line implements InterruptLine {

        @Override
        public void assertLevel() {
            tell("line on");
        }

        @Override
        public void deassert() {
            tell("line off");
        }
    }

    private void tell(String what) {
        told.add(what);
        onTold.run();
    }

    private void enable(PciFunction target) {
        target.write(0x04, 2, 6);
        for (int vector = 0; vector < target.msixVectors(); vector++) {
            target.msixTable().table().write(16L * vector, 4, 0xfee0_0000L);
            target.msixTable().table().write(16L * vector + TABLE_DATA, 4, 0x40 + vector);
            target.msixTable().table().write(16L * vector + 12, 4, 0);
        }
        int at = target.read(0x34, 1);
        while (target.read(at, 1) != 0x11) {
            at = target.read(at + 1, 1);
        }
        target.write(at + 2, 2, 0x8000);
    }

    @Test
    void events_areToldWhenTheDeviceSaysSo_inOrder() {
        enable(function);
        function.signal(2);
        function.signal(0);
        function.signal(1);
        assertThat(told).isEmpty();
        assertThat(function.hasToTell()).isTrue();
        assertThat(function.tell(2)).as("something is left over").isTrue();
        assertThat(told).containsExactly("message 2", "message 0");
        assertThat(function.tell(2)).isFalse();
        assertThat(told).containsExactly("message 2", "message 0", "message 1");
        assertThat(function.hasToTell()).isFalse();
    }

    @Test
    void eventOfAVectorThatWaits_isToldOnce_afterwardsAgain() {
        enable(function);
        function.signal(0);
        function.signal(1);
        function.signal(0);
        assertThat(function.tell(9)).isFalse();
        assertThat(told).containsExactly("message 0", "message 1");
        function.signal(0);
        assertThat(function.tell(9)).isFalse();
        assertThat(told).hasSize(3);
    }

    @Test
    void message_isSentAsItWasWhenTheEventCameUp() {
        enable(function);
        List<Integer> data = new ArrayList<>();
        onTold = () -> data.add(function.messageData(0));
        function.signal(0);
        function.msixTable().table().write(12, 4, 1); // masks; and tells what waits
        function.msixTable().table().write(TABLE_DATA, 4, 0x99);
        assertThat(data).containsExactly(0x40);
        assertThat(function.messageData(0)).isEqualTo(0x99);
    }

    @Test
    void messageThatIsDisabledMeanwhile_canStillBeComposed() {
        enable(function);
        List<Integer> data = new ArrayList<>();
        onTold =
                () -> {
                    function.set(0x7c, 4, 0); // of no capability: nothing changes
                    function.reset(ResetKind.BUS);
                    data.add(function.messageData(0));
                };
        function.signal(0);
        assertThat(function.tell(1)).isFalse();
        assertThat(data).containsExactly(0x40);
    }

    @Test
    void eventsDuringACall_areToldAfterIt() {
        enable(function);
        onTold =
                () -> {
                    if (told.size() < 3) {
                        function.signal(told.size());
                        assertThat(function.tell(9)).as("by the call outside").isFalse();
                        assertThat(told).hasSizeLessThan(3);
                    }
                };
        function.signal(0);
        assertThat(function.tell(9)).isFalse();
        assertThat(told).containsExactly("message 0", "message 1", "message 2");
    }

    @Test
    void callThatThrows_isOverAllTheSame() {
        enable(function);
        onTold =
                () -> {
                    throw new IllegalStateException("gone");
                };
        function.signal(0);
        assertThat(catchThrowable(() -> function.tell(9))).hasMessage("gone");
        onTold = () -> {};
        function.signal(1);
        assertThat(function.tell(9)).isFalse();
        assertThat(told).containsExactly("message 0", "message 1");
    }

    @Test
    void reset_dropsMessages_silence_dropsAll() {
        enable(function);
        function.signal(0);
        function.reset(ResetKind.BUS);
        assertThat(function.tell(9)).isFalse();
        enable(function);
        function.signal(0);
        function.silence();
        function.signal(1);
        assertThat(function.tell(9)).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void line_isToldTheLevelItHasThen() {
        PciFunction integrated =
                Functions.integrated()
                        .tellingLater()
                        .build(
                                VmmPort.of(GuestMemory.none(), vector -> tell("message"))
                                        .withLine(new Line()));
        integrated.level(true);
        integrated.level(false);
        assertThat(integrated.tell(9)).isFalse();
        assertThat(told).isEmpty();
        integrated.level(true);
        assertThat(integrated.tell(9)).isFalse();
        integrated.level(false);
        integrated.level(true);
        integrated.level(false);
        assertThat(integrated.tell(9)).isFalse();
        assertThat(told).containsExactly("line on", "line off");
    }
}
