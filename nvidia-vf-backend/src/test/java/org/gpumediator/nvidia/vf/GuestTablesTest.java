package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;

import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.ada.AdaModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest binds a window through page tables of its own: they lead to what is its own, or nowhere.
 */
final class GuestTablesTest {

    private static final int INSTANCE_BLOCK = 0xf48;
    private static final long THROUGH_TABLES = 0x8000_0000L;
    private static final long INSTANCE = 0x10_0000;
    private static final long ROOT = 0x10_1000;
    private static final long TOP = 0x10_2000;
    private static final long MIDDLE = 0x10_3000;
    private static final long LAST = 0x10_4000;
    private static final long SMALL = 0x10_5000;
    private static final long BIG = 0x10_6000;
    private static final long SLICE = 7808L << 20;
    private static final int VIDEO_TABLE = 1 << 1;
    private static final int MEMORY = 2 << 1;

    private final Rig rig = new Rig(AdaModel.L40);
    private final FakeVmm vmm = plug("a");
    private final FakeVmm other = plug("b");

    private FakeVmm plug(String name) {
        FakeVmm next = FakeVmm.create();
        next.plug(rig.mediator.create(VgpuRequest.ofType(name, "L40-8Q"), next.port()));
        next.enumerate();
        return next;
    }

    @AfterEach
    void close() {
        vmm.close();
        other.close();
        rig.close();
    }

    /** A walk from the instance block to the first 2 MiB, with no page behind it yet. */
    @BeforeEach
    void tables() {
        video(INSTANCE + 0x200, ROOT | 1 << 10);
        video(ROOT, TOP >>> 4 | VIDEO_TABLE);
        video(TOP, MIDDLE >>> 4 | VIDEO_TABLE);
        video(MIDDLE, LAST >>> 4 | VIDEO_TABLE);
        video(LAST, BIG >>> 4 | VIDEO_TABLE);
        video(LAST + 8, SMALL >>> 4 | VIDEO_TABLE);
    }

    private void video(long offset, long value) {
        vmm.bar(1).write64(offset, value);
    }

    private void bind() {
        vmm.bar(0).write32(INSTANCE_BLOCK, (int) (THROUGH_TABLES | INSTANCE >>> 12));
    }

    private static long page(long address, int where) {
        return address >>> 4 | where | 1;
    }

    @Test
    void window_throughTables_showsSmallPagesOfFramebufferAndOfMemory() {
        video(SMALL + 8 * 3, page(0x200_0000, 0));
        video(SMALL + 8 * 4, page(0x5_0000, MEMORY));
        bind();
        vmm.bar(3).write64(0x3008, 0x1122_3344_5566_7788L);
        vmm.bar(3).write32(0x4004, 0x99aa_bbcc);
        vmm.bar(3).handler().write(0x4fff, 1, 0x5a);
        assertThat(vmm.bar(1).read64(0x200_0008)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(vmm.memory().cpuRead32(0x5_0004)).isEqualTo(0x99aa_bbcc);
        assertThat(vmm.bar(3).read64(0x3008)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(vmm.bar(3).read32(0x4004)).isEqualTo(0x99aa_bbcc);
        assertThat(vmm.bar(3).read(0x4fff, 1)).isEqualTo(0x5a);
        assertThat(vmm.bar(3).read32(0x5000)).as("no page").isEqualTo(-1);
        vmm.bar(0).write32(INSTANCE_BLOCK, 0);
        assertThat(vmm.bar(3).read64(0x200_0008 & 0x1ff_ffff)).as("physically").isZero();
    }

    @Test
    void window_throughTables_showsBigPagesWhereThereAreNoSmallOnes_andHugeOnes() {
        video(BIG + 8, page(0x300_0000, 0));
        video(SMALL + 8 * 17, page(0x400_0000, 0));
        video(LAST + 16, page(0x600_0000, 0));
        bind();
        vmm.bar(3).write32(0x1_0010, 1);
        vmm.bar(3).write32(0x1_1010, 2);
        vmm.bar(3).write32(0x2f_fff0, 3);
        assertThat(vmm.bar(1).read32(0x300_0010)).isEqualTo(1);
        assertThat(vmm.bar(1).read32(0x400_0010)).as("the small one counts").isEqualTo(2);
        assertThat(vmm.bar(1).read32(0x60f_fff0)).isEqualTo(3);
    }

    @Test
    void page_thatIsReadOnly_takesNoWrites() {
        video(0x200_0000, 7);
        video(SMALL, page(0x200_0000, 0) | 1 << 6);
        bind();
        vmm.bar(3).write32(0, 8);
        assertThat(vmm.bar(3).read32(0)).isEqualTo(7);
    }

    @Test
    void tables_mayBeInMemory() {
        vmm.memory().cpuWrite(0x7000 + 0x200, 8, 0x8000 | 2);
        vmm.memory().cpuWrite(0x8000, 8, TOP >>> 4 | VIDEO_TABLE);
        video(SMALL, page(0x200_0000, 0));
        video(0x200_0000, 77);
        vmm.bar(0).write32(INSTANCE_BLOCK, (int) (THROUGH_TABLES | 2L << 28 | 7));
        assertThat(vmm.bar(3).read32(0)).isEqualTo(77);
    }

    @Test
    void reset_bindsPhysicallyAgain() {
        bind();
        vmm.gpu().reset(ResetKind.FUNCTION_LEVEL);
        vmm.enumerate();
        vmm.bar(3).write32(0, 5);
        assertThat(vmm.bar(1).read32(0)).isEqualTo(5);
    }

    @Test
    void invalidation_isOverWhenItIsLookedAt() {
        vmm.bar(0).write32(0x30b0, (int) THROUGH_TABLES | 1);
        assertThat(vmm.bar(0).read32(0x30b0)).isEqualTo(1);
    }

    // ---- hostile tables

    @ParameterizedTest
    @CsvSource({
        "0x1e8000000, 0", // behind the slice
        "0x1ffffffff000, 0",
        "0x1000000, 4", // behind the guest's memory
        "0x1ffffffffff000, 6",
        "0x2000000, 2", // of another board
    })
    void page_thatIsNotItsOwn_readsOnesAndTakesNoWrites(String address, int where) {
        VirtualGpu neighbour = other.gpu();
        long before = other.memory().fingerprint();
        video(SMALL, page(Long.decode(address), where));
        bind();
        vmm.bar(3).write32(0, 0x6666);
        assertThat(vmm.bar(3).read32(0)).isEqualTo(-1);
        assertThat(other.memory().fingerprint()).isEqualTo(before);
        assertThat(neighbour.bar(1).handler().read(0, 4)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {ROOT, TOP, MIDDLE, LAST + 8, LAST})
    void tables_thatLeadAnywhere_reachNobody(long entry) {
        long before = other.memory().fingerprint();
        long theirs = rig.board.occupation().get("framebuffer.resident");
        Seeds.forEach(
                200,
                random -> {
                    video(entry, random.nextLong());
                    bind();
                    long value = vmm.bar(3).read64(random.nextInt(1 << 22) * 8L);
                    vmm.bar(3).write32(random.nextInt(1 << 23) * 4L, (int) value);
                    vmm.bar(0).write32(INSTANCE_BLOCK, 0);
                });
        assertThat(other.memory().fingerprint()).isEqualTo(before);
        assertThat(other.gpu().statistics().faults()).isEmpty();
        long behind = SLICE;
        assertThat(rig.board.isZero(behind, 64 << 20)).as("behind the slice").isTrue();
        assertThat(rig.board.occupation().get("framebuffer.resident"))
                .isLessThan(theirs + (64 << 20));
    }

    @Test
    void tables_thatLeadToThemselves_end() {
        video(ROOT, ROOT >>> 4 | VIDEO_TABLE);
        video(LAST, LAST >>> 4 | VIDEO_TABLE);
        video(LAST + 8, LAST >>> 4 | VIDEO_TABLE);
        bind();
        for (int i = 0; i < 1000; i++) {
            vmm.bar(3).write32(4 * i, i);
        }
        assertThat(other.bar(1).read32(0)).isZero();
    }
}
