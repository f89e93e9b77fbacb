package org.gpumediator.intel.gen7.registers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.Register;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFlag;
import org.gpumediator.core.catalogue.ResetImage;
import org.gpumediator.core.catalogue.TrapPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Gen7RegistersTest {

    private static final RegisterCatalogue<Gen7Hooks> CATALOGUE = Gen7Registers.catalogue();

    private final RecordingDevice device = new RecordingDevice(CATALOGUE);

    private int offset(String register) {
        return CATALOGUE.register(register).offset();
    }

    private int read(String register) {
        return (int) device.registers().read(offset(register), 4);
    }

    private void write(String register, int value) {
        device.registers().write(offset(register), 4, Integer.toUnsignedLong(value));
    }

    private int afterWriting(String register, int value) {
        write(register, value);
        return read(register);
    }

    // ---- what a stock driver needs to find

    @ParameterizedTest
    @CsvSource({
        "PVINFO_VGT_CAPS,       0x00000004",
        "SFUSE_STRAP,           0x00000040",
        "FUSE_STRAP,            0x00000000",
        "LCPLL_CTL,             0x40000000",
        "RP_STATE_CAP,          0x00070d18",
        "GTFIFO_FREE_ENTRIES,   0x0000003f",
        "ECOBUS,                0x00000020",
        "FPGA_DBG,              0x00000000",
        "UNNAMED_E651C,         0x00020000",
        "UNNAMED_E661C,         0x00020000",
        "UNNAMED_E671C,         0x00020000",
        "UNNAMED_E681C,         0x00020000",
        "UNNAMED_E6C04,         0x00000003",
        "UNNAMED_E6E1C,         0x002f0000",
        "PVINFO_CURSOR_X_HOT,   0xffffffff",
    })
    void read_afterReset_isWhatDriversNeed(String register, String value) {
        assertThat(read(register)).isEqualTo(Long.decode(value).intValue());
    }

    @Test
    void read_memoryChannels_areDifferentAndPresent() {
        int sizes = 0xffff;
        assertThat(read("MAD_DIMM_C0") & sizes).isNotZero();
        assertThat(read("MAD_DIMM_C0") & sizes).isNotEqualTo(read("MAD_DIMM_C1") & sizes);
    }

    @ParameterizedTest
    @CsvSource({
        "0x2024",
        "0x2064",
        "0x20b0",
        "0x2098",
        "0x12098",
        "0x1a098",
        "0x22098",
        "0x4094",
        "0x4194",
        "0x4294",
        "0x4394",
        "0x911c",
        "0x120010",
        "0x145e04",
        "0x145d10",
        "0x145d14",
        "0x64838",
        "0xc4040",
        "0x420b0",
        "0x420b4",
        "0x420b8",
        "0x43208",
        "0x4540c",
        "0xe184",
        "0xf0060",
        "0x138128",
        "0x13812c",
        "0x72280",
        "0x6f400",
        "0x145e04",
        "0x23bc",
        "0x2448",
        "0x244c",
        "0x7034",
        "0x2b00",
        "0x91bc",
        "0x91c4",
        "0x2290",
        "0x2360",
        "0x2500",
        "0x2678",
        "0x5258",
        "0x528c",
        "0x40a0",
        "0x12064",
        "0x2206c",
        "0x1a0b8"
    })
    void access_registerNamedByTheFacts_isModelled(String place) {
        assertThat(CATALOGUE.at(Integer.decode(place))).isPresent();
    }

    // ---- engines

    @Test
    void write_ringRegisters_tellsEngineAndValue() {
        write("RCS_RING_TAIL", 0xffff_ffff);
        write("BCS_RING_HEAD", 0x0020_0010);
        write("VCS_RING_START", 0x0123_4567);
        write("VECS_RING_CTL", 0x3001);
        write("RCS_RING_PP_DIR_DCLV", -1);
        write("BCS_RING_PP_DIR_BASE", 0x0010_0000);
        write("VCS_RING_IMR", 5);
        write("VECS_RING_UHPTR", 1);
        write("BCS_RING_HWS_PGA", 0x7fff_ffff);
        write("VCS_RING_HWS_PGA", 0x2000);
        write("RCS_CCID", 0x0100_0001);
        assertThat(device.heard)
                .containsExactly(
                        "tail 0 1ffff8",
                        "head 1 200010",
                        "start 2 1234000",
                        "control 3 3001 0",
                        "directoryValid 0 ffffffff",
                        "directory 1 100000",
                        "engineMask 2 5",
                        "pendingHead 3 1",
                        "statusPage 1 7ffff000",
                        "statusPage 2 2000",
                        "context 1000001");
    }

    @Test
    void read_headsAndMode_asksTheDevice() {
        write("VCS_RING_HEAD", 0x40);
        assertThat(read("VCS_RING_HEAD")).isEqualTo(0x42);
        assertThat(read("VECS_RING_ACTHD")).isEqualTo(0x103);
        assertThat(read("RCS_RING_MI_MODE")).isEqualTo(0x200);
        device.idle = false;
        assertThat(afterWriting("RCS_RING_MI_MODE", 0xffff_0300)).isEqualTo(0x100);
    }

    @Test
    void write_flushRequest_isCarriedOutAndForgotten() {
        assertThat(afterWriting("BCS_RING_INSTPM", 0x02e0_0260)).isEqualTo(0x0040);
        assertThat(device.heard).containsExactly("flush 1", "render 220c0 40 0");
    }

    @Test
    void write_maskedGraphicsMode_tellsWhatIsStored() {
        write("RCS_RING_MODE_GEN7", 0x0200_0200);
        write("RCS_RING_MODE_GEN7", 0x0800_0a00);
        assertThat(device.heard).containsExactly("graphicsMode 0 200 0", "graphicsMode 0 a00 200");
    }

    @Test
    void write_reset_readsZeroAtAnyWidth() {
        assertThat(afterWriting("GDRST", 2)).isZero();
        device.registers().write(offset("GDRST"), 1, 1);
        assertThat(device.heard).containsExactly("reset 2", "reset 1");
    }

    @Test
    void write_renderRegister_reachesTheDevice() {
        write("CACHE_MODE_1", 0x0040_0040);
        write("SCRATCH1", 7);
        assertThat(device.heard).containsExactly("render 7004 40 0", "render b038 7 0");
    }

    @Test
    void write_registerWithAddress_neverReachesHardwareUnchecked() {
        for (Register<Gen7Hooks> register : CATALOGUE.registers()) {
            if (register.policy() == TrapPolicy.TRANSLATED) {
                device.registers().write(register.offset(), 4, 0xffff_ffffL);
            }
        }
        // These move with their guest, which audits them on the way.
        assertThat(device.heard)
                .filteredOn(line -> line.startsWith("render"))
                .containsExactly(
                        "render 2148 fffff000 0",
                        "render 12198 fffff000 0",
                        "render 1a080 fffff000 0");
    }

    @Test
    void write_hostAndFormerPassthrough_staysInTheRegister() {
        for (Register<Gen7Hooks> register : CATALOGUE.registers()) {
            boolean shared =
                    register.stateClass().equals("HOST")
                            || register.stateClass().equals("PASSTHROUGH");
            if (shared && !register.has(RegisterFlag.COMMAND_ACCESS)) {
                device.registers().write(register.offset(), 4, 0x0001_0001);
            }
        }
        assertThat(device.heard).noneMatch(line -> line.startsWith("render"));
    }

    // ---- graphics memory

    @Test
    void write_fence_ofAnother_isDropped() {
        int fences = offset("FENCE");
        device.registers().write(fences + 8 * 3, 8, 0x0000_1000_0000_0001L);
        device.registers().write(fences + 8 * 4, 8, 0x0000_1000_0000_0001L);
        device.registers().write(fences + 8 * 31 + 4, 4, 1);
        assertThat(device.registers().read(fences + 8 * 3, 8)).isEqualTo(0x0000_1000_0000_0001L);
        assertThat(device.registers().read(fences + 8 * 4, 8)).isZero();
        assertThat(device.heard).containsExactly("fence 3", "fence 3");
    }

    @Test
    void write_flushControl_isANotice() {
        write("GFX_FLSH_CNTL", 1);
        write("GFX_FLSH_CNTL", 1);
        assertThat(device.heard).containsExactly("tableFlushed", "tableFlushed");
    }

    // ---- interrupts

    @Test
    void write_interruptBanks_tellsBank() {
        write("GTIMR", 0xff);
        write("SDEIER", 2);
        write("DEIER", 0x8000_0000);
        device.registers().shadow(offset("PMIIR"), 0x430);
        assertThat(afterWriting("PMIIR", 0xffff_f430 & ~0x30)).isEqualTo(0x30);
        assertThat(device.heard)
                .containsExactly("mask 1 ff", "enable 3 2", "enable 0 80000000", "cleared 2 400");
    }

    @Test
    void write_interruptStatus_isIgnored() {
        assertThat(afterWriting("DEISR", -1)).isZero();
        assertThat(afterWriting("SDEISR", -1)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"DEIIR", "GTIIR", "PMIIR", "SDEIIR", "PSR_IIR", "ERR_INT", "SERR_INT", "GTFIFODBG"})
    void write_ones_clearsAndNeverSets(String register) {
        assertThat(afterWriting(register, -1)).isZero();
    }

    @Test
    void write_hotplugControl_clearsStatusAndKeepsEnables() {
        device.registers().shadow(offset("SHOTPLUG_CTL"), 0x0003_0300);
        assertThat(afterWriting("SHOTPLUG_CTL", 0x0010_1210)).isEqualTo(0x0013_1110);
    }

    // ---- power

    @Test
    void write_forcewake_isAcknowledgedAtOnce() {
        write("FORCEWAKE_MT", 0x0001_0001);
        assertThat(read("FORCEWAKE_ACK_HSW")).isEqualTo(1);
        write("FORCEWAKE_MT", 0x0003_0002);
        assertThat(read("FORCEWAKE_ACK_HSW")).isEqualTo(2);
        write("FORCEWAKE", 1);
        assertThat(read("FORCEWAKE_ACK")).isEqualTo(1);
    }

    @Test
    void write_renderPower_sleepsOnlyWhenEnabledAndNotHeld() {
        assertThat(read("GT_THREAD_STATUS")).isZero();
        write("RC_CONTROL", 0x8000_0000);
        assertThat(read("GT_CORE_STATUS")).isEqualTo(3);
        write("FORCEWAKE_MT", 0x0001_0001);
        assertThat(read("GT_THREAD_STATUS")).isZero();
        write("FORCEWAKE_MT", 0x0001_0000);
        assertThat(read("GT_THREAD_STATUS")).isEqualTo(3);
    }

    @Test
    void write_powerWell_stateFollowsAnyRequest() {
        assertThat(afterWriting("HSW_PWR_WELL_CTL2", 0x8000_0000)).isEqualTo(0xc000_0000);
        assertThat(read("HSW_PWR_WELL_CTL1")).isEqualTo(0x4000_0000);
        write("HSW_PWR_WELL_CTL1", 0x8000_0000);
        assertThat(afterWriting("HSW_PWR_WELL_CTL2", 0x4000_0000)).isEqualTo(0x4000_0000);
        write("HSW_PWR_WELL_CTL1", 0);
        assertThat(read("HSW_PWR_WELL_CTL2")).isZero();
    }

    @Test
    void write_powerControllerCommand_isDoneAtOnce() {
        write("PCODE_DATA0", 0x1234);
        assertThat(afterWriting("PCODE_MAILBOX", 0x8000_001a)).isZero();
        assertThat(read("PCODE_DATA0")).isEqualTo(0x1234);
    }

    // ---- paravirtual page

    @Test
    void read_paravirtualPage_answersAtAnyWidthAndAlignment() {
        assertThat(device.registers().read(0x7_8000, 8)).isEqualTo(0x4776_5447_7654_4776L);
        assertThat(device.registers().read(0x7_8008, 2)).isEqualTo(1);
        assertThat(device.registers().read(0x7_8009, 8)).isEqualTo(0x0400_0000_0000_0000L);
        assertThat(device.registers().read(0x7_8001, 4)).isEqualTo(0x4776_5447L);
        assertThat(device.faults.total()).isZero();
        assertThat(device.registers().read(0x7_8fff, 2)).isEqualTo(0xffff);
        assertThat(device.faults.count(GuestFaultKind.REFUSED_ACCESS)).isEqualTo(1);
    }

    @Test
    void write_paravirtualPage_changesOnlyWhatTheGuestOwns() {
        for (int at = 0; at < 0x1000; at += 4) {
            device.registers().write(0x7_8000 + at, 4, -1);
        }
        assertThat(device.registers().read(0x7_8000, 8)).isEqualTo(0x4776_5447_7654_4776L);
        for (int at = 0x00c; at < 0x800; at += 4) {
            assertThat(device.registers().read(0x7_8000 + at, 4)).isEqualTo(at == 0x10 ? 4 : 0);
        }
        for (int at = 0x860; at < 0x1000; at += 4) {
            assertThat(device.registers().read(0x7_8000 + at, 4)).isZero();
        }
        assertThat(device.heard)
                .containsExactly(
                        "displayReady ffffffff",
                        "insufficient ffffffff",
                        "minimum 80c ffffffff",
                        "minimum 810 ffffffff",
                        "minimum 814 ffffffff",
                        "notify ffffffff");
    }

    // ---- display

    @Test
    void write_pipeConfiguration_isActiveAtOnce() {
        assertThat(afterWriting("PIPECONF_B", 0x8000_0000)).isEqualTo(0xc000_0000);
        assertThat(afterWriting("EDP_PIPECONF", 0x4000_0000)).isZero();
        assertThat(afterWriting("TRANSCONF_A", 0x8000_0000)).isEqualTo(0xc000_0000);
        assertThat(device.heard).containsExactly("pipe 1 c0000000 0", "pipe 3 0 0");
    }

    @Test
    void write_surfaces_areLiveAtOnce() {
        write("DSPSURF_C", 0x0010_0000);
        write("SPRSURF_A", 0x0020_0000);
        write("CURBASE_B", 0x0030_0000);
        assertThat(read("DSPSURFLIVE_C")).isEqualTo(0x0010_0000);
        assertThat(read("PIPE_FLIPCOUNT_C")).isEqualTo(1);
        assertThat(read("SPRSURFLIVE_A")).isEqualTo(0x0020_0000);
        assertThat(read("CURSURFLIVE_B")).isEqualTo(0x0030_0000);
        assertThat(device.heard)
                .containsExactly("surface 2 0 100000", "surface 0 1 200000", "surface 1 2 300000");
    }

    @Test
    void read_scanLineAndFrameCount_asksTheDevice() {
        assertThat(read("PIPEDSL_B")).isEqualTo(0x201);
        assertThat(read("PIPE_FRMCOUNT_C")).isEqualTo(0x302);
        write("TRANS_DDI_FUNC_CTL_EDP", 0x8000_0000);
        assertThat(device.heard).containsExactly("routed 3 80000000");
    }

    @Test
    void write_coreClock_locksUnlessDisabled() {
        assertThat(afterWriting("LCPLL_CTL", 0x8000_0000)).isEqualTo(0x8000_0000);
        assertThat(afterWriting("LCPLL_CTL", 0x0020_0000)).isEqualTo(0x4028_0000);
    }

    @Test
    void write_ports_idleFollowsEnable() {
        assertThat(read("DDI_BUF_CTL_A")).isEqualTo(0x80);
        assertThat(afterWriting("DDI_BUF_CTL_A", 0x8000_0001)).isEqualTo(0x8000_0000);
        assertThat(afterWriting("DDI_BUF_CTL_A", 0)).isEqualTo(0x80);
        write("DP_TP_CTL_B", 0x8000_0200);
        assertThat(read("DP_TP_STATUS_B")).isEqualTo(1 << 25);
        write("DP_TP_CTL_E", 0x8000_8000);
        assertThat(read("DP_TP_STATUS_E")).isEqualTo(1 << 12);
        assertThat(afterWriting("DP_TP_STATUS_E", 1 << 12)).isZero();
    }

    @Test
    void write_displayLink_locksWhenBothEndsAgree() {
        write("FDI_RX_CTL_A", 0x8000_0000);
        assertThat(read("FDI_RX_IIR_A")).isZero();
        write("FDI_TX_CTL_A", 0x8000_0000);
        assertThat(read("FDI_RX_IIR_A")).isEqualTo(0x100);
        write("FDI_RX_IIR_A", 0x100);
        write("FDI_TX_CTL_A", 0x8000_0100);
        assertThat(read("FDI_RX_IIR_A")).isZero();
        write("FDI_RX_CTL_A", 0x8000_0100);
        assertThat(read("FDI_RX_IIR_A")).isEqualTo(0x200);
        write("FDI_TX_CTL_EDP", 0x8000_0000);
    }

    @Test
    void write_southControls_answerAtOnce() {
        assertThat(afterWriting("SOUTH_CHICKEN2", 0x1000)).isEqualTo(0x3000);
        assertThat(afterWriting("SOUTH_CHICKEN2", 0)).isZero();
        write("PCH_PP_CONTROL", 1);
        assertThat(read("PCH_PP_STATUS")).isEqualTo(0x8000_0008);
        assertThat(afterWriting("PCH_ADPA", 0x0381_0000)).isEqualTo(0x0080_0000);
    }

    @Test
    void write_sideBand_readsAndWritesThroughTheDevice() {
        write("SBI_ADDR", 0x0610_0000);
        assertThat(afterWriting("SBI_CTL_STAT", 0x0000_0601)).isEqualTo(0x0600);
        assertThat(read("SBI_DATA")).isEqualTo(0xa000_0610);
        write("SBI_DATA", 0x55);
        assertThat(afterWriting("SBI_CTL_STAT", 0x0001_0707)).isEqualTo(0x0001_0700);
        assertThat(device.heard).containsExactly("sideband 10610 55");
    }

    @Test
    void write_gmbus_reachesTheDevice() {
        write("PCH_GMBUS0", 2);
        write("PCH_GMBUS1", 0x4201_00a1);
        assertThat(device.heard).containsExactly("gmbus 0 2", "gmbus 1 420100a1");
    }

    @Test
    void write_auxControl_startsWithBusyAndKeepsSizeAndData() {
        assertThat(afterWriting("PCH_DPB_AUX_CH_CTL", 0x8040_0000)).isEqualTo(0x0040_0000);
        assertThat(device.heard).containsExactly("aux 1 80400000");
        assertThat(afterWriting("PCH_DPB_AUX_CH_CTL", 0x5040_0000)).isEqualTo(0x0040_0000);
    }

    @Test
    void gpioWires_readHighUnlessDrivenLow() {
        assertThat(read("PCH_GPIO")).isEqualTo(0x1010);
        assertThat(afterWriting("PCH_GPIO", 0x0007)).isEqualTo(0x1002);
        assertThat(afterWriting("PCH_GPIO", 0x0001)).isEqualTo(0x1010);
        assertThat(afterWriting("PCH_GPIO", 0x0700)).isEqualTo(0x0210);
    }

    @Test
    void panelStatus_onAndOff_isWhatTheSequencerSays() {
        write("PCH_PP_CONTROL", 0xabcd_000b);
        assertThat(read("PCH_PP_STATUS")).isEqualTo(0x8000_0008);
        write("PCH_PP_CONTROL", 0xabcd_0008);
        assertThat(read("PCH_PP_STATUS")).isZero();
    }

    @Test
    void write_vgaPlane_tellsChangesOnly() {
        write("CPU_VGACNTRL", 0x8000_0000);
        write("CPU_VGACNTRL", 0x8000_0001);
        assertThat(device.heard).containsExactly("vga 80000000 0");
    }

    // ---- the whole

    @Test
    void access_everyDwordOfTheRegion_neverThrows() {
        Random random = new Random(7);
        for (int at = 0; at < Gen7Registers.LENGTH; at += 4) {
            device.registers().write(at, 4, random.nextInt());
            device.registers().read(at, 4);
            device.registers().write(at, 1, -1);
            device.registers().read(at, 8);
            if (device.heard.size() > 10_000) {
                device.heard.clear();
            }
        }
        assertThat(device.registers().hookFailures()).isZero();
    }

    @Test
    void image_fromHardware_takesSettingsAndMemoryOnly() {
        HardwarePort hardware =
                new HardwarePort() {
                    @Override
                    public long read(int offset, int width) {
                        return offset;
                    }

                    @Override
                    public void write(int offset, int width, long value) {
                        throw new AssertionError("not to be written");
                    }
                };
        ResetImage image = Gen7Registers.image(CATALOGUE, hardware);
        assertThat(image.value(offset("RP_CONTROL"))).isEqualTo(offset("RP_CONTROL"));
        assertThat(image.value(offset("MAD_DIMM_C0"))).isEqualTo(offset("MAD_DIMM_C0"));
        assertThat(image.value(offset("GDRST"))).isZero();
        assertThat(image.value(offset("PIPECONF_A"))).isZero();
        assertThat(image.value(offset("RCS_RING_TAIL"))).isZero();
        assertThat(CATALOGUE.resetImage().value(offset("RP_CONTROL"))).isZero();
    }
}
