package org.gpumediator.examples.kvmvmm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Linux's driver looks for. */
final class SerialPortTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Boolean> line = new ArrayList<>();
    private final SerialPort port = new SerialPort(out, line::add);

    private int read(int register) {
        return (int) port.read(register, 1);
    }

    private void write(int register, int value) {
        port.write(register, 1, value);
    }

    @Test
    void identity_isThatOfA16550A() {
        write(2, 1);
        assertThat(read(2) & 0xc0).as("with its FIFO on").isEqualTo(0xc0);
        write(2, 0);
        assertThat(read(2) & 0xc0).as("with its FIFO off").isZero();
        write(7, 0xa5);
        assertThat(read(7)).as("scratch").isEqualTo(0xa5);
    }

    @Test
    void loop_turnsOutputsIntoInputs_andSendsNothing() {
        write(4, 0x1a);
        assertThat(read(6) & 0xf0).isEqualTo(0x90);
        write(0, 'x');
        assertThat(read(5) & 1).as("data ready").isEqualTo(1);
        assertThat(read(0)).isEqualTo('x');
        assertThat(out.size()).isZero();
    }

    @Test
    void sending_asksForMoreByAnEdgeAfterEachLook() {
        write(1, 2);
        assertThat(line).as("switched on while empty").containsExactly(true);
        assertThat(read(2)).isEqualTo(2);
        assertThat(read(2)).as("told once").isEqualTo(1);
        write(0, 'h');
        write(0, 'i');
        assertThat(read(2)).isEqualTo(2);
        assertThat(line).containsExactly(true, false, true, false);
        assertThat(out.toString()).isEqualTo("hi");
    }

    @Test
    void receiving_interruptsUntilAllIsRead() {
        write(1, 1);
        assertThat(port.receive('a')).isTrue();
        assertThat(port.receive('b')).isTrue();
        assertThat(read(2)).isEqualTo(4);
        assertThat(read(0)).isEqualTo('a');
        assertThat(line).containsExactly(true);
        assertThat(read(0)).isEqualTo('b');
        assertThat(line).containsExactly(true, false);
        assertThat(read(0)).as("nothing left").isZero();
    }

    @Test
    void receiving_moreThanTheRoom_isRefused() {
        for (int i = 0; i < 1024; i++) {
            assertThat(port.receive(i)).isTrue();
        }
        assertThat(port.receive(0)).isFalse();
        write(2, 3);
        assertThat(read(5) & 1).as("data ready after clearing").isZero();
    }

    @Test
    void divisor_hidesDataAndInterrupts() {
        write(3, 0x83);
        write(0, 0x34);
        write(1, 0x12);
        assertThat(read(0)).isEqualTo(0x34);
        assertThat(read(1)).isEqualTo(0x12);
        write(3, 0x03);
        assertThat(read(1)).isZero();
        assertThat(out.size()).isZero();
    }

    @Test
    void otherWidths_areNobodys() {
        assertThat(port.read(0, 4)).isEqualTo(0xffff_ffffL);
        port.write(0, 4, 'x');
        assertThat(out.size()).isZero();
    }
}
