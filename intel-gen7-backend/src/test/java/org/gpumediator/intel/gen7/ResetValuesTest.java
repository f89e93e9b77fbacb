package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.gpumediator.api.ResetKind;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.haswell.FakeHaswell;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a guest finds in its registers that only the hardware knows. */
class ResetValuesTest {

    @ParameterizedTest
    @CsvSource({
        "0x145004, 0x00620020", // how the memory of a channel is arranged, which decides on tiling
        "0x145008, 0x00620020",
        "0x145998, 0x00081122", // the frequencies it can run at
        "0xe49c, 0x00000040"
    })
    void register_ofTheHost_readsAsTheHardwareHadIt(String register, String value) {
        int offset = Integer.decode(register);
        int expected = Integer.decode(value);
        FakeHaswell gpu = FakeHaswell.create();
        gpu.write(0, offset, 4, offset == 0xe49c ? expected | expected << 16 : expected);
        int had = (int) gpu.read(0, offset, 4);
        try (World world = new World(gpu, Map.of())) {
            FakeVmm vmm = world.vmm("vm1", 64, 128);
            vmm.enumerate();
            assertThat(vmm.bar(0).read32(offset)).isEqualTo(had).isNotZero();
            gpu.write(0, offset, 4, 0xffff_0000);
            vmm.bar(0).write32(offset, 0xffff_0000);
            vmm.reset(ResetKind.FUNCTION_LEVEL);
            vmm.enumerate();
            assertThat(vmm.bar(0).read32(offset)).as("after reset").isEqualTo(had);
        }
    }

    @ParameterizedTest
    @CsvSource({"0x145998, 0x70d18", "0x145004, 0x600010"})
    void register_thatTheHardwareDoesNotHave_readsAsDeclared(String register, String declared) {
        int offset = Integer.decode(register);
        FakeHaswell gpu = FakeHaswell.create();
        gpu.write(0, offset, 4, 0);
        try (World world = new World(gpu, Map.of())) {
            FakeVmm vmm = world.vmm("vm1", 64, 128);
            vmm.enumerate();
            assertThat(vmm.bar(0).read32(offset)).isEqualTo(Integer.decode(declared));
        }
    }
}
