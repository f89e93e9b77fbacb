package org.gpumediator.nvidia.vf.types;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a type record must satisfy before anything believes it. Type records come from files and
 * from firmware, so they are inputs: a record with a size of zero would divide by zero, one with a
 * reservation as large as its profile would leave its guest nothing.
 *
 * <p>One row, one rule. Published manager flaws behind them: vendor bulletins 2022 to 2026, classes
 * "unchecked input" and "unbounded resource use".
 */
final class TypeRecordRules {

    /** Bytes of a management heap that the host and the firmware task talk through. */
    static final long COMMUNICATION_BYTES = 0x27_4000;

    /** Granularity of every framebuffer size, below the translation segment. */
    static final long FRAMEBUFFER_UNIT = 2 * AdaBoard.MIB;

    private static final int MAX_FRAME_RATE = 240;
    private static final int MAX_HEADS = 4;
    private static final int MAX_NAME_LENGTH = 63;

    private record Rule(String fault, Predicate<TypeRecord> broken) {}

    // spotless:off
    private static final List<Rule> RULES = List.of(
        new Rule("type id is not in 1 to 65534",           r -> r.typeId() <= 0 || r.typeId() >= 0xffff),
        new Rule("name does not start with the vendor",    r -> !r.name().startsWith(TypeRecord.VENDOR_PREFIX)),
        new Rule("name is longer than 63 characters",      r -> r.name().length() > MAX_NAME_LENGTH),
        new Rule("series is none of A, B, C, Q",           r -> !r.identity().series().matches("[ABCQ]")),
        new Rule("device id is not the board's",           r -> r.identity().deviceId() != r.board().deviceId()),
        new Rule("subsystem id is not in 1 to 0xffff",     r -> r.identity().subsystemId() <= 0 || r.identity().subsystemId() > 0xffff),
        new Rule("profile size is not positive",           r -> r.memory().profileBytes() <= 0),
        new Rule("framebuffer size is not positive",       r -> r.memory().framebufferBytes() <= 0),
        new Rule("framebuffer is no multiple of 2 MiB",    r -> r.memory().framebufferBytes() % FRAMEBUFFER_UNIT != 0),
        new Rule("framebuffer is no multiple of a segment",r -> r.memory().framebufferBytes() % r.board().segmentBytes() != 0),
        new Rule("framebuffer exceeds the profile",        r -> r.memory().framebufferBytes() > r.memory().profileBytes()),
        new Rule("profile exceeds the board",              r -> r.memory().profileBytes() > r.board().framebufferBytes()),
        new Rule("reservation is negative",                r -> r.memory().reservedBytes() < 0),
        new Rule("reservation reaches the profile",        r -> r.memory().reservedBytes() >= r.memory().profileBytes()),
        new Rule("heap is smaller than its messages",      r -> r.memory().heapBytes() < COMMUNICATION_BYTES),
        new Rule("heap is no multiple of 2 MiB",           r -> r.memory().heapBytes() % FRAMEBUFFER_UNIT != 0),
        new Rule("parts exceed the profile",               TypeRecordRules::partsExceedProfile),
        new Rule("BAR 1 is no power of two of a MiB",      r -> Long.bitCount(r.memory().bar1Bytes()) != 1 || r.memory().bar1Bytes() < AdaBoard.MIB),
        new Rule("BAR 1 exceeds the function's",           r -> r.memory().bar1Bytes() > r.board().vfBar1Bytes()),
        new Rule("mappable video memory is negative",      r -> r.memory().mappableVideoBytes() < 0),
        new Rule("heads are not in 1 to 4",                r -> r.display().heads() < 1 || r.display().heads() > MAX_HEADS),
        new Rule("largest mode is not positive",           r -> r.display().maxWidth() <= 0 || r.display().maxHeight() <= 0),
        new Rule("pixels do not hold the largest mode",    TypeRecordRules::pixelsTooFew),
        new Rule("frame rate is not in 1 to 240",          r -> r.display().frameRateLimit() < 1 || r.display().frameRateLimit() > MAX_FRAME_RATE),
        new Rule("instances are not in 1 to the VFs",      r -> r.sharing().maxInstances() < 1 || r.sharing().maxInstances() > AdaBoard.TOTAL_VFS),
        new Rule("channels do not follow the instances",   r -> r.sharing().channels() != channelsFor(r.sharing().maxInstances())),
        new Rule("placement size is not the profile",      r -> r.sharing().placementSize() * AdaBoard.GIB != r.memory().profileBytes()),
        new Rule("encoder share is not in 0 to 100",       r -> r.sharing().encoderPercent() < 0 || r.sharing().encoderPercent() > 100),
        new Rule("no placement id",                        r -> r.sharing().equalIds().isEmpty() || r.sharing().mixedIds().isEmpty()),
        new Rule("placement leaves the board",             TypeRecordRules::placementLeavesBoard),
        new Rule("placements of one mode overlap",         r -> overlap(r.sharing().equalIds(), r) || overlap(r.sharing().mixedIds(), r)),
        new Rule("no licence",                             r -> r.licenses().isEmpty()));
    // spotless:on

    private TypeRecordRules() {}

    /**
     * Checks a record.
     *
     * @throws IllegalArgumentException if it breaks a rule; the message names the type and the rule
     */
    static void check(TypeRecord type) {
        for (Rule rule : RULES) {
            if (rule.broken.test(type)) {
                throw new IllegalArgumentException(
                        "vGPU type " + type.typeId() + " " + type.name() + ": " + rule.fault);
            }
        }
    }

    /** Returns the largest power of two of channels that so many equal shares leave each. */
    static int channelsFor(int instances) {
        return Integer.highestOneBit(AdaBoard.TOTAL_CHANNELS / instances);
    }

    /**
     * Guest framebuffer, heap and reservation make up the profile. A type of 1 GiB may exceed it by
     * its heap: 32 of them do not fill a board of 48 GiB.
     */
    private static boolean partsExceedProfile(TypeRecord type) {
        TypeRecord.Memory memory = type.memory();
        long parts = memory.framebufferBytes() + memory.heapBytes() + memory.reservedBytes();
        long allowance = memory.profileBytes() == AdaBoard.GIB ? memory.heapBytes() : 0;
        return parts > memory.profileBytes() + allowance;
    }

    /** One head in its largest mode must stay within the bound of the sum over all heads. */
    private static boolean pixelsTooFew(TypeRecord type) {
        TypeRecord.Display display = type.display();
        return display.maxPixels() < (long) display.maxWidth() * display.maxHeight();
    }

    private static boolean placementLeavesBoard(TypeRecord type) {
        int last = type.board().placementSlots() - type.sharing().placementSize();
        return type.sharing().equalIds().stream().anyMatch(id -> id < 0 || id > last)
                || type.sharing().mixedIds().stream().anyMatch(id -> id < 0 || id > last);
    }

    private static boolean overlap(List<Integer> ids, TypeRecord type) {
        for (int i = 1; i < ids.size(); i++) {
            if (ids.get(i) - ids.get(i - 1) < type.sharing().placementSize()) {
                return true;
            }
        }
        return false;
    }
}
