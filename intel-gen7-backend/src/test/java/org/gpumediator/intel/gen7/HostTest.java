package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's own virtual GPU beside a guest's: what it may and a guest may not, and no more. */
class HostTest {

    private static final int GDRST = 0x941c;
    private static final int FENCES = 0x10_0000;
    private static final int TABLE = 0x20_0000;

    /** Of the host class, and yet not the hardware's: reset, VGA, what commands load. */
    private static final Set<Integer> EMULATED = Set.of(GDRST, 0x4_1000, 0xe49c);

    private final World world = new World();
    private final FakeVmm hostVmm = world.vmm(World.quotas("host", 64, 128, 4).forHost());
    private final FakeVmm guestVmm = world.vmm("guest", 64, 128);
    private final ScriptedHaswellGuest host = world.guest(hostVmm).boot();
    private final ScriptedHaswellGuest guest = world.guest(guestVmm).boot();

    @AfterEach
    void close() {
        assertThat(World.hookFailures(hostVmm)).isZero();
        assertThat(World.hookFailures(guestVmm)).isZero();
        assertThat(world.gpu.busFaults()).isEmpty();
        world.close();
    }

    private static Set<Integer> hostClass() throws IOException {
        Set<Integer> offsets = new TreeSet<>();
        try (InputStream in = HostTest.class.getResourceAsStream("registers/xengt-registers.txt")) {
            new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" "))
                    .filter(part -> part[2].equals("host"))
                    .forEach(part -> offsets.add(Integer.parseInt(part[0], 16)));
        }
        return offsets;
    }

    @Test
    void settings_ofTheWholeGpu_areTheHardwaresForTheHostAndNotForAGuest() throws IOException {
        Set<Integer> settings = hostClass();
        settings.removeAll(EMULATED);
        assertThat(settings).hasSize(63);
        int changed = 0;
        for (int offset : settings) {
            int before = world.physical(offset);
            guestVmm.bar(0).write32(offset, 0x0a0a_0a0a);
            assertThat(world.physical(offset)).as("0x%x by the guest", offset).isEqualTo(before);
            int seen = guestVmm.bar(0).read32(offset);
            hostVmm.bar(0).write32(offset, 0x0505_0505);
            changed += world.physical(offset) == before ? 0 : 1;
            assertThat(hostVmm.bar(0).read32(offset)).isEqualTo(world.physical(offset));
            world.gpu.write(0, offset, 4, before);
            assertThat(hostVmm.bar(0).read32(offset)).isEqualTo(world.physical(offset));
            assertThat(guestVmm.bar(0).read32(offset)).as("0x%x", offset).isEqualTo(seen);
        }
        assertThat(changed).isGreaterThan(55);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void setting_writtenByTheHostAtAnyWidth_isTheHardwares(int width) {
        long value = 0x1122_3344_5566_7788L & -1L >>> 64 - 8 * width;
        hostVmm.bar(0).handler().write(0x3_20f0, width, value);
        assertThat(world.gpu.read(0, 0x3_20f0, width)).isEqualTo(value);
        assertThat(hostVmm.bar(0).handler().read(0x3_20f0, width)).isEqualTo(value);
        assertThat(guestVmm.bar(0).handler().read(0x3_20f0, width)).isZero();
    }

    @Test
    void everyOtherRegister_writtenByTheHost_isNoMoreTheHardwaresThanAGuests() throws IOException {
        world.pass(20);
        guest.await(guest.submit(HaswellEngine.RCS)); // has the engines
        world.pass(20);
        Set<Integer> settings = hostClass();
        settings.removeAll(EMULATED);
        settings.add(0x3_20f4);
        int[] before = hardware();
        for (int offset = 0; offset < FENCES; offset += 4) {
            boolean ring = (offset & 0xfff) >= 0x30 && (offset & 0xfff) < 0x40;
            if (!ring && !settings.contains(offset)) {
                hostVmm.bar(0).write32(offset, 0x5a5a_5a5a);
            }
        }
        int[] after = hardware();
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).as("register 0x%x", 4 * i).isEqualTo(before[i]);
        }
    }

    private int[] hardware() {
        int[] values = new int[FENCES / 4];
        for (int i = 0; i < values.length; i++) {
            boolean timestamp = (4 * i & 0xff8) == 0x358;
            values[i] = timestamp ? 0 : world.physical(4 * i);
        }
        return values;
    }

    @Test
    void reset_byTheHost_touchesNoGuest() {
        Request work = guest.hang(HaswellEngine.BCS);
        world.pass(2);
        long before = world.gpu.status(HaswellEngine.BCS).resets();
        hostVmm.bar(0).write32(GDRST, 1);
        assertThat(hostVmm.bar(0).read32(GDRST)).isZero();
        world.pass(2);
        assertThat(world.gpu.status(HaswellEngine.BCS).resets()).isEqualTo(before);
        assertThat(world.gpu.status(HaswellEngine.BCS).batchLevel()).isPositive();
        assertThat(work.completed()).isFalse();
        guest.resetEngine(HaswellEngine.BCS);
        guest.await(guest.submit(HaswellEngine.BCS));
        assertThat(guest.complaints()).isEmpty();
    }

    @Test
    void addresses_ofAGuest_areRefusedToTheHostEverywhere() {
        GuestObject victim = guest.allocateMappable(4096);
        victim.fill(0x900d_900d);
        int index = (int) (victim.graphicsAddress() / 4096);
        int entry = world.physical(TABLE + 4 * index);
        long faults = faults();

        hostVmm.bar(0).write32(TABLE + 4 * index, 0x1001);
        assertThat(world.physical(TABLE + 4 * index)).isEqualTo(entry);
        hostVmm.bar(2).write32(victim.graphicsAddress(), 1);
        assertThat(hostVmm.bar(2).read32(victim.graphicsAddress())).isEqualTo(-1);
        hostVmm.bar(0).write32(FENCES + 4, (int) victim.graphicsAddress());
        hostVmm.bar(0).write32(FENCES, (int) victim.graphicsAddress() | 1);
        assertThat(world.physical(FENCES) & 1).isZero();
        for (HaswellEngine engine : HaswellEngine.values()) {
            host.submit(engine, Batch.kernel().storeDword(victim.graphicsAddress(), 1));
            host.hostile().ringCommands(engine, 0x1040_0002, 0, (int) victim.graphicsAddress(), 1);
        }
        world.pass(60);
        assertThat(victim.read32(0)).isEqualTo(0x900d_900d);
        assertThat(faults() - faults).isGreaterThan(8);
    }

    private long faults() {
        return hostVmm.gpu().statistics().faults(GuestFaultKind.OUT_OF_PARTITION)
                + hostVmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS);
    }

    @Test
    void endlessWork_ofTheHost_isCutOffAsAGuestsIs() {
        host.hang(HaswellEngine.RCS);
        world.pass(3);
        Request request = guest.submit(HaswellEngine.RCS);
        world.pass(150);
        assertThat(request.completed()).isTrue();
        assertThat(hostVmm.gpu().statistics().counter("rcs.cut-off")).isPositive();
        host.resetEngine(HaswellEngine.RCS);
        host.await(host.submit(HaswellEngine.RCS));
    }
}
