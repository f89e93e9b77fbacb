package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.EventFd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientMemoryTest {

    private static final int RW = ClientMemory.FLAG_READ | ClientMemory.FLAG_WRITE;
    private static final long PAGE = 4096;

    private final TestFile file = new TestFile(64 * PAGE);
    private final ClientMemory memory = new ClientMemory();

    @AfterEach
    void close() {
        memory.clear();
        file.close();
    }

    private int map(long page, long pages, long filePage) {
        return memory.map(page * PAGE, pages * PAGE, RW, file.descriptor(), filePage * PAGE);
    }

    private GuestMemory.Region regionAt(long address) {
        return Objects.requireNonNull(memory.regionAt(address));
    }

    private static MemorySegment words(int count) {
        return MemorySegment.ofArray(new long[count]);
    }

    private static long first(MemorySegment words) {
        return words.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }

    @Test
    void memoryWithoutLimits_isNotLimitedByOthers() {
        for (int i = 0; i < 200; i++) {
            ClientMemory other = new ClientMemory();
            assertThat(other.map(0, PAGE, RW, file.descriptor(), 0)).isZero();
            other.clear();
        }
        assertThat(map(0, 1, 0)).isZero();
    }

    @Test
    void regionAt_everyPage_isTheRegionThatHoldsIt() {
        assertThat(map(16, 16, 0)).isZero();
        assertThat(map(0, 16, 16)).isZero();
        assertThat(map(40, 8, 32)).isZero();

        for (long page = 0; page < 64; page++) {
            if (page < 32 || page >= 40 && page < 48) {
                GuestMemory.Region region = regionAt(page * PAGE + 12);
                assertThat(region.start()).isEqualTo((page < 16 ? 0 : page < 32 ? 16 : 40) * PAGE);
                assertThat(region.segment().byteSize()).isEqualTo(region.length());
                long filePage = page < 16 ? page + 16 : page < 32 ? page - 16 : page - 8;
                assertThat(
                                region.segment()
                                        .get(ValueLayout.JAVA_LONG, page * PAGE - region.start()))
                        .isEqualTo(filePage * PAGE);
            } else {
                assertThat(memory.regionAt(page * PAGE + 12)).isNull();
            }
        }
        assertThat(memory.regionAt(-1)).isNull();
    }

    @Test
    void map_overlapping_isRefused() {
        assertThat(map(10, 10, 0)).isZero();

        assertThat(map(10, 10, 0)).as("the same again").isEqualTo(-Errno.EEXIST);
        assertThat(map(9, 2, 0)).as("into the beginning").isEqualTo(-Errno.EEXIST);
        assertThat(map(19, 2, 0)).as("from the end").isEqualTo(-Errno.EEXIST);
        assertThat(map(12, 2, 0)).as("inside").isEqualTo(-Errno.EEXIST);
        assertThat(map(5, 30, 0)).as("around").isEqualTo(-Errno.EEXIST);
        assertThat(map(9, 1, 0)).as("touching before").isZero();
        assertThat(map(20, 1, 0)).as("touching behind").isZero();
    }

    @Test
    void map_impossibleRange_isRefused() {
        assertThat(memory.map(0, 0, RW, file.descriptor(), 0)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, -1, RW, file.descriptor(), 0)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(-PAGE, 2 * PAGE, RW, -1, 0)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, PAGE, 0, file.descriptor(), 0)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, PAGE, 4 | RW, file.descriptor(), 0)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, PAGE, RW, file.descriptor(), -PAGE)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, 65 * PAGE, RW, file.descriptor(), 0)).isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, 2 * PAGE, RW, file.descriptor(), 63 * PAGE))
                .isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, PAGE, RW, file.descriptor(), Long.MAX_VALUE))
                .isEqualTo(-Errno.EINVAL);
        assertThat(memory.map(0, 9L << 40, RW, -1, 0)).isEqualTo(-Errno.ENOSPC);
        assertThat(memory.regionCount()).isZero();
        assertThat(memory.map(-PAGE, PAGE, RW, file.descriptor(), 0)).as("last page").isZero();
        assertThat(memory.regionAt(-1)).isNotNull();
    }

    @Test
    void map_whatIsNoFile_isRefused() throws Exception {
        int counter = EventFd.create();
        try {
            assertThat(memory.map(0, PAGE, RW, counter, 0)).isEqualTo(-Errno.EINVAL);
            assertThat(memory.map(0, PAGE, RW, 9999, 0)).isEqualTo(-Errno.EBADF);
        } finally {
            Descriptors.close(counter);
        }
    }

    @Test
    void map_tooManyRegions_isRefused() {
        for (int i = 0; i < ClientMemory.MAX_REGIONS; i++) {
            assertThat(memory.map(i * 2 * PAGE, PAGE, RW, -1, 0)).isZero();
        }

        assertThat(memory.map(1L << 40, PAGE, RW, -1, 0)).isEqualTo(-Errno.ENOSPC);
    }

    @Test
    void unmap_anythingButAWholeRegion_isRefused() {
        map(10, 10, 0);

        assertThat(memory.unmap(10 * PAGE, 9 * PAGE)).isEqualTo(-Errno.ENOENT);
        assertThat(memory.unmap(11 * PAGE, 9 * PAGE)).isEqualTo(-Errno.ENOENT);
        assertThat(memory.unmap(0, 64 * PAGE)).isEqualTo(-Errno.ENOENT);
        assertThat(memory.unmap(10 * PAGE, 10 * PAGE)).isZero();
        assertThat(memory.unmap(10 * PAGE, 10 * PAGE)).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void unmap_tellsListenersBeforeTheMemoryGoes() {
        List<String> events = new ArrayList<>();
        Registration registration =
                memory.listen(
                        new GuestMemory.RegionListener() {
                            @Override
                            public void regionRemoved(GuestMemory.Region region) {
                                events.add(
                                        "removed "
                                                + region.segment().get(ValueLayout.JAVA_LONG, 0)
                                                + " "
                                                + memory.regionAt(region.start()));
                            }

                            @Override
                            public void regionAdded(GuestMemory.Region region) {
                                events.add("added " + region.start());
                            }
                        });
        map(3, 1, 5);
        MemorySegment segment = regionAt(3 * PAGE).segment();
        memory.unmap(3 * PAGE, PAGE);
        registration.close();
        map(3, 1, 5);

        assertThat(events).containsExactly("added 12288", "removed 20480 null");
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 0))
                .as("memory that has gone")
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void copy_acrossRegions_isWholeOrNothing() {
        map(0, 4, 8);
        map(4, 4, 0);
        MemorySegment target = words(4);

        assertThat(memory.read(4 * PAGE - 16, target)).isTrue();
        assertThat(target.toArray(ValueLayout.JAVA_LONG))
                .containsExactly(12 * PAGE - 16, 12 * PAGE - 8, 0, 8);

        target.fill((byte) 0x55);
        assertThat(memory.read(8 * PAGE - 16, target)).isFalse();
        assertThat(first(target)).as("untouched").isEqualTo(0x5555_5555_5555_5555L);
        assertThat(memory.write(8 * PAGE - 16, target)).isFalse();
        assertThat(file.segment().get(ValueLayout.JAVA_LONG, 4 * PAGE - 16))
                .isEqualTo(4 * PAGE - 16);
        assertThat(memory.write(4 * PAGE - 16, target)).isTrue();
        assertThat(file.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(0x5555_5555_5555_5555L);
    }

    @Test
    void write_toReadOnlyRegion_isRefused() {
        memory.map(0, PAGE, ClientMemory.FLAG_READ, file.descriptor(), 0);

        assertThat(memory.write(0, words(1))).isFalse();
        assertThat(memory.read(0, words(1))).isTrue();
        assertThat(regionAt(0).writable()).isFalse();
        assertThat(regionAt(0).segment().isReadOnly()).isTrue();
    }

    @Test
    void region_withoutWholePages_isOnlyCopied() {
        assertThat(memory.map(0x1100, 0x1234, RW, file.descriptor(), 0x2340)).isZero();
        assertThat(memory.map(0x10000, PAGE, RW, file.descriptor(), 0x2340)).isZero();

        MemorySegment target = words(1);
        assertThat(memory.regionAt(0x1100)).isNull();
        assertThat(memory.regionAt(0x10000)).as("whole pages of half pages").isNull();
        assertThat(memory.read(0x1108, target)).isTrue();
        assertThat(first(target)).isEqualTo(0x2348);
    }

    @Test
    void region_withoutDescriptor_isAskedForByMessage() {
        map(0, 1, 0);
        memory.map(PAGE, PAGE, ClientMemory.FLAG_READ, -1, 0);
        assertThat(memory.read(PAGE, words(1))).as("nobody to ask").isFalse();
        List<Long> asked = new ArrayList<>();
        memory.askThrough(
                new DmaChannel() {
                    @Override
                    public boolean read(long guestPhysicalAddress, MemorySegment target) {
                        asked.add(guestPhysicalAddress);
                        target.fill((byte) 7);
                        return true;
                    }

                    @Override
                    public boolean write(long guestPhysicalAddress, MemorySegment source) {
                        return false;
                    }
                });
        MemorySegment target = words(2);

        assertThat(memory.regionAt(PAGE)).isNull();
        assertThat(memory.read(PAGE - 8, target)).isTrue();
        assertThat(target.toArray(ValueLayout.JAVA_LONG))
                .containsExactly(PAGE - 8, 0x0707_0707_0707_0707L);
        assertThat(asked).containsExactly(PAGE);
        assertThat(memory.write(PAGE, target)).as("read-only").isFalse();
    }

    @Test
    void copy_ofMemoryTakenAway_failsAndIsReported() throws Exception {
        try (TestFile.Shrinking shrinking = new TestFile.Shrinking(4 * PAGE)) {
            assertThat(memory.map(0, 4 * PAGE, RW, shrinking.descriptor(), 0)).isZero();
            assertThat(memory.read(2 * PAGE, words(1))).isTrue();
            shrinking.shrinkTo(PAGE);

            assertThat(memory.read(2 * PAGE, words(1))).isFalse();
            assertThat(memory.vanished()).isTrue();
            memory.clear();
            assertThat(memory.vanished()).isFalse();
        }
    }

    @Test
    void mapAndUnmap_atRandom_agreeWithASimpleModel() {
        long seed = 42;
        Random random = new Random(seed);
        TreeMap<Long, Long> model = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            long start = random.nextInt(100);
            long length = 1 + random.nextInt(20);
            if (random.nextInt(3) == 0) {
                Long modelled = model.get(start);
                boolean known = modelled != null && modelled == length;
                assertThat(memory.unmap(start * PAGE, length * PAGE))
                        .as("step %d of seed %d", i, seed)
                        .isEqualTo(known ? 0 : -Errno.ENOENT);
                if (known) {
                    model.remove(start);
                }
            } else {
                boolean free =
                        model.entrySet().stream()
                                .noneMatch(
                                        taken ->
                                                taken.getKey() < start + length
                                                        && start
                                                                < taken.getKey()
                                                                        + taken.getValue());
                assertThat(memory.map(start * PAGE, length * PAGE, RW, -1, 0))
                        .as("step %d of seed %d", i, seed)
                        .isEqualTo(free ? 0 : -Errno.EEXIST);
                if (free) {
                    model.put(start, length);
                }
            }
        }
        assertThat(memory.regionCount()).isEqualTo(model.size());
    }

    @Test
    void complaint_ofMemoryAsItMustBe_isNone() {
        assertThat(memory.complaint()).as("no PC").isEmpty();
        try (TestFile ram = new TestFile(2 << 20)) {
            MemorySegment ignored = ram.segment().fill((byte) 0);
            assertThat(memory.map(0, 2 << 20, RW, ram.descriptor(), 0)).isZero();
            Objects.requireNonNull(memory.regionAt(0x9_f000))
                    .segment()
                    .set(ValueLayout.JAVA_BYTE, 0x9_ffff, (byte) 1);
            assertThat(memory.complaint()).isEmpty();
            memory.clear();
        }
    }

    @Test
    void complaint_ofMemoryThatIsNotShared_namesTheRemedy() {
        try (TestFile ram = new TestFile(2 << 20)) {
            MemorySegment ignored = ram.segment().fill((byte) 0);
            assertThat(memory.map(0, 2 << 20, RW, ram.descriptor(), 0)).isZero();
            Objects.requireNonNull(memory.regionAt(0))
                    .segment()
                    .set(ValueLayout.JAVA_BYTE, 640 << 10, (byte) 1);
            assertThat(memory.complaint()).contains("first pages are empty").contains("share=on");
            memory.clear();
        }
        assertThat(memory.map(0, 2 << 20, RW, -1, 0)).isZero();
        assertThat(memory.complaint()).contains("no descriptor").contains("share=on");
    }
}
