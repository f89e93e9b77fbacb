package org.gpumediator.intel.gen7.bar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.intel.gen7.World;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.GuestBar;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every entry of the physical translation table follows from what its owner has written. */
class TableWindowTest {

    private static final int ENTRIES = 524_288;
    private static final int WINDOW = 0x20_0000;
    private static final int FLUSH = 0x10_1008;
    private static final long RAM = 16L << 20;
    private static final int CACHEABILITY = 0x80e;

    private static World world(String table) {
        return new World(FakeHaswell.create(), Map.of("gtt", table));
    }

    /** One guest: its VMM, its slice, and what it has written. */
    private static final class Guest {

        private final World world;
        private final FakeVmm vmm;
        private final GuestBar bar;
        private final int[] first = new int[2];
        private final int[] end = new int[2];
        private final int[] written = new int[ENTRIES];
        private final int scratch;
        private final long bus;

        Guest(World world, String name, long apertureMib, long hiddenMib, boolean direct) {
            this.world = world;
            FakeVmm.Builder builder = FakeVmm.builder();
            vmm = (direct ? builder.mappingDirectWindows() : builder).build();
            vmm.plug(
                    world.mediator.create(
                            World.quotas(name, apertureMib, hiddenMib, 4), vmm.port()));
            vmm.enumerate();
            bar = vmm.bar(0);
            first[0] = bar.read32(0x7_8040) >>> 12;
            end[0] = first[0] + (bar.read32(0x7_8044) >>> 12);
            first[1] = bar.read32(0x7_8048) >>> 12;
            end[1] = first[1] + (bar.read32(0x7_804c) >>> 12);
            scratch = physical(first[0]);
            write(first[0], 4, 0x1001);
            flush();
            bus = address(physical(first[0])) - 0x1000;
            write(first[0], 4, 0);
            flush();
        }

        boolean owns(int index) {
            return index >= first[0] && index < end[0] || index >= first[1] && index < end[1];
        }

        int physical(int index) {
            return world.physical(WINDOW + 4 * index);
        }

        void write(int index, int width, long value) {
            bar.write(WINDOW + 4L * index, width, value);
            note(index, (int) value);
            if (width == 8) {
                note(index + 1, (int) (value >>> 32));
            }
        }

        private void note(int index, int value) {
            if (owns(index)) {
                written[index] = value;
            }
        }

        void flush() {
            bar.write32(FLUSH, 1);
        }

        int expected(int index) {
            int entry = written[index];
            if ((entry & 1) == 0 || address(entry) >= RAM) {
                return scratch;
            }
            return entry(bus + address(entry)) | entry & CACHEABILITY;
        }
    }

    private static long address(int entry) {
        return Integer.toUnsignedLong(entry & 0xffff_f000) | (long) (entry & 0x7f0) << 28;
    }

    private static int entry(long address) {
        return (int) address & 0xffff_f000 | (int) (address >> 28) & 0x7f0 | 1;
    }

    private static int[] wholeTable(World world) {
        int[] table = new int[ENTRIES];
        Arrays.setAll(table, index -> world.physical(WINDOW + 4 * index));
        return table;
    }

    @ParameterizedTest
    @CsvSource({"strict,false", "relaxed,false", "relaxed,true"})
    void write_hostileValuesEverywhere_tableFollowsTheRule(String table, boolean direct) {
        Seeds.forEach(
                2,
                random -> {
                    try (World world = world(table)) {
                        Guest[] guests = {
                            new Guest(world, "vm1", 64, 128, direct),
                            new Guest(world, "vm2", 32, 256, direct)
                        };
                        int[] before = wholeTable(world);
                        for (int i = 0; i < 20_000; i++) {
                            hostileWrite(guests[random.nextInt(2)], random);
                        }
                        for (Guest guest : guests) {
                            guest.flush();
                        }
                        check(world, guests, before);
                        for (Guest guest : guests) {
                            guest.vmm.close();
                        }
                        int nobody = before[200 << 8];
                        for (Guest guest : guests) {
                            for (int i = guest.first[0]; i < guest.end[0]; i++) {
                                assertThat(world.physical(WINDOW + 4 * i)).isEqualTo(nobody);
                            }
                        }
                        assertThat(world.gpu.busFaults()).isEmpty();
                    }
                });
    }

    private static void hostileWrite(Guest guest, SplittableRandom random) {
        int index =
                switch (random.nextInt(5)) {
                    case 0 -> random.nextInt(ENTRIES);
                    case 1 -> guest.first[random.nextInt(2)] + random.nextInt(-2, 3);
                    case 2 -> guest.end[random.nextInt(2)] + random.nextInt(-3, 3);
                    default -> guest.first[random.nextInt(2)] + random.nextInt(4096);
                };
        index = Math.clamp(index, 0, ENTRIES - 2);
        long value =
                switch (random.nextInt(4)) {
                    case 0 -> random.nextLong();
                    case 1 -> random.nextLong(RAM) | 1;
                    case 2 -> (random.nextLong(RAM) | 1) * 0x1_0000_0001L;
                    default -> RAM - 4096 + (random.nextInt(3) << 12) | 1;
                };
        if (random.nextInt(4) == 0 && index % 2 == 0) {
            guest.write(index, 8, value);
        } else {
            guest.write(index, 4, value & 0xffff_ffffL);
        }
    }

    private static void check(World world, Guest[] guests, int[] before) {
        for (int index = 0; index < ENTRIES; index++) {
            int expected = before[index];
            for (Guest guest : guests) {
                if (guest.owns(index)) {
                    expected = guest.expected(index);
                }
            }
            int found = world.physical(WINDOW + 4 * index);
            if (found != expected) {
                assertThat(found).as("entry 0x%x", index).isEqualTo(expected);
            }
        }
        for (Guest guest : guests) {
            for (int slot = 0; slot < 5000; slot++) {
                int index = guest.first[slot & 1] + slot / 2;
                assertThat(guest.bar.read32(WINDOW + 4L * index)).isEqualTo(guest.written[index]);
            }
        }
    }

    @Test
    void write_outsideTheSlice_isDroppedCountedAndReadsZero() {
        try (World world = world("strict")) {
            Guest guest = new Guest(world, "vm1", 64, 128, false);
            Guest other = new Guest(world, "vm2", 64, 128, false);
            long before = guest.vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION);
            int[] foreign = {
                other.first[0],
                other.end[0] - 1,
                other.first[1],
                480 << 8,
                (512 << 8) - 1,
                ENTRIES - 1
            };
            for (int index : foreign) {
                int was = guest.physical(index);
                guest.write(index, 4, 0x1001);
                assertThat(guest.physical(index)).isEqualTo(was);
                assertThat(guest.bar.read32(WINDOW + 4L * index)).isZero();
            }
            assertThat(guest.vmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION))
                    .isEqualTo(before + foreign.length);
        }
    }

    @Test
    void write_eightBytesAcrossTheEndOfTheSlice_onlyTheOwnHalfCounts() {
        try (World world = world("strict")) {
            Guest guest = new Guest(world, "vm1", 63, 128, false);
            Guest other = new Guest(world, "vm2", 64, 128, false);
            int last = guest.end[0] - 1;
            guest.bar.write(WINDOW + 4L * (last - 1), 8, 0x0000_3001_0000_2001L);
            assertThat(guest.physical(last - 1)).isEqualTo(entry(guest.bus + 0x2000));
            assertThat(guest.physical(last)).isEqualTo(entry(guest.bus + 0x3000));
            assertThat(guest.physical(other.first[0])).isEqualTo(other.scratch);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strict", "relaxed"})
    void access_ofAnyOtherShape_isRefused(String table) {
        try (World world = world(table)) {
            Guest guest = new Guest(world, "vm1", 64, 128, false);
            guest.write(guest.first[0], 4, 0x5001);
            guest.flush();
            int before = guest.physical(guest.first[0]);
            long faults = guest.vmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS);
            var handler = guest.bar.handler();
            long at = WINDOW + 4L * guest.first[0];
            int refused = 0;
            for (int width : new int[] {1, 2, 4, 8}) {
                for (int skew = 0; skew < 8; skew++) {
                    if (width >= 4 && skew % width == 0) {
                        continue;
                    }
                    handler.write(at + skew, width, 0);
                    assertThat(handler.read(at + skew, width))
                            .isEqualTo(width == 8 ? -1L : (1L << 8 * width) - 1);
                    refused += 2;
                }
            }
            guest.flush();
            assertThat(guest.physical(guest.first[0])).isEqualTo(before);
            assertThat(guest.vmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS))
                    .isEqualTo(faults + refused);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strict", "relaxed"})
    void memory_thatComesAndGoes_isMappedOnlyWhileItIsThere(String table) {
        try (World world = world(table)) {
            Guest guest = new Guest(world, "vm1", 64, 128, false);
            long start = 1L << 30;
            int index = guest.first[1] + 7;
            guest.write(index, 4, entry(start + 0x5000));
            guest.flush();
            assertThat(guest.physical(index)).isEqualTo(guest.scratch);
            assertThat(guest.vmm.gpu().statistics().faults(GuestFaultKind.BAD_GUEST_ADDRESS))
                    .isPositive();
            for (int round = 0; round < 3; round++) {
                guest.vmm.memory().addRam(start, 1 << 20);
                assertThat(guest.physical(index)).isNotEqualTo(guest.scratch);
                guest.vmm.memory().remove(start);
                assertThat(guest.physical(index)).isEqualTo(guest.scratch);
            }
            assertThat(world.gpu.busFaults()).isEmpty();
        }
    }
}
