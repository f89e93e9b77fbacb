package org.gpumediator.intel.gen7;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.gpumediator.intel.gen7.engine.RenderState;
import org.gpumediator.intel.gen7.registers.Gen7Registers;
import org.gpumediator.intel.gen7.registers.MovedRegisters;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.guest.Batch;
import org.gpumediator.testkit.guest.GuestObject;
import org.gpumediator.testkit.guest.Request;
import org.gpumediator.testkit.guest.ScriptedHaswellGuest;
import org.gpumediator.testkit.haswell.HaswellEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on the hardware of one guest, then of another, then of the first again. */
class ContextSwitchTest {

    private static final int[] ENGINES = {0x2000, 0x1_2000, 0x1_a000, 0x2_2000};
    private static final Set<Integer> STATUS_PAGES = Set.of(0x4080, 0x4180, 0x4280, 0x4380);

    /**
     * Rings, stop bits, interrupt masks and page directories: they move in an order of their own.
     */
    private static final Set<Integer> OF_RINGS =
            Set.of(0x30, 0x34, 0x38, 0x3c, 0x74, 0x9c, 0xa8, 0x134, 0x140, 0x220, 0x228, 0x29c);

    /** What an engine counts or shows of the command it is at. */
    private static final Set<Integer> PROGRESS =
            Set.of(0x30, 0x34, 0x64, 0x68, 0x6c, 0x70, 0x74, 0x78, 0x94, 0x140, 0x358, 0x35c);

    private static final int CCID = 0x2180;

    /** State of the bus to the engines, which no guest reaches. */
    private static final Set<Integer> FIFO = Set.of(0x12_0000, 0x12_0008);

    private static final int SYNC_FLUSH = 1 << 5;
    private static final int TLB_INVALIDATE = 1 << 9;

    private static final int GPR = 0x2608;
    private static final int LOAD_IMMEDIATE = 0x1100_0001;
    private static final int SET_CONTEXT = 0x0c00_0000;
    private static final int IN_GTT = 0x10c;
    private static final int INHIBIT = 1;
    private static final int DRAWING_RECTANGLE = 0x7900_0002;
    private static final int STATE_BASE_ADDRESS = 0x6101_0008;
    private static final int SECRET = 0x5ec7_e700;

    private final World world = new World();
    private final FakeVmm vmmOne = world.vmm("vm1", 64, 128);
    private final FakeVmm vmmTwo = world.vmm("vm2", 64, 128);
    private final ScriptedHaswellGuest one = world.guest(vmmOne).boot();
    private final ScriptedHaswellGuest two = world.guest(vmmTwo).boot();

    @BeforeEach
    void haveBothBeenOn() {
        putOn(one);
        putOn(two);
    }

    @AfterEach
    void close() {
        assertThat(world.gpu.busFaults()).isEmpty();
        assertThat(World.hookFailures(vmmOne)).isZero();
        assertThat(World.hookFailures(vmmTwo)).isZero();
        assertThat(one.complaints()).isEmpty();
        assertThat(two.complaints()).isEmpty();
        world.close();
    }

    private void putOn(ScriptedHaswellGuest guest) {
        world.pass(20);
        guest.await(guest.submit(HaswellEngine.BCS));
    }

    // ---- registers

    /**
     * Returns the dwords of the render class that guests and their commands can write: those of the
     * independent transcription and those of the catalogue; true where the upper half is a mask.
     */
    private static Map<Integer, Boolean> renderRegisters() throws IOException {
        Map<Integer, Boolean> all = new TreeMap<>();
        for (RenderState.Moved moved : MovedRegisters.of(Gen7Registers.catalogue())) {
            if (!isOfRings(moved.offset())) {
                all.put(moved.offset(), moved.masked() != 0);
            }
        }
        try (InputStream in =
                ContextSwitchTest.class.getResourceAsStream("registers/xengt-registers.txt")) {
            new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" "))
                    .filter(part -> part[2].equals("render"))
                    .forEach(part -> put(all, part));
        }
        return all;
    }

    private static void put(Map<Integer, Boolean> all, String[] part) {
        int offset = Integer.parseInt(part[0], 16);
        for (int at = offset; at < offset + Integer.parseInt(part[1]); at += 4) {
            if (!isOfRings(at)) {
                all.put(at, part[3].contains("m"));
            }
        }
    }

    private static boolean isOfRings(int offset) {
        return offset == CCID
                || STATUS_PAGES.contains(offset)
                || FIFO.contains(offset)
                || Arrays.stream(ENGINES).anyMatch(base -> OF_RINGS.contains(offset - base));
    }

    private Map<Integer, Integer> hardware(Set<Integer> offsets) {
        Map<Integer, Integer> values = new TreeMap<>();
        offsets.forEach(offset -> values.put(offset, hardware(offset)));
        return values;
    }

    /** Returns a register without what is a request, not a mode. */
    private int hardware(int offset) {
        boolean requests = Arrays.stream(ENGINES).anyMatch(base -> offset == base + 0xc0);
        int value = world.physical(offset);
        return requests ? value & ~(SYNC_FLUSH | TLB_INVALIDATE) : value;
    }

    private static Map<Integer, Integer> seen(ScriptedHaswellGuest guest, Set<Integer> offsets) {
        Map<Integer, Integer> values = new TreeMap<>();
        offsets.forEach(offset -> values.put(offset, guest.hostile().peekRegister(offset)));
        return values;
    }

    private static void assertSame(
            String what, Map<Integer, Integer> now, Map<Integer, Integer> before) {
        before.forEach(
                (offset, value) ->
                        assertThat(now.get(offset))
                                .as("%s: register 0x%x", what, offset)
                                .isEqualTo(value));
    }

    private static void scribble(
            ScriptedHaswellGuest guest, Map<Integer, Boolean> registers, SplittableRandom random) {
        registers.forEach(
                (offset, masked) -> {
                    int value = random.nextInt() & ~(SYNC_FLUSH | TLB_INVALIDATE);
                    if (isGraphicsAddress(offset)) {
                        value = (int) guest.mappableBase() + (value & 0x3f_f000);
                    }
                    guest.hostile()
                            .pokeRegister(offset, masked ? 0xffff_0000 | value & 0xffff : value);
                });
    }

    /**
     * Returns whether it holds one: such a register is audited, so only an own one gets through.
     */
    private static boolean isGraphicsAddress(int offset) {
        return offset == 0x2148 || offset == 0x1_2198 || offset == 0x1_a080;
    }

    @Test
    void renderRegisters_ofOneGuest_comeBackBitByBitAndAreNeverTheOthers() throws IOException {
        Seeds.forEach(
                3,
                random -> {
                    Map<Integer, Boolean> registers = renderRegisters();
                    Set<Integer> offsets = registers.keySet();
                    assertThat(offsets).hasSizeGreaterThan(150);
                    putOn(two);
                    Map<Integer, Integer> theirsBefore = hardware(offsets);
                    putOn(one);
                    scribble(one, registers, random);
                    Map<Integer, Integer> mine = hardware(offsets);
                    assertSame("seen", seen(one, offsets), mine);
                    Set<Integer> unchanged = new TreeSet<>(offsets);
                    unchanged.removeIf(
                            offset -> !mine.get(offset).equals(theirsBefore.get(offset)));
                    assertThat(unchanged).as("not told apart by this test").isEmpty();

                    putOn(two);
                    assertSame("on", hardware(offsets), theirsBefore);
                    assertSame("while off", seen(one, offsets), mine);
                    scribble(two, registers, random);
                    Map<Integer, Integer> theirs = hardware(offsets);

                    putOn(one);
                    assertSame("on", hardware(offsets), mine);
                    assertSame("seen", seen(one, offsets), mine);
                    assertSame("while off", seen(two, offsets), theirs);
                    putOn(two);
                    assertSame("on", hardware(offsets), theirs);
                });
    }

    @Test
    void ringsAndAddressSpaces_withAnotherGuestInBetween_readTheSame() {
        Set<Integer> offsets = new TreeSet<>(STATUS_PAGES);
        for (int base : ENGINES) {
            OF_RINGS.forEach(offset -> offsets.add(base + offset));
        }
        offsets.removeAll(List.of(0x2_2030, 0x2_2034, 0x2_2074)); // being on takes work on BCS
        offsets.add(CCID);
        putOn(one);
        one.await(one.submit(HaswellEngine.RCS));
        one.hostile().pokeRegister(0x1_209c, 0x0040_0040);
        one.hostile().pokeRegister(0x1_229c, 0x2800_2800);
        one.hostile().pokeRegister(0x1_20a8, 0x1234_5678);
        Map<Integer, Integer> mine = seen(one, offsets);
        Map<Integer, Integer> theirs = seen(two, offsets);
        for (int base : new int[] {0x38, 0x1_0038, 0x1_8038, 0x2_0038}) {
            assertThat(mine.get(0x2000 + base)).isNotEqualTo(theirs.get(0x2000 + base));
        }
        putOn(two);
        assertSame("while off", seen(one, offsets), mine);
        assertSame("of the other", seen(two, offsets), theirs);
        assertThat(world.physical(0x1_209c) & 0x40).as("MI_MODE of VCS").isZero();
        assertThat(world.physical(0x1_229c) & 0x2800).as("mode of VCS").isZero();
        putOn(one);
        assertSame("come back", seen(one, offsets), mine);
        assertThat(world.physical(0x1_209c) & 0x40).isNotZero();
        assertThat(world.physical(0x1_229c) & 0x2800)
                .as("replay mode, and not: invalidate translations only when asked")
                .isEqualTo(0x800);
        assertThat(world.physical(0x4180)).isEqualTo(mine.get(0x4180));
    }

    @Test
    void errorMasks_ofOneGuest_areItsOwnAndNeverTheHardwares() {
        int mask = 0xb4;
        int mediators = ~1; // commands that no engine knows
        for (int engine : ENGINES) {
            one.hostile().pokeRegister(engine + mask, ~engine);
        }
        putOn(one);
        putOn(two);
        putOn(one);
        for (int engine : ENGINES) {
            assertThat(one.hostile().peekRegister(engine + mask)).isEqualTo(~engine);
            assertThat(two.hostile().peekRegister(engine + mask)).isEqualTo(-1);
            assertThat(world.physical(engine + mask)).isEqualTo(mediators);
        }
    }

    @Test
    void addressRegister_ofForeignMemory_isNeverInTheHardwareAndReadsAsWritten() {
        for (int offset : new int[] {0x2148, 0x1_2198, 0x1_a080}) {
            putOn(one);
            int foreign = (int) two.mappableBase() + 0x5000;
            assertThat(one.hostile().pokeRegister(offset, foreign)).isEqualTo(foreign);
            assertThat(world.physical(offset)).isNotEqualTo(foreign);
            putOn(two);
            putOn(one);
            assertThat(one.hostile().peekRegister(offset)).isEqualTo(foreign);
            assertThat(world.physical(offset)).isNotEqualTo(foreign);
        }
    }

    private void registersSurvive(Consumer<World> trouble) throws IOException {
        int[] settings = {0x902c, 0x9400, 0x9404, 0x9424, 0x4_2000, 0x4_2020};
        for (int offset : settings) {
            world.gpu.write(0, offset, 4, offset * 5L & 0x7fff_ffff);
        }
        Map<Integer, Boolean> registers = renderRegisters();
        putOn(two);
        scribble(two, registers, new SplittableRandom(3));
        Map<Integer, Integer> theirs = hardware(registers.keySet());
        putOn(one);
        scribble(one, registers, new SplittableRandom(4));
        Map<Integer, Integer> mine = hardware(registers.keySet());

        trouble.accept(world);
        one.hostile().pokeRegister(0x941c, 2);
        assertSame("after its own reset", hardware(registers.keySet()), mine);
        one.resetEngine(HaswellEngine.RCS);
        one.await(one.submit(HaswellEngine.RCS));
        Map<Integer, Integer> again = hardware(registers.keySet()); // its context was loaded

        trouble.accept(world);
        Request other = two.submit(HaswellEngine.BCS);
        world.pass(700);
        assertThat(other.completed()).as("the reset let the other in").isTrue();
        vmmOne.gpu().quiesce();
        putOn(two);
        assertSame("the other's", hardware(registers.keySet()), theirs);
        vmmOne.gpu().resume();
        one.submit(HaswellEngine.BCS);
        world.pass(40);
        assertSame("come back", hardware(registers.keySet()), again);
        for (int offset : settings) {
            assertThat(world.physical(offset))
                    .as("the host's register 0x%x", offset)
                    .isEqualTo(offset * 5 & 0x7fff_ffff);
        }
    }

    @Test
    void registers_afterAResetOfTheRenderEngine_areAsBefore() throws IOException {
        registersSurvive(
                on -> {
                    one.hang(HaswellEngine.RCS);
                    on.pass(2);
                });
    }

    @Test
    void registers_afterAResetOfTheDevice_areAsBefore() throws IOException {
        registersSurvive(
                on -> {
                    one.submit(HaswellEngine.RCS, Batch.user().noops(5000));
                    on.gpu.stickRing(HaswellEngine.RCS);
                });
        assertThat(world.mediator.statistics().counter("device.resets")).isEqualTo(2);
    }

    /** Returns every dword of the hardware's registers but those that tell how far rings are. */
    private Map<Integer, Integer> allHardware() {
        Map<Integer, Integer> values = new TreeMap<>();
        for (int offset = 0; offset < 0x10_0000; offset += 4) {
            if (!isProgress(offset)) {
                values.put(offset, hardware(offset));
            }
        }
        return values;
    }

    private static boolean isProgress(int offset) {
        return Arrays.stream(ENGINES).anyMatch(base -> PROGRESS.contains(offset - base));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0040_0040, 0xf4ff_f4ff, 0x0800_0000, 0x5a5a_5a5a})
    void registers_loadedByCommands_areNotThereForTheNextGuest(int value) throws IOException {
        Set<Integer> offsets = new TreeSet<>(renderRegisters().keySet());
        for (int base : ENGINES) {
            offsets.addAll(List.of(base + 0x50, base + 0x9c, base + 0x220));
        }
        offsets.addAll(List.of(0xb01c, 0xb030, 0xb034, 0xe49c, 0x2358, 0x9400, 0x4_2008));
        putOn(two);
        Map<Integer, Integer> before = allHardware();
        for (HaswellEngine engine : HaswellEngine.values()) {
            for (int offset : offsets) {
                putOnAtOnce(one);
                one.await(one.submitCommands(engine, LOAD_IMMEDIATE, offset, value, 0));
            }
        }
        assertThat(allHardware()).isNotEqualTo(before);
        putOn(two);
        assertSame("on", allHardware(), before);
    }

    private void putOnAtOnce(ScriptedHaswellGuest guest) {
        guest.await(guest.submit(HaswellEngine.BCS));
    }

    @ParameterizedTest
    @EnumSource(HaswellEngine.class)
    void statusOfAnEngine_ofOneGuestsCommands_isNotSeenByTheOther(HaswellEngine engine) {
        HaswellEngine another =
                engine == HaswellEngine.VECS ? HaswellEngine.BCS : HaswellEngine.VECS;
        int commandHeader = engine.mmioBase() + 0x68;
        int noop = 0x0040_1234; // with a number that is seen nowhere else
        one.await(one.submit(another));
        one.hostile().bareRing(engine, noop, noop);
        world.pass(20);
        assertThat(one.hostile().peekRegister(commandHeader)).isEqualTo(noop);
        int before = two.hostile().peekRegister(commandHeader);
        two.await(two.submit(another));
        assertThat(world.physical(commandHeader)).as("left there").isNotEqualTo(before);
        assertThat(two.hostile().peekRegister(commandHeader)).isEqualTo(before);
        assertThat(one.hostile().peekRegister(commandHeader)).as("while off").isEqualTo(noop);
        world.pass(20);
        one.await(one.submit(another));
        assertThat(one.hostile().peekRegister(commandHeader)).as("come back").isEqualTo(noop);
        assertThat(two.hostile().peekRegister(commandHeader)).isEqualTo(before);
    }

    // ---- context images

    private void ring(ScriptedHaswellGuest guest, int[]... commands) {
        int[] all = Arrays.stream(commands).flatMapToInt(Arrays::stream).toArray();
        guest.await(guest.submitCommands(HaswellEngine.RCS, all));
    }

    private static int[] select(GuestObject context, int flags) {
        return new int[] {SET_CONTEXT, (int) context.graphicsAddress() | IN_GTT | flags, 0};
    }

    private static int[] image(GuestObject context) {
        int[] dwords = new int[(int) context.length() / 4];
        Arrays.setAll(dwords, i -> context.read32(4L * i));
        return dwords;
    }

    /** Returns commands that fill a context with values of one seed. */
    private static int[] state(ScriptedHaswellGuest guest, SplittableRandom random) {
        int base = (int) guest.hiddenBase();
        int[] commands = new int[3 * 32 + 4 + 10 + 1 + 1];
        int at = 0;
        for (int i = 0; i < 32; i++) {
            commands[at++] = LOAD_IMMEDIATE;
            commands[at++] = 0x2600 + 4 * i;
            commands[at++] = random.nextInt();
        }
        commands[at++] = DRAWING_RECTANGLE;
        for (int i = 0; i < 3; i++) {
            commands[at++] = random.nextInt();
        }
        commands[at++] = STATE_BASE_ADDRESS;
        for (int i = 1; i < 10; i++) {
            commands[at++] = base + random.nextInt(16) * 4096 | 1;
        }
        return commands;
    }

    @Test
    void savedContext_withAnotherGuestInBetween_isTheSameBitByBit() {
        Seeds.forEach(
                3,
                random -> {
                    putOn(one);
                    GuestObject context = one.allocate(17 * 4096);
                    GuestObject second = one.allocate(17 * 4096);
                    ring(one, select(context, INHIBIT), state(one, random.split()));
                    ring(one, select(second, INHIBIT));
                    int[] before = image(context);
                    assertThat(Arrays.stream(before).filter(dword -> dword != 0).count())
                            .isGreaterThan(100);
                    ring(one, select(context, 0));
                    context.fill(0); // what is current is in the hardware alone

                    GuestObject theirs = two.allocate(17 * 4096);
                    putOn(two);
                    ring(two, select(theirs, INHIBIT), state(two, random.split()));
                    putOn(one);
                    putOn(two);
                    putOn(one);
                    ring(one, select(second, 0));
                    assertThat(image(context)).isEqualTo(before);
                    one.free(context);
                    one.free(second);
                    two.free(theirs);
                });
    }

    @Test
    void savedContext_ofAnotherGuest_holdsNothingOfTheFirst() {
        putOn(one);
        GuestObject context = one.allocate(17 * 4096);
        int[] load = {LOAD_IMMEDIATE, GPR, SECRET};
        int[] rectangle = {DRAWING_RECTANGLE, SECRET, SECRET, SECRET};
        ring(one, select(context, INHIBIT), load, rectangle);
        putOn(two);
        GuestObject theirs = two.allocate(17 * 4096);
        ring(two, select(theirs, INHIBIT), select(two.allocate(17 * 4096), INHIBIT));
        assertThat(image(theirs)).isNotEmpty().doesNotContain(SECRET);
        assertThat(theirs.read32(4)).as("it was saved").isNotZero();
        putOn(one);
        ring(one, select(one.allocate(17 * 4096), INHIBIT));
        assertThat(image(context)).contains(SECRET);
    }

    @Test
    void currentContext_readWhileOnAndWhileOff_isTheGuestsOwn() {
        putOn(one);
        GuestObject context = one.allocate(17 * 4096);
        ring(one, select(context, INHIBIT));
        int on = one.hostile().peekRegister(CCID);
        assertThat(on & 0xffff_f001).isEqualTo((int) context.graphicsAddress() | 1);
        putOn(two);
        assertThat(one.hostile().peekRegister(CCID)).isEqualTo(on);
        putOn(one);
        assertThat(one.hostile().peekRegister(CCID)).isEqualTo(on);
    }
}
