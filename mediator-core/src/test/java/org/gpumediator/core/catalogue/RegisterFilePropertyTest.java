package org.gpumediator.core.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterBehaviour.unaligned;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.vmm.TrapHandler.StringDirection;
import org.gpumediator.core.observe.FaultBook;
import org.junit.jupiter.api.Test;

/** Compares a register file with an array of bytes, and throws everything at it. */
class RegisterFilePropertyTest {

    private static final long SEED = Long.getLong("gpumediator.seed", 20_260_701L);
    private static final int LENGTH = 0x4000;
    private static final int STRICT = 0x2000;
    private static final int[] WIDTHS = {1, 2, 4, 8};

    private final FaultBook faults = new FaultBook("vm1", MediationListener.none());

    /** The first half takes any access, the second aligned ones only; all of it is storage. */
    private RegisterFile<Object> storage() {
        RegisterCatalogue<Object> catalogue =
                RegisterCatalogue.builder("BAR0", LENGTH)
                        .block("LOOSE")
                        .range(
                                "LOOSE",
                                0,
                                4,
                                STRICT / 4,
                                4,
                                READ_WRITE,
                                0xffff_ffff,
                                0,
                                VIRTUALISED,
                                unaligned())
                        .source("made up")
                        .block("STRICT")
                        .range("STRICT", STRICT, 8, STRICT / 16, 8, READ_WRITE, -1L, 0, VIRTUALISED)
                        .range(
                                "NARROW",
                                STRICT + STRICT / 2,
                                1,
                                STRICT / 2,
                                1,
                                READ_WRITE,
                                0xff,
                                0,
                                VIRTUALISED)
                        .source("made up")
                        .build();
        return new RegisterFile<>(
                catalogue, catalogue.resetImage(), "device", HardwarePort.absent(), faults);
    }

    private static long expected(byte[] model, long offset, int width) {
        boolean inside = offset >= 0 && offset <= LENGTH - width;
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | (inside ? model[(int) offset + i] & 0xff : 0xff);
        }
        return value;
    }

    private static boolean answered(long offset, int width) {
        if (offset < 0 || offset > LENGTH - width) {
            return false;
        }
        return offset % width == 0 || offset + width <= STRICT;
    }

    @Test
    void access_everyWidthAtEveryAlignment_agreesWithBytes() {
        RegisterFile<Object> file = storage();
        byte[] model = new byte[LENGTH];
        Random random = new Random(SEED);
        long refused = 0;
        for (int i = 0; i < 400_000; i++) {
            int width = WIDTHS[random.nextInt(4)];
            long offset = random.nextInt(LENGTH + 32) - 16;
            boolean answered = answered(offset, width);
            refused += answered ? 0 : 1;
            if (random.nextBoolean()) {
                long value = random.nextLong();
                file.write(offset, width, value);
                for (int b = 0; b < width && answered; b++) {
                    model[(int) offset + b] = (byte) (value >>> (8 * b));
                }
            } else {
                long want = answered ? expected(model, offset, width) : allOnes(width);
                assertThat(file.read(offset, width))
                        .as("seed %d, step %d, %d at 0x%x", SEED, i, width, offset)
                        .isEqualTo(want);
            }
        }
        assertThat(faults.count(GuestFaultKind.REFUSED_ACCESS)).isEqualTo(refused).isPositive();
        assertThat(faults.count(GuestFaultKind.UNMODELLED_REGISTER)).isZero();
    }

    private static long allOnes(int width) {
        return width == 8 ? -1L : (1L << (8 * width)) - 1;
    }

    @Test
    void block_anyLengthAndStart_agreesWithBytes() {
        RegisterFile<Object> file = storage();
        Random random = new Random(SEED);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 2_000; i++) {
                int length = random.nextInt(64);
                int offset = random.nextInt(LENGTH - length);
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                MemorySegment segment = arena.allocate(Math.max(1, length), 8).asSlice(0, length);
                MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, length);
                file.writeBlock(offset, segment);
                MemorySegment back = arena.allocate(Math.max(1, length), 8).asSlice(0, length);
                file.readBlock(offset, back);
                assertThat(back.toArray(ValueLayout.JAVA_BYTE))
                        .as("seed %d, step %d", SEED, i)
                        .isEqualTo(bytes);
            }
        }
    }

    @Test
    void string_descending_reversesElements() {
        RegisterFile<Object> file = storage();
        MemorySegment source = MemorySegment.ofArray(new byte[] {1, 0, 2, 0, 3, 0, 4, 0});
        file.writeString(0x106, 2, StringDirection.DESCENDING, source);
        assertThat(file.read(0x100, 8)).isEqualTo(0x0001_0002_0003_0004L);
    }

    @Test
    void access_anything_neverThrows() {
        RegisterFile<Object> file = storage();
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            long offset = random.nextLong() >> random.nextInt(64);
            int width = random.nextInt(8) == 0 ? random.nextInt() : WIDTHS[random.nextInt(4)];
            file.write(offset, width, random.nextLong());
            file.read(offset, width);
        }
        assertThat(faults.count(GuestFaultKind.REFUSED_ACCESS)).isPositive();
    }

    @Test
    void write_firstOfPageFromTwoThreads_losesNeither() throws Exception {
        for (int round = 0; round < 500; round++) {
            RegisterFile<Object> file = storage();
            CyclicBarrier start = new CyclicBarrier(2);
            Thread other =
                    new Thread(
                            () -> {
                                await(start);
                                file.write(0x10, 4, 0x1111);
                            });
            other.start();
            await(start);
            file.write(0x20, 4, 0x2222);
            other.join();
            assertThat(file.shadow(0x10)).isEqualTo(0x1111);
            assertThat(file.shadow(0x20)).isEqualTo(0x2222);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
