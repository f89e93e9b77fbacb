package org.gpumediator.nvidia.vf.gsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.FakeAda;
import org.gpumediator.testkit.ada.GspFault;
import org.gpumediator.testkit.ada.GspFaults;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of more than 64 KiB: cut into pieces by the one side, put together by the other. */
class LongMessageTest {

    /** A control that the firmware does not know: it sends everything back, with a status. */
    private static final int UNKNOWN = 0x2080_7777;

    /** The client that the firmware makes for the driver, and its subdevice. */
    private static final int CLIENT = 0xc100_0000;

    private static final int SUBDEVICE = CLIENT + 2;
    private static final int HEADER = 24;
    private static final int PIECE = 16 * 4096 - 48 - 32;

    private final BootedBoard booted = new BootedBoard();
    private final SteppedClock clock = booted.clock;
    private final FakeAda board = booted.board;
    private final GspRpc rpc = booted.rpc;

    @AfterEach
    void close() {
        booted.close();
    }

    private static byte[] body(int length) {
        ByteBuffer body = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(0, CLIENT).putInt(4, SUBDEVICE);
        body.putInt(8, UNKNOWN).putInt(16, length - HEADER);
        for (int i = HEADER; i < length; i++) {
            body.put(i, (byte) (i * 31 + (i >>> 8)));
        }
        return body.array();
    }

    private ByteBuffer call(int length) {
        return rpc.call("long", GspRpc.RM_CONTROL, body(length));
    }

    private void assertEchoed(int length) {
        ByteBuffer reply = call(length);
        byte[] expected = body(length);
        ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).putInt(12, reply.getInt(12));
        assertThat(reply.getInt(12)).isNotZero();
        assertThat(reply.array()).isEqualTo(expected);
    }

    private long counter(String name) {
        Map<String, Long> counters = new TreeMap<>();
        rpc.count(counters);
        return counters.getOrDefault(name, -1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 200_000, 600_000, 1 << 20})
    void call_ofAnyLengthUpToAMegabyte_comesAndGoesWhole(int length) {
        assertEchoed(length);
        assertEchoed(100);
        assertThat(counter("gsp.damaged")).isZero();
    }

    @Test
    void call_beyondAMegabyte_isRefusedNamingTheLimit() {
        assertThatThrownBy(() -> call((1 << 20) + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1048577 bytes: expected at most 1048576");
    }

    @ParameterizedTest
    @EnumSource(
            value = GspFault.class,
            names = {
                "LOST_CONTINUATION",
                "DAMAGED_CONTINUATION",
                "BAD_CHECKSUM",
                "WRONG_SEQUENCE",
                "HUGE_REPLY"
            })
    void reply_thatCannotBePutTogether_failsThatCallAtOnceAndNoOther(GspFault fault) {
        board.faults().inject(fault, UNKNOWN);
        long began = clock.nanoTime();
        assertThatThrownBy(() -> call(200_000)).isInstanceOf(GspTimeoutException.class);
        assertThat(board.faults().happened()).isEqualTo(1);
        assertThat(clock.nanoTime() - began).as("found at once").isLessThan(1_000_000_000L);
        assertThat(counter("gsp.damaged")).isPositive();
        assertEchoed(200_000);
        assertEchoed(100);
    }

    @ParameterizedTest
    @EnumSource(
            value = GspFault.class,
            names = {"DUPLICATED_CONTINUATION", "LONG_CONTINUATION"})
    void reply_withMoreThanItSays_isNeverMixedWithAnother(GspFault fault) {
        board.faults().inject(fault, UNKNOWN);
        try {
            ByteBuffer reply = call(200_000);
            assertThat(reply.limit()).isEqualTo(200_000);
        } catch (GspTimeoutException damaged) {
            assertThat(damaged).hasMessageContaining("damaged");
        }
        clock.advanceNanos(1_000_000L);
        board.advance(clock.nanoTime());
        rpc.service();
        assertThat(counter("gsp.damaged")).isPositive();
        assertEchoed(200_000);
        assertEchoed(100);
    }

    @Test
    void hugeReply_demandedOfACallWhoseReplySaysNoLength_changesNothing() {
        board.faults().inject(GspFault.HUGE_REPLY, GspFaults.ANY, 0, 10);
        assertThat(rpc.call("facts", GspRpc.STATIC_INFO, new byte[1656]).limit()).isPositive();
        assertThat(board.faults().happened()).isZero();
    }
}
