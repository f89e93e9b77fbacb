package org.gpumediator.examples.quickstart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.spi.PanelSharing;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.core.display.Edid;
import org.gpumediator.core.display.VideoMode;
import org.gpumediator.examples.quickstart.Narrator.Kind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.GuestPort;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;

/** The third act: the screens of two guests, and the monitor at the GPU itself. */
final class ScreensAct implements Quickstart.Act {

    private static final long MIB = 1L << 20;
    private static final long STEP_NANOS = 50_000;
    private static final int STEPS_OF_A_FRAME = 340;
    private static final int BLANKS = 30;
    private static final int SURFACE = 0x7_019c;
    private static final int[] BARS = {
        0xf0f0f0, 0xe8d44d, 0x4dc3e8, 0x4de86a, 0xc34de8, 0xe84d4d, 0x4d5fe8, 0x181818
    };

    private final SteppedClock clock = new SteppedClock();
    private final FakeHaswell gpu = FakeHaswell.builder().monitor(800, 600).build();
    private final List<FakeVmm> vmms = new ArrayList<>();

    ScreensAct() {}

    @Override
    public void play(Narrator narrator) {
        narrator.act(
                "Act 3: two guests' screens",
                "Each virtual GPU has monitors of its own. Anybody on the host can take a picture,"
                        + " and one guest at a time can have the monitor at the GPU itself.");
        try (Mediator mediator = Mediator.builder(gpu).clock(clock).build()) {
            Guest desk = boot(mediator, "desk", "hdmi-b:800x600", GuestPort.HDMI_B);
            Guest film = boot(mediator, "film", "dp-c:640x480@75", GuestPort.DP_C);
            light(narrator, desk, film);
            front(narrator, mediator, desk, film);
            plug(narrator, film);
            attack(narrator, desk, film);
        } finally {
            vmms.forEach(FakeVmm::close);
        }
    }

    /** A booted guest with one monitor. */
    private record Guest(
            String name,
            FakeVmm vmm,
            ScriptedHaswellGuest driver,
            GuestPort port,
            Displays displays,
            Picture picture) {

        Picture look() {
            if (!displays.draw(0, picture)) {
                throw new IllegalStateException(name + " has no screen lit");
            }
            return picture;
        }
    }

    private Guest boot(Mediator mediator, String name, String display, GuestPort port) {
        FakeVmm vmm = FakeVmm.create();
        vmms.add(vmm);
        vmm.plug(
                mediator.create(
                        VgpuRequest.ofQuotas(name, Map.of("aperture", 64 * MIB, "hidden", 64 * MIB))
                                .with("display", display),
                        vmm.port()));
        ScriptedHaswellGuest driver =
                ScriptedHaswellGuest.on(vmm).stepping(() -> step(mediator)).build().boot();
        Displays displays = vmm.gpu().ability(Displays.class).orElseThrow();
        return new Guest(name, vmm, driver, port, displays, new Picture());
    }

    private void step(Mediator mediator) {
        long now = clock.advanceNanos(STEP_NANOS);
        gpu.advance(now);
        mediator.step(now);
    }

    // ---- scenes --------------------------------------------------------------------------------

    private void light(Narrator narrator, Guest desk, Guest film) {
        narrator.heading("Two drivers find their monitors and light them");
        draw(desk, 800, 600, ScreensAct::windows);
        draw(film, 640, 480, (x, y) -> BARS[x * BARS.length / 640]);
        for (Guest guest : List.of(desk, film)) {
            Displays.Scanout scanout = guest.displays().scanouts().getFirst();
            guest.driver().displays().awaitBlank(0);
            long from = clock.nanoTime();
            for (int i = 0; i < BLANKS; i++) {
                guest.driver().displays().awaitBlank(0);
            }
            double rate = BLANKS * 1e9 / (clock.nanoTime() - from);
            narrator.expect(
                    Math.abs(rate * 1000 - scanout.refreshMilliHertz()) < rate * 10,
                    Kind.WORKED,
                    "%s shows %d x %d at %s; its vertical blanks come %.1f times a second",
                    guest.name(),
                    scanout.width(),
                    scanout.height(),
                    scanout.port(),
                    rate);
        }
        narrator.picture(
                ScreenPictures.sideBySide(
                        List.of("desk", "film"), List.of(desk.look(), film.look())),
                "What the two guests scan out, taken from their memory.");
    }

    private interface Painter {
        int colour(int x, int y);
    }

    private static int windows(int x, int y) {
        boolean window = x > 120 && x < 520 && y > 90 && y < 390;
        boolean title = window && y < 120;
        return title ? 0x1c8a86 : window ? 0xf6f7fa : 0x203050 + y / 40 * 0x020408;
    }

    private static void draw(Guest guest, int width, int height, Painter painter) {
        GuestObject surface = guest.driver().allocate(4L * width * height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                surface.write32(4L * (y * width + x), painter.colour(x, y));
            }
        }
        guest.driver().displays().light(0, guest.port(), surface);
    }

    private void front(Narrator narrator, Mediator mediator, Guest desk, Guest film) {
        narrator.heading("One of them in front of the monitor at the GPU");
        PanelSharing panel = mediator.ability(PanelSharing.class).orElseThrow();
        Picture monitor = new Picture();
        for (Guest guest : List.of(film, desk)) {
            panel.show(guest.name());
            for (int i = 0; i < STEPS_OF_A_FRAME; i++) {
                step(mediator);
            }
            boolean lit = gpu.drawMonitor(0, monitor);
            Picture own = guest.look();
            int middle = monitor.pixels()[300 * 800 + 400];
            int expected = own.pixels()[own.height() / 2 * own.width() + own.width() / 2];
            narrator.expect(
                    lit && panel.shown().equals(guest.name()) && middle == expected,
                    Kind.WORKED,
                    "%s is in front: the GPU shows its planes from its memory, %s",
                    guest.name(),
                    own.width() == 800 ? "as they are" : "stretched to 800 x 600");
        }
        narrator.picture(
                ScreenPictures.sideBySide(List.of("the GPU's own monitor"), List.of(monitor)),
                "What the monitor at the GPU shows while desk is in front.");
    }

    private static void plug(Narrator narrator, Guest film) {
        narrator.heading("Another monitor for film, while it runs");
        long heard = film.driver().displays().hotplugs();
        Displays.Port port = film.displays().ports().getFirst();
        byte[] edid = Edid.builder(port.connector()).mode(VideoMode.parse("1280x720")).build();
        film.displays().plug(port.name(), edid);
        film.driver().step();
        boolean found = Arrays.equals(film.driver().displays().edid(film.port()), edid);
        narrator.expect(
                found && film.driver().displays().hotplugs() > heard,
                Kind.WORKED,
                "film's driver is told, and reads the new monitor's %d bytes of EDID at %s",
                edid.length,
                port.name());
    }

    private static void attack(Narrator narrator, Guest desk, Guest film) {
        narrator.heading("film wants desk's screen on its own");
        int stolen = desk.driver().hostile().peekRegister(SURFACE);
        film.driver().hostile().pokeRegister(SURFACE, stolen);
        Picture shown = film.look();
        boolean black = true;
        for (int i = 0; i < shown.width() * shown.height(); i++) {
            black &= shown.pixels()[i] == 0xff00_0000;
        }
        narrator.expect(
                black && faults(film) > 0,
                Kind.REFUSED,
                "a surface at 0x%08x, which is desk's: black; counted",
                stolen);
    }

    private static long faults(Guest guest) {
        return guest.vmm()
                .gpu()
                .statistics()
                .faults()
                .getOrDefault(GuestFaultKind.OUT_OF_PARTITION, 0L);
    }
}
