package org.gpumediator.core.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.core.catalogue.RegisterAccess.MASKED;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterAccess.WRITE_ONE_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterBehaviour.afterRead;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.unaligned;
import static org.gpumediator.core.catalogue.RegisterWidth.W16;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W64;
import static org.gpumediator.core.catalogue.RegisterWidth.W8;
import static org.gpumediator.core.catalogue.TrapPolicy.DENIED;
import static org.gpumediator.core.catalogue.TrapPolicy.PASS_THROUGH;
import static org.gpumediator.core.catalogue.TrapPolicy.READ_THROUGH;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.core.observe.FaultBook;
import org.junit.jupiter.api.Test;

class RegisterFileTest {

    private static final int LENGTH = 0x4000;

    /** A device that notes what its hooks are told. */
    static final class Device {
        final List<String> heard = new ArrayList<>();
    }

    /** Hardware that answers its offset and notes writes. */
    static final class Hardware implements HardwarePort {
        final List<String> written = new ArrayList<>();

        @Override
        public long read(int offset, int width) {
            return width == 8 ? 0x1_0000_0000L + offset : offset;
        }

        @Override
        public void write(int offset, int width, long value) {
            written.add("%x:%d=%x".formatted(offset, width, value));
        }
    }

    // spotless:off
    private static final RegisterCatalogue<Device> CATALOGUE =
            RegisterCatalogue.<Device>builder("BAR0", LENGTH)
        .block("TEST")
            //        name         offset  width access              writable     reset        policy        behaviour
            .register("PLAIN",     0x0000, W32,  READ_WRITE,         0xffff_ffff, 0x1234_5678, VIRTUALISED)
            .register("HALF",      0x0004, W32,  READ_WRITE,         0x0000_ffff, 0xaaaa_0000, VIRTUALISED)
            .register("CONSTANT",  0x0008, W32,  READ_ONLY,          0,           0xcafe_f00d, VIRTUALISED)
            .register("PENDING",   0x000c, W32,  WRITE_ONE_TO_CLEAR, 0x0000_00ff, 0xffff_ffff, VIRTUALISED)
            .register("COUNT",     0x0010, W32,  READ_TO_CLEAR,      0x0000_00ff, 0x0000_12ff, VIRTUALISED)
            .register("MODE",      0x0014, W32,  MASKED,             0x0000_0fff, 0x0000_0001, VIRTUALISED)
            .register("TAIL",      0x0018, W32,  READ_WRITE,         0x001f_fff8, 0,           VIRTUALISED,  onWrite((device, offset, value, old) -> device.heard.add("%x %x<-%x".formatted(offset, value, old))))
            .register("SELF",      0x001c, W32,  READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  beforeWrite((device, offset, written, stored) -> written & ~1))
            .register("INVERTED",  0x0020, W32,  READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  afterRead((device, offset, stored) -> ~stored))
            .register("SECRET",    0x0024, W32,  READ_WRITE,         0xffff_ffff, 0x0000_0077, DENIED)
            .register("TIMESTAMP", 0x0028, W64,  READ_ONLY,          0,           0,           READ_THROUGH)
            .register("DIRECT",    0x0030, W32,  READ_WRITE,         0x0000_00ff, 0,           PASS_THROUGH)
            .register("BROKEN",    0x0034, W32,  READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  onWrite(RegisterFileTest::fail), afterRead(RegisterFileTest::fail))
            .register("MINOR",     0x0038, W16,  READ_WRITE,         0x00ff,      0x0001,      VIRTUALISED)
            .register("INDEX",     0x003a, W8,   READ_WRITE,         0x0f,        0x00,        VIRTUALISED)
            .range("BYTES",        0x1000, 4, 64, W32, READ_WRITE,   0xffff_ffff, 0,           VIRTUALISED,  unaligned())
            .source("made up for this test")
        .build();
    // spotless:on

    private final Device device = new Device();
    private final Hardware hardware = new Hardware();
    private final FaultBook faults = new FaultBook("vm1", MediationListener.none());
    private final RegisterFile<Device> file =
            new RegisterFile<>(CATALOGUE, CATALOGUE.resetImage(), device, hardware, faults);

    private static void fail(Device device, int offset, int value, int old) {
        throw new IllegalStateException("broken on purpose");
    }

    private static int fail(Device device, int offset, int stored) {
        throw new IllegalStateException("broken on purpose");
    }

    private long refused() {
        return faults.count(GuestFaultKind.REFUSED_ACCESS);
    }

    @Test
    void read_plainRegister_returnsResetThenWritten() {
        assertThat(file.read(0, 4)).isEqualTo(0x1234_5678);
        file.write(0, 4, 0xffff_ffff_8000_0001L);
        assertThat(file.read(0, 4)).isEqualTo(0x8000_0001L);
    }

    @Test
    void write_toReadOnlyBits_isIgnored() {
        file.write(4, 4, 0x1111_2222);
        assertThat(file.read(4, 4)).isEqualTo(0xaaaa_2222L);
        file.write(8, 4, 0);
        assertThat(file.read(8, 4)).isEqualTo(0xcafe_f00dL);
        assertThat(faults.total()).isZero();
    }

    @Test
    void write_oneToClear_clearsOnlyWritableOnes() {
        file.write(0xc, 4, 0xffff_000f);
        assertThat(file.read(0xc, 4)).isEqualTo(0xffff_fff0L);
        file.write(0xc, 1, 0x10);
        assertThat(file.read(0xc, 4)).isEqualTo(0xffff_ffe0L);
    }

    @Test
    void read_toClear_answersThenClears() {
        assertThat(file.read(0x10, 4)).isEqualTo(0x12ff);
        assertThat(file.read(0x10, 4)).isEqualTo(0x1200);
    }

    @Test
    void write_masked_changesEnabledBitsOnly() {
        file.write(0x14, 4, 0x0006_0007);
        assertThat(file.read(0x14, 4)).isEqualTo(7);
        file.write(0x14, 4, 0xffff_f000L);
        assertThat(file.read(0x14, 4)).isEqualTo(0);
        file.write(0x14, 2, 0xfff);
        assertThat(file.read(0x14, 4)).isEqualTo(0);
    }

    @Test
    void write_hooked_tellsStoredAndOld() {
        file.write(0x18, 4, 0xffff_ffff);
        file.write(0x18, 1, 0x10);
        assertThat(device.heard).containsExactly("18 1ffff8<-0", "18 1fff10<-1ffff8");
    }

    @Test
    void write_beforeHook_decidesWhatIsStored() {
        file.write(0x1c, 4, 0xf);
        assertThat(file.shadow(0x1c)).isEqualTo(0xe);
    }

    @Test
    void read_afterHook_decidesWhatIsSeen() {
        file.write(0x20, 4, 0xf0);
        assertThat(file.read(0x20, 4)).isEqualTo(0xffff_ff0fL);
        assertThat(file.read(0x21, 1)).isEqualTo(0xff);
        assertThat(file.shadow(0x20)).isEqualTo(0xf0);
    }

    @Test
    void access_denied_isCountedAndChangesNothing() {
        file.write(0x24, 4, 1);
        assertThat(file.read(0x24, 4)).isEqualTo(0x77);
        assertThat(refused()).isEqualTo(2);
    }

    @Test
    void read_through_asksHardwareOnceForEightBytes() {
        assertThat(file.read(0x28, 8)).isEqualTo(0x1_0000_0028L);
        assertThat(file.read(0x2c, 4)).isEqualTo(0x2c);
        file.write(0x28, 8, -1);
        assertThat(hardware.written).isEmpty();
    }

    @Test
    void write_passThrough_reachesHardwareWithReservedBitsKept() {
        file.write(0x30, 4, 0x1ff);
        assertThat(hardware.written).containsExactly("30:4=ff");
        assertThat(file.read(0x30, 4)).isEqualTo(0x30);
    }

    @Test
    void hook_thatThrows_isAnsweredWithOnesAndCounted() {
        file.write(0x34, 4, 5);
        assertThat(file.read(0x34, 4)).isEqualTo(0xffff_ffffL);
        assertThat(file.hookFailures()).isEqualTo(2);
        assertThat(refused()).isEqualTo(2);
    }

    @Test
    void access_unmodelled_isStorageAndCountedByRegister() {
        file.write(0x2000, 4, 0x55);
        assertThat(file.read(0x2000, 4)).isEqualTo(0x55);
        assertThat(file.read(0x2002, 2)).isZero();
        assertThat(faults.count(GuestFaultKind.UNMODELLED_REGISTER)).isEqualTo(3);
        assertThat(file.unmodelled().entries())
                .singleElement()
                .satisfies(
                        entry -> {
                            assertThat(entry.offset()).isEqualTo(0x2000);
                            assertThat(entry.reads()).isEqualTo(2);
                            assertThat(entry.writes()).isEqualTo(1);
                        });
    }

    @Test
    void access_narrowRowsOfOneDword_keepTheirMasks() {
        file.write(0x38, 4, 0xffff_ffff);
        assertThat(file.read(0x38, 2)).isEqualTo(0xff);
        assertThat(file.read(0x3a, 1)).isEqualTo(0x0f);
        assertThat(file.read(0x3b, 1)).isEqualTo(0xff);
        assertThat(faults.count(GuestFaultKind.UNMODELLED_REGISTER)).isEqualTo(2);
    }

    @Test
    void access_unalignedOrOutside_isRefused() {
        assertThat(file.read(2, 4)).isEqualTo(0xffff_ffffL);
        assertThat(file.read(4, 8)).isEqualTo(-1);
        assertThat(file.read(LENGTH - 2, 4)).isEqualTo(0xffff_ffffL);
        assertThat(file.read(LENGTH, 1)).isEqualTo(0xff);
        assertThat(file.read(-4, 4)).isEqualTo(0xffff_ffffL);
        assertThat(file.read(Long.MAX_VALUE, 8)).isEqualTo(-1);
        assertThat(file.read(0x1_0000_0000L, 4)).isEqualTo(0xffff_ffffL);
        assertThat(file.read(0, 3)).isEqualTo(0xff_ffff);
        file.write(1, 4, 0);
        file.write(Long.MIN_VALUE, 8, 0);
        file.write(0, 0, 0);
        assertThat(file.shadow(0)).isEqualTo(0x1234_5678);
        assertThat(refused()).isEqualTo(11);
    }

    @Test
    void reset_ofRange_leavesTheRest() {
        file.write(0, 4, 1);
        file.write(4, 4, 1);
        file.reset(0, 4);
        assertThat(file.shadow(0)).isEqualTo(0x1234_5678);
        assertThat(file.shadow(4)).isEqualTo(0xaaaa_0001);
        file.reset();
        assertThat(file.shadow(4)).isEqualTo(0xaaaa_0000);
    }

    @Test
    void image_edited_changesResetValuesOfItsFilesOnly() {
        ResetImage image = CATALOGUE.resetImage().edit().set(8, 7).set(0x3000, 9).build();
        RegisterFile<Device> other = new RegisterFile<>(CATALOGUE, image, device, hardware, faults);
        assertThat(other.read(8, 4)).isEqualTo(7);
        assertThat(other.shadow(0x3000)).isEqualTo(9);
        assertThat(file.read(8, 4)).isEqualTo(0xcafe_f00dL);
    }

    @Test
    void save_thenRestoreIntoFreshFile_isTheSame() throws Exception {
        file.write(0, 4, 1);
        file.write(0x2ffc, 4, 2);
        file.write(0x3000, 4, 3);
        RegisterFile<Device> other =
                new RegisterFile<>(CATALOGUE, CATALOGUE.resetImage(), device, hardware, faults);
        List<Integer> offsets = new ArrayList<>();
        file.save(
                (offset, page, from, count) -> {
                    offsets.add(offset);
                    other.restore(offset, page, from, count);
                });
        assertThat(offsets).containsExactly(0, 0x2ffc, 0x3000);
        for (int offset = 0; offset < LENGTH; offset += 4) {
            assertThat(other.shadow(offset)).isEqualTo(file.shadow(offset));
        }
    }

    @Test
    void shadowSetAndClear_answerWhatWasThere() {
        assertThat(file.shadowSet(0x2000, 6)).isZero();
        assertThat(file.shadowClear(0x2000, 2)).isEqualTo(6);
        assertThat(file.shadow(0x2000)).isEqualTo(4);
    }
}
