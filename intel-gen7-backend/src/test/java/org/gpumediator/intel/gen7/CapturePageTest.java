package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.DirectWindow;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Page after page is read through the first page of the aperture, as after a hang. */
final class CapturePageTest {

    private static final int FLUSH = 0x10_1008;

    private final World world = new World(FakeHaswell.create(), Map.of("gtt", "relaxed"));
    private FakeVmm vmm;
    private ScriptedHaswellGuest guest;
    private GuestObject data;
    private long first;

    @BeforeEach
    void boot() {
        vmm = world.vmm("vm1", 32, 128);
        guest = world.guest(vmm).boot();
        first = guest.mappableBase();
        data = guest.allocate(3 * 4096);
        for (int i = 0; i < 3 * 1024; i++) {
            data.write32(4L * i, 7 * i);
        }
    }

    @AfterEach
    void close() {
        world.close();
    }

    private DirectWindow window() {
        return vmm.gpu().bar(2).directWindows().getFirst();
    }

    private int mapped(long offset) {
        return window().backing().segment().get(ValueLayout.JAVA_INT, offset);
    }

    private void map(long offset, int value) {
        window().backing().segment().set(ValueLayout.JAVA_INT, offset, value);
    }

    private void point(long page) {
        guest.hostile().mapPage(first, page);
        guest.hostile().pokeRegister(FLUSH, 1);
    }

    @Test
    void window_isTheFirstPageOfTheAperture() {
        assertThat(vmm.gpu().bar(2).directWindows()).hasSize(1);
        assertThat(window().offset()).isEqualTo(first);
        assertThat(window().length()).isEqualTo(4096);
        assertThat(vmm.gpu().regions().getFirst().directWindows()).hasSize(1);
    }

    @Test
    void eachPage_isThereAfterTheFlush() {
        for (int page = 0; page < 3; page++) {
            point(data.page(page));
            for (int i = 0; i < 1024; i++) {
                assertThat(mapped(4L * i)).isEqualTo(7 * (1024 * page + i));
            }
        }
        data.write32(2 * 4096, 1);
        guest.hostile().pokeRegister(FLUSH, 1);
        assertThat(mapped(0)).isEqualTo(1);
    }

    @Test
    void whatIsWrittenThrough_reachesThePage_andNoOther() {
        point(data.page(0));
        map(0, 11);
        map(400, 12);
        map(4092, 13);
        data.write32(8, 14);
        point(data.page(1));
        assertThat(data.read32(0)).isEqualTo(11);
        assertThat(data.read32(400)).isEqualTo(12);
        assertThat(data.read32(4092)).isEqualTo(13);
        assertThat(data.read32(8)).as("not written through").isEqualTo(14);
        assertThat(mapped(0)).isEqualTo(7 * 1024);
        assertThat(data.read32(4096)).isEqualTo(7 * 1024);
    }

    @Test
    void whatIsWrittenThrough_reachesThePage_beforeTheGpuWorks() {
        point(data.page(0));
        map(0, 11);
        guest.await(guest.submit(HaswellEngine.BCS));
        assertThat(data.read32(0)).isEqualTo(11);
    }

    @Test
    void entryThatPointsNowhere_showsNothing() {
        point(data.page(0));
        point(1L << 38);
        assertThat(mapped(0)).isZero();
        map(0, 11);
        guest.hostile().pokeTable((int) (first / 4096), 0);
        guest.hostile().pokeRegister(FLUSH, 1);
        assertThat(mapped(0)).isZero();
        assertThat(data.read32(0)).isZero();
        assertThat(data.read32(4)).isEqualTo(7);
    }

    @Test
    void memory_isNeverAskedForByMessage() {
        FakeVmm other = FakeVmm.create();
        GuestMemory asked = mock(GuestMemory.class, delegatesTo(other.port().memory()));
        VmmPort port = other.port();
        world.vmm(
                World.quotas("vm2", 32, 128, 4),
                other,
                new VmmPort(
                        asked, port.messages(), port.line(), port.masking(), port.sharedMemory()));
        ScriptedHaswellGuest second = world.guest(other).boot();
        GuestObject page = second.allocate(4096);
        page.write32(0, 5);
        DirectWindow shown = other.gpu().bar(2).directWindows().getFirst();
        second.hostile().mapPage(second.mappableBase(), page.page(0));
        second.hostile().pokeRegister(FLUSH, 1);
        assertThat(shown.backing().segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(5);
        shown.backing().segment().set(ValueLayout.JAVA_INT, 0, 6);
        second.await(second.submit(HaswellEngine.BCS));

        assertThat(page.read32(0)).isEqualTo(6);
        verify(asked, never()).read(anyLong(), any());
        verify(asked, never()).write(anyLong(), any());
    }

    @Test
    void reset_leavesNothingInIt() {
        point(data.page(1));
        vmm.gpu().reset(ResetKind.LOST_CLIENT);
        for (int i = 0; i < 1024; i++) {
            assertThat(mapped(4L * i)).isZero();
        }
    }

    @Test
    void strictMode_hasNone() {
        try (World strict = new World()) {
            assertThat(strict.vmm("vm1", 32, 128).gpu().bar(2).directWindows()).isEmpty();
        }
    }
}
