package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.PciFirmware;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link VirtualGpu} promises its VMM. Extend this class and implement {@link #create}:
 * it makes a virtual GPU of a fresh mediator for the first call in a test, and another one of the
 * same mediator for each further call. If time or hardware has to move for work to be done,
 * override {@link #settle} too. What is created is closed by this class; close the mediator
 * yourself, in an {@code @AfterEach} method.
 */
public abstract class VirtualGpuContract {

    private static final long RAM = 2 << 20;
    private static final long RAM_OF_A_DRIVER = 32 << 20;
    private static final int SAMPLES = 2048;
    private static final int MARK = 0x5ec7_e700;
    private static final int READS = 2000;
    private static final int COMMAND = 0x04;
    private static final int CAPABILITY_PM = 0x01;
    private static final int CAPABILITY_MSI = 0x05;
    private static final int CAPABILITY_MSI_X = 0x11;

    private final List<FakeVmm> vmms = new ArrayList<>();

    /** Creates the contract. */
    protected VirtualGpuContract() {}

    /**
     * Creates a virtual GPU.
     *
     * @param name its name, unique in a test
     * @param vmm the VMM that carries it; use its {@code port()}
     */
    protected abstract VirtualGpu create(String name, FakeVmm vmm);

    /** Moves clock, hardware and mediator until nothing is left to do. */
    protected void settle() {}

    /**
     * Lets the guest hand in work that writes its memory or interrupts it, and that is not done
     * before {@link #settle} is called.
     *
     * @param vmm a guest with 32 MiB of memory whose function is enumerated
     * @return whether it could; unless overridden it cannot, and tests of unfinished work are
     *     skipped
     */
    protected boolean startWork(FakeVmm vmm) {
        return false;
    }

    /**
     * Returns how many bytes a read of a BAR may allocate because the fake GPU behind it does;
     * {@code 0} unless overridden. What the virtual GPU itself allocates has no excuse.
     */
    protected int allocatedByTheFake() {
        return 0;
    }

    /**
     * Returns whether there can be another one beside it; unless overridden there can. Tests that
     * need two at once are skipped otherwise.
     */
    protected boolean sharesItsGpu() {
        return true;
    }

    /** Closes what the test has created. */
    @AfterEach
    protected final void closeVmms() {
        vmms.forEach(FakeVmm::close);
        vmms.clear();
    }

    private FakeVmm carry(String name) {
        return carry(name, RAM);
    }

    private FakeVmm carry(String name, long ram) {
        FakeVmm vmm = FakeVmm.builder().ram(ram).build();
        vmms.add(vmm);
        return vmm.plug(create(name, vmm));
    }

    private FakeVmm placed(String name) {
        FakeVmm vmm = carry(name);
        vmm.enumerate();
        return vmm;
    }

    private void eachRegion(Consumer<TrapChecks> check) {
        FakeVmm vmm = placed("a");
        for (TrapRegion region : vmm.gpu().regions()) {
            check.accept(
                    new TrapChecks("BAR " + region.index(), region.handler(), region.length()));
        }
    }

    private static void assertUnchanged(@Nullable String difference, String what) {
        if (difference != null) {
            fail(what + " has changed: " + difference);
        }
    }

    // ---- trapped regions -----------------------------------------------------------------------

    @Test
    @DisplayName("every width at every alignment inside a BAR is answered, zero-extended")
    void access_everyWidthAndAlignment_isAnswered() {
        eachRegion(TrapChecks::everyAccessInsideIsAnswered);
    }

    @Test
    @DisplayName("an access not wholly inside its BAR reads ones and writes nothing")
    void access_pastTheEnd_readsOnesAndWritesNothing() {
        eachRegion(TrapChecks::accessesOutsideReadOnes);
    }

    @Test
    @DisplayName("a width that no bus has reads ones")
    void access_wrongWidth_readsOnes() {
        eachRegion(TrapChecks::wrongWidthsReadOnes);
    }

    @Test
    @DisplayName("what a guest gets refused is counted")
    void access_refused_isCounted() {
        FakeVmm vmm = placed("a");
        long before = vmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS);
        TrapRegion region = vmm.gpu().regions().getFirst();
        region.handler().read(region.length(), 4);
        region.handler().write(region.length() - 2, 4, 0);
        region.handler().read(0, 3);
        assertEquals(
                before + 3, vmm.gpu().statistics().faults(GuestFaultKind.REFUSED_ACCESS), "faults");
    }

    @Test
    @DisplayName("a block read equals the single reads it stands for")
    void readBlock_anyRun_equalsSingleReads() {
        eachRegion(TrapChecks::blockReadsEqualSingleReads);
    }

    @Test
    @DisplayName("a string read equals its elements, in both directions")
    void readString_anyRun_equalsSingleReads() {
        eachRegion(TrapChecks::stringReadsEqualSingleReads);
    }

    @Test
    @DisplayName("block and string writes leave what single writes leave")
    void writeBlock_anyRun_equalsSingleWrites() {
        FakeVmm vmm = placed("a");
        TrapRegion region = vmm.gpu().regions().getFirst();
        new TrapChecks("BAR " + region.index(), region.handler(), region.length())
                .blockWritesEqualSingleWrites(() -> vmm.reset(ResetKind.FUNCTION_LEVEL));
    }

    @Test
    @DisplayName("a string of a wrong width or length is the caller's error")
    void string_illegalShape_isRefused() {
        eachRegion(TrapChecks::illegalStringsAreTheCallersError);
    }

    // ---- configuration space -------------------------------------------------------------------

    @Test
    @DisplayName("a configuration read of any width at any offset is the bytes it covers")
    void config_readAnywhere_isItsBytes() {
        ConfigSpaceChecks checks = new ConfigSpaceChecks(placed("a"));
        checks.lengthIsOneOfTwo();
        checks.everyReadIsItsBytes();
        checks.farAwayReadsOnes();
    }

    @Test
    @DisplayName("a configuration access of an illegal width reads ones and writes nothing")
    void config_wrongWidth_readsOnesAndWritesNothing() {
        new ConfigSpaceChecks(placed("a")).wrongWidthsReadOnesAndWriteNothing();
    }

    @Test
    @DisplayName("no configuration write throws or changes what a guest cannot change")
    void config_anyWrite_keepsWhatIsFixed() {
        new ConfigSpaceChecks(placed("a")).writesNeverChangeWhatIsFixed(new SplittableRandom(1));
    }

    @Test
    @DisplayName("a 4-byte write at COMMAND does not touch the status bits")
    void config_fourBytesAtCommand_leaveStatus() {
        new ConfigSpaceChecks(placed("a")).fourBytesAtCommandSwitchDecodingOnly();
    }

    @Test
    @DisplayName("firmware sizes and places the BARs that the virtual GPU describes")
    void bars_sizedByFirmware_areThoseDescribed() {
        FakeVmm vmm = carry("a");
        for (int i = 0; i < 7; i++) {
            assertEquals(-1, vmm.gpu().configSpace().barAddress(i).orElse(-1), "BAR " + i);
        }
        PciFirmware.Function found = vmm.enumerate();
        assertFalse(found.bars().isEmpty(), "a GPU without BARs");
    }

    @Test
    @DisplayName("a BAR that is written while decoded moves, and says so")
    void bar_writtenWhileDecoded_moves() {
        FakeVmm vmm = placed("a");
        TrapRegion region = vmm.gpu().regions().getFirst();
        int register = 0x10 + 4 * region.index();
        long old = vmm.placement(region.index());
        long target = old + region.length();
        List<ConfigWriteEffect> effects = vmm.configWrite(register, 4, (int) target);
        assertEquals(
                List.of(
                        new ConfigWriteEffect.BarMoved(
                                region.index(), old, target, region.length())),
                effects,
                "effects of the move");
        vmm.assertPlacementAgrees();
    }

    @Test
    @DisplayName("decoding goes off and on with COMMAND, and says so")
    void command_memoryDecoding_isTold() {
        FakeVmm vmm = placed("a");
        int command = vmm.configRead(COMMAND, 2);
        vmm.configWrite(COMMAND, 2, command & ~3);
        for (TrapRegion region : vmm.gpu().regions()) {
            assertEquals(-1, vmm.placement(region.index()), "BAR " + region.index());
        }
        vmm.assertPlacementAgrees();
        vmm.configWrite(COMMAND, 2, command);
        vmm.assertPlacementAgrees();
        assertNotEquals(-1, vmm.placement(vmm.gpu().regions().getFirst().index()), "placement");
        assertTrue(
                vmm.configWrite(COMMAND, 2, command & ~4)
                        .contains(new ConfigWriteEffect.BusMasterChanged(false)),
                "switching bus mastering off is told");
    }

    // ---- interrupts ----------------------------------------------------------------------------

    @Test
    @DisplayName("MSI: what the guest sets up is what the VMM sees")
    void msi_setUp_isSeen() {
        FakeVmm vmm = placed("a");
        MessageInterrupts interrupts = vmm.gpu().interrupts();
        int at = capability(vmm, CAPABILITY_MSI);
        assertEquals(interrupts.msiVectors() > 0, at > 0, "vectors and capability agree");
        assertEquals(MessageInterrupts.Mode.NONE, interrupts.mode(), "mode at first");
        if (at == 0) {
            return;
        }
        int control = vmm.configRead(at + 2, 2);
        boolean wide = (control & 0x80) != 0;
        vmm.configWrite(at + 4, 4, 0xfee0_1000);
        vmm.configWrite(at + (wide ? 0xc : 0x8), 2, 0x4123);
        List<ConfigWriteEffect> effects = vmm.configWrite(at + 2, 2, control | 1);
        assertTrue(
                effects.contains(new ConfigWriteEffect.InterruptsChanged()),
                "enabling is told: " + effects);
        assertEquals(MessageInterrupts.Mode.MSI, interrupts.mode(), "mode once enabled");
        assertEquals(0xfee0_1000L, interrupts.messageAddress(0), "address");
        assertEquals(0x4123, interrupts.messageData(0), "data");
        assertThrows(
                IllegalArgumentException.class,
                () -> interrupts.messageAddress(interrupts.msiVectors()),
                "a vector that is not there");
        vmm.configWrite(at + 2, 2, control & ~1);
        assertEquals(MessageInterrupts.Mode.NONE, interrupts.mode(), "mode once disabled");
    }

    @Test
    @DisplayName("MSI-X: what the guest writes into the table is what the VMM sees")
    void msix_setUp_isSeen() {
        FakeVmm vmm = placed("a");
        MessageInterrupts interrupts = vmm.gpu().interrupts();
        int at = capability(vmm, CAPABILITY_MSI_X);
        assertEquals(interrupts.msixVectors() > 0, at > 0, "vectors and capability agree");
        if (at == 0) {
            return;
        }
        int control = vmm.configRead(at + 2, 2);
        assertEquals(interrupts.msixVectors(), (control & 0x7ff) + 1, "size of the table");
        int table = vmm.configRead(at + 4, 4);
        int bar = table & 7;
        long entry = (table & ~7) + 16L * (interrupts.msixVectors() - 1);
        assertEquals(1, vmm.bar(bar).read32(entry + 12) & 1, "mask bit of a vector at first");
        vmm.bar(bar).write32(entry, 0xfee0_2000);
        vmm.bar(bar).write32(entry + 4, 0x1);
        vmm.bar(bar).write32(entry + 8, 0x77);
        vmm.bar(bar).write32(entry + 12, 0);
        vmm.configWrite(at + 2, 2, control | 0x8000);
        assertEquals(MessageInterrupts.Mode.MSI_X, interrupts.mode(), "mode once enabled");
        int last = interrupts.msixVectors() - 1;
        assertEquals(0x1_fee0_2000L, interrupts.messageAddress(last), "address");
        assertEquals(0x77, interrupts.messageData(last), "data");
    }

    @Test
    @DisplayName("D3hot and back are told")
    void powerState_written_isTold() {
        FakeVmm vmm = placed("a");
        int at = capability(vmm, CAPABILITY_PM);
        if (at == 0) {
            return;
        }
        assertTrue(
                vmm.configWrite(at + 4, 2, 3).contains(new ConfigWriteEffect.PowerStateChanged(3)),
                "D3hot is told");
        assertTrue(
                vmm.configWrite(at + 4, 2, 0).contains(new ConfigWriteEffect.PowerStateChanged(0)),
                "D0 is told");
    }

    private static int capability(FakeVmm vmm, int id) {
        int at = (vmm.configRead(0x06, 2) & 0x10) == 0 ? 0 : vmm.configRead(0x34, 1) & 0xfc;
        for (int i = 0; at != 0 && i < 48; i++) {
            if (vmm.configRead(at, 1) == id) {
                return at;
            }
            at = vmm.configRead(at + 1, 1) & 0xfc;
        }
        return 0;
    }

    // ---- life ----------------------------------------------------------------------------------

    @Test
    @DisplayName("a fresh virtual GPU is CREATED; a guest's first use makes it RUNNING")
    void state_firstUse_isRunning() {
        FakeVmm vmm = carry("a");
        assertEquals(VirtualGpuState.CREATED, vmm.gpu().state(), "state at first");
        vmm.enumerate();
        vmm.gpu().regions().getFirst().handler().write(0, 4, 0);
        assertEquals(VirtualGpuState.RUNNING, vmm.gpu().state(), "state once touched");
        assertEquals("a", vmm.gpu().name(), "name");
    }

    @Test
    @DisplayName("each of the three resets brings everything to its first state")
    void reset_eachKind_restoresFirstState() {
        for (ResetKind kind : ResetKind.values()) {
            FakeVmm vmm = carry("reset-" + kind.ordinal());
            VgpuImage first = VgpuImage.of(vmm, this::settle);
            byte[] config = vmm.gpu().configSpace().snapshot();
            var partition = vmm.gpu().partition();
            vmm.enumerate();
            new HostileSweep(vmm, 3 + kind.ordinal()).quick();
            vmm.reset(kind);
            settle();
            assertArrayEquals(
                    config, vmm.gpu().configSpace().snapshot(), "configuration after " + kind);
            assertUnchanged(first.registersChanged(), "registers after " + kind);
            assertEquals(partition, vmm.gpu().partition(), "partition after " + kind);
            assertEquals(
                    MessageInterrupts.Mode.NONE, vmm.gpu().interrupts().mode(), "after " + kind);
            vmm.enumerate();
            vmm.close();
        }
    }

    @Test
    @DisplayName("a quiesced virtual GPU still answers, and goes on when resumed")
    void quiesce_thenResume_goesOn() {
        FakeVmm vmm = placed("a");
        VirtualGpu gpu = vmm.gpu();
        gpu.quiesce();
        gpu.quiesce();
        assertEquals(VirtualGpuState.QUIESCED, gpu.state(), "state");
        assertDoesNotThrow(() -> new HostileSweep(vmm, 2).quick(), "traps while quiesced");
        gpu.resume();
        gpu.resume();
        assertEquals(VirtualGpuState.RUNNING, gpu.state(), "state once resumed");
    }

    @Test
    @DisplayName("a closed virtual GPU reads ones, writes nothing, and stays closed")
    void close_thenTraps_readOnes() {
        FakeVmm vmm = placed("a");
        VirtualGpu gpu = vmm.gpu();
        gpu.close();
        gpu.close();
        assertEquals(VirtualGpuState.CLOSED, gpu.state(), "state");
        for (TrapRegion region : gpu.regions()) {
            for (int width : TrapChecks.WIDTHS) {
                for (long at = 0; at < 64 && at + width <= region.length(); at++) {
                    region.handler().write(at, width, 0);
                    assertEquals(
                            AccessWidth.ones(width),
                            region.handler().read(at, width),
                            "BAR " + region.index() + " offset " + at);
                }
            }
        }
        for (int at = 0; at < gpu.configSpace().length(); at += 4) {
            assertEquals(List.of(), gpu.configSpace().write(at, 4, 0), "effects at " + at);
            assertEquals(-1, gpu.configSpace().read(at, 4), "configuration space at " + at);
        }
        assertThrows(IllegalStateException.class, () -> gpu.reset(ResetKind.BUS), "reset");
        assertThrows(IllegalStateException.class, gpu::quiesce, "quiesce");
        assertThrows(IllegalStateException.class, gpu::resume, "resume");
        assertDoesNotThrow(gpu::statistics, "statistics");
    }

    @Test
    @DisplayName("closing gives the partition back: an equal one can be created")
    void close_thenCreate_fitsAgain() {
        for (int i = 0; i < 20; i++) {
            FakeVmm vmm = placed("again-" + i);
            vmm.close();
        }
    }

    @Test
    @DisplayName("memory that goes away is not used any more")
    void memory_removed_isNotUsed() {
        FakeVmm vmm = placed("a");
        new HostileSweep(vmm, 5).quick();
        vmm.memory().remove(0);
        assertDoesNotThrow(() -> new HostileSweep(vmm, 6).quick(), "traps without memory");
        assertDoesNotThrow(this::settle, "work without memory");
        vmm.memory().addRam(0, 1 << 20);
        assertDoesNotThrow(() -> new HostileSweep(vmm, 7).quick(), "traps with other memory");
        assertDoesNotThrow(this::settle, "work with other memory");
    }

    // ---- work ----------------------------------------------------------------------------------

    /** What work leaves behind that its guest can see. */
    private record Traces(long memory, long messages, long line) {

        static Traces of(FakeVmm vmm) {
            return new Traces(
                    vmm.memory().fingerprint(),
                    vmm.interrupts().messages(),
                    vmm.interrupts().lineAssertions());
        }
    }

    private FakeVmm working() {
        FakeVmm vmm = carry("a", RAM_OF_A_DRIVER);
        vmm.enumerate();
        assumeTrue(startWork(vmm), "this contract was not told how to start work");
        return vmm;
    }

    private void assertNothingHappens(FakeVmm vmm, String when) {
        Traces before = Traces.of(vmm);
        for (int i = 0; i < 3; i++) {
            settle();
            assertEquals(before, Traces.of(vmm), "memory and interrupts of the guest " + when);
        }
    }

    @Test
    @DisplayName("work that was handed in and is left alone is done")
    void startWork_leftAlone_isDone() {
        FakeVmm vmm = working();
        Traces before = Traces.of(vmm);
        settle();
        assertNotEquals(before, Traces.of(vmm), "memory and interrupts of the guest");
    }

    @Test
    @DisplayName("while it is quiesced no work of it runs and no interrupt comes")
    void quiesce_withWork_holdsItStill() {
        FakeVmm vmm = working();
        vmm.gpu().quiesce();
        assertNothingHappens(vmm, "once it is quiesced");
        vmm.gpu().resume();
    }

    @Test
    @DisplayName("no work survives a reset")
    void reset_withWork_endsIt() {
        for (ResetKind kind : ResetKind.values()) {
            FakeVmm vmm = working();
            vmm.reset(kind);
            assertNothingHappens(vmm, "after a reset of kind " + kind);
            vmm.close();
        }
    }

    @Test
    @DisplayName("whoever gets its place next finds nothing of it")
    void close_thenCreate_showsNothingOfTheFormer() {
        FakeVmm former = placed("a");
        List<long[]> marked = new ArrayList<>();
        for (TrapRegion region : former.gpu().regions()) {
            long step = Math.max(4, region.length() / SAMPLES / 4 * 4);
            for (long at = 0; at + 4 <= region.length(); at += step) {
                int mark = MARK | (int) (at / step) & 0xff;
                region.handler().write(at, 4, mark);
                if ((int) region.handler().read(at, 4) == mark) {
                    marked.add(new long[] {region.index(), at, mark});
                }
            }
        }
        former.close();
        settle();
        FakeVmm next = placed("b");
        for (long[] place : marked) {
            int found = (int) next.readBar((int) place[0], place[1], 4);
            assertNotEquals(
                    (int) place[2],
                    found,
                    "BAR " + place[0] + " offset 0x" + Long.toHexString(place[1]));
        }
    }

    @Test
    @DisplayName("a trapped read does not allocate")
    void read_repeated_allocatesNothing() {
        FakeVmm vmm = placed("a");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (TrapRegion region : vmm.gpu().regions()) {
            TrapHandler handler = region.handler();
            long sum = 0;
            for (int i = 0; i < READS; i++) {
                sum += handler.read(0, 4);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < READS; i++) {
                sum += handler.read(0, 4);
            }
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(
                    bytes < (8L + allocatedByTheFake()) * READS,
                    "BAR " + region.index() + ": " + bytes / READS + " bytes a read (" + sum + ")");
        }
    }

    // ---- two of them ---------------------------------------------------------------------------

    @Test
    @DisplayName("two virtual GPUs own nothing in common")
    void partitions_ofTwo_areDisjoint() {
        assumeTrue(sharesItsGpu(), "there is only one on a GPU");
        VirtualGpu a = placed("a").gpu();
        VirtualGpu b = placed("b").gpu();
        assertNotEquals(a.id(), b.id(), "ids");
        for (ResourceKind kind : a.partition().kinds()) {
            for (ResourceRange one : a.partition().ranges(kind)) {
                for (ResourceRange other : b.partition().ranges(kind)) {
                    assertFalse(one.overlaps(other), kind.name() + ": " + one + " and " + other);
                }
            }
        }
    }

    @Test
    @DisplayName("whatever one guest writes anywhere, the other's world stays bit-identical")
    void hostileSweep_ofOne_leavesTheOtherAsItWas() {
        assumeTrue(sharesItsGpu(), "there is only one on a GPU");
        FakeVmm victim = placed("victim");
        FakeVmm attacker = placed("attacker");
        for (long at = 0; at < 1 << 20; at += 4096) {
            victim.memory().cpuWrite(at, 8, at ^ 0x1234_5678_9abc_def0L);
        }
        VgpuImage before = VgpuImage.of(victim, this::settle);
        new HostileSweep(attacker, 99)
                .whole(
                        () -> {
                            settle();
                            assertUnchanged(before.changedSince(), "the other guest's world");
                        });
        attacker.gpu().reset(ResetKind.FUNCTION_LEVEL);
        settle();
        assertUnchanged(
                before.changedSince(), "the other guest's world after a reset of the attacker");
        attacker.gpu().close();
        settle();
        assertUnchanged(before.changedSince(), "the other guest's world after the attacker closed");
        assertEquals(
                List.of(), attacker.interrupts().violations(), "contract of the attacker's VMM");
    }
}
