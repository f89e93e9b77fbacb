package org.gpumediator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeGuestMemoryTest {

    private static final long PAGE = 4096;

    private final FakeGuestMemory memory = new FakeGuestMemory();

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    void regionAt_edgesOfRegion_areInside() {
        GuestMemory.Region region = memory.addRam(0x10_0000, 2 * PAGE);

        assertThat(memory.regionAt(0x10_0000)).isSameAs(region);
        assertThat(memory.regionAt(0x10_1fff)).isSameAs(region);
        assertThat(memory.regionAt(0x10_2000)).isNull();
        assertThat(memory.regionAt(0xf_ffff)).isNull();
        assertThat(memory.regionAt(-1)).isNull();
    }

    @Test
    void regionAt_topOfAddressSpace_comparesUnsigned() {
        GuestMemory.Region top = memory.addRam(-PAGE, PAGE);
        memory.addRam(0, PAGE);

        assertThat(memory.regionAt(-1)).isSameAs(top);
        assertThat(memory.write(-4, MemorySegment.ofArray(new byte[4]))).isTrue();
        assertThat(memory.write(-4, MemorySegment.ofArray(new byte[8]))).isFalse();
    }

    @Test
    void regionAt_notMappableMemory_isNullButCopies() {
        memory.add(0x1000, PAGE, FakeGuestMemory.Access.NOT_MAPPABLE);
        memory.cpuWrite32(0x1000, 0x1234_5678);

        assertThat(memory.regionAt(0x1000)).isNull();
        assertThat(memory.cpuRead32(0x1000)).isEqualTo(0x1234_5678);
    }

    @Test
    void write_acrossHole_changesNothing() {
        memory.addRam(0, PAGE);
        memory.addRam(2 * PAGE, PAGE);
        byte[] ones = new byte[16];
        Arrays.fill(ones, (byte) 1);

        assertThat(memory.write(PAGE - 8, MemorySegment.ofArray(ones))).isFalse();
        assertThat(memory.cpuRead64(PAGE - 8)).isZero();
    }

    @Test
    void write_acrossAdjacentRegions_reachesBoth() {
        memory.addRam(0, PAGE);
        memory.addRam(PAGE, PAGE);
        memory.cpuWrite(PAGE - 4, 8, 0x1122_3344_5566_7788L);

        assertThat(memory.cpuRead32(PAGE - 4)).isEqualTo(0x5566_7788);
        assertThat(memory.cpuRead32(PAGE)).isEqualTo(0x1122_3344);
    }

    @Test
    void write_toReadOnlyRegion_isRefused() {
        memory.add(0, PAGE, FakeGuestMemory.Access.READ_ONLY);
        memory.cpuWrite32(0, 7);

        assertThat(memory.cpuRead32(0)).isZero();
        assertThat(Objects.requireNonNull(memory.regionAt(0)).writable()).isFalse();
    }

    @Test
    void cpuRead_withoutMemory_readsOnes() {
        assertThat(memory.cpuRead(0x5000, 2)).isEqualTo(0xffff);
    }

    @Test
    void add_overlapping_namesBoth() {
        memory.addRam(0x1000, 2 * PAGE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.addRam(0x2000, PAGE))
                .withMessageContaining("0x2000")
                .withMessageContaining("0x1000");
    }

    @Test
    void remove_listenerStillReachesSegment_thenItIsGone() {
        GuestMemory.Region region = memory.addRam(0, PAGE);
        List<Byte> seen = new ArrayList<>();
        memory.listen(gone -> seen.add(gone.segment().get(ValueLayout.JAVA_BYTE, 0)));
        memory.remove(0);

        assertThat(seen).containsExactly((byte) 0);
        assertThat(memory.regionAt(0)).isNull();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> region.segment().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void track_cpuWriteAcrossPages_tellsEachPageItsPart() {
        memory.addRam(0, 4 * PAGE);
        List<String> heard = new ArrayList<>();
        GuestMemory.WriteTracking tracking = memory.writeTracking().orElseThrow();
        Registration second =
                Objects.requireNonNull(
                        tracking.track(PAGE, (at, length) -> heard.add(at + "+" + length)));
        memory.cpuWrite(PAGE - 2, 8, -1);
        memory.write(PAGE, MemorySegment.ofArray(new byte[4]));
        second.close();
        memory.cpuWrite32(PAGE, 0);

        assertThat(heard).containsExactly(PAGE + "+6");
    }

    @Test
    void fingerprint_oneBitChanged_differs() {
        memory.addRam(0, 4 * PAGE);
        long before = memory.fingerprint();
        memory.cpuWrite(3 * PAGE + 5, 1, 1);

        assertThat(memory.fingerprint()).isNotEqualTo(before);
        memory.cpuWrite(3 * PAGE + 5, 1, 0);
        assertThat(memory.fingerprint()).isEqualTo(before);
    }
}
