package org.gpumediator.examples.kvmvmm.boot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Linux kernel (bzImage) with its initramfs, put into memory for the 64-bit boot protocol.
 * Source: Documentation/arch/x86/boot.rst and zero-page.rst of the kernel.
 */
public final class LinuxImage {

    // spotless:off
    /** Offsets in the image's header, and in the zero page. */
    private static final int ACPI_RSDP        = 0x070;
    private static final int E820_ENTRIES     = 0x1e8;
    private static final int SETUP_SECTORS    = 0x1f1;
    private static final int VIDEO_MODE       = 0x1fa;
    private static final int JUMP_LENGTH      = 0x201;
    private static final int MAGIC            = 0x202;
    private static final int LOADER_TYPE      = 0x210;
    private static final int LOAD_FLAGS       = 0x211;
    private static final int RAMDISK          = 0x218;
    private static final int RAMDISK_LENGTH   = 0x21c;
    private static final int COMMAND_LINE     = 0x228;
    private static final int RAMDISK_MAX      = 0x22c;
    private static final int X_LOAD_FLAGS     = 0x236;
    private static final int COMMAND_LINE_MAX = 0x238;
    private static final int PREFERRED        = 0x258;
    private static final int INIT_LENGTH      = 0x260;
    private static final int E820             = 0x2d0;

    /** Where things go, in the order they lie in memory. */
    private static final long GDT             = 0x500;
    public  static final long ZERO_PAGE       = 0x7000;
    public  static final long PAGE_TABLES     = 0x9000;
    private static final long TEXT            = 0x2_0000;
    private static final long LOW_END         = 0x9_fc00;
    private static final long ONE_MIB         = 0x10_0000;
    // spotless:on

    private static final int HDRS = 0x5372_6448;
    private static final int SECTOR = 512;
    private static final int ENTRY_64 = 0x200;
    private static final int X_CAN_64 = 1;
    private static final int LOADED_HIGH = 1;
    private static final int UNKNOWN_LOADER = 0xff;
    private static final int VIDEO_NORMAL = 0xffff;
    private static final int E820_RAM = 1;
    private static final int E820_RESERVED = 2;
    private static final long PAGE = 4096;
    private static final long LARGE_PAGE = 2 << 20;
    private static final int GIBIBYTES = 4;
    private static final long PRESENT_WRITABLE = 3;
    private static final long LARGE = 0x80;

    /** Segments of the 64-bit entry: the selectors 0x10 and 0x18 of the protocol. */
    private static final long CODE_64 = 0x00af_9b00_0000_ffffL;

    private static final long DATA = 0x00cf_9300_0000_ffffL;

    private final byte[] kernel;
    private final byte[] initramfs;
    private final String commandLine;

    private LinuxImage(byte[] kernel, byte[] initramfs, String commandLine) {
        this.kernel = kernel;
        this.initramfs = initramfs;
        this.commandLine = commandLine;
    }

    /**
     * Reads a kernel.
     *
     * @param initramfs {@code null} for none
     * @throws IOException if a file cannot be read, or the kernel is none that can be started in 64
     *     bits; the message says which file
     */
    public static LinuxImage read(Path kernel, @Nullable Path initramfs, String commandLine)
            throws IOException {
        byte[] image = Files.readAllBytes(kernel);
        MemorySegment header = MemorySegment.ofArray(image);
        if (image.length < 0x1000 || get32(header, MAGIC) != HDRS) {
            throw new IOException(kernel + ": no Linux kernel (expected a bzImage)");
        }
        if ((header.get(ValueLayout.JAVA_BYTE, X_LOAD_FLAGS) & X_CAN_64) == 0) {
            throw new IOException(kernel + ": has no 64-bit entry");
        }
        int room = get32(header, COMMAND_LINE_MAX);
        if (commandLine.length() > room) {
            throw new IOException(
                    kernel
                            + ": command line of "
                            + commandLine.length()
                            + " characters: expected at most "
                            + room);
        }
        byte[] disk = initramfs == null ? new byte[0] : Files.readAllBytes(initramfs);
        return new LinuxImage(image, disk, commandLine);
    }

    private static int get32(MemorySegment from, long at) {
        return from.get(ValueLayout.JAVA_INT_UNALIGNED, at);
    }

    private static void put32(MemorySegment to, long at, long value) {
        to.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) value);
    }

    private static void put64(MemorySegment to, long at, long value) {
        to.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
    }

    /**
     * Puts everything into memory.
     *
     * @param memory the guest's, from address 0
     * @param aboveHole how many bytes of memory it has from 4 GiB up
     * @param acpi address of ACPI's root pointer
     * @param configSpace 1 MiB of addresses that the kernel must leave alone
     * @return where the processor shall begin, with the zero page in RSI
     * @throws IllegalArgumentException if the memory is too small; the message says what is needed
     */
    public long load(MemorySegment memory, long aboveHole, long acpi, long configSpace) {
        MemorySegment header = MemorySegment.ofArray(kernel);
        long address = header.get(ValueLayout.JAVA_LONG_UNALIGNED, PREFERRED);
        long end = address + Integer.toUnsignedLong(get32(header, INIT_LENGTH));
        long diskMax = Integer.toUnsignedLong(get32(header, RAMDISK_MAX)) + 1;
        long diskAt = Math.min(memory.byteSize(), diskMax) - initramfs.length & -PAGE;
        if (diskAt < end) {
            throw new IllegalArgumentException(
                    "memory of "
                            + memory.byteSize()
                            + " bytes: expected "
                            + (end + initramfs.length + PAGE)
                            + " or more for this kernel and its initramfs");
        }
        int sectors = header.get(ValueLayout.JAVA_BYTE, SETUP_SECTORS) & 0xff;
        int setup = ((sectors == 0 ? 4 : sectors) + 1) * SECTOR;
        MemorySegment.copy(header, setup, memory, address, kernel.length - setup);
        MemorySegment.copy(MemorySegment.ofArray(initramfs), 0, memory, diskAt, initramfs.length);
        memory.setString(TEXT, commandLine, StandardCharsets.US_ASCII);
        zeroPage(header, memory, acpi, diskAt);
        e820(memory.asSlice(ZERO_PAGE, PAGE), memory.byteSize(), aboveHole, configSpace);
        return address + ENTRY_64;
    }

    private void zeroPage(MemorySegment header, MemorySegment memory, long acpi, long diskAt) {
        MemorySegment page = memory.asSlice(ZERO_PAGE, PAGE);
        page.fill((byte) 0);
        int headerEnd = MAGIC + (header.get(ValueLayout.JAVA_BYTE, JUMP_LENGTH) & 0xff);
        MemorySegment.copy(header, SETUP_SECTORS, page, SETUP_SECTORS, headerEnd - SETUP_SECTORS);
        put64(page, ACPI_RSDP, acpi);
        page.set(ValueLayout.JAVA_SHORT_UNALIGNED, VIDEO_MODE, (short) VIDEO_NORMAL);
        page.set(ValueLayout.JAVA_BYTE, LOADER_TYPE, (byte) UNKNOWN_LOADER);
        byte flags = page.get(ValueLayout.JAVA_BYTE, LOAD_FLAGS);
        page.set(ValueLayout.JAVA_BYTE, LOAD_FLAGS, (byte) (flags | LOADED_HIGH));
        put32(page, RAMDISK, initramfs.length == 0 ? 0 : diskAt);
        put32(page, RAMDISK_LENGTH, initramfs.length);
        put32(page, COMMAND_LINE, TEXT);
    }

    private static void e820(MemorySegment page, long belowHole, long aboveHole, long configSpace) {
        int entries = 0;
        entries = e820(page, entries, 0, LOW_END, E820_RAM);
        entries = e820(page, entries, LOW_END, ONE_MIB, E820_RESERVED);
        entries = e820(page, entries, ONE_MIB, belowHole, E820_RAM);
        entries = e820(page, entries, configSpace, configSpace + ONE_MIB, E820_RESERVED);
        entries = e820(page, entries, 0xfec0_0000L, 1L << 32, E820_RESERVED);
        if (aboveHole > 0) {
            entries = e820(page, entries, 1L << 32, (1L << 32) + aboveHole, E820_RAM);
        }
        page.set(ValueLayout.JAVA_BYTE, E820_ENTRIES, (byte) entries);
    }

    private static int e820(MemorySegment page, int entries, long start, long end, int type) {
        long at = E820 + 20L * entries;
        put64(page, at, start);
        put64(page, at + 8, end - start);
        put32(page, at + 16, type);
        return entries + 1;
    }

    /**
     * Writes the tables that a processor in 64-bit mode begins with: each address of the first 4
     * GiB is itself, and two segments.
     *
     * @return the address of the segments' table, which has 4 entries
     */
    public static long writeFlatTables(MemorySegment memory) {
        long directories = PAGE_TABLES + 2 * PAGE;
        put64(memory, PAGE_TABLES, PAGE_TABLES + PAGE | PRESENT_WRITABLE);
        for (int i = 0; i < GIBIBYTES; i++) {
            put64(memory, PAGE_TABLES + PAGE + 8L * i, directories + i * PAGE | PRESENT_WRITABLE);
        }
        for (long i = 0; i < GIBIBYTES * 512; i++) {
            put64(memory, directories + 8 * i, i * LARGE_PAGE | PRESENT_WRITABLE | LARGE);
        }
        put64(memory, GDT, 0);
        put64(memory, GDT + 8, 0);
        put64(memory, GDT + 16, CODE_64);
        put64(memory, GDT + 24, DATA);
        return GDT;
    }
}
