package org.gpumediator.examples.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.examples.vfiouser.server.WireClient.access;
import static org.gpumediator.examples.vfiouser.server.WireClient.bytes;
import static org.gpumediator.examples.vfiouser.server.WireClient.dmaMap;
import static org.gpumediator.examples.vfiouser.server.WireClient.dmaUnmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.gpumediator.api.ResetKind;
import org.gpumediator.examples.common.linux.Descriptors;
import org.gpumediator.examples.common.linux.Errno;
import org.gpumediator.examples.common.linux.MappedFile;
import org.gpumediator.examples.vfiouser.protocol.Wire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The device behind the socket: its regions, its memory, its resets. */
class SessionTest {

    private static final int PAGE = 4096;

    private ServedGpu served;
    private WireClient client;

    @BeforeEach
    void serve() throws Exception {
        served = new ServedGpu();
        client = served.connectAndNegotiate();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        served.close();
    }

    private WireClient.Message regionInfo(int index, int room) throws Exception {
        return client.call(Wire.DEVICE_GET_REGION_INFO, bytes(room, 0, index, 0, 0L, 0L));
    }

    @Test
    void info_ofDevice_isAPciFunctionThatCanBeReset() throws Exception {
        assertThat(client.call(Wire.DEVICE_GET_INFO, bytes(16, 0, 0, 0)).payload())
                .isEqualTo(bytes(16, 3, Wire.REGIONS, Wire.IRQS));
        assertThat(client.errorOf(Wire.DEVICE_GET_INFO, bytes(15, 0, 0, 0)))
                .isEqualTo(Errno.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 3, 65536",
        "1, 0, 0",
        "3, 0, 0",
        "4, 3, 64",
        "5, 0, 0",
        "6, 1, 4096",
        "7, 3, 4096",
        "8, 0, 0"
    })
    void regionInfo_ofTrappedRegion_tellsFlagsAndLength(int index, int flags, long length)
            throws Exception {
        assertThat(regionInfo(index, 32).payload())
                .isEqualTo(bytes(32, flags, index, 0, length, 0L));
    }

    @Test
    void regionInfo_withMappableWindows_comesWithCapabilityAndDescriptorWhereThereIsRoom()
            throws Exception {
        int full = 32 + 16 + 2 * 16;
        assertThat(regionInfo(2, 32).payload())
                .isEqualTo(bytes(full, 7, 2, 0, (long) ScratchGpu.BAR2_LENGTH, 0L));
        assertThat(client.takeDescriptors()).isEmpty();

        long window = ScratchGpu.WINDOW_LENGTH;
        assertThat(regionInfo(2, full).payload())
                .isEqualTo(
                        bytes(
                                bytes(full, 15, 2, 32, (long) ScratchGpu.BAR2_LENGTH, 0L),
                                bytes((short) 1, (short) 1, 0, 2, 0),
                                bytes(window, window, 3 * window, window)));
        List<Integer> passed = client.takeDescriptors();
        assertThat(passed).hasSize(1);
        try (MappedFile mapped =
                MappedFile.map(passed.getFirst(), window, window, MappedFile.Access.READ_WRITE)) {
            mapped.segment().set(ValueLayout.JAVA_INT, 8, 4711);
            assertThat(served.gpu.mapped().segment().get(ValueLayout.JAVA_INT, window + 8))
                    .isEqualTo(4711);
            assertThat(Descriptors.sealedAgainstShrinking(passed.getFirst())).isTrue();
        } finally {
            Descriptors.close(passed.getFirst());
        }
    }

    @ParameterizedTest
    @CsvSource({"31, 0", "0, 0", "32, 9", "32, -1", "32, 2147483647"})
    void regionInfo_ofNothing_isInvalid(int room, int index) throws Exception {
        assertThat(regionInfo(index, room).error()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void regionInfo_withAFoolishlyLargeRoom_isAnsweredInFull() throws Exception {
        assertThat(regionInfo(2, -1).payload()).hasSize(80);
        client.takeDescriptors().forEach(Descriptors::close);
    }

    @Test
    void regionIoFds_areNone() throws Exception {
        assertThat(client.call(Wire.DEVICE_GET_REGION_IO_FDS, bytes(1024, 0, 0, 0)).payload())
                .isEqualTo(bytes(16, 0, 0, 0));
        for (byte[] wrong :
                List.of(
                        bytes(15, 0, 0, 0),
                        bytes(-1, 0, 0, 0),
                        bytes(16, 1, 0, 0),
                        bytes(16, 0, 9, 0),
                        bytes(16, 0, 0, 1))) {
            assertThat(client.errorOf(Wire.DEVICE_GET_REGION_IO_FDS, wrong))
                    .isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void access_ofEveryLengthAndPlace_keepsEveryByte() throws Exception {
        Random random = new Random(7);
        byte[] model = new byte[ScratchGpu.BAR0_LENGTH - 8192];
        for (int i = 0; i < 2000; i++) {
            int length = 1 + random.nextInt(random.nextBoolean() ? 16 : 3000);
            int offset = random.nextInt(model.length - length);
            byte[] data = new byte[length];
            random.nextBytes(data);
            client.write(0, offset, data);
            System.arraycopy(data, 0, model, offset, length);

            int from = random.nextInt(model.length - length);
            byte[] expected = new byte[length];
            System.arraycopy(model, from, expected, 0, length);
            assertThat(client.read(0, from, length)).as("step %d", i).isEqualTo(expected);
        }
    }

    @Test
    void access_ofNoLength_succeedsEmpty() throws Exception {
        assertThat(client.read(0, 16, 0)).isEmpty();
        client.write(0, 16, new byte[0]);
        assertThat(client.read(0, ScratchGpu.BAR0_LENGTH, 0)).as("at the end").isEmpty();
    }

    // spotless:off
    @ParameterizedTest
    @CsvSource({
        //  region      offset                count
        "   0,          65533,                4",
        "   0,          65536,                1",
        "   0,          -1,                   4",
        "   0,          9223372036854775807,  4",
        "   0,          -9223372036854775808, 4",
        "   0,          0,                    65537",
        "   2,          0,                    1048577",
        "   0,          0,                    -1",
        "   0,          0,                    -2147483648",
        "   1,          0,                    4",
        "   1,          0,                    0",
        "   8,          0,                    4",
        "   9,          0,                    4",
        "   -1,         0,                    4",
        "   2147483647, 0,                    4",
        "   7,          4093,                 4",
    })
    void access_outsideARegion_isInvalid(int region, long offset, int count) throws Exception {
        assertThat(client.errorOf(Wire.REGION_READ, access(offset, region, count))).isEqualTo(Errno.EINVAL);
        byte[] data = new byte[Math.clamp(count, 0, Wire.MAX_DATA)];
        assertThat(client.errorOf(Wire.REGION_WRITE, bytes(access(offset, region, count), data))).isEqualTo(Errno.EINVAL);
    }
    // spotless:on

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 8, 1000})
    void write_whoseCountIsNotItsLength_isInvalid(int length) throws Exception {
        assertThat(client.errorOf(Wire.REGION_WRITE, bytes(access(0, 0, 4), new byte[length])))
                .isEqualTo(Errno.EINVAL);
        assertThat(client.read32(0, 0)).isZero();
    }

    @Test
    void config_readWhole_isTheSnapshot() throws Exception {
        assertThat(client.read(Wire.REGION_CONFIG, 0, 4096))
                .isEqualTo(served.gpu.configSpace().snapshot());
        assertThat(client.read(Wire.REGION_CONFIG, 1, 2)).isEqualTo(new byte[] {0x12, 0x78});
        assertThat(client.read(Wire.REGION_CONFIG, 0, 7)).hasSize(7);
    }

    @Test
    void config_romSizing_givesTheMask() throws Exception {
        client.write(Wire.REGION_CONFIG, 0x30, bytes(0xffff_f800));

        assertThat(client.read32(Wire.REGION_CONFIG, 0x30)).isEqualTo(-ScratchGpu.ROM_LENGTH);
        assertThat(client.read(Wire.REGION_ROM, 0, ScratchGpu.ROM_LENGTH))
                .hasSize(ScratchGpu.ROM_LENGTH);
    }

    @Test
    void config_resetBit_resetsTheFunction() throws Exception {
        byte[] space = served.gpu.configSpace().snapshot();
        int express = space[0x34] & 0xff;
        while (space[express] != 0x10) {
            express = space[express + 1] & 0xff;
        }
        client.write(Wire.REGION_CONFIG, 0x04, bytes((short) 7));
        client.write(Wire.REGION_CONFIG, express + 8, bytes((short) 0x8000));

        assertThat(served.gpu.resets()).containsExactly(ResetKind.FUNCTION_LEVEL);
        assertThat(client.read32(Wire.REGION_CONFIG, 0x04) & 7).isZero();
    }

    @Test
    void reset_byMessage_resetsTheFunctionAndKeepsMemory() throws Exception {
        try (TestFile file = new TestFile(4L * PAGE)) {
            client.call(Wire.DMA_MAP, dmaMap(3, 0, 0, 4 * PAGE), file.descriptor());

            assertThat(client.call(Wire.DEVICE_RESET, new byte[0]).payload()).isEmpty();

            assertThat(served.gpu.resets()).containsExactly(ResetKind.BUS);
            assertThat(served.port.memory().regionCount()).isEqualTo(1);
        }
    }

    @Test
    void dmaMap_ofDescriptor_makesMemoryVisible() throws Exception {
        try (TestFile file = new TestFile(16L * PAGE)) {
            int before = ServedGpu.openDescriptors();
            assertThat(
                            client.call(
                                            Wire.DMA_MAP,
                                            dmaMap(3, 2 * PAGE, 0x10_0000, 4 * PAGE),
                                            file.descriptor())
                                    .payload())
                    .isEmpty();

            MemorySegment seen =
                    Objects.requireNonNull(served.port.memory().regionAt(0x10_1000)).segment();
            assertThat(seen.get(ValueLayout.JAVA_LONG, PAGE)).isEqualTo(3 * PAGE);
            assertThat(ServedGpu.openDescriptors()).as("sealed file is not kept").isEqualTo(before);
            assertThat(client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0x10_3000, PAGE)))
                    .isEqualTo(Errno.EEXIST);

            assertThat(client.call(Wire.DMA_UNMAP, dmaUnmap(0, 0x10_0000, 4 * PAGE)).payload())
                    .isEqualTo(dmaUnmap(0, 0x10_0000, 4 * PAGE));
            assertThat(served.port.memory().regionAt(0x10_1000)).isNull();
        }
    }

    @Test
    void dmaMap_malformed_isRefusedAndItsDescriptorClosed() throws Exception {
        try (TestFile file = new TestFile(4L * PAGE)) {
            int before = ServedGpu.openDescriptors();
            int fd = file.descriptor();

            assertThat(client.errorOf(Wire.DMA_MAP, bytes(31, 3, 0L, 0L, 4096L), fd))
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.errorOf(Wire.DMA_MAP, dmaMap(0, 0, 0, PAGE), fd))
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0, 5 * PAGE), fd))
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.errorOf(Wire.DMA_MAP, dmaMap(3, 0, 0, PAGE), fd, fd))
                    .isEqualTo(Errno.EINVAL);

            assertThat(ServedGpu.openDescriptors()).isEqualTo(before);
            assertThat(served.port.memory().regionCount()).isZero();
        }
    }

    @Test
    void dmaUnmap_ofEverything_needsNoRange() throws Exception {
        client.call(Wire.DMA_MAP, dmaMap(3, 0, 0, PAGE));
        client.call(Wire.DMA_MAP, dmaMap(3, 0, 8 * PAGE, PAGE));

        assertThat(client.errorOf(Wire.DMA_UNMAP, dmaUnmap(2, 0, PAGE))).isEqualTo(Errno.EINVAL);
        assertThat(client.errorOf(Wire.DMA_UNMAP, dmaUnmap(1, 0, PAGE)))
                .as("dirty pages are not tracked")
                .isEqualTo(Errno.EINVAL);
        assertThat(client.errorOf(Wire.DMA_UNMAP, dmaUnmap(0, 0, 2 * PAGE)))
                .isEqualTo(Errno.ENOENT);
        assertThat(served.port.memory().regionCount()).isEqualTo(2);
        assertThat(client.errorOf(Wire.DMA_UNMAP, dmaUnmap(2, 0, 0))).isZero();
        assertThat(served.port.memory().regionCount()).isZero();
    }

    @Test
    void writeMulti_notOffered_isInvalid() throws Exception {
        assertThat(client.errorOf(Wire.REGION_WRITE_MULTI, bytes(1L, 0L, 0, 4, 1L)))
                .isEqualTo(Errno.EINVAL);
    }

    @Test
    void writeMulti_offered_writesInOrder() throws Exception {
        try (ServedGpu other = new ServedGpu(ServerSettings.DEFAULT.withWriteMultiple());
                WireClient writer = other.connect()) {
            assertThat(new String(writer.negotiate().payload()))
                    .contains("\"write_multiple\":true");
            byte[] entries = {};
            for (long i = 0; i < 200; i++) {
                entries = bytes(entries, bytes(i % 50 * 8, 0, 8, i));
            }
            writer.post(Wire.REGION_WRITE_MULTI, bytes(200L, entries));
            for (int i = 0; i < 50; i++) {
                assertThat(writer.read32(0, i * 8)).isEqualTo(150 + i);
            }

            assertThat(writer.call(Wire.REGION_WRITE_MULTI, bytes(1L, 0L, 0, 4, 9L)).payload())
                    .isEqualTo(bytes(1L));
            for (byte[] wrong :
                    List.of(
                            bytes(2L, 0L, 0, 4, 1L),
                            bytes(0L, 0L, 0, 4, 1L),
                            bytes(-1L, 0L, 0, 4, 1L),
                            bytes(1L, 0L, 0, 9, 1L),
                            bytes(1L, 0L, 0, -1, 1L),
                            bytes(1L, -1L, 0, 4, 1L),
                            bytes(1L, 0L, 1, 4, 1L))) {
                assertThat(writer.errorOf(Wire.REGION_WRITE_MULTI, wrong)).isEqualTo(Errno.EINVAL);
            }
        }
    }
}
