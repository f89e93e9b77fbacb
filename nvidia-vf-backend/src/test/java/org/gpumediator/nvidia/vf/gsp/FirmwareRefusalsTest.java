package org.gpumediator.nvidia.vf.gsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.gpumediator.nvidia.vf.types.TypeRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What firmware 570 refuses, the fake board's firmware refuses, and with the same number. */
final class FirmwareRefusalsTest {

    private static final int INVALID_CLIENT = 0x23;
    private static final int INVALID_PARENT = 0x36;
    private static final int INVALID_PARAMETERS = 0x3a;
    private static final int NOT_SUPPORTED = 0x56;
    private static final int NOT_FOUND = 0x57;
    private static final int DUPLICATE = 0x19;
    private static final int INVALID_CLASS = 0x22;

    private final BootedBoard booted = new BootedBoard();
    private final GspControls controls = new GspControls(booted.rpc);
    private final GspClient client = controls.newClient("client");

    @AfterEach
    void close() {
        booted.close();
    }

    private int control(int clientHandle, int object, int command, int bytes) {
        ByteBuffer body = ByteBuffer.allocate(24 + bytes).order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(0, clientHandle).putInt(4, object).putInt(8, command).putInt(16, bytes);
        return booted.rpc.call("control", GspRpc.RM_CONTROL, body.array()).getInt(12);
    }

    private int allocate(int parent, int object, int classId, int bytes) {
        ByteBuffer body = ByteBuffer.allocate(32 + bytes).order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(0, client.client()).putInt(4, parent).putInt(8, object);
        body.putInt(12, classId).putInt(20, bytes);
        return booted.rpc.call("allocate", GspRpc.RM_ALLOC, body.array()).getInt(16);
    }

    @ParameterizedTest
    @CsvSource({
        "0x2080017e, 8",
        "0x2080012f, 1464",
        "0x20800a61, 8",
        "0x20803601, 72",
        "0x20804001, 6616",
        "0x20804002, 4",
        "0x20804003, 334344",
        "0x20804004, 4872",
        "0x20804007, 8",
        "0x20804008, 4",
        "0x2080400d, 1",
        "0x2080400e, 1",
        "0x20801120, 20",
        "0x20801121, 24",
        "0x20801122, 44"
    })
    void control_ofAnyOtherLength_hasInvalidParameters(String command, int bytes) {
        int number = Long.decode(command).intValue();
        for (int other : new int[] {bytes - 1, bytes + 1, bytes + 4, 0}) {
            assertThat(control(client.client(), client.subdevice(), number, other))
                    .as("%d bytes", other)
                    .isEqualTo(INVALID_PARAMETERS);
        }
        assertThat(control(client.client(), client.subdevice(), number, bytes))
                .isNotEqualTo(INVALID_PARAMETERS);
    }

    @Test
    void control_ofAnythingButASubdevice_isNotCarriedOut() {
        int segment = GspControls.SEGMENT_BYTES;
        assertThat(control(client.client(), client.subdevice(), segment, 8)).isZero();
        assertThat(control(client.client(), client.client(), segment, 8)).isEqualTo(NOT_SUPPORTED);
        assertThat(control(client.client(), client.device(), segment, 8)).isEqualTo(NOT_SUPPORTED);
        assertThat(control(client.client(), 0x1234, segment, 8)).isEqualTo(NOT_FOUND);
        assertThat(control(0x1234, client.subdevice(), segment, 8)).isEqualTo(INVALID_CLIENT);
    }

    @Test
    void object_isMadeBelowItsParentOnlyAndOnce() {
        int handle = controls.newHandle();
        assertThat(allocate(client.client(), handle, 0x2080, 4)).isEqualTo(INVALID_PARENT);
        assertThat(allocate(client.client(), handle, 0xc56f, 368)).isEqualTo(INVALID_PARENT);
        assertThat(allocate(client.device(), handle, 0xc56f, 48)).isEqualTo(INVALID_PARAMETERS);
        assertThat(allocate(client.client(), handle, 0x80, 16)).isEqualTo(INVALID_PARAMETERS);
        assertThat(allocate(client.client(), client.device(), 0x80, 56)).isEqualTo(DUPLICATE);
        assertThat(allocate(client.client(), handle, 0x7777, 0)).isEqualTo(INVALID_CLASS);
        assertThat(allocate(client.client(), handle, 0x80, 56)).isZero();
    }

    @Test
    void client_takesAllThatItHasWithIt() {
        controls.openChannel("channel", client, controls.newHandle(), 7, 0x1000);
        assertThat(booted.board.occupation()).containsEntry("channels", 1L);
        controls.free("client", client);
        assertThat(booted.board.occupation())
                .containsEntry("channels", 0L)
                .containsEntry("clients", 0L);
        assertThat(control(client.client(), client.subdevice(), GspControls.SEGMENT_BYTES, 8))
                .isEqualTo(INVALID_CLIENT);
    }

    @Test
    void function_thatTheFirmwareDoesNotKnow_isRefusedInTheHeader() {
        assertThatThrownBy(() -> booted.rpc.call("nothing", 200, new byte[16]))
                .isInstanceOf(GspRefusedException.class)
                .hasMessageContaining("0x56");
    }

    @Test
    void types_ofAnotherBoard_areRefused() {
        assertThat(types(AdaBoard.L4)).isZero();
        assertThat(types(AdaBoard.L40)).isEqualTo(0x1f);
    }

    private int types(AdaBoard board) {
        List<TypeRecord> types = TypeCatalogue.shipped().types(board);
        try {
            controls.control(
                    "types", client, GspControls.ADD_TYPES, Dialect570.INSTANCE.types(types));
            return 0;
        } catch (GspRefusedException refused) {
            return refused.status();
        }
    }
}
