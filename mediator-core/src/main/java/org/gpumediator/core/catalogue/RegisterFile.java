package org.gpumediator.core.catalogue;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.core.observe.UnmodelledBook;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual registers of one virtual GPU's region, and the dispatch of its accesses over a {@link
 * RegisterCatalogue}. Safe for use by multiple threads; an access takes no lock, except the first
 * write to each 4 KiB.
 *
 * <p>Where nothing is modelled the region is plain storage, and accesses are counted. An access
 * must be naturally aligned unless every register it touches is {@link RegisterFlag#UNALIGNED};
 * other ones are refused: answered with ones, or dropped. An access of 8 bytes to registers of 4 is
 * made low half first; a narrow write changes only the bytes it covers.
 *
 * @param <C> the device that hooks are given
 */
public final class RegisterFile<C> implements TrapHandler {

    /*
     * Invariants: pages[i] is what reads see: the page of the reset image, which nobody writes, or
     * this file's own copy. owned[i] is that copy, or NONE while there is none. A bit per dword
     * says whether stored bits are all there is to it, so that the usual access is a few array
     * loads without a virtual call.
     *
     * Concurrency: dwords are read and written plainly, as the guest's CPUs race on them anyway.
     * Only making and dropping copies of pages takes the lock: at most once per page between two
     * resets. A copy is published with setRelease and picked up by a plain load of its reference,
     * which the loads of its dwords depend on. A write that races with a reset may go to the copy
     * that is being dropped: it came before the reset. Bits that device and guest change at the
     * same time (write-one-to-clear, read-to-clear) go through atomic read-modify-write.
     *
     * Threats: offsets, widths, values and order are the guest's choice. Nothing here allocates
     * except a page on its first write, at most once per page between two resets.
     */

    private static final Logger log = LoggerFactory.getLogger(RegisterFile.class);

    private static final VarHandle PAGES = MethodHandles.arrayElementVarHandle(int[][].class);
    private static final VarHandle DWORDS = MethodHandles.arrayElementVarHandle(int[].class);

    private static final int PAGE_DWORDS = ResetImage.PAGE_DWORDS;
    private static final long NOT_A_DWORD = ~0x7fff_fffcL;
    private static final int ALL_LANES = -1;

    /** What {@link #readPlain} answers where there is more to a read than stored bits. */
    public static final long NOT_PLAIN = -1;

    /** Stands for a page that this file has no copy of. */
    private static final int[] NONE = {};

    private final RegisterCatalogue<C> catalogue;
    private final int[] specialReads;
    private final int[] specialWrites;
    private final int length;
    private final short[] kinds;
    private final int[][] writable;
    private final CompiledRules<C> rules;
    private final int[][] pages;
    private final int[][] owned;
    private final Object copying = new Object();
    private final ResetImage image;
    private final C device;
    private final HardwarePort hardware;
    private final FaultBook faults;
    private final UnmodelledBook unmodelled = new UnmodelledBook();
    private final LongAdder hookFailures = new LongAdder();
    private final Set<Rule<C>> failedRules = ConcurrentHashMap.newKeySet();

    /**
     * Creates a register file in its state after reset.
     *
     * @param image values after reset, made from the catalogue's own
     * @param device what hooks are given; not called before the first access
     * @param hardware where rows with a policy of passing or reading through go
     * @param faults where faults are counted
     * @throws IllegalArgumentException if the image is not of the catalogue's length
     */
    public RegisterFile(
            RegisterCatalogue<C> catalogue,
            ResetImage image,
            C device,
            HardwarePort hardware,
            FaultBook faults) {
        this.catalogue = Objects.requireNonNull(catalogue, "catalogue");
        this.rules = catalogue.rules;
        this.specialReads = rules.specialReads;
        this.specialWrites = rules.specialWrites;
        this.length = catalogue.length();
        this.kinds = rules.kinds;
        this.writable = rules.writable;
        this.image = Objects.requireNonNull(image, "image");
        this.device = Objects.requireNonNull(device, "device");
        this.hardware = Objects.requireNonNull(hardware, "hardware");
        this.faults = Objects.requireNonNull(faults, "faults");
        if (image.pageCount() != catalogue.length() / 4096) {
            throw new IllegalArgumentException(
                    "image of " + image.pageCount() + " pages for " + catalogue.name());
        }
        this.pages = new int[image.pageCount()][];
        this.owned = new int[image.pageCount()][];
        reset();
    }

    /** Returns the catalogue. */
    public RegisterCatalogue<C> catalogue() {
        return catalogue;
    }

    /** Returns the length of the region in bytes. */
    public int length() {
        return length;
    }

    /** Returns the accesses to registers that nobody has modelled. */
    public UnmodelledBook unmodelled() {
        return unmodelled;
    }

    /** Returns how often a hook has thrown. */
    public long hookFailures() {
        return hookFailures.sum();
    }

    /**
     * Reads as {@link #read} does, if the access is one aligned dword whose stored bits are all
     * there is to it: the usual access, without a call.
     *
     * @return the value, or {@link #NOT_PLAIN}: nothing was done
     */
    public long readPlain(long offset, int width) {
        int at = (int) offset;
        return width == 4 && (offset & NOT_A_DWORD) == 0 && at < length && plain(specialReads, at)
                ? Integer.toUnsignedLong(pages[at >>> 12][(at >>> 2) & (PAGE_DWORDS - 1)])
                : NOT_PLAIN;
    }

    @Override
    public long read(long offset, int width) {
        long stored = readPlain(offset, width);
        if (stored != NOT_PLAIN) {
            return stored;
        }
        int at = (int) offset;
        return width == 4 && (offset & NOT_A_DWORD) == 0 && at < length
                ? Integer.toUnsignedLong(readByRule(at >>> 2, ALL_LANES))
                : readOther(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        int at = (int) offset;
        if (width == 4 && (offset & NOT_A_DWORD) == 0 && at < length) {
            if (plain(specialWrites, at)) {
                int[] own = owned[at >>> 12];
                int index = (at >>> 2) & (PAGE_DWORDS - 1);
                if (index < own.length) {
                    own[index] = (int) value;
                } else {
                    copy(at >>> 12)[index] = (int) value;
                }
            } else {
                writeDword(at >>> 2, (int) value, ALL_LANES);
            }
            return;
        }
        writeOther(offset, width, value);
    }

    /** Returns whether the bit of the dword at a byte offset is clear. */
    private static boolean plain(int[] special, int offset) {
        return (special[offset >>> 7] >>> (offset >>> 2) & 1) == 0;
    }

    private int readDword(int dword, int lanes) {
        return plain(specialReads, dword << 2) ? stored(dword) : readByRule(dword, lanes);
    }

    private void writeDword(int dword, int value, int lanes) {
        int kind = kinds[dword];
        if ((kind & CompiledRules.WRITE_BY_RULE) != 0) {
            writeByRule(dword, value, lanes);
            return;
        }
        int[] own = own(dword >>> 10);
        int at = dword & (PAGE_DWORDS - 1);
        int mask = writable[dword >>> 10][at] & lanes;
        int old = own[at];
        int stored = (old & ~mask) | (value & mask);
        own[at] = stored;
        if (kind >>> CompiledRules.HOOK_SHIFT != 0) {
            tell(kind, dword, stored, old);
        }
    }

    private void tell(int kind, int dword, int stored, int old) {
        try {
            rules.hook(kind).written(device, dword << 2, stored, old);
        } catch (Throwable e) {
            failed(rules.rule(dword), dword, e);
        }
    }

    private int stored(int dword) {
        return pages[dword >>> 10][dword & (PAGE_DWORDS - 1)];
    }

    /** Returns this file's own copy of a page, made now if need be. */
    private int[] own(int page) {
        int[] own = owned[page];
        return own.length != 0 ? own : copy(page);
    }

    private int[] copy(int page) {
        synchronized (copying) {
            int[] own = owned[page];
            if (own.length == 0) {
                own = image.page(page).clone();
                PAGES.setRelease(pages, page, own);
                PAGES.setRelease(owned, page, own);
            }
            return own;
        }
    }

    // ---- accesses that are not one aligned dword

    private long readOther(long offset, int width) {
        if (!allowed(offset, width)) {
            return AccessWidth.lowBytes(width);
        }
        int dword = (int) (offset >>> 2);
        int shift = 8 * (int) (offset & 3);
        if (width == 8 && shift == 0 && rules.rule(dword).wide) {
            return readWide(dword);
        }
        int bits = 8 * width;
        long value = 0;
        for (int done = -shift; done < bits; done += 32, dword++) {
            long piece = Integer.toUnsignedLong(readDword(dword, lanes(done, bits)));
            value |= done < 0 ? piece >>> -done : piece << done;
        }
        return value & AccessWidth.lowBytes(width);
    }

    private void writeOther(long offset, int width, long value) {
        if (!allowed(offset, width)) {
            return;
        }
        int dword = (int) (offset >>> 2);
        int bits = 8 * width;
        long wanted = value & AccessWidth.lowBytes(width);
        for (int done = -8 * (int) (offset & 3); done < bits; done += 32, dword++) {
            int piece = (int) (done < 0 ? wanted << -done : wanted >>> done);
            writeDword(dword, piece, lanes(done, bits));
        }
    }

    /** Returns the bits of a dword that begins {@code done} bits into an access of {@code bits}. */
    private static int lanes(int done, int bits) {
        int from = Math.max(0, -done);
        int to = Math.min(32, bits - done);
        return (int) (((1L << to) - 1) & -(1L << from));
    }

    private boolean allowed(long offset, int width) {
        if (!AccessWidth.isLegal(width)) {
            faults.count(GuestFaultKind.REFUSED_ACCESS, catalogue.name(), offset);
            return false;
        }
        if (offset < 0 || offset > catalogue.length() - width) {
            faults.count(GuestFaultKind.REFUSED_ACCESS, catalogue.name(), offset);
            return false;
        }
        if ((offset & (width - 1)) == 0) {
            return true;
        }
        int last = (int) ((offset + width - 1) >>> 2);
        for (int dword = (int) (offset >>> 2); dword <= last; dword++) {
            Rule<C> rule = rules.rule(dword);
            if (!rule.unaligned) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, where(rule), offset);
                return false;
            }
        }
        return true;
    }

    // ---- registers that are more than storage

    private long readWide(int dword) {
        Rule<C> rule = rules.rule(dword);
        if (rule.readsHardware && rule.afterRead == null) {
            try {
                return hardware.read(dword << 2, 8);
            } catch (Throwable e) {
                failed(rule, dword, e);
                return -1L;
            }
        }
        return Integer.toUnsignedLong(readDword(dword, ALL_LANES))
                | (long) readDword(dword + 1, ALL_LANES) << 32;
    }

    private int readByRule(int dword, int lanes) {
        Rule<C> rule = rules.rule(dword);
        try {
            int value = stored(dword);
            if ((lanes & ~rule.covered) != 0) {
                unmodelledRead(dword);
            }
            if (rule.denied) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, where(rule), (long) dword << 2);
                return value;
            }
            if (rule.readsHardware) {
                value = (int) hardware.read(dword << 2, 4);
            }
            if ((rule.clearedByRead & lanes) != 0 && value != 0) {
                value = shadowClear(dword << 2, rule.clearedByRead & lanes);
            }
            ReadHook<C> hook = rule.afterRead;
            return hook == null ? value : hook.read(device, dword << 2, value);
        } catch (Throwable e) {
            failed(rule, dword, e);
            return -1;
        }
    }

    private void writeByRule(int dword, int value, int lanes) {
        Rule<C> rule = rules.rule(dword);
        try {
            if ((lanes & ~rule.covered) != 0) {
                unmodelledWrite(dword);
            }
            if (rule.denied) {
                faults.count(GuestFaultKind.REFUSED_ACCESS, where(rule), (long) dword << 2);
                return;
            }
            store(rule, dword, value, lanes);
        } catch (Throwable e) {
            failed(rule, dword, e);
        }
    }

    private void store(Rule<C> rule, int dword, int value, int lanes) {
        int offset = dword << 2;
        int at = dword & (PAGE_DWORDS - 1);
        int[] own = own(dword >>> 10);
        int old = own[at];
        int stored = rule.candidate(old, value, lanes);
        BeforeWriteHook<C> before = rule.beforeWrite;
        if (before != null) {
            stored = before.toStore(device, offset, stored, old);
            own[at] = stored;
        } else if (rule.clearedByOne != 0) {
            old = (int) DWORDS.getAndBitwiseAnd(own, at, ~(value & rule.clearedByOne & lanes));
            int replaced = rule.writable & lanes;
            stored = rule.candidate(old, value, lanes);
            if (replaced != 0) {
                own[at] = stored;
            }
        } else {
            own[at] = stored;
        }
        if (rule.writesHardware) {
            hardware.write(offset, 4, Integer.toUnsignedLong(rule.masked ? value : stored));
        }
        WriteHook<C> hook = rule.onWrite;
        if (hook != null) {
            hook.written(device, offset, stored, old);
        }
    }

    private void unmodelledRead(int dword) {
        unmodelled.read(dword << 2);
        faults.count(GuestFaultKind.UNMODELLED_REGISTER, catalogue.name(), (long) dword << 2);
    }

    private void unmodelledWrite(int dword) {
        unmodelled.write(dword << 2);
        faults.count(GuestFaultKind.UNMODELLED_REGISTER, catalogue.name(), (long) dword << 2);
    }

    private String where(Rule<C> rule) {
        Register<C> first = rule.first;
        return first == null ? catalogue.name() : first.name();
    }

    /** Keeps the mistake of a hook from the guest and the VMM; says so once per rule. */
    private void failed(Rule<C> rule, int dword, Throwable cause) {
        hookFailures.increment();
        faults.count(GuestFaultKind.REFUSED_ACCESS, where(rule), (long) dword << 2);
        if (failedRules.add(rule)) {
            log.error("{} of {}: hook failed", where(rule), faults.vgpu(), cause);
        }
    }

    // ---- the device model's own access

    /**
     * Returns what is stored, without hooks.
     *
     * @param offset byte offset, a multiple of 4, inside the region
     * @throws IndexOutOfBoundsException if it is outside
     */
    public int shadow(int offset) {
        return stored(offset >>> 2);
    }

    /**
     * Stores a dword, without hooks and masks.
     *
     * @param offset byte offset, a multiple of 4, inside the region
     * @throws IndexOutOfBoundsException if it is outside
     */
    public void shadow(int offset, int value) {
        own(offset >>> 12)[(offset >>> 2) & (PAGE_DWORDS - 1)] = value;
    }

    /**
     * Sets bits of a dword in one atomic step.
     *
     * @param offset byte offset, a multiple of 4, inside the region
     * @return what was stored before
     * @throws IndexOutOfBoundsException if it is outside
     */
    public int shadowSet(int offset, int bits) {
        int[] own = own(offset >>> 12);
        return (int) DWORDS.getAndBitwiseOr(own, (offset >>> 2) & (PAGE_DWORDS - 1), bits);
    }

    /**
     * Clears bits of a dword in one atomic step.
     *
     * @param offset byte offset, a multiple of 4, inside the region
     * @return what was stored before
     * @throws IndexOutOfBoundsException if it is outside
     */
    public int shadowClear(int offset, int bits) {
        int[] own = own(offset >>> 12);
        return (int) DWORDS.getAndBitwiseAnd(own, (offset >>> 2) & (PAGE_DWORDS - 1), ~bits);
    }

    /** Puts every register into its state after reset. No hook is called. */
    public void reset() {
        synchronized (copying) {
            for (int i = 0; i < pages.length; i++) {
                PAGES.setRelease(pages, i, image.page(i));
                PAGES.setRelease(owned, i, NONE);
            }
        }
    }

    /**
     * Puts the registers of a range into their state after reset. No hook is called.
     *
     * @param offset byte offset of the first dword, a multiple of 4
     * @param length bytes, a multiple of 4
     * @throws IndexOutOfBoundsException if the range is not inside the region
     */
    public void reset(int offset, int length) {
        Objects.checkFromIndexSize(offset, length, catalogue.length());
        for (int at = offset; at < offset + length; at += 4) {
            int fresh = image.value(at);
            if (stored(at >>> 2) != fresh) {
                shadow(at, fresh);
            }
        }
    }

    // ---- saving and restoring

    /** Takes runs of registers that differ from their state after reset. */
    @FunctionalInterface
    public interface RunSink {

        /**
         * Takes one run.
         *
         * @param offset byte offset of the first register
         * @param page array that holds the values; not to be kept or changed
         * @param from index of the first value
         * @param count how many values
         */
        void run(int offset, int[] page, int from, int count) throws IOException;
    }

    /**
     * Hands out every register that differs from its state after reset, in runs by rising offset.
     *
     * @throws IOException if the sink throws it
     */
    public void save(RunSink sink) throws IOException {
        for (int page = 0; page < pages.length; page++) {
            int[] now = owned[page];
            int[] fresh = image.page(page);
            if (now.length == 0) {
                continue;
            }
            int[] frozen = now.clone();
            for (int i = 0; i < PAGE_DWORDS; ) {
                int from = i;
                while (i < PAGE_DWORDS && frozen[i] != fresh[i]) {
                    i++;
                }
                if (i > from) {
                    sink.run(page * 4096 + from * 4, frozen, from, i - from);
                }
                i++;
            }
        }
    }

    /**
     * Stores a run of registers, without hooks and masks.
     *
     * @param offset byte offset of the first register
     * @throws IllegalArgumentException if the run is misaligned or not inside the region
     */
    public void restore(int offset, int[] values, int from, int count) {
        Objects.checkFromIndexSize(from, count, values.length);
        if (offset < 0 || offset % 4 != 0 || offset + 4L * count > catalogue.length()) {
            throw new IllegalArgumentException(
                    "run of " + count + " registers at " + offset + " in " + catalogue.name());
        }
        for (int i = 0; i < count; i++) {
            shadow(offset + 4 * i, values[from + i]);
        }
    }

    @Override
    public String toString() {
        return catalogue.name() + " of " + faults.vgpu();
    }
}
