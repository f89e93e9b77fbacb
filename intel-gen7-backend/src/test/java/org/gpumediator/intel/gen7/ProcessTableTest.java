package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.HostileActions;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guest changes its per-process tables between two submissions. */
class ProcessTableTest {

    private static final int FLUSH_AND_INVALIDATE = 0x1304_0001;
    private static final int USER_BATCH = 0x1880_0100;
    private static final int LOAD_TWO_REGISTERS = 0x1100_0003;
    private static final int TARGET = 0x4000_0000;
    private static final int CODE = 0x4040_0000;

    @ParameterizedTest
    @CsvSource({"strict,true", "strict,false", "relaxed,true", "relaxed,false"})
    void entry_changedBetweenSubmissions_nextUsesTheNewPageOnly(String mode, boolean tracking) {
        try (World world = new World()) {
            FakeVmm.Builder builder = FakeVmm.builder();
            FakeVmm vmm = (tracking ? builder : builder.withoutWriteTracking()).build();
            vmm.plug(
                    world.mediator.create(
                            World.quotas("vm1", 64, 128, 4).with("ppgtt", mode), vmm.port()));
            ScriptedHaswellGuest guest = world.guest(vmm).boot();
            HostileActions hostile = guest.hostile();
            GuestObject first = guest.allocate(4096);
            GuestObject second = guest.allocate(4096);
            GuestObject batch = guest.allocate(4096);
            int[] commands = {0x1000_0002, 0, (int) first.graphicsAddress(), 1, 0x0500_0000};
            for (int i = 0; i < commands.length; i++) {
                batch.write32(4L * i, commands[i]);
            }
            run(hostile, batch, world);
            assertThat(first.read32(0)).isEqualTo(1);

            int slot = (int) (first.graphicsAddress() >>> 22);
            int index = (int) (first.graphicsAddress() >>> 12 & 0x3ff);
            hostile.pokePageTable(slot, index, (int) second.page(0) | 1);
            batch.write32(12, 2);
            run(hostile, batch, world);
            assertThat(first.read32(0)).isEqualTo(1);
            assertThat(second.read32(0)).isEqualTo(2);

            hostile.pokePageTable(slot, index, 0);
            batch.write32(12, 3);
            run(hostile, batch, world);
            assertThat(first.read32(0)).isEqualTo(1);
            assertThat(second.read32(0)).isEqualTo(2);
            assertThat(world.gpu.busFaults()).isEmpty();
            vmm.close();
        }
    }

    /** Two directories, each with a page of code and a page to store to at the same addresses. */
    @ParameterizedTest
    @CsvSource({"strict,true", "strict,false", "relaxed,true", "relaxed,false"})
    void table_changedWhileItsDirectoryIsNotInUse_isRightWhenItIsLoadedAgain(
            String mode, boolean tracking) {
        try (World world = new World()) {
            FakeVmm.Builder builder = FakeVmm.builder();
            FakeVmm vmm = (tracking ? builder : builder.withoutWriteTracking()).build();
            vmm.plug(
                    world.mediator.create(
                            World.quotas("vm1", 64, 128, 4).with("ppgtt", mode), vmm.port()));
            ScriptedHaswellGuest guest = world.guest(vmm).boot();
            HostileActions hostile = guest.hostile();
            GuestObject[] tables = new GuestObject[2];
            int first = (int) (guest.hiddenBase() >>> 12) + 511 & ~511;
            for (int i = 0; i < tables.length; i++) {
                GuestObject code = guest.allocate(4096);
                int[] commands = {0x1000_0002, 0, TARGET, i + 1, 0x0500_0000, 0};
                for (int j = 0; j < commands.length; j++) {
                    code.write32(4L * j, commands[j]);
                }
                tables[i] = guest.allocate(8192);
                tables[i].write32(4096, (int) code.page(0) | 1);
                int index = first + 512 * i;
                hostile.pokeTable(index + (TARGET >>> 22), (int) tables[i].page(0) | 1);
                hostile.pokeTable(index + (CODE >>> 22), (int) tables[i].page(1) | 1);
            }
            for (int round = 0; round < 3; round++) {
                GuestObject[] targets = {guest.allocate(4096), guest.allocate(4096)};
                for (int i = 0; i < tables.length; i++) {
                    tables[i].write32(0, (int) targets[i].page(0) | 1);
                }
                for (int i = 0; i < tables.length; i++) {
                    int base = (first + 512 * i) / 16 << 16;
                    hostile.bareRing(
                            HaswellEngine.BCS,
                            LOAD_TWO_REGISTERS,
                            0x2_2220,
                            -1,
                            0x2_2228,
                            base,
                            USER_BATCH,
                            CODE,
                            0);
                    world.steps(20);
                }
                assertThat(targets[0].read32(0)).isEqualTo(1);
                assertThat(targets[1].read32(0)).isEqualTo(2);
            }
            assertThat(world.gpu.busFaults()).isEmpty();
            vmm.close();
        }
    }

    private static void run(HostileActions hostile, GuestObject batch, World world) {
        hostile.bareRing(
                HaswellEngine.BCS,
                FLUSH_AND_INVALIDATE,
                0,
                0,
                0,
                USER_BATCH,
                (int) batch.graphicsAddress());
        world.steps(20);
    }
}
