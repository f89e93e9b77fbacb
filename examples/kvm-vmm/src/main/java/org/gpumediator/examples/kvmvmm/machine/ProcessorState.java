package org.gpumediator.examples.kvmvmm.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gpumediator.examples.common.linux.LinuxException;
import org.gpumediator.examples.kvmvmm.boot.LinuxImage;
import org.gpumediator.examples.kvmvmm.kvm.KvmVcpu;

/** How the first processor begins. The others wait to be woken by it. */
@FunctionalInterface
public interface ProcessorState {

    /** Sets the registers of a new processor. */
    void set(KvmVcpu processor) throws LinuxException;

    /**
     * Real mode, all segments at 0.
     *
     * @param entry below 64 KiB
     */
    static ProcessorState real(int entry) {
        return processor -> {
            MemorySegment system = processor.systemRegisters();
            for (int segment = 0; segment < 6; segment++) {
                Registers.segment(system, segment, 0, 0);
            }
            processor.setSystemRegisters(system);
            Registers.general(processor, entry, 0);
        };
    }

    /**
     * 64-bit mode, each address of the first 4 GiB is itself, interrupts off. The tables for it are
     * those of {@link LinuxImage#writeFlatTables}.
     *
     * @param gdt address of the segments' table
     * @param entry first instruction
     * @param rsi what the processor shall find in RSI
     */
    static ProcessorState flat64(long gdt, long entry, long rsi) {
        return processor -> {
            MemorySegment system = processor.systemRegisters();
            Registers.segment(system, 0, 0x10, Registers.CODE_64);
            for (int segment = 1; segment < 6; segment++) {
                Registers.segment(system, segment, 0x18, Registers.DATA);
            }
            system.set(ValueLayout.JAVA_LONG, Registers.GDT, gdt);
            system.set(ValueLayout.JAVA_SHORT, Registers.GDT + 8, (short) 31);
            system.set(ValueLayout.JAVA_LONG, Registers.CR0, 0x8005_0033L);
            system.set(ValueLayout.JAVA_LONG, Registers.CR3, LinuxImage.PAGE_TABLES);
            system.set(ValueLayout.JAVA_LONG, Registers.CR4, 0x20);
            system.set(ValueLayout.JAVA_LONG, Registers.EFER, 0x500);
            processor.setSystemRegisters(system);
            Registers.general(processor, entry, rsi);
        };
    }
}

/** Offsets in {@code struct kvm_regs} and {@code kvm_sregs}. */
final class Registers {

    static final int GDT = 192;
    static final int CR0 = 224;
    static final int CR3 = 240;
    static final int CR4 = 248;
    static final int EFER = 264;

    /** Type, present, privilege, 32-bit, code or data, 64-bit, granularity: a byte each. */
    static final long CODE_64 = 0x0001_0101_0000_010bL;

    static final long DATA = 0x0001_0001_0100_0103L;

    private static final int SEGMENT_LENGTH = 24;
    private static final int RSI = 32;
    private static final int RIP = 128;
    private static final int RFLAGS = 136;

    private Registers() {}

    /**
     * Sets one of the segments CS, DS, ES, FS, GS, SS.
     *
     * @param attributes 0 to leave those of real mode
     */
    static void segment(MemorySegment system, int index, int selector, long attributes) {
        long at = (long) index * SEGMENT_LENGTH;
        system.set(ValueLayout.JAVA_LONG, at, 0);
        system.set(ValueLayout.JAVA_SHORT, at + 12, (short) selector);
        if (attributes != 0) {
            system.set(ValueLayout.JAVA_INT, at + 8, -1);
            system.set(ValueLayout.JAVA_LONG_UNALIGNED, at + 14, attributes);
        }
    }

    static void general(KvmVcpu processor, long rip, long rsi) throws LinuxException {
        MemorySegment registers = processor.registers();
        registers.set(ValueLayout.JAVA_LONG, RIP, rip);
        registers.set(ValueLayout.JAVA_LONG, RSI, rsi);
        registers.set(ValueLayout.JAVA_LONG, RFLAGS, 2);
        processor.setRegisters(registers);
    }
}
