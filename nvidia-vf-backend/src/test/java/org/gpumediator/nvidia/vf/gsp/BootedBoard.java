package org.gpumediator.nvidia.vf.gsp;

import java.util.List;
import org.gpumediator.nvidia.vf.sriov.VfActivation;
import org.gpumediator.nvidia.vf.sriov.VfBar;
import org.gpumediator.nvidia.vf.sriov.VfProbe;
import org.gpumediator.testkit.SteppedClock;
import org.gpumediator.testkit.ada.AdaModel;
import org.gpumediator.testkit.ada.FakeAda;

/** A fake board whose firmware runs, and the connection to it; no manager on top. */
final class BootedBoard implements AutoCloseable {

    final SteppedClock clock = new SteppedClock();
    final FakeAda board = FakeAda.builder(AdaModel.L4).clock(clock).build();
    final GspBoot.Booted booted =
            new GspBoot(board, new Waiter(clock, this::isPresent), windows())
                    .boot((connection, number, payload) -> {});
    final GspRpc rpc = booted.rpc();

    private boolean isPresent() {
        return board.read(0, 0x11_1388, 4) != 0xffff_ffffL;
    }

    private List<VfBar> windows() {
        return new VfActivation(
                        board,
                        new VfActivation.Host(0xe800, 0xff, VfActivation.Host.Ari.FORWARDED),
                        (index, routing) -> VfProbe.Answer.READY,
                        clock,
                        VfActivation.Listener.none())
                .bars();
    }

    @Override
    public void close() {
        booted.close();
    }
}
