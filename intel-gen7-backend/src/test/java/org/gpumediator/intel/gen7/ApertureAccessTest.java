package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.SplittableRandom;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A guest's accesses through its aperture to pages that lie anywhere in its memory, beside a model
 * of where each byte of a linear or tiled surface is.
 */
class ApertureAccessTest {

    private static final int PAGES = 32;
    private static final int FENCED = 24;
    private static final int PAGE = 4096;

    private final World world = new World();

    private final FakeVmm vmm = world.vmm("vm", 64, 128);
    private final ScriptedHaswellGuest guest = world.guest(vmm).boot();
    private final HostileActions hostile = guest.hostile();
    private final TrapHandler aperture = vmm.bar(2).handler();
    private final long[] pages = new long[PAGES];
    private final byte[] model = new byte[PAGES * PAGE];

    /** The last pages of the slice: behind them are another's, or nobody's. */
    private long base;

    @BeforeEach
    void mapPagesFarApart() {
        base = guest.mappableBase() + guest.mappableSize() - PAGES * PAGE;
        int[] order = new Random(7).ints(0, PAGES).distinct().limit(PAGES).toArray();
        long[] fresh = new long[PAGES];
        for (int i = 0; i < PAGES; i++) {
            fresh[i] = guest.guestPage();
        }
        for (int i = 0; i < PAGES; i++) {
            pages[i] = fresh[order[i]];
            hostile.mapPage(base + (long) i * PAGE, pages[i]);
        }
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmm)).isZero();
        world.close();
    }

    private void fence(int pitch, char tiling) {
        long high = base + (FENCED - 1L) * PAGE | pitch / 128 - 1;
        long low = base | (tiling == 'Y' ? 2 : 0) | 1;
        hostile.pokeFence(1, tiling == 'L' ? 0 : high << 32 | low);
    }

    /** Returns where in the pages a byte of the surface is. */
    private static int place(int at, int pitch, char tiling) {
        if (tiling == 'L' || at >= FENCED * PAGE) {
            return at;
        }
        int x = at % pitch;
        int y = at / pitch;
        return tiling == 'X'
                ? (y / 8 * (pitch / 512) + x / 512) * PAGE + y % 8 * 512 + x % 512
                : (y / 32 * (pitch / 128) + x / 128) * PAGE
                        + x % 128 / 16 * 512
                        + y % 32 * 16
                        + x % 16;
    }

    private int memory(int at) {
        return (int) vmm.memory().cpuRead(pages[at / PAGE] + at % PAGE, 1);
    }

    private void access(SplittableRandom random, int at, int width, int pitch, char tiling) {
        if (random.nextBoolean()) {
            long value = random.nextLong();
            aperture.write(base + at, width, value);
            for (int i = 0; i < width; i++) {
                model[place(at + i, pitch, tiling)] = (byte) (value >>> 8 * i);
            }
        }
        long expected = 0;
        for (int i = 0; i < width; i++) {
            expected |= (model[place(at + i, pitch, tiling)] & 0xffL) << 8 * i;
        }
        assertThat(aperture.read(base + at, width)).as("%d at 0x%x", width, at).isEqualTo(expected);
    }

    private void assertMemoryIsAsTheModelSays() {
        for (int at = 0; at < model.length; at++) {
            assertThat(memory(at)).as("byte 0x%x", at).isEqualTo(model[at] & 0xff);
        }
    }

    @ParameterizedTest
    @CsvSource({"4096,L", "512,X", "2048,X", "4096,X", "128,Y", "512,Y", "2048,Y"})
    void access_ofAnyWidthAndAlignment_reachesTheByteThatTheFormulaSays(int pitch, char tiling) {
        fence(pitch, tiling);
        Seeds.forEach(
                2,
                random -> {
                    for (int i = 0; i < 3000; i++) {
                        int width = 1 << random.nextInt(4);
                        access(random, random.nextInt(model.length - 8), width, pitch, tiling);
                    }
                    int[] edges = {PAGE, pitch, 8 * pitch, FENCED * PAGE, model.length - 8};
                    for (int edge : edges) {
                        for (int before = -8; before <= 0; before++) {
                            for (int width = 1; width <= 8; width *= 2) {
                                access(random, Math.max(0, edge + before), width, pitch, tiling);
                            }
                        }
                    }
                });
        assertMemoryIsAsTheModelSays();
    }

    @ParameterizedTest
    @CsvSource({"4096,L", "512,X", "512,Y"})
    void block_ofAnyLength_isItsBytesOneAfterAnother(int pitch, char tiling) {
        fence(pitch, tiling);
        SplittableRandom random = new SplittableRandom(3);
        for (int length = 1; length < 40; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            int at = FENCED * PAGE - 20 + length % 7;
            aperture.writeBlock(base + at, MemorySegment.ofArray(bytes));
            for (int i = 0; i < length; i++) {
                model[place(at + i, pitch, tiling)] = bytes[i];
            }
            byte[] back = new byte[length];
            aperture.readBlock(base + at, MemorySegment.ofArray(back));
            assertThat(back).isEqualTo(bytes);
        }
        assertMemoryIsAsTheModelSays();
    }

    @Test
    void access_overTheEndOfTheSlice_isRefusedWhole() {
        long end = base + model.length;
        for (int width = 1; width <= 8; width *= 2) {
            long ones = -1L >>> 64 - 8 * width;
            for (long at = end - width + 1; at <= end; at++) {
                aperture.write(at, width, 0x5a5a_5a5a_5a5a_5a5aL);
                assertThat(aperture.read(at, width)).isEqualTo(ones);
            }
            long first = guest.mappableBase();
            for (long at = first - width; at < first; at++) {
                assertThat(aperture.read(at, width)).isEqualTo(ones);
            }
        }
        assertMemoryIsAsTheModelSays();
        assertThat(aperture.read(end - 8, 8)).isZero();
    }

    @Test
    void page_mappedElsewhereOrNowhere_isNotReachedAnyMore() {
        aperture.write(base, 4, 1);
        assertThat(memory(0)).isEqualTo(1);
        long fresh = guest.guestPage();
        hostile.mapPage(base, fresh);
        flushTable();
        aperture.write(base, 4, 2);
        assertThat(memory(0)).isEqualTo(1);
        assertThat(vmm.memory().cpuRead(fresh, 4)).isEqualTo(2);
        hostile.pokeTable((int) (base / PAGE), 0);
        flushTable();
        aperture.write(base, 4, 3);
        assertThat(memory(0)).isEqualTo(1);
        assertThat(vmm.memory().cpuRead(fresh, 4)).isEqualTo(2);
        hostile.mapPage(base, 0x7f_ffff_f000L); // no memory of the guest is there
        flushTable();
        aperture.write(base, 4, 4);
        assertThat(vmm.memory().cpuRead(fresh, 4)).isEqualTo(2);
    }

    /** As a driver does after it has changed entries: GFX_FLSH_CNTL. */
    private void flushTable() {
        vmm.gpu().bar(0).handler().write(0x10_1008, 4, 1);
    }
}
