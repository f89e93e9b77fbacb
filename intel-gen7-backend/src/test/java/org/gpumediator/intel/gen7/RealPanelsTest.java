package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.spi.PanelSharing;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.GuestPort;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guests in turn in front of a monitor at the GPU itself, which shows their planes uncopied. */
final class RealPanelsTest {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;
    private static final int RED = 0xffc0_2010;
    private static final int BLUE = 0xff10_20c0;
    private static final int GREEN = 0xff20_c010;
    private static final int BLACK = 0xff00_0000;
    private static final int FRAME_STEPS = 340; // steps of 50 us: a little more than a frame

    private final World world =
            new World(FakeHaswell.builder().monitor(WIDTH, HEIGHT).build(), Map.of());
    private final PanelSharing panels = world.mediator.ability(PanelSharing.class).orElseThrow();
    private final Picture picture = new Picture();

    @AfterEach
    void close() {
        world.close();
    }

    private ScriptedHaswellGuest guest(String name, String mode) {
        FakeVmm vmm = world.vmm(World.quotas(name, 32, 128, 4).with("display", "hdmi-b:" + mode));
        return world.guest(vmm).boot();
    }

    private static GuestObject screen(ScriptedHaswellGuest guest, int pixels, int colour) {
        GuestObject object = guest.allocate(4L * pixels);
        object.fill(colour);
        return object;
    }

    private ScriptedHaswellGuest lit(String name, String mode, int pixels, int colour) {
        ScriptedHaswellGuest guest = guest(name, mode);
        guest.displays().light(0, GuestPort.HDMI_B, screen(guest, pixels, colour));
        return guest;
    }

    private int seen() {
        assertThat(world.gpu.drawMonitor(0, picture)).isTrue();
        assertThat(picture.width()).isEqualTo(WIDTH);
        int first = picture.pixels()[0];
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            assertThat(picture.pixels()[i]).isEqualTo(first);
        }
        return first;
    }

    private void frame() {
        world.steps(FRAME_STEPS);
    }

    private void front(String name) {
        panels.show(name);
        frame();
        assertThat(panels.shown()).isEqualTo(name);
    }

    @Test
    void hostIsInFront_untilAGuestIsAskedFor_andComesBack() {
        ScriptedHaswellGuest red = lit("red", "640x480", WIDTH * HEIGHT, RED);
        lit("blue", "640x480", WIDTH * HEIGHT, BLUE);
        frame();
        assertThat(panels.shown()).isEqualTo(PanelSharing.HOST);
        assertThat(seen()).isEqualTo(BLACK);
        front("red");
        assertThat(seen()).isEqualTo(RED);
        front("blue");
        assertThat(seen()).isEqualTo(BLUE);
        front(PanelSharing.HOST);
        assertThat(seen()).isEqualTo(BLACK);
        front("red");
        red.displays().darken(GuestPort.HDMI_B);
        frame();
        assertThat(panels.shown()).as("nothing is lit").isEqualTo(PanelSharing.HOST);
        assertThat(seen()).isEqualTo(BLACK);
        assertThat(world.gpu.busFaultCount()).isZero();
    }

    @Test
    void change_isSeenFromAVerticalBlankOn() {
        lit("red", "640x480", WIDTH * HEIGHT, RED);
        int frames = world.physical(0x7_0040);
        while (world.physical(0x7_0040) == frames) {
            world.step();
        }
        panels.show("red");
        world.step();
        assertThat(panels.shown()).isEqualTo("red");
        assertThat(seen()).as("the frame that has begun").isEqualTo(BLACK);
        frame();
        assertThat(seen()).isEqualTo(RED);
    }

    @Test
    void planes_areReadFromTheGuestsMemory_andFlipsFollow() {
        ScriptedHaswellGuest guest = guest("red", "640x480");
        GuestObject red = screen(guest, WIDTH * HEIGHT, RED);
        GuestObject green = screen(guest, WIDTH * HEIGHT, GREEN);
        guest.displays().light(0, GuestPort.HDMI_B, red);
        front("red");
        assertThat(world.physical(0x7_019c)).isEqualTo((int) red.graphicsAddress());
        red.fill(BLUE);
        assertThat(seen()).as("no copy in between").isEqualTo(BLUE);
        guest.displays().flip(0, green);
        frame();
        assertThat(seen()).isEqualTo(GREEN);
        guest.displays().cursor(0, screen(guest, 64 * 64, 0xffab_cdef), 100, 50);
        frame();
        assertThat(world.gpu.drawMonitor(0, picture)).isTrue();
        assertThat(picture.pixels()[50 * WIDTH + 100]).isEqualTo(0xffab_cdef);
        assertThat(picture.pixels()[50 * WIDTH + 99]).isEqualTo(GREEN);
    }

    @Test
    void guestOfAnotherSize_fillsTheMonitor_asItsOwnPictureSays() {
        ScriptedHaswellGuest guest = guest("wide", "800x600");
        GuestObject surface = guest.allocate(4L * 800 * 600);
        for (int i = 0; i < 800 * 600; i++) {
            surface.write32(4L * i, i / 800 << 8 | i % 800 & 0xff);
        }
        guest.displays().light(0, GuestPort.HDMI_B, surface);
        front("wide");
        assertThat(world.gpu.drawMonitor(0, picture)).isTrue();
        for (int at : new int[] {0, 319, WIDTH * 240 + 320, WIDTH * HEIGHT - 1}) {
            int x = (2 * (at % WIDTH) + 1) * 800 / (2 * WIDTH);
            int y = (2 * (at / WIDTH) + 1) * 600 / (2 * HEIGHT);
            assertThat(picture.pixels()[at]).isEqualTo(BLACK | y << 8 | x & 0xff);
        }
        front(PanelSharing.HOST);
        assertThat(seen()).isEqualTo(BLACK);
        assertThat(world.physical(0x6_8080)).isZero();
        assertThat(world.physical(0x6_001c)).isEqualTo(WIDTH - 1 << 16 | HEIGHT - 1);
    }

    @Test
    void gamma_comesAlong_andGoes() {
        ScriptedHaswellGuest guest = lit("red", "640x480", WIDTH * HEIGHT, RED);
        for (int i = 0; i < 256; i++) {
            guest.hostile().pokeRegister(0x4_a000 + 4 * i, (255 - i) * 0x01_0101);
        }
        int control = guest.hostile().peekRegister(0x7_0180);
        guest.hostile().pokeRegister(0x7_0180, control | 1 << 30);
        front("red");
        assertThat(seen()).isEqualTo(RED ^ 0xff_ffff);
        front(PanelSharing.HOST);
        assertThat(world.physical(0x4_a000)).isZero();
    }

    @Test
    void guestInFront_hasTheMonitorsBlanks_theOtherItsOwn() {
        ScriptedHaswellGuest front = lit("front", "640x480@75", WIDTH * HEIGHT, RED);
        ScriptedHaswellGuest back = lit("back", "640x480@75", WIDTH * HEIGHT, BLUE);
        front("front");
        int ofFront = front.displays().frames(0);
        int ofBack = back.displays().frames(0);
        int ofMonitor = world.physical(0x7_0040);
        for (int i = 0; i < 60; i++) {
            front.displays().awaitBlank(0);
        }
        int monitors = world.physical(0x7_0040) - ofMonitor;
        assertThat(monitors).isBetween(59, 61);
        assertThat(front.displays().frames(0) - ofFront).isBetween(monitors - 1, monitors + 1);
        assertThat(back.displays().frames(0) - ofBack).isBetween(74, 76);
        int before = front.displays().frames(0);
        front("back");
        assertThat(front.displays().frames(0)).as("never back").isGreaterThanOrEqualTo(before);
        front.displays().awaitBlank(0);
    }

    @Test
    void planeThatReachesBeyondTheSlice_isNotShown_andCounted() {
        ScriptedHaswellGuest victim = lit("victim", "640x480", WIDTH * HEIGHT, BLUE);
        ScriptedHaswellGuest guest = lit("hostile", "640x480", WIDTH * HEIGHT, RED);
        front("hostile");
        long before = faults();
        int foreign = world.physical(0x7_019c) + (1 << 30);
        int stolen = victim.hostile().peekRegister(0x7_019c);
        for (int base : new int[] {stolen, foreign, 0, 0xffff_f000}) {
            guest.hostile().pokeRegister(0x7_019c, base);
            guest.hostile().pokeRegister(0x7_0080, 0x27);
            guest.hostile().pokeRegister(0x7_0084, base);
            guest.hostile().pokeRegister(0x7_0290, 0x3f_003f);
            guest.hostile().pokeRegister(0x7_0288, 256);
            guest.hostile().pokeRegister(0x7_0280, 0x8400_0000);
            guest.hostile().pokeRegister(0x7_029c, base);
            frame();
            assertThat(seen()).isEqualTo(BLACK);
            for (int surface : new int[] {0x7_019c, 0x7_029c, 0x7_0084}) {
                assertThat(world.physical(surface)).isZero();
            }
        }
        assertThat(faults()).isGreaterThan(before);
        assertThat(world.gpu.busFaultCount()).isZero();
    }

    private long faults() {
        return world.mediator
                .virtualGpu("hostile")
                .orElseThrow()
                .statistics()
                .faults()
                .getOrDefault(GuestFaultKind.OUT_OF_PARTITION, 0L);
    }

    @Test
    void guestThatIsClosedInFront_leavesTheMonitorToTheHost() {
        lit("red", "640x480", WIDTH * HEIGHT, RED);
        front("red");
        world.mediator.virtualGpu("red").orElseThrow().close();
        assertThat(panels.shown()).isEqualTo(PanelSharing.HOST);
        frame();
        assertThat(seen()).isEqualTo(BLACK);
        lit("red", "640x480", WIDTH * HEIGHT, GREEN);
        frame();
        assertThat(panels.shown()).as("the wish stays").isEqualTo("red");
        assertThat(seen()).isEqualTo(GREEN);
    }

    @Test
    void guestsOwnPicture_isTheSameInFrontAndBehind() {
        ScriptedHaswellGuest dark = guest("dark", "640x480");
        assertThat(dark.hostile().peekRegister(0x7_0008)).as("the host's pipe").isZero();
        lit("red", "640x480", WIDTH * HEIGHT, RED);
        Displays displays =
                world.mediator
                        .virtualGpu("red")
                        .orElseThrow()
                        .ability(Displays.class)
                        .orElseThrow();
        front("red");
        assertThat(displays.draw(0, picture)).isTrue();
        assertThat(picture.pixels()[0]).isEqualTo(RED);
        assertThat(seen()).isEqualTo(RED);
    }
}
