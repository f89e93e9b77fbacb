package org.gpumediator.intel.gen7.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.Test;

/**
 * Forged page directories and page tables: outside of guest memory, into the mediator's own pages,
 * into the neighbour's, into themselves, and changed after they were loaded.
 */
class PageDirectoriesTest extends Attack {

    private static final int PP_DIR_BASE = 0x228;
    private static final int TABLE = 0x20_0000;
    private static final int VALID = 1;

    /** A store by an unprivileged batch on the blitter, translated by the forged tables. */
    private void storeThroughTheTables(long graphicsAddress) {
        GuestObject batch = memory(STORE, 0, (int) graphicsAddress, GRAFFITI, BATCH_END);
        hostile.bareRing(HaswellEngine.BCS, 0x1304_0001, 0, 0, 0, USER_BATCH, address(batch));
        world.steps(3);
        bad.free(batch);
    }

    /** Returns what the hardware's table has where the neighbour and the mediator are. */
    private List<Integer> foreignEntries() {
        List<Integer> entries = new ArrayList<>();
        entries.add(world.physical(TABLE + (int) (victim.graphicsAddress() >>> 12) * 4));
        for (long at = 480L << 20; at < 512L << 20; at += 4096) {
            int entry = world.physical(TABLE + (int) (at >>> 12) * 4);
            if (!entries.contains(entry)) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** Returns a hash of the mediator's saved contexts, its own ring and its own status page. */
    private long mediatorsPages() {
        long hash = 1;
        for (long at = 510L << 20; at < (510L << 20) + (276 << 10); at += 4) {
            hash = hash * 31 + world.gpu.read(2, at, 4);
        }
        return hash;
    }

    @Test
    void directory_outsideTheSlice_translatesNothing() {
        for (long index : new long[] {good.hiddenBase() >>> 12, 480 << 8, 0xfff0, 524_288 - 16}) {
            int base = (int) (index / 16) << 16;
            GuestObject batch = memory(STORE, 0, address(victim), GRAFFITI, BATCH_END, 0);
            hostile.bareRing(
                    HaswellEngine.RCS,
                    LOAD_IMMEDIATE,
                    0x2000 + PP_DIR_BASE,
                    base,
                    USER_BATCH_RCS,
                    address(batch),
                    0);
            world.pass(3);
            int physical = world.physical(0x2000 + PP_DIR_BASE) >>> 16 << 16;
            assertThat((long) (physical >>> 16) * 16).isBetween(480L << 8, (512L << 8) - 512);
        }
        bad.resetEngine(HaswellEngine.RCS);
    }

    @Test
    void entries_outsideGuestMemory_leadNowhere() {
        GuestObject target = bad.allocate(4096);
        int slot = (int) (target.graphicsAddress() >>> 22);
        int index = (int) (target.graphicsAddress() >>> 12) & 0x3ff;
        for (int entry :
                new int[] {0x0100_0001, 0x7fff_f001, 0xffff_f001, 0x0000_07f1, 0xffff_ffff}) {
            hostile.pokePageTable(slot, index, entry);
            storeThroughTheTables(target.graphicsAddress());
            assertThat(target.read32(0)).as("entry %x", entry).isZero();
            hostile.pokeDirectory(slot, entry);
            storeThroughTheTables(target.graphicsAddress());
            assertThat(target.read32(0)).as("directory entry %x", entry).isZero();
            hostile.pokeDirectory(slot, 0);
        }
    }

    @Test
    void entries_ofTheMediatorAndTheNeighbour_areGuestAddressesHere() {
        GuestObject target = bad.allocate(4096);
        int slot = (int) (target.graphicsAddress() >>> 22);
        int index = (int) (target.graphicsAddress() >>> 12) & 0x3ff;
        List<Integer> foreign = foreignEntries();
        assertThat(foreign).hasSizeGreaterThan(10);
        long before = mediatorsPages();
        for (int entry : foreign) {
            if (Integer.toUnsignedLong(entry & 0xffff_f000) < 16 << 20) {
                continue; // as a guest address it is the attacker's own memory
            }
            hostile.pokePageTable(slot, index, entry | VALID);
            hostile.pokeDirectory(slot + 1, entry | VALID);
            storeThroughTheTables(target.graphicsAddress());
            storeThroughTheTables((slot + 1L) << 22);
        }
        assertThat(mediatorsPages()).isEqualTo(before);
        assertNeighbourUntouched();
    }

    @Test
    void table_thatMapsItself_andIsRewrittenByTheGpu_staysConfined() {
        GuestObject target = bad.allocate(4096);
        GuestObject table = bad.allocate(4096);
        int slot = 100;
        long space = (long) slot << 22;
        // the page is table and memory at once: its first entry maps it into its own space
        table.write32(0, (int) table.page(0) | VALID);
        hostile.pokeDirectory(slot, (int) table.page(0) | VALID);
        int neighbour = world.physical(TABLE + (int) (victim.graphicsAddress() >>> 12) * 4);
        for (int entry : new int[] {neighbour, (int) target.page(0) | VALID, -1}) {
            GuestObject batch =
                    memory(
                            STORE,
                            0,
                            (int) space + 4,
                            entry, // the GPU writes the second entry
                            STORE,
                            0,
                            (int) space + 4096,
                            GRAFFITI,
                            BATCH_END,
                            0);
            for (int i = 0; i < 3; i++) {
                hostile.bareRing(
                        HaswellEngine.BCS, 0x1304_0001, 0, 0, 0, USER_BATCH, address(batch));
                world.steps(3);
            }
            assertThat(table.read32(4)).isEqualTo(entry);
        }
        if (tables == Tables.RELAXED) { // who tracks writes of processors does not see the GPU's
            assertThat(target.read32(0))
                    .as("own memory, by an entry of its own")
                    .isEqualTo(GRAFFITI);
        }
    }

    @Test
    void directory_thatIsTheTableOfAnother_isHarmless() {
        GuestObject target = bad.allocate(4096);
        int first = (int) (slice().highEnd() >>> 22); // below are the batches of this test
        for (int slot = first; slot < 512; slot++) {
            hostile.pokeDirectory(slot, (int) target.page(0) | VALID);
        }
        target.fill((int) target.page(0) | VALID);
        for (long slot = first; slot < 512; slot += 37) {
            storeThroughTheTables(slot << 22 | 0x123 << 12);
        }
        assertThat(target.read32(0)).isEqualTo(GRAFFITI);
    }

    @Test
    void tables_changedAfterTheyWereLoaded_areReadAgainBeforeTheNextSubmissionOnly() {
        GuestObject target = bad.allocate(4096);
        int slot = (int) (target.graphicsAddress() >>> 22);
        int index = (int) (target.graphicsAddress() >>> 12) & 0x3ff;
        int neighbour = world.physical(TABLE + (int) (victim.graphicsAddress() >>> 12) * 4);
        GuestObject batch = memory(STORE, 0, address(target), 1, BATCH_END, 0);
        hostile.bareRing(HaswellEngine.BCS, 0x1304_0001, 0, 0, 0, USER_BATCH, address(batch));
        hostile.pokePageTable(slot, index, neighbour | VALID);
        hostile.pokeDirectory(slot, neighbour | VALID);
        world.steps(5);
        assertThat(target.read32(0)).as("as it was at submission").isEqualTo(1);
        batch.write32(12, 2);
        hostile.bareRing(HaswellEngine.BCS, 0x1304_0001, 0, 0, 0, USER_BATCH, address(batch));
        world.steps(5);
        assertThat(target.read32(0)).isEqualTo(1);
    }

    @Test
    void everything_atRandom_leadsToOwnMemoryOrNowhere() {
        GuestObject target = bad.allocate(4096);
        SplittableRandom random = new SplittableRandom(4711);
        int slot = (int) (target.graphicsAddress() >>> 22);
        for (int i = 0; i < 64; i++) {
            switch (i % 3) {
                case 0 -> hostile.pokePageTable(slot, random.nextInt(1024), random.nextInt() | 1);
                case 1 -> hostile.pokeDirectory(random.nextInt(512), random.nextInt() | 1);
                default -> hostile.pokeDirectory(random.nextInt(512), random.nextInt() | 3);
            }
            bad.submit(
                    HaswellEngine.BCS,
                    Batch.user()
                            .storeDword(random.nextLong(1L << 31) & ~3L, GRAFFITI)
                            .storeDword(random.nextLong(512) << 22, GRAFFITI));
            world.pass(1);
        }
    }
}
