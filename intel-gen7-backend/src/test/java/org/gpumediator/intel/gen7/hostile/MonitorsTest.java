package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.GuestPort;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest can do to its monitors and planes that no driver would. */
final class MonitorsTest {

    private static final int SECRET = 0x005e_c7e7;
    private static final int BLACK = 0xff00_0000;
    private static final int PIPECONF = 0x7_0008;
    private static final int GMBUS = 0xc_5100;
    private static final int AUX_C = 0xe_4210;
    private static final int AUX_BUSY = 1 << 31;

    private final World world = new World();
    private final Picture picture = new Picture();
    private FakeVmm vmm;
    private ScriptedHaswellGuest guest;
    private HostileActions hostile;
    private Displays displays;
    private GuestObject secret;
    private GuestObject surface;

    @BeforeEach
    void lightTwoScreens() {
        secret = world.boot("good", 32, 128).allocate(1 << 20);
        secret.fill(SECRET);
        vmm =
                world.vmm(
                        World.quotas("bad", 32, 128, 4)
                                .with("display", "hdmi-b:640x480,dp-c:640x480"));
        guest = world.guest(vmm).boot();
        hostile = guest.hostile();
        displays = vmm.gpu().ability(Displays.class).orElseThrow();
        surface = guest.allocate(640 * 480 * 4);
        guest.displays().light(0, GuestPort.HDMI_B, surface);
        guest.displays().light(1, GuestPort.DP_C, surface);
    }

    @AfterEach
    void nothingHasEscaped() {
        assertThat(World.hookFailures(vmm)).isZero();
        assertThat(vmm.gpu().statistics().counter("failures")).isZero();
        world.close();
    }

    private void drawAll() {
        for (int pipe = 0; pipe < 3; pipe++) {
            if (displays.draw(pipe, picture)) {
                int[] pixels = picture.pixels();
                for (int i = 0; i < picture.width() * picture.height(); i++) {
                    if ((pixels[i] & 0xff_ffff) == SECRET) {
                        throw new AssertionError("the neighbour's memory is shown");
                    }
                }
            }
        }
        assertThat(displays.scanouts()).hasSizeLessThanOrEqualTo(3);
    }

    // ---- modes that cannot be

    @ParameterizedTest
    @CsvSource({
        "0x60000, 0",
        "0x6000c, 0",
        "0x60000, -1",
        "0x6000c, -1",
        "0x60010, -1",
        "0x46040, 0",
        "0x46040, -1",
        "0x46104, 0",
        "0x46104, 0xe0000000",
        "0x61000, 0",
        "0x6100c, -1",
        "0x61040, 0",
        "0x61040, -1",
        "0x61044, 0",
        "0x61044, 1",
        "0x46108, -1",
        "0x60400, 0",
        "0x61400, -1",
    })
    void nonsense_scansAtARateThatIsBounded(String register, String value) {
        hostile.pokeRegister(Long.decode(register), (int) (long) Long.decode(value));
        for (int pipe = 0; pipe < 2; pipe++) {
            hostile.pokeRegister(PIPECONF + 0x1000 * pipe, 0);
            hostile.pokeRegister(PIPECONF + 0x1000 * pipe, 1 << 31);
        }
        hostile.pokeRegister(0x4_4004, 0); // hear of everything
        hostile.pokeRegister(0x4_400c, -1);
        long raised = vmm.gpu().statistics().counter("interrupts.raised");
        for (int i = 0; i < 2000; i++) {
            world.step();
            hostile.pokeRegister(0x4_4008, -1);
            assertThat(hostile.peekRegister(0x7_0000)).isBetween(0, 0x1fff);
            assertThat(hostile.peekRegister(0x7_1000)).isBetween(0, 0x1fff);
        }
        long millis = 2000 * World.STEP_NANOS / 1_000_000;
        assertThat(vmm.gpu().statistics().counter("interrupts.raised") - raised)
                .as("two pipes, 500 frames a second at most")
                .isLessThanOrEqualTo(2 * millis / 2 + 4);
        drawAll();
    }

    // ---- planes

    @Test
    void planesThatLeadElsewhere_areBlackAndCounted() {
        for (long foreign : new long[] {secret.graphicsAddress(), 0, 0x7fff_f000L, 0xffff_f000L}) {
            hostile.pokeRegister(0x7_019c, (int) foreign);
            assertThat(displays.draw(0, picture)).isTrue();
            for (int i = 0; i < 640 * 480; i += 97) {
                assertThat(picture.pixels()[i]).isEqualTo(BLACK);
            }
        }
        assertThat(vmm.gpu().statistics().faults()).containsKey(GuestFaultKind.OUT_OF_PARTITION);
    }

    @Test
    void planesOfAnyKind_neverShowTheNeighbour() {
        SplittableRandom random = new SplittableRandom(12);
        int[] registers = {
            0x180, 0x184, 0x188, 0x19c, 0x1a4, 0x280, 0x288, 0x28c, 0x290, 0x294, 0x298, 0x29c,
            0x2a0, 0x2a4, 0x080, 0x084, 0x088, 0x0a0
        };
        int address = (int) secret.graphicsAddress();
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < 6; i++) {
                int value =
                        switch (random.nextInt(5)) {
                            case 0 -> random.nextInt();
                            case 1 -> -1;
                            case 2 -> address - (random.nextInt(1 << 20) & -4096);
                            case 3 -> address;
                            default -> 1 << 31 | random.nextInt();
                        };
                hostile.pokeRegister(
                        0x7_0000
                                + 0x1000 * random.nextInt(2)
                                + registers[random.nextInt(registers.length)],
                        value);
            }
            hostile.pokeRegister(0x6_001c, random.nextInt(400) << 16 | random.nextInt(300));
            drawAll();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 0x0fff_0fff, 0xffff_0000, 0x0000_ffff})
    void sourceSize_ofAnyValue_isAPictureOf4096AtMost(int size) {
        hostile.pokeRegister(0x6_001c, size);
        assertThat(displays.draw(0, picture)).isTrue();
        assertThat(picture.width()).isBetween(1, 4096);
        assertThat(picture.height()).isBetween(1, 4096);
        assertThat(displays.scanouts().getFirst().width()).isEqualTo(picture.width());
    }

    @Test
    void flipsInALoop_areAsManyInterrupts_asTheGuestAcknowledges() {
        hostile.pokeRegister(0x4_4004, 0);
        hostile.pokeRegister(0x4_400c, -1);
        long raised = vmm.gpu().statistics().counter("interrupts.raised");
        for (int i = 0; i < 10_000; i++) {
            guest.displays().flip(0, surface);
        }
        assertThat(vmm.gpu().statistics().counter("interrupts.raised") - raised)
                .isLessThanOrEqualTo(1);
    }

    // ---- wires

    @Test
    void edid_readFarBehindItsEnd_beginsAgainAfter256Bytes_andEndsWithTheCount() {
        byte[] edid = displays.edid("hdmi-b");
        for (int count : new int[] {511, 256, 255}) {
            hostile.pokeRegister(GMBUS, 5);
            hostile.pokeRegister(GMBUS + 4, 0x4600_0000 | count << 16 | 0xff << 8 | 0xa1);
            for (int i = 0; i < 800; i += 4) {
                int word = hostile.peekRegister(GMBUS + 12);
                for (int j = 0; j < 4; j++) {
                    int at = 0xff + i + j & 0xff;
                    assertThat((byte) (word >>> 8 * j))
                            .isEqualTo(i + j < count && at < 128 ? edid[at] : 0);
                }
            }
            hostile.pokeRegister(GMBUS + 4, 0x4800_0000);
        }
        assertThat(guest.displays().edid(GuestPort.HDMI_B)).isEqualTo(edid);
    }

    @Test
    void wires_takeAnyValues_andWorkAfterwards() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            int register = random.nextInt(9);
            hostile.pokeRegister(GMBUS + 4 * register, random.nextInt());
            hostile.peekRegister(GMBUS + 4 * random.nextInt(9));
        }
        for (int register = 0; register < 9; register++) {
            hostile.pokeRegister(GMBUS + 4 * register, register == 1 ? 0x8000_0000 : 0);
        }
        hostile.pokeRegister(GMBUS + 4, 0);
        assertThat(guest.displays().edid(GuestPort.HDMI_B)).isEqualTo(displays.edid("hdmi-b"));
    }

    @Test
    void packets_ofAnyLength_areAnsweredAtOnce() {
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 20_000; i++) {
            for (int word = 0; word < 5; word++) {
                hostile.pokeRegister(AUX_C + 4 + 4 * word, random.nextInt());
            }
            int status = hostile.pokeRegister(AUX_C, AUX_BUSY | random.nextInt());
            assertThat(status & AUX_BUSY).isZero();
            assertThat(status >>> 20 & 0x1f).isBetween(1, 20);
        }
        for (int size = 0; size < 32; size++) {
            hostile.pokeRegister(AUX_C + 4, 0x90ff_ffff); // a read of the last addresses, 256 bytes
            hostile.pokeRegister(AUX_C + 8, -1);
            int status = hostile.pokeRegister(AUX_C, AUX_BUSY | size << 20);
            assertThat(status & AUX_BUSY).isZero();
        }
        assertThat(guest.displays().edid(GuestPort.DP_C)).isEqualTo(displays.edid("dp-c"));
    }

    // ---- plugs

    @Test
    void plugsWithoutEnd_areOneInterrupt_untilTheGuestAcknowledges() {
        byte[] edid = displays.edid("dp-c");
        long raised = vmm.gpu().statistics().counter("interrupts.raised");
        for (int i = 0; i < 5000; i++) {
            displays.unplug("dp-c");
            displays.plug("dp-c", edid);
        }
        assertThat(vmm.gpu().statistics().counter("interrupts.raised") - raised)
                .isLessThanOrEqualTo(1);
        guest.step();
        assertThat(guest.displays().hotplugs()).isEqualTo(1);
        assertThat(guest.displays().edid(GuestPort.DP_C)).isEqualTo(edid);
    }

    @Test
    void everyDisplayRegister_ofAnyValue_leavesTheHostItsView() {
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 30_000; i++) {
            int base =
                    new int[] {0x4_5000, 0x6_0000, 0x7_0000, 0xc_5000, 0xe_0000}[random.nextInt(5)];
            hostile.pokeRegister(base + (random.nextInt(0x1_0000) & -4), random.nextInt());
            if (i % 2000 == 0) {
                hostile.pokeRegister(0x6_001c, 0x007f_007f);
                hostile.pokeRegister(0x6_101c, 0x007f_007f);
                hostile.pokeRegister(0x6_201c, 0x007f_007f);
                drawAll();
                world.step();
            }
        }
        assertThat(displays.ports()).hasSize(2);
        assertThat(displays.edid("dp-c")).hasSize(128);
    }
}
