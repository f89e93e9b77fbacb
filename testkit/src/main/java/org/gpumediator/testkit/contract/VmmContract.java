package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.api.vmm.VmmPort;
import org.gpumediator.testkit.GuestMachine;
import org.gpumediator.testkit.StubVirtualGpu;
import org.gpumediator.testkit.StubVirtualGpu.Access;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a VMM owes a virtual GPU and its guest. Extend this class and implement {@link #powerOn}: it
 * starts your VMM with one virtual GPU in it and returns it as its guest sees it. No GPU and no
 * backend is needed; the virtual GPU is a {@link StubVirtualGpu}.
 *
 * <p>Every access and every interrupt goes through your VMM: its bus, its interrupt controller, its
 * memory, its event loop. The MSI-X test fits both kinds of VMM, those that leave the table to the
 * device and those that keep it themselves.
 */
public abstract class VmmContract {

    private static final int COMMAND = 0x04;
    private static final int COMMAND_DECODE = 0x3;
    private static final int BAR_0 = 0x10;
    private static final int BAR_0_LENGTH = 64 << 10;
    private static final int CAPABILITIES = 0x34;
    private static final int POWER_MANAGEMENT = 0x01;
    private static final int MSI = 0x05;
    private static final int MSI_X = 0x11;
    private static final long MS = 1_000_000;

    /** What the VMM is given: a virtual GPU for its port, and what it has to step. */
    public interface Card {

        /** Returns the virtual GPU. The VMM calls this once, with its port. */
        VirtualGpu plug(VmmPort port);

        /**
         * Stands for {@code Mediator.step}.
         *
         * @param nowNanos the VMM's clock
         * @return when to call again at the latest, on the same clock
         */
        long step(long nowNanos);
    }

    /** Your VMM, running, as its guest sees it, and what happens to it from outside. */
    public interface Machine extends GuestMachine, AutoCloseable {

        /**
         * Lets its own time pass: timers and event loop run.
         *
         * @param nanos how long, positive
         */
        void run(long nanos);

        /** The guest is rebooted. */
        void reboot();

        /** Memory is taken away from the running guest; {@code start} is that of a {@link Ram}. */
        void removeRam(long start);

        /** The machine is switched off. */
        @Override
        void close();
    }

    private final class Plugged implements Card {

        private @Nullable StubVirtualGpu gpu;
        private @Nullable VmmPort port;

        @Override
        public VirtualGpu plug(VmmPort newPort) {
            port = newPort;
            StubVirtualGpu made = new StubVirtualGpu(newPort);
            gpu = made;
            return made;
        }

        @Override
        public long step(long nowNanos) {
            steps.add(nowNanos);
            return nowNanos + MS;
        }
    }

    private final List<Long> steps = new ArrayList<>();
    private StubVirtualGpu gpu;
    private VmmPort port;
    private Machine machine;

    /** Creates the contract. */
    @SuppressWarnings("NullAway.Init") // made before each test
    protected VmmContract() {}

    /** Starts the VMM with the virtual GPU that {@code card} makes. */
    protected abstract Machine powerOn(Card card);

    /** Starts the machine and runs its firmware. */
    @BeforeEach
    protected final void begin() {
        Plugged card = new Plugged();
        machine = powerOn(card);
        gpu = Objects.requireNonNull(card.gpu, "powerOn has not called plug");
        port = Objects.requireNonNull(card.port, "powerOn has not called plug");
        machine.enumerate();
        gpu.clearAccesses();
    }

    /** Switches the machine off. */
    @AfterEach
    protected final void end() {
        machine.close();
        assertEquals(List.of(), gpu.violations(), "what no VMM may do");
    }

    private long base() {
        return machine.readConfig(BAR_0, 4) & ~0xfL & 0xffff_ffffL
                | (long) machine.readConfig(BAR_0 + 4, 4) << 32;
    }

    private int capability(int id) {
        int at = machine.readConfig(CAPABILITIES, 1);
        while (at != 0 && machine.readConfig(at, 1) != id) {
            at = machine.readConfig(at + 1, 1);
        }
        assertTrue(at != 0, "capability 0x" + Integer.toHexString(id) + " cannot be found");
        return at;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    // ---- the bus -------------------------------------------------------------------------------

    @Test
    @DisplayName("an access arrives once, with the width, offset and value it was made with")
    void access_eachWidth_arrivesWhole() {
        for (int width : new int[] {1, 2, 4, 8}) {
            long offset = 0x100 + 16L * width;
            long value = 0xf8e7_d6c5_b4a3_9281L & AccessWidth.ones(width);
            gpu.clearAccesses();
            machine.write(base() + offset, width, value);
            assertArrived(new Access(0, true, offset, width, value));
            gpu.clearAccesses();
            assertEquals(
                    hex(value), hex(machine.read(base() + offset, width)), width + " bytes back");
            assertArrived(new Access(0, false, offset, width, value));
        }
    }

    /** Eight bytes may be two accesses on a bus of 32 bits: the lower half first. */
    private void assertArrived(Access whole) {
        List<Access> halves =
                whole.width() < 8
                        ? List.of(whole)
                        : List.of(
                                half(whole, 0, whole.value() & 0xffff_ffffL),
                                half(whole, 4, whole.value() >>> 32));
        List<Access> arrived = gpu.accesses();
        assertTrue(
                arrived.equals(List.of(whole)) || arrived.equals(halves),
                "expected " + whole + ", arrived: " + arrived);
    }

    private static Access half(Access whole, int at, long value) {
        return new Access(whole.bar(), whole.isWrite(), whole.offset() + at, 4, value);
    }

    @Test
    @DisplayName("accesses arrive in the order they were made: no write is overtaken")
    void access_writeThenRead_keepsTheOrder() {
        machine.write(base() + 8, 4, 1);
        machine.write(base() + 8, 4, 2);
        machine.write(base() + 16, 4, 3);
        assertEquals(2, machine.read(base() + 8, 4), "what was written last");
        List<Long> order = gpu.accesses().stream().map(Access::offset).toList();
        assertEquals(List.of(8L, 8L, 16L, 8L), order, "offsets in the order of arrival");
    }

    @Test
    @DisplayName("a port BAR answers ports, and no memory address")
    void port_access_reachesThePortBar() {
        int ports = machine.readConfig(BAR_0 + 16, 4) & ~3;
        machine.writePort(ports + 4, 2, 0xbeef);
        assertEquals(List.of(new Access(4, true, 4, 2, 0xbeef)), gpu.accesses(), "arrived");
        assertEquals(0xbeef, machine.readPort(ports + 4, 2), "read back");
        gpu.clearAccesses();
        machine.read(ports + 4, 2);
        assertEquals(List.of(), gpu.accesses(), "arrived from memory space");
    }

    @Test
    @DisplayName("a BAR that moves answers at its new place, and no more at its old one")
    void bar_movedWhileDecoded_answersAtItsNewPlace() {
        long old = base();
        machine.writeConfig(BAR_0, 4, (int) old + BAR_0_LENGTH);
        machine.write(old + BAR_0_LENGTH + 0x20, 4, 7);
        assertEquals(List.of(new Access(0, true, 0x20, 4, 7)), gpu.accesses(), "new place");
        gpu.clearAccesses();
        assertEquals(hex(0xffff_ffffL), hex(machine.read(old + 0x20, 4)), "old place");
        assertEquals(List.of(), gpu.accesses(), "arrived from the old place");
    }

    @Test
    @DisplayName("a BAR that is sized while it is decoded is where it was afterwards")
    void bar_sizedWhileDecoded_isWhereItWas() {
        long old = base();
        machine.writeConfig(BAR_0, 4, -1);
        machine.writeConfig(BAR_0 + 4, 4, -1);
        machine.writeConfig(BAR_0, 4, (int) old);
        machine.writeConfig(BAR_0 + 4, 4, (int) (old >>> 32));
        machine.write(old + 0x30, 4, 9);
        assertEquals(List.of(new Access(0, true, 0x30, 4, 9)), gpu.accesses(), "arrived");
    }

    @Test
    @DisplayName("while decoding is off nothing answers, and all is back when it is on")
    void decoding_offAndOn_isFollowed() {
        long where = base();
        int ports = machine.readConfig(BAR_0 + 16, 4) & ~3;
        int command = machine.readConfig(COMMAND, 2);
        machine.writeConfig(COMMAND, 2, command & ~COMMAND_DECODE);
        machine.write(where, 4, 1);
        machine.writePort(ports, 4, 1);
        assertEquals(hex(0xffff_ffffL), hex(machine.read(where, 4)), "memory while off");
        assertEquals(hex(0xffff_ffffL), hex(machine.readPort(ports, 4)), "ports while off");
        assertEquals(List.of(), gpu.accesses(), "arrived while off");
        machine.writeConfig(COMMAND, 2, command);
        machine.write(where, 4, 1);
        assertEquals(1, gpu.accesses().size(), "accesses once on again");
    }

    // ---- resets --------------------------------------------------------------------------------

    @Test
    @DisplayName("a reset that the guest asks for is carried out, and the BARs are gone with it")
    void reset_askedFor_isCarriedOut() {
        long where = base();
        int at = capability(POWER_MANAGEMENT);
        machine.writeConfig(at + 4, 2, 3);
        machine.writeConfig(at + 4, 2, 0);
        assertEquals(List.of(ResetKind.FUNCTION_LEVEL), gpu.resets(), "resets");
        assertEquals(hex(0xffff_ffffL), hex(machine.read(where, 4)), "the BAR's old place");
        machine.enumerate();
        machine.write(base(), 4, 5);
        assertEquals(5, machine.read(base(), 4), "register once placed again");
    }

    @Test
    @DisplayName("a reboot resets the function with its bus")
    void reboot_always_resetsTheBus() {
        gpu.level(true);
        long where = base();
        machine.reboot();
        assertEquals(List.of(ResetKind.BUS), gpu.resets(), "resets");
        assertFalse(machine.lineActive(), "line after the reboot");
        assertEquals(hex(0xffff_ffffL), hex(machine.read(where, 4)), "the BAR's old place");
        machine.enumerate();
    }

    // ---- interrupts ----------------------------------------------------------------------------

    @Test
    @DisplayName("the line is a level: active until it is lowered")
    void line_raised_staysUntilLowered() {
        assertFalse(machine.lineActive(), "line at first");
        gpu.level(true);
        assertTrue(machine.lineActive(), "line once raised");
        machine.run(MS);
        assertTrue(machine.lineActive(), "line some time later");
        gpu.level(false);
        assertFalse(machine.lineActive(), "line once lowered");
        gpu.level(true);
        assertTrue(machine.lineActive(), "line once raised again");
    }

    @Test
    @DisplayName("the line goes inactive when the guest disables it")
    void line_disabledByTheGuest_isInactive() {
        gpu.level(true);
        machine.writeConfig(COMMAND, 2, machine.readConfig(COMMAND, 2) | 1 << 10);
        assertFalse(machine.lineActive(), "line once disabled");
    }

    @Test
    @DisplayName("a message arrives once, on its vector")
    void msi_signalled_arrivesOnce() {
        int at = capability(MSI);
        int control = machine.readConfig(at + 2, 2);
        boolean wide = (control & 0x80) != 0;
        machine.writeConfig(at + 4, 4, 0xfee0_0000);
        machine.writeConfig(at + (wide ? 0xc : 0x8), 2, 0x4040);
        machine.writeConfig(at + 2, 2, control & ~0x70 | 2 << 4 | 1);
        gpu.signal(1);
        machine.run(MS);
        assertTrue(machine.takeMessage(1), "message 1");
        assertFalse(machine.takeMessage(1), "message 1 again");
        assertFalse(machine.takeMessage(0), "message 0, which was not signalled");
        gpu.signal(3);
        gpu.signal(3);
        machine.run(MS);
        assertTrue(machine.takeMessage(3), "message 3");
    }

    @Test
    @DisplayName("a masked MSI-X vector is held back until it is unmasked, whoever keeps the table")
    void msix_masked_isHeldBack() {
        int at = capability(MSI_X);
        int table = machine.readConfig(at + 4, 4);
        int bar = table & 7;
        long entry = (table & ~7) + 16L;
        machine.writeBar(bar, entry, 4, 0xfee0_0000L);
        machine.writeBar(bar, entry + 4, 4, 0);
        machine.writeBar(bar, entry + 8, 4, 0x4041);
        machine.writeBar(bar, entry + 12, 4, 0);
        machine.writeConfig(at + 2, 2, machine.readConfig(at + 2, 2) | 0x8000);
        gpu.signal(1);
        machine.run(MS);
        assertTrue(machine.takeMessage(1), "message while it is not masked");
        machine.writeBar(bar, entry + 12, 4, 1);
        gpu.signal(1);
        machine.run(MS);
        assertFalse(machine.takeMessage(1), "message while it is masked");
        machine.writeBar(bar, entry + 12, 4, 0);
        machine.run(MS);
        assertTrue(machine.takeMessage(1), "the message that was held back");
        assertFalse(machine.takeMessage(1), "the message again");
    }

    // ---- memory --------------------------------------------------------------------------------

    private long ram() {
        return machine.ram().getLast().start();
    }

    @Test
    @DisplayName("guest and virtual GPU see the same memory")
    void memory_written_isSeenByTheOther() {
        MemorySegment four = MemorySegment.ofArray(new byte[4]);
        machine.write(ram() + 0x10, 4, 0x1234_5678);
        assertTrue(port.memory().read(ram() + 0x10, four), "read for the virtual GPU");
        assertEquals(
                hex(0x1234_5678),
                hex(four.get(ValueLayout.JAVA_INT_UNALIGNED, 0)),
                "what the guest has written");
        four.fill((byte) 0x5a);
        assertTrue(port.memory().write(ram() + 0x20, four), "write for the virtual GPU");
        assertEquals(hex(0x5a5a_5a5a), hex(machine.read(ram() + 0x20, 4)), "what it has written");
    }

    @Test
    @DisplayName(
            "memory that goes is not found any more when its listener is told, but still there")
    void memory_removed_isForgottenBeforeItGoes() {
        long start = ram();
        GuestMemory memory = port.memory();
        assumeTrue(memory.regionAt(start) != null, "this VMM hands no memory over");
        List<String> told = new ArrayList<>();
        memory.listen(
                region -> {
                    told.add("region " + hex(region.start()));
                    region.segment().get(ValueLayout.JAVA_BYTE, region.length() - 1);
                    if (memory.regionAt(region.start()) != null) {
                        told.add("but it is still found");
                    }
                });
        machine.removeRam(start);
        assertEquals(List.of("region " + hex(start)), told, "what the listener was told");
        assertNull(memory.regionAt(start), "region after it went");
    }

    // ---- life ----------------------------------------------------------------------------------

    @Test
    @DisplayName("the mediator is stepped whenever it is due")
    void step_due_isCalled() {
        steps.clear();
        for (int i = 0; i < 10; i++) {
            machine.run(MS);
        }
        assertTrue(steps.size() >= 9, "due each ms, in 10 ms called " + steps.size() + " times");
        List<Long> sorted = steps.stream().sorted().toList();
        assertEquals(sorted, steps, "times, which do not go back");
    }

    @Test
    @DisplayName(
            "the virtual GPU is closed when the machine is switched off, before its memory goes")
    void close_always_comesBeforeTheMemoryGoes() {
        long start = ram();
        List<Boolean> readable = new ArrayList<>();
        gpu.onClose(
                () -> readable.add(port.memory().read(start, MemorySegment.ofArray(new byte[4]))));
        machine.close();
        assertEquals(List.of(true), readable, "memory could be read when it was closed");
    }
}
