package org.gpumediator.intel.gen7.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.gpumediator.api.vmm.Displays.Connector;
import org.gpumediator.api.vmm.Displays.Port;
import org.gpumediator.core.display.Edid;
import org.gpumediator.core.display.VideoMode;
import org.gpumediator.intel.gen7.irq.InterruptBank;
import org.gpumediator.intel.gen7.irq.VirtualInterrupts;
import org.junit.jupiter.api.Test;

/** The wires behind the ports, driven as Linux's driver drives them. */
final class PortsTest {

    private static final int SDEISR = 0xc_4000;
    private static final int SDEIIR = 0xc_4008;
    private static final int SHOTPLUG = 0xc_4030;
    private static final int STRAPS = 0xc_2014;
    private static final int ADPA = 0xe_1100;
    private static final int GMBUS = 0xc_5100;
    private static final int AUX_C = 0xe_4210;
    private static final int NAK = 1 << 10;
    private static final int WAIT = 1 << 14;
    private static final int ACTIVE = 1 << 9;

    private final Wires registers = new Wires();
    private final VirtualInterrupts interrupts =
            new VirtualInterrupts(new Object(), registers, active -> {});

    private Ports ports(String options) {
        Ports ports = new Ports(registers, interrupts, options);
        ports.reset();
        return ports;
    }

    private void gmbus(Ports ports, int register, int value) {
        registers.set(GMBUS + 4 * register, value);
        ports.gmbusWritten(register, value);
    }

    private int status(Ports ports) {
        return ports.gmbusRead(2, 0);
    }

    /** Reads bytes as the driver does; {@code null} if nobody acknowledges. */
    private byte[] gmbusRead(Ports ports, int pin, int address, int offset, int count) {
        gmbus(ports, 0, pin);
        gmbus(ports, 1, 0x4600_0000 | count << 16 | offset << 8 | address << 1 | 1);
        if ((status(ports) & NAK) != 0) {
            gmbus(ports, 1, 0x8000_0000);
            assertThat(status(ports) & (NAK | ACTIVE)).isZero();
            return null;
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i += 4) {
            int word = ports.gmbusRead(3, 0);
            for (int j = 0; j < 4 && i + j < count; j++) {
                bytes[i + j] = (byte) (word >>> 8 * j);
            }
        }
        assertThat(status(ports) & WAIT).isEqualTo(WAIT);
        gmbus(ports, 1, 0x4800_0000);
        assertThat(status(ports) & ACTIVE).isZero();
        gmbus(ports, 0, 0);
        return bytes;
    }

    private byte[] aux(Ports ports, int... request) {
        for (int i = 0; i < 20; i += 4) {
            int word = 0;
            for (int j = 0; j < 4; j++) {
                word = word << 8 | (i + j < request.length ? request[i + j] & 0xff : 0);
            }
            registers.set(AUX_C + 4 + i, word);
        }
        ports.auxStarted(2, 0x8000_0000 | request.length << 20);
        int control = registers.get(AUX_C);
        assertThat(control >>> 30 & 3).isEqualTo(1);
        if ((control & 1 << 28) != 0) {
            return new byte[0];
        }
        byte[] reply = new byte[control >>> 20 & 0x1f];
        for (int i = 0; i < reply.length; i++) {
            reply[i] = (byte) (registers.get(AUX_C + 4 + (i & ~3)) >>> 24 - 8 * (i & 3));
        }
        return reply;
    }

    @Test
    void edid_overGmbus_equalsTheMonitorsByteForByte() {
        Ports ports = ports("hdmi-b:2560x1440");
        byte[] edid = ports.edid("hdmi-b");
        assertThat(edid).hasSize(256);
        assertThat(gmbusRead(ports, 5, 0x50, 0, 1)).containsExactly(edid[0]);
        assertThat(gmbusRead(ports, 5, 0x50, 0, 128)).isEqualTo(Arrays.copyOf(edid, 128));
        assertThat(gmbusRead(ports, 5, 0x50, 128, 128))
                .isEqualTo(Arrays.copyOfRange(edid, 128, 256));
    }

    @Test
    void gmbus_whereNobodyIs_isNotAcknowledgedAtTheAddress() {
        Ports ports = ports("hdmi-b:1024x768,dp-c:1024x768,hdmi-d");
        assertThat(gmbusRead(ports, 4, 0x50, 0, 1)).isNull(); // DisplayPort has no such wires
        assertThat(gmbusRead(ports, 6, 0x50, 0, 1)).isNull(); // nothing plugged in
        assertThat(gmbusRead(ports, 2, 0x50, 0, 1)).isNull(); // no such port
        assertThat(gmbusRead(ports, 5, 0x40, 0, 16)).isNull(); // no adapter on the wires
        assertThat(gmbusRead(ports, 5, 0x50, 0, 1)).isNotNull();
    }

    @Test
    void gmbus_segmentWritten_readsItsBlocks() {
        Ports ports = ports("hdmi-b");
        byte[] edid =
                Arrays.copyOf(
                        Edid.builder(Connector.HDMI).mode(VideoMode.parse("1024x768")).build(),
                        384);
        edid[126] = 2;
        edid[127] -= 2;
        edid[256] = 7;
        edid[383] = -7;
        ports.plug("hdmi-b", edid);
        gmbus(ports, 0, 5);
        registers.set(GMBUS + 0xc, 1);
        gmbus(ports, 3, 1);
        gmbus(ports, 1, 0x4201_0060); // one byte to 0x30
        assertThat(status(ports) & (NAK | WAIT)).isEqualTo(WAIT);
        gmbus(ports, 1, 0x4601_00a1);
        assertThat(ports.gmbusRead(3, 0)).isEqualTo(7);
    }

    @Test
    void gmbus_nonsense_neverThrows() {
        Ports ports = ports("hdmi-b:1024x768");
        java.util.Random random = new java.util.Random(5);
        for (int i = 0; i < 100_000; i++) {
            int register = random.nextInt(9);
            gmbus(ports, register, random.nextInt());
            ports.gmbusRead(random.nextInt(9), 0);
        }
        gmbus(ports, 0, 0);
        gmbus(ports, 8, 0);
        assertThat(gmbusRead(ports, 5, 0x50, 0, 4)).containsExactly(0, -1, -1, -1);
    }

    @Test
    void edid_overAux_equalsTheMonitorsByteForByte() {
        Ports ports = ports("dp-c:1920x1080");
        byte[] edid = ports.edid("dp-c");
        assertThat(aux(ports, 0x40, 0, 0x50)).containsExactly(0);
        assertThat(aux(ports, 0x40, 0, 0x50, 0, 0)).containsExactly(0);
        byte[] read = new byte[128];
        for (int i = 0; i < 128; i += 16) {
            byte[] reply = aux(ports, 0x50, 0, 0x50, 15);
            assertThat(reply).hasSize(17).startsWith(0);
            System.arraycopy(reply, 1, read, i, 16);
        }
        assertThat(read).isEqualTo(edid);
        assertThat(aux(ports, 0x10, 0, 0x50)).containsExactly(0);
        assertThat(aux(ports, 0x50, 0, 0x40, 0)).containsExactly(0x40);
    }

    @Test
    void training_asADriverDoesIt_succeedsInOnePass() {
        Ports ports = ports("dp-c:1920x1080");
        assertThat(aux(ports, 0x90, 0, 0, 2)).containsExactly(0, 0x12, 0x14, 0xc4);
        aux(ports, 0x80, 1, 0, 1, 6, 0x82);
        aux(ports, 0x80, 1, 2, 0, 0x21);
        assertThat(aux(ports, 0x90, 2, 2, 5)).containsExactly(0, 0x11, 0, 0, 3, 0, 0);
        aux(ports, 0x80, 1, 2, 0, 0x23);
        assertThat(aux(ports, 0x90, 2, 2, 5)).containsExactly(0, 0x77, 0, 1, 3, 0, 0);
        aux(ports, 0x80, 1, 2, 0, 0);
        assertThat(aux(ports, 0x90, 2, 2, 0)).containsExactly(0, 0x77);
        aux(ports, 0x80, 6, 0, 0, 2);
        assertThat(aux(ports, 0x90, 2, 2, 0)).containsExactly(0, 0);
    }

    @Test
    void aux_absurdRequests_areRefusedOrReadZero() {
        Ports ports = ports("dp-c:1920x1080");
        assertThat(aux(ports, 0x90, 0, 0, 16)).containsExactly(0x10);
        assertThat(aux(ports, 0x90, 0, 0, 255)).containsExactly(0x10);
        assertThat(aux(ports, 0x90, 0)).containsExactly(0x10);
        assertThat(aux(ports, 0x9f, 0xff, 0xff, 15)).containsExactly(0x10);
        assertThat(aux(ports, 0x9e, 0, 0, 3)).containsExactly(0, 0, 0, 0, 0);
        java.util.Random random = new java.util.Random(3);
        for (int i = 0; i < 50_000; i++) {
            int[] request = random.ints(random.nextInt(32), 0, 256).toArray();
            aux(ports, request);
        }
    }

    @Test
    void aux_withoutSink_timesOut() {
        Ports ports = ports("dp-c,hdmi-b:1024x768");
        assertThat(aux(ports, 0x90, 0, 0, 0)).isEmpty();
    }

    @Test
    void straps_sayWhichPortsThereAre_pluggedOrNot() {
        ports("");
        assertThat(registers.get(STRAPS)).isEqualTo(0x40);
        ports("vga,hdmi-b,dp-c,dp-d,edp:1024x768");
        assertThat(registers.get(STRAPS)).isEqualTo(0x07);
        assertThat(registers.get(0x6_4000) & 1).isEqualTo(1);
        assertThat(registers.get(InterruptBank.DE.isr())).isEqualTo(1 << 27);
        assertThat(registers.get(SDEISR)).isZero();
    }

    @Test
    void plugAndUnplug_changePinAndSendOneLongPulse() {
        Ports ports = ports("dp-c,vga");
        registers.set(SHOTPLUG, 0x1010);
        registers.set(ADPA, 1 << 23);
        byte[] edid =
                Edid.builder(Connector.DISPLAY_PORT).mode(new VideoMode(800, 600, 60)).build();
        ports.plug("dp-c", edid);
        assertThat(registers.get(SDEISR)).isEqualTo(1 << 22);
        assertThat(registers.get(SDEIIR)).isEqualTo(1 << 22);
        assertThat(registers.get(SHOTPLUG)).isEqualTo(0x1210);
        assertThat(ports.edid("dp-c")).isEqualTo(edid);
        registers.set(SDEIIR, 0);
        ports.unplug("dp-c");
        ports.unplug("dp-c");
        assertThat(registers.get(SDEISR)).isZero();
        assertThat(registers.get(SDEIIR)).isEqualTo(1 << 22);
        ports.plug("vga", edid);
        assertThat(registers.get(ADPA) >>> 24 & 3).isEqualTo(3);
        assertThat(registers.get(SDEIIR)).isEqualTo(1 << 22 | 1 << 19);
        assertThat(ports.list())
                .containsExactly(
                        new Port("dp-c", Connector.DISPLAY_PORT, false),
                        new Port("vga", Connector.VGA, true));
    }

    @Test
    void plug_whereTheGuestHasNotAsked_changesThePinOnly() {
        Ports ports = ports("hdmi-d");
        ports.plug(
                "hdmi-d", Edid.builder(Connector.HDMI).mode(new VideoMode(800, 600, 60)).build());
        assertThat(registers.get(SDEISR)).isEqualTo(1 << 23);
        assertThat(registers.get(SDEIIR)).isZero();
    }

    @Test
    void callersMistakes_areNamed() {
        Ports ports = ports("edp:1024x768,hdmi-b");
        assertThatThrownBy(() -> ports.unplug("edp")).hasMessageContaining("embedded panel");
        assertThatThrownBy(() -> ports.unplug("dp-b")).hasMessageContaining("[edp, hdmi-b]");
        assertThatThrownBy(() -> ports.plug("hdmi-b", new byte[3])).hasMessageContaining("3 bytes");
        assertThatThrownBy(() -> ports("edp")).hasMessageContaining("needs its mode");
        assertThatThrownBy(() -> ports("hdmi-b,dp-b")).hasMessageContaining("port B");
        assertThatThrownBy(() -> ports("hdmi-e")).hasMessageContaining("expected vga");
    }
}
