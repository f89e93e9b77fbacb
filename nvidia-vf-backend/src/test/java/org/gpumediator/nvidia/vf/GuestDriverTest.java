package org.gpumediator.nvidia.vf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.ScriptedAdaGuest;
import org.gpumediator.testkit.ada.ScriptedAdaGuest.Answer;
import org.gpumediator.testkit.ada.ScriptedAdaGuest.NoAnswerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest driver talks to its firmware task through its virtual function, as the real one does; and
 * a hostile one in its place gains nothing, and takes nothing from another guest.
 */
final class GuestDriverTest {

    private static final long PAGES = 0x6b_f000;
    private static final int NOT_SUPPORTED = 0x56;
    private static final int BAD_PARAMETERS = 0x3a;
    private static final int BAD_ARGUMENT = 0x1f;

    private final Rig rig = new Rig(AdaModel.L40);
    private final List<FakeVmm> vmms = new ArrayList<>();
    private final FakeVmm vmm = plug("a", "L40-8Q");
    private final ScriptedAdaGuest guest = guest(vmm);

    @AfterEach
    void close() {
        vmms.forEach(FakeVmm::close);
        rig.close();
    }

    private FakeVmm plug(String name, String type) {
        return plug(rig, name, type);
    }

    private FakeVmm plug(Rig where, String name, String type) {
        FakeVmm next = FakeVmm.create();
        vmms.add(next);
        next.plug(where.mediator.create(VgpuRequest.ofType(name, type), next.port()));
        next.enumerate();
        return next;
    }

    private ScriptedAdaGuest guest(FakeVmm of) {
        return guest(rig, of);
    }

    private static ScriptedAdaGuest guest(Rig where, FakeVmm of) {
        return new ScriptedAdaGuest(
                of,
                PAGES,
                () -> {
                    where.clock.advanceNanos(20_000);
                    where.board.advance(where.clock.nanoTime());
                });
    }

    private ScriptedAdaGuest ready() {
        return ready(guest);
    }

    private static ScriptedAdaGuest ready(ScriptedAdaGuest which) {
        which.bindInstanceMemory();
        which.setUp();
        assertThat(which.introduce().result()).isZero();
        return which;
    }

    // ---- the measured conversation

    @ParameterizedTest
    @CsvSource({
        "L40, L40-8Q, 192000a1, 192a1000",
        "L40S, L40S-4Q, 192000a1, 192a1000",
        "L4, L4-4Q, 194000a1, 194a1000"
    })
    void driver_findsTheChipOfItsBoardAndThatItIsAVirtualFunction(
            AdaModel model, String type, String boot, String chip) {
        try (Rig other = new Rig(model)) {
            FakeVmm there = plug(other, "x", type);
            int[] expected = {
                0x0002_0000, Integer.parseUnsignedInt(boot, 16), Integer.parseUnsignedInt(chip, 16)
            };
            assertThat(guest(other, there).probe()).isEqualTo(expected);
            there.bar(0).write32(0, 0);
            there.bar(0).write32(4, 0);
            there.bar(0).write32(0xa00, -1);
            assertThat(guest(other, there).probe()).isEqualTo(expected);
            assertThat(other.board.read(0, 0xa00, 4)).isEqualTo(expected[2]);
            assertThat(other.board.read(0, 0x004, 4)).isZero();
        }
    }

    @Test
    void driver_holdsTheConversationThatTheRealOneWasSeenToHold() {
        guest.probe();
        guest.bindInstanceMemory();
        guest.setUp();
        assertThat(guest.introduce())
                .extracting(Answer::result, Answer::privateResult)
                .containsExactly(0, 0);
        assertThat(guest.introduceFurther().result()).isZero();
        byte[] facts = guest.fetch(ScriptedAdaGuest.STATIC_DATA, ScriptedAdaGuest.STATIC_BYTES);
        byte[] graphics =
                guest.fetch(ScriptedAdaGuest.GRAPHICS_DATA, ScriptedAdaGuest.GRAPHICS_BYTES);
        assertThat(guest.unload().result()).isZero();
        assertThat(rig.board.guestRequests(1)).as("requests, the set-up among them").isEqualTo(26);
        guest.tearDown();

        List<String> expected = new ArrayList<>(List.of("doorbell 0"));
        call(expected, 1, 824);
        call(expected, 64, 300);
        for (int i = 0; i < 13; i++) {
            call(expected, 207, 4096);
        }
        call(expected, 207, 40 + 0x6a4);
        for (int i = 0; i < 7; i++) {
            call(expected, 156, 4096);
        }
        call(expected, 156, 40 + 0x7c30 - 7 * 0xfd8);
        call(expected, 47, 40);
        expected.add("doorbell 0");
        assertThat(guest.said()).isEqualTo(expected);
        assertThat(ScriptedAdaGuest.summary(facts)).isEqualTo("NVIDIA L40-8Q, 7808 MiB");
        ByteBuffer words = ByteBuffer.wrap(graphics).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(graphics).hasSize(31_792);
        assertThat(words.getInt(8 * 0x2c)).isEqualTo(0x2c);
        assertThat(words.getInt(8 * 0x2c + 4)).as("contexts of a group").isEqualTo(64);
        for (int buffer = 0; buffer < 26; buffer++) {
            int bytes = words.getInt(0x6a00 + 8 * buffer);
            assertThat(bytes).as("bytes of buffer " + buffer).isPositive();
            assertThat(bytes % words.getInt(0x6a00 + 8 * buffer + 4)).isZero();
        }
        int clusters = words.getInt(0x70c8);
        assertThat(clusters).as("clusters").isNotZero();
        for (int i = 0; i < 12; i++) {
            int processors = words.getInt(0x70c8 + 4 + 4 * i);
            assertThat(words.getInt(0x70c8 + 52 + 4 * i)).isEqualTo(Integer.bitCount(processors));
            assertThat(processors != 0).isEqualTo((clusters >>> i & 1) != 0);
        }
        assertThat(rig.board.guestRefusals(1)).isZero();
        assertThat(vmm.gpu().statistics().faults().values()).allMatch(count -> count == 0);
    }

    private static void call(List<String> to, int function, int length) {
        to.add("function " + function + " length " + length);
        to.add("doorbell 1");
    }

    @Test
    void facts_holdARowForEveryEngineAndOneRegionOfTheWholeSlice() {
        ByteBuffer facts =
                ByteBuffer.wrap(ready().fetch(207, ScriptedAdaGuest.STATIC_BYTES))
                        .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(facts.getInt(0xe80)).as("regions").isEqualTo(1);
        assertThat(facts.getLong(0xe88)).isZero();
        assertThat(facts.getLong(0xe90)).isEqualTo((7808L << 20) - 1);
        int engines = facts.getInt(0x1a90 + 3204);
        assertThat(engines).isEqualTo(3);
        List<Integer> types = new ArrayList<>();
        List<Integer> notified = new ArrayList<>();
        for (int i = 0; i < engines; i++) {
            types.add(facts.getInt(0x1a90 + 4 + 100 * i + 8));
            notified.add(facts.getInt(0x1238 + 4 + 8 * i));
            long bit = facts.getLong(0x1a8 + 40) >>> types.get(i) & 1;
            assertThat(bit).as("engine list").isEqualTo(1);
        }
        assertThat(facts.getInt(0x1238)).isEqualTo(engines);
        assertThat(notified).isEqualTo(types);
        int interrupts = facts.getInt(0xa750);
        for (int i = 0; i < interrupts; i++) {
            int kind = facts.getInt(0xa754 + 16 * i);
            int subtree = facts.getInt(0xa754 + 16 * i + 8) >>> 6;
            boolean ofMemoryDriver = kind == 4 || kind == 6;
            assertThat(subtree)
                    .as("subtree of interrupt " + kind)
                    .isEqualTo(ofMemoryDriver ? 1 : 2);
        }
        assertThat(interrupts).isEqualTo(8);
        assertThat(facts.getLong(0x1a78 + 16)).as("segment").isEqualTo(128 << 20);
        assertThat(facts.get(0x1a8 + 53)).as("it places memory itself").isEqualTo((byte) 1);
        assertThat(facts.get(0x1a8 + 310)).as("it keeps its page tables").isEqualTo((byte) 1);
        assertThat(facts.getInt(0xd40 + 8)).as("bytes of its id").isEqualTo(16);
    }

    @Test
    void version_thatTheFirmwareDoesNotSpeak_isAnsweredByOneThatEveryDriverDoes() {
        guest.speaking(0x2d, 0x03);
        ready();
        assertThat(guest.version()).isEqualTo(0x250e);
        byte[] facts = guest.fetch(ScriptedAdaGuest.STATIC_DATA, 0xd380);
        assertThat(ScriptedAdaGuest.summary(facts)).isEqualTo("NVIDIA L40-8Q, 7808 MiB");
        assertThatThrownBy(() -> guest.fetch(207, ScriptedAdaGuest.STATIC_BYTES))
                .as("longer than this version's")
                .isInstanceOf(NoAnswerException.class);
    }

    @Test
    void objects_areMadeAndFreedInTheDriversOrder() {
        ready();
        assertThat(guest.allocate()).containsExactly(0, 0, 0);
        assertThat(guest.allocate()).as("again").containsExactly(0x19, 0x19, 0x19);
        assertThat(guest.free()).containsExactly(0, 0, 0);
        assertThat(guest.free()).as("again").containsOnly(0x23);
    }

    @Test
    void setUp_again_withOtherPages_servesThose() {
        ready();
        ScriptedAdaGuest moved =
                new ScriptedAdaGuest(
                        vmm,
                        0x10_0000,
                        () -> {
                            rig.clock.advanceNanos(20_000);
                            rig.board.advance(rig.clock.nanoTime());
                        });
        moved.setUp();
        assertThat(moved.introduce().result()).isZero();
    }

    @Test
    void message_whileItsWorkIsHeld_isAnsweredWhenItGoesOn() {
        ready();
        vmm.gpu().quiesce();
        guest.send(ScriptedAdaGuest.SYSTEM_INFO_MORE, 300, new byte[268]);
        assertThat(rig.board.guestRequests(1)).isEqualTo(2);
        vmm.gpu().resume();
        rig.clock.advanceNanos(100_000);
        rig.board.advance(rig.clock.nanoTime());
        assertThat(rig.board.guestRequests(1)).isEqualTo(3);
    }

    @Test
    void reset_forgetsTheBuffersAndAnswersNobody() {
        ready();
        vmm.gpu().reset(ResetKind.FUNCTION_LEVEL);
        assertThatThrownBy(guest::introduceFurther).isInstanceOf(NoAnswerException.class);
        vmm.enumerate();
        ready();
        assertThat(guest.introduceFurther().result()).isZero();
    }

    @Test
    void guest_thatIsClosed_isNotReachedAnyMore() {
        ready();
        guest.send(64, 300, new byte[268]);
        vmm.gpu().close();
        long before = vmm.memory().fingerprint();
        rig.clock.advanceNanos(1_000_000);
        rig.board.advance(rig.clock.nanoTime());
        plug("next", "L40-8Q");
        assertThat(vmm.memory().fingerprint()).isEqualTo(before);
    }

    @Test
    void twoGuests_atOnce_eachFindItsOwn() {
        FakeVmm other = plug("b", "L40-8Q");
        ScriptedAdaGuest second = ready(guest(other));
        ready();
        byte[] mine = guest.fetch(207, ScriptedAdaGuest.STATIC_BYTES);
        byte[] its = second.fetch(207, ScriptedAdaGuest.STATIC_BYTES);
        assertThat(guest.allocate()).containsExactly(0, 0, 0);
        assertThat(second.allocate()).as("handles are each guest's own").containsExactly(0, 0, 0);
        assertThat(mine).isNotEqualTo(its);
        assertThat(ScriptedAdaGuest.summary(mine)).isEqualTo(ScriptedAdaGuest.summary(its));
    }

    // ---- a hostile guest in its place

    /** The other guest's memory, framebuffer and task must be the same before and after. */
    private final class Other {

        final FakeVmm vmm = plug("other", "L40-8Q");
        final ScriptedAdaGuest guest = ready(guest(vmm));
        private final long memory;
        private final byte[] facts;

        Other() {
            facts = guest.fetch(207, ScriptedAdaGuest.STATIC_BYTES);
            memory = vmm.memory().fingerprint();
        }

        void checkUntouched() {
            assertThat(vmm.memory().fingerprint()).as("the other's memory").isEqualTo(memory);
            assertThat(guest.answer(16).result()).as("its message buffer").isZero();
            assertThat(guest.fetch(207, ScriptedAdaGuest.STATIC_BYTES)).isEqualTo(facts);
            assertThat(vmm.gpu().statistics().faults().values()).allMatch(count -> count == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0x1,
                0x3,
                0x5,
                0x7,
                0x6b_f001,
                0x6b_f005,
                0x6b_f00b,
                0x6b_f013,
                0x6b_f01b,
                0x1000_0003L,
                0x7fff_ffff_f003L,
                0x8000_0000_0000_0003L,
                0xffff_ffff_ffff_f003L,
                -1
            })
    void setUp_atAnyOtherAddressWord_isNotAnsweredAndReachesNobody(long word) {
        Other other = new Other();
        guest.bindInstanceMemory();
        assertThatThrownBy(() -> guest.setUp(word)).isInstanceOf(NoAnswerException.class);
        assertThat(rig.board.guestRefusals(1)).isPositive();
        other.checkUntouched();
        ready();
    }

    @ParameterizedTest
    @CsvSource({
        // where in the control buffer, word
        "0x18, 0x1e8000000d", // behind the slice
        "0x18, 0x1e7fff00d", // across its end
        "0x18, 0xfffffffffffe000d",
        "0x18, 0xa00005", // too short
        "0x18, 0xa00003", // in memory
        "0x18, 0xa0000c", // not valid
        "0x28, 0x1e8000005",
        "0x38, 0xffffffffffff0005"
    })
    void buffers_thatAreNotItsOwn_areNotUsed(String offset, String word) {
        Other other = new Other();
        ready();
        guest.control(Integer.decode(offset), 8, Long.parseUnsignedLong(word.substring(2), 16));
        guest.setUp(PAGES | 3);
        assertThatThrownBy(guest::introduceFurther).isInstanceOf(NoAnswerException.class);
        assertThat(rig.board.guestRefusals(1)).isPositive();
        other.checkUntouched();
    }

    @ParameterizedTest
    @ValueSource(longs = {0x3000_0003L, 0x6c_0005, 0x6c_000b, 0, -1})
    void response_elsewhere_isNotAnswered(long word) {
        Other other = new Other();
        ready();
        guest.control(0x08, 8, word);
        assertThatThrownBy(() -> guest.setUp(PAGES | 3)).isInstanceOf(NoAnswerException.class);
        other.checkUntouched();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 4097, 0x2_0000, Integer.MAX_VALUE, -1})
    void message_ofALengthThatCannotBe_isRefused(int length) {
        Other other = new Other();
        ready();
        guest.send(64, length, new byte[268]);
        assertThat(guest.introduceFurther().result()).as("the next one").isZero();
        assertThat(rig.board.guestRefusals(1)).isEqualTo(1);
        other.checkUntouched();
    }

    @Test
    void function_thatThereIsNot_isNotSupported() {
        ready();
        for (int function : new int[] {0, 3, 71, 76, 103, 208, 0x1001, -1, Integer.MIN_VALUE}) {
            assertThat(guest.call(function, new byte[64]).result()).isEqualTo(NOT_SUPPORTED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4057",
        "54428, 1",
        "54427, 2",
        "-1, 4",
        "4, -1",
        "2147483647, 2147483647",
        "-8, -8"
    })
    void piece_outsideTheFacts_isRefused(int offset, int size) {
        ready();
        ByteBuffer body = ByteBuffer.allocate(4064).order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(0, offset).putInt(4, size);
        assertThat(guest.call(207, body.array()).result()).isEqualTo(BAD_ARGUMENT);
        assertThat(guest.call(156, body.array()).result()).isEqualTo(BAD_ARGUMENT);
    }

    @Test
    void facts_beforeTheDriverHasSaidItsVersion_areRefused() {
        guest.bindInstanceMemory();
        guest.setUp();
        assertThat(guest.call(207, new byte[64]).result()).isEqualTo(0x40);
    }

    @Test
    void pieces_thatNeverEnd_holdNothingUp() {
        Other other = new Other();
        ready();
        ByteBuffer first = ByteBuffer.allocate(4064).order(ByteOrder.LITTLE_ENDIAN);
        first.putInt(16, 100_000); // parameters of an object
        guest.call(9, first.array());
        for (int i = 0; i < 10; i++) {
            guest.call(71, new byte[64]);
        }
        assertThat(guest.introduceFurther().result()).as("another one instead").isZero();
        assertThat(guest.call(71, new byte[64]).result()).as("of nothing").isEqualTo(NOT_SUPPORTED);
        first.putInt(16, -1);
        assertThat(guest.call(9, first.array()).result()).isEqualTo(BAD_PARAMETERS);
        other.checkUntouched();
    }

    @Test
    void message_inPieces_isServedOnceItIsWhole() {
        ready();
        assertThat(guest.allocate()).containsExactly(0, 0, 0);
        ByteBuffer whole = ByteBuffer.allocate(20 + 9000).order(ByteOrder.LITTLE_ENDIAN);
        whole.putInt(0, 0xc1e0_0004).putInt(4, 0xcaf0_0000).putInt(8, 0xcaf0_0077);
        whole.putInt(12, 0x9072).putInt(16, 9000);
        byte[] piece = new byte[4064];
        whole.get(0, piece);
        guest.send(9, 4096, piece);
        whole.get(4064, piece);
        guest.send(71, 4096, piece);
        byte[] last = new byte[9020 - 2 * 4064];
        whole.get(2 * 4064, last);
        assertThat(guest.call(71, last).result()).isZero();
        assertThat(guest.call(9, new byte[64]).result()).as("nobody's client").isEqualTo(0x23);
    }

    @Test
    void objects_withoutEnd_areLimited() {
        Other other = new Other();
        ready();
        int made = 0;
        int refused = 0;
        for (int i = 0; i < 4100; i++) {
            ByteBuffer body = ByteBuffer.allocate(108).order(ByteOrder.LITTLE_ENDIAN);
            body.putInt(0, 0x1000 + i);
            rig.clock.advanceNanos(10_000_000); // slower than its limit of calls
            int result = guest.call(ScriptedAdaGuest.ALLOC_ROOT, body.array()).result();
            made += result == 0 ? 1 : 0;
            refused += result == 0x1a ? 1 : 0;
        }
        assertThat(made).isEqualTo(4096);
        assertThat(refused).isEqualTo(4);
        other.checkUntouched();
    }

    @Test
    void doorbells_withoutEnd_areLimitedAndNobodyElseWaits() {
        Other other = new Other();
        ready();
        for (int i = 0; i < 100_000; i++) {
            vmm.bar(0).write32(0x2200, 1);
        }
        assertThat(vmm.gpu().statistics().faults(GuestFaultKind.RATE_LIMITED)).isPositive();
        other.checkUntouched();
    }

    @Test
    void tearDown_inTheMiddle_leavesNothingToBeServed() {
        ready();
        guest.tearDown();
        assertThatThrownBy(guest::introduceFurther).isInstanceOf(NoAnswerException.class);
        ready();
    }

    @Test
    void guest_withNoMemoryWhereItsBuffersAre_reachesNobody() {
        Other other = new Other();
        ready();
        vmm.memory().remove(0);
        vmm.bar(0).write32(0x2200, 1);
        rig.clock.advanceNanos(100_000);
        rig.board.advance(rig.clock.nanoTime());
        assertThat(rig.board.guestRefusals(1)).isPositive();
        vmm.memory().addRam(0, 16 << 20);
        other.checkUntouched();
    }

    /** Anything, in any order: the other guest is the same bits, and serves on. */
    @Test
    void anything_inAnyOrder_leavesTheOtherGuestAlone() {
        Other other = new Other();
        FakeAda board = rig.board;
        ready();
        Seeds.forEach(
                3,
                random -> {
                    for (int i = 0; i < 1000; i++) {
                        switch (random.nextInt(6)) {
                            case 0 -> guest.control(random.nextInt(0x60), 1, random.nextInt(256));
                            case 1 ->
                                    vmm.bar(0)
                                            .write32(
                                                    0x2108 + 4 * random.nextInt(2),
                                                    random.nextInt());
                            case 2 -> vmm.bar(0).write32(0x2200, random.nextInt(3));
                            case 3 ->
                                    vmm.bar(3)
                                            .write32(
                                                    0xa0_0000 + 4 * random.nextInt(64),
                                                    random.nextInt());
                            case 4 -> vmm.bar(3).write32(0xa0_000c, random.nextInt(256));
                            default -> {
                                rig.clock.advanceNanos(random.nextInt(1_000_000));
                                board.advance(rig.clock.nanoTime());
                            }
                        }
                    }
                });
        rig.clock.advanceNanos(61_000_000_000L); // its limit of set-ups
        other.checkUntouched();
        VirtualGpu gpu = vmm.gpu();
        gpu.reset(ResetKind.BUS);
        vmm.enumerate();
        ready();
    }
}
