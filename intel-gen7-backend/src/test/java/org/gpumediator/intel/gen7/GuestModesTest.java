package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Displays.PlaneKind;
import org.gpumediator.api.vmm.Displays.Scanout;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.display.Edid;
import org.gpumediator.core.display.VideoMode;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.DisplayDriver;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.GuestPort;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A driver sets modes on each kind of port, through traps, and the host sees what it shows. */
final class GuestModesTest {

    private static final int RED = 0xffc0_2010;
    private static final int BLUE = 0xff10_20c0;

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    private FakeVmm vmm(String name, String display) {
        return world.vmm(World.quotas(name, 32, 128, 4).with("display", display));
    }

    private static Displays displays(FakeVmm vmm) {
        return vmm.gpu().ability(Displays.class).orElseThrow();
    }

    private static GuestObject screen(
            ScriptedHaswellGuest guest, int width, int height, int pixel) {
        GuestObject object = guest.allocate(4L * width * height);
        object.fill(pixel);
        return object;
    }

    @Test
    void preciseGammaAndPanelFitter_asTheirRegistersSay_areSeen() {
        FakeVmm vmm = vmm("vm1", "edp:800x600");
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        guest.displays().light(0, GuestPort.PANEL, screen(guest, 800, 600, RED));
        var registers = guest.hostile();
        for (int i = 0; i < 1024; i++) { // turned upside down
            registers.pokeRegister(0x4_a400, i);
            registers.pokeRegister(0x4_a404, (1023 - i) * 0x10_0401);
        }
        registers.pokeRegister(0x4_a480, 1);
        registers.pokeRegister(0x4_a400, 3);
        assertThat(registers.peekRegister(0x4_a404)).isEqualTo(1020 * 0x10_0401);
        registers.pokeRegister(0x7_0180, registers.peekRegister(0x7_0180) | 1 << 30);
        assertThat(shown(vmm, 0)).isEqualTo(RED ^ 0xff_ffff);

        registers.pokeRegister(0x6_001c, 399 << 16 | 299);
        registers.pokeRegister(0x6_8080, 0x8000_0000);
        registers.pokeRegister(0x6_8070, 100 << 16 | 50);
        registers.pokeRegister(0x6_8074, 600 << 16 | 500);
        Scanout scanout = displays(vmm).scanouts().getFirst();
        assertThat(scanout.width()).isEqualTo(800);
        assertThat(scanout.height()).isEqualTo(600);
        Picture picture = new Picture();
        assertThat(displays(vmm).draw(0, picture)).isTrue();
        assertThat(picture.width()).isEqualTo(800);
        assertThat(picture.pixels()[49 * 800 + 400]).isEqualTo(0xff00_0000);
        assertThat(picture.pixels()[50 * 800 + 100]).isEqualTo(RED ^ 0xff_ffff);
        assertThat(picture.pixels()[549 * 800 + 699]).isEqualTo(RED ^ 0xff_ffff);
        assertThat(picture.pixels()[549 * 800 + 700]).isEqualTo(0xff00_0000);
    }

    @ParameterizedTest
    @CsvSource({
        "VGA,    vga,    0", "PANEL,  edp,    0", "PANEL,  edp,    2", "HDMI_B, hdmi-b, 0",
        "HDMI_C, hdmi-c, 1", "HDMI_D, hdmi-d, 2", "DP_B,   dp-b,   0", "DP_C,   dp-c,   1",
        "DP_D,   dp-d,   2",
    })
    void eachKindOfPort_lightsUp_atTheRateOfItsMode(GuestPort port, String name, int pipe) {
        FakeVmm vmm = vmm("vm1", name + ":640x480@75");
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        DisplayDriver driver = guest.displays();
        assertThat(driver.exists(port)).isTrue();
        assertThat(driver.edid(port)).isEqualTo(displays(vmm).edid(name));

        GuestObject red = screen(guest, 640, 480, RED);
        driver.light(pipe, port, red);

        Scanout scanout = displays(vmm).scanouts().getFirst();
        assertThat(displays(vmm).scanouts()).hasSize(1);
        assertThat(scanout.pipe()).isEqualTo(pipe);
        assertThat(scanout.port()).isEqualTo(name);
        assertThat(scanout.refreshMilliHertz()).isCloseTo(75_000, within(750));
        assertThat(shown(vmm, pipe)).isEqualTo(RED);

        driver.awaitBlank(pipe);
        long from = world.clock.nanoTime();
        int frames = driver.frames(pipe);
        for (int i = 0; i < 10; i++) {
            driver.awaitBlank(pipe);
        }
        long tenth = (world.clock.nanoTime() - from) / 10;
        assertThat(tenth).isCloseTo(driver.frameNanos(port), within(driver.frameNanos(port) / 100));
        assertThat(driver.frames(pipe) - frames).isEqualTo(10);
        assertThat(driver.line(pipe)).isPositive();

        driver.darken(port);
        assertThat(displays(vmm).scanouts()).isEmpty();
        assertThat(driver.line(pipe)).isZero();
        assertThat(guest.complaints()).isEmpty();
    }

    /** The one colour of a whole picture. */
    private static int shown(FakeVmm vmm, int pipe) {
        Picture picture = new Picture();
        assertThat(displays(vmm).draw(pipe, picture)).isTrue();
        int[] pixels = picture.pixels();
        for (int i = 1; i < picture.width() * picture.height(); i++) {
            assertThat(pixels[i]).isEqualTo(pixels[0]);
        }
        return pixels[0];
    }

    @Test
    void threeMonitors_ofThreeSizes_areShownAtOnce() {
        FakeVmm vmm = vmm("vm1", "vga:640x480,hdmi-b:800x600,dp-c:1024x768");
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        DisplayDriver driver = guest.displays();
        driver.light(0, GuestPort.VGA, screen(guest, 640, 480, RED));
        driver.light(1, GuestPort.HDMI_B, screen(guest, 800, 600, BLUE));
        driver.light(2, GuestPort.DP_C, screen(guest, 1024, 768, RED));
        assertThat(displays(vmm).scanouts())
                .extracting(Scanout::port, Scanout::width, Scanout::height)
                .containsExactly(
                        tuple("vga", 640, 480),
                        tuple("hdmi-b", 800, 600),
                        tuple("dp-c", 1024, 768));
        assertThat(shown(vmm, 0)).isEqualTo(RED);
        assertThat(shown(vmm, 1)).isEqualTo(BLUE);
        assertThat(shown(vmm, 2)).isEqualTo(RED);
    }

    @Test
    void flip_showsTheOtherSurface_andTheCursorIsOnTop() {
        FakeVmm vmm = vmm("vm1", "hdmi-b:640x480");
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        DisplayDriver driver = guest.displays();
        driver.light(0, GuestPort.HDMI_B, screen(guest, 640, 480, RED));
        driver.flip(0, screen(guest, 640, 480, BLUE));
        assertThat(shown(vmm, 0)).isEqualTo(BLUE);

        GuestObject cursor = guest.allocate(64 * 64 * 4);
        cursor.fill(0xff00_ff00);
        driver.cursor(0, cursor, -16, 32);
        Picture picture = new Picture();
        displays(vmm).draw(0, picture);
        assertThat(picture.pixels()[32 * 640 + 47]).isEqualTo(0xff00_ff00);
        assertThat(picture.pixels()[32 * 640 + 48]).isEqualTo(BLUE);
        assertThat(picture.pixels()[31 * 640]).isEqualTo(BLUE);
        assertThat(displays(vmm).scanouts().getFirst().planes())
                .extracting(Displays.Plane::kind)
                .containsExactly(PlaneKind.PRIMARY, PlaneKind.CURSOR);
        driver.cursor(0, cursor, 640, 480);
        assertThat(shown(vmm, 0)).isEqualTo(BLUE);
    }

    @ParameterizedTest
    @CsvSource({"HDMI_B, hdmi-b", "DP_C, dp-c", "VGA, vga"})
    void plugAndUnplug_areHeardAndFound(GuestPort port, String name) {
        FakeVmm vmm = vmm("vm1", name);
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        DisplayDriver driver = guest.displays();
        assertThat(driver.exists(port)).isTrue();
        assertThat(driver.edid(port)).isEmpty();
        byte[] edid =
                Edid.builder(displays(vmm).ports().getFirst().connector())
                        .mode(VideoMode.parse("800x600"))
                        .build();
        for (int i = 1; i <= 5; i++) {
            displays(vmm).plug(name, edid);
            guest.step();
            assertThat(driver.hotplugs()).isEqualTo(2L * i - 1);
            assertThat(driver.edid(port)).isEqualTo(edid);
            displays(vmm).unplug(name);
            guest.step();
            assertThat(driver.hotplugs()).isEqualTo(2L * i);
            assertThat(driver.edid(port)).isEmpty();
        }
        guest.step();
        assertThat(guest.complaints()).isEmpty();
    }

    @Test
    void twoGuests_showTheirOwn_atTheirOwnSizes() {
        FakeVmm one = vmm("one", "dp-b:640x480");
        FakeVmm two = vmm("two", "dp-b:1024x768");
        ScriptedHaswellGuest first = world.guest(one).boot();
        ScriptedHaswellGuest second = world.guest(two).boot();
        GuestObject red = screen(first, 640, 480, RED);
        first.displays().light(0, GuestPort.DP_B, red);
        second.displays().light(0, GuestPort.DP_B, screen(second, 1024, 768, BLUE));
        assertThat(shown(one, 0)).isEqualTo(RED);
        assertThat(shown(two, 0)).isEqualTo(BLUE);

        second.displays().flip(0, red); // an address of the other's slice
        assertThat(shown(two, 0)).as("black").isEqualTo(0xff00_0000);
        assertThat(two.gpu().statistics().faults()).containsKey(GuestFaultKind.OUT_OF_PARTITION);
    }

    @Test
    void driver_unloadedAndLoadedAgain_withALitScreen() {
        FakeVmm vmm = vmm("vm1", "edp:640x480");
        ScriptedHaswellGuest guest = world.guest(vmm).boot();
        guest.displays().light(0, GuestPort.PANEL, screen(guest, 640, 480, RED));
        guest.unload();
        guest.boot();
        guest.displays().light(0, GuestPort.PANEL, screen(guest, 640, 480, BLUE));
        assertThat(shown(vmm, 0)).isEqualTo(BLUE);
        assertThat(guest.complaints()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"8, 1024x768", "4, 1920x1200", "1, 1920x1200"})
    void max_isTheResolutionOfTheType(int count, String mode) {
        VgpuRequest request =
                VgpuRequest.ofType("vm1", "i915-GVTg_V3_" + count).with("display", "dp-b:max");
        byte[] edid = displays(world.vmm(request)).edid("dp-b");
        assertThat(edid).isEqualTo(displays(vmm("vm2", "dp-b:" + mode)).edid("dp-b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dp-b:1280x768", "vga,dp-b:1024x800", "hdmi-b:1024x768,dp-c:1280x720"})
    void largerThanTheType_isRefused_andLeavesNothing(String display) {
        VgpuRequest request = VgpuRequest.ofType("vm1", "i915-GVTg_V3_8").with("display", display);
        assertThatThrownBy(() -> world.vmm(request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 1024x768");
        assertThat(world.mediator.virtualGpus()).isEmpty();
        world.vmm(request.with("display", "dp-b:max"));
    }
}
