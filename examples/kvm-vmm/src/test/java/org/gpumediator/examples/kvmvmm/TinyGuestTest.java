package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.gpumediator.examples.kvmvmm.junit.RequiresKvm;
import org.gpumediator.examples.kvmvmm.kvm.Kvm;
import org.gpumediator.examples.kvmvmm.machine.VmEnd;
import org.junit.jupiter.api.Test;

/** Guests of a few hundred bytes on real processors. */
@RequiresKvm
final class TinyGuestTest {

    @Test
    void ports_ofAnyWidthAndString_reachTheirDevice(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            run.put(GuestRun.DATA, new byte[] {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0});
            Assembler program =
                    new Assembler()
                            .report(0x1234_5678)
                            .in(Assembler.REPORT, 2)
                            .report()
                            .outString(Assembler.REPORT, 4, GuestRun.DATA, 3)
                            .inString(Assembler.REPORT, 2, GuestRun.DATA + 64, 3)
                            .load(GuestRun.DATA + 64, 8)
                            .reportLong()
                            .off();

            assertThat(run.run(program))
                    .containsExactly(0x1234_5678, 0x5a5a, 1, 2, 3, 0x5a5a_5a5a, 0x0000_5a5a);
        }
    }

    @Test
    void registersOfTheVirtualGpu_byPortsAndEcam_areFoundAndAnswer(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            var vgpu = run.plug(2, Map.of());
            Assembler program =
                    new Assembler()
                            .configRead(2, 0)
                            .report()
                            .load(0xb000_0000L + (2 << 15), 4)
                            .report()
                            .configWrite(2, 4, 2, 6)
                            .load(0xd000_0000L + 0x78000, 4)
                            .off();
            List<Integer> reports = run.run(program);

            int id = vgpu.configSpace().read(0, 4);
            assertThat(reports).containsExactly(id, id);
        }
    }

    @Test
    void tripleFault_endsTheMachineAndSaysSo(Kvm kvm) throws Exception {
        try (GuestRun run = new GuestRun(kvm)) {
            VmEnd end = run.runToEnd(new Assembler().rbx(0x8000_0000_0000L).bytes(0x8b, 0x03));

            assertThat(end.cause()).isEqualTo(VmEnd.Cause.TRIPLE_FAULT);
        }
    }
}
