package org.gpumediator.intel.gen7.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import java.util.Random;
import org.gpumediator.api.event.GuestFaultKind;
import org.junit.jupiter.api.Test;

/** A scan allocates nothing once its scratch memory has grown, whatever is refused. */
class ScanAllocationTest {

    /** Reads prepared memory; hears nothing. */
    private static final class QuietContext
            implements ScanContext, GuestDwords, BatchSink, ScanEvents {

        private final WorkBudget budget = new WorkBudget(1 << 30);

        private final int[] memory;
        private final int engine;

        QuietContext(int engine, int[] memory) {
            this.engine = engine;
            this.memory = memory;
        }

        @Override
        public int engine() {
            return engine;
        }

        @Override
        public boolean ppgttEnabled() {
            return false;
        }

        @Override
        public long lowStart() {
            return ScanRig.LOW_START;
        }

        @Override
        public long lowEnd() {
            return ScanRig.LOW_END;
        }

        @Override
        public long highStart() {
            return ScanRig.HIGH_START;
        }

        @Override
        public long highEnd() {
            return ScanRig.HIGH_END;
        }

        @Override
        public GuestDwords memory() {
            return this;
        }

        @Override
        public BatchSink batches() {
            return this;
        }

        @Override
        public WorkBudget budget() {
            budget.begin();
            return budget;
        }

        @Override
        public ScanEvents events() {
            return this;
        }

        @Override
        public boolean read(GraphicsSpace space, long address, int[] target, int at, int count) {
            long from = (address - ScanRig.LOW_START) / 4;
            if (from < 0 || from + count > memory.length) {
                return false;
            }
            System.arraycopy(memory, (int) from, target, at, count);
            return true;
        }

        @Override
        public int capacityDwords() {
            return 1 << 16;
        }

        @Override
        public long graphicsAddress() {
            return ScanRig.COPIES;
        }

        @Override
        public void store(int[] dwords, int count) {}

        @Override
        public void refused(GuestFaultKind kind, String command, long value) {}
    }

    @Test
    void scan_inSteadyState_allocatesNothing() {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean);
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Random random = new Random(5);
        for (int engine = 0; engine < 4; engine++) {
            int[] memory = new int[8192];
            LegalCommands legal = new LegalCommands(random);
            int at = 0;
            for (var row : Gen7Commands.CATALOGUE.rows()) {
                int[] command = legal.make(row);
                if ((row.engines() & 1 << engine) != 0
                        && row.behaviour() != CommandAudit.BATCH_END) {
                    System.arraycopy(command, 0, memory, at, command.length);
                    at += command.length;
                    memory[at++] = 0x1180_0001; // refused
                    at += 2;
                }
            }
            memory[at] = 0x0500_0000;
            QuietContext context = new QuietContext(engine, memory);
            CommandScanner scanner = new CommandScanner(ScanLimits.DEFAULT);
            int[] ring = new int[4];
            for (int i = 0; i < 50; i++) {
                scan(scanner, context, ring);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 200; i++) {
                scan(scanner, context, ring);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).as("engine " + engine).isLessThan(200 * 16L);
        }
    }

    private static void scan(CommandScanner scanner, QuietContext context, int[] ring) {
        ring[0] = 0x1880_0000;
        ring[1] = (int) ScanRig.LOW_START;
        ScanResult result = scanner.scan(context, ring, 0, ring.length);
        if (result.refused() == 0) {
            throw new AssertionError("nothing was refused");
        }
    }
}
