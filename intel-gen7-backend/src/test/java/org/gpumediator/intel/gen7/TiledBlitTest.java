package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Blits of a guest between tiled and linear surfaces, from its ring to its pages, while another
 * guest has its turns: every pixel is where the layout of X tiles (512 bytes by 8 rows) says.
 */
class TiledBlitTest {

    private static final int XY_COLOR_TILED = 0x5430_0804;
    private static final int XY_COPY = 0x54f0_0006;
    private static final int FROM_TILED = 1 << 15;
    private static final int TO_TILED = 1 << 11;
    private static final int PIXELS_32_FILL = 3 << 24 | 0xf0 << 16;
    private static final int PIXELS_32_COPY = 3 << 24 | 0xcc << 16;
    private static final int WIDTH = 256;
    private static final int HEIGHT = 32;
    private static final int PITCH = 4 * WIDTH;
    private static final int BYTES = PITCH * HEIGHT;

    private final World world = new World();
    private final ScriptedHaswellGuest guest = world.guest(world.vmm("vm1", 64, 128)).boot();
    private final ScriptedHaswellGuest other = world.guest(world.vmm("vm2", 64, 128)).boot();
    private final GuestObject tiled = guest.allocate(BYTES);
    private final GuestObject linear = guest.allocate(BYTES);
    private final int[] model = new int[WIDTH * HEIGHT];
    private final SplittableRandom random = new SplittableRandom(0x711ed);

    @BeforeEach
    void clear() {
        for (int at = 0; at < BYTES; at += 4) {
            tiled.write32(at, 0);
            linear.write32(at, 0);
        }
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        world.close();
    }

    private static long place(int x, int y) {
        int tile = y / 8 * (PITCH / 512) + 4 * x / 512;
        return 4096L * tile + y % 8 * 512 + 4 * x % 512;
    }

    private void run(int... commands) {
        var request = guest.submitCommands(HaswellEngine.BCS, commands);
        var others = other.submit(HaswellEngine.BCS);
        guest.await(request);
        other.await(others);
    }

    private void fill() {
        int x = random.nextInt(WIDTH);
        int y = random.nextInt(HEIGHT);
        int right = x + 1 + random.nextInt(WIDTH - x);
        int bottom = y + 1 + random.nextInt(HEIGHT - y);
        int colour = random.nextInt();
        run(
                XY_COLOR_TILED,
                PIXELS_32_FILL | PITCH / 4,
                y << 16 | x,
                bottom << 16 | right,
                (int) tiled.graphicsAddress(),
                colour);
        for (int row = y; row < bottom; row++) {
            Arrays.fill(model, row * WIDTH + x, row * WIDTH + right, colour);
        }
    }

    @Test
    void fills_ofATiledSurface_areWhereTheTilesAre() {
        for (int i = 0; i < 20; i++) {
            fill();
        }
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertThat(tiled.read32(place(x, y))).isEqualTo(model[y * WIDTH + x]);
            }
        }
    }

    @Test
    void copies_toLinearAndBack_keepThePicture() {
        for (int i = 0; i < 10; i++) {
            fill();
        }
        run(
                XY_COPY | FROM_TILED,
                PIXELS_32_COPY | PITCH,
                0,
                HEIGHT << 16 | WIDTH,
                (int) linear.graphicsAddress(),
                0,
                PITCH / 4,
                (int) tiled.graphicsAddress());
        for (int at = 0; at < model.length; at++) {
            assertThat(linear.read32(4L * at)).isEqualTo(model[at]);
            linear.write32(4L * at, ~model[at]);
        }
        run(
                XY_COPY | TO_TILED,
                PIXELS_32_COPY | PITCH / 4,
                0,
                HEIGHT << 16 | WIDTH,
                (int) tiled.graphicsAddress(),
                0,
                PITCH,
                (int) linear.graphicsAddress());
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertThat(tiled.read32(place(x, y))).isEqualTo(~model[y * WIDTH + x]);
            }
        }
    }
}
