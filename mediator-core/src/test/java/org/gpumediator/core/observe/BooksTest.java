package org.gpumediator.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.GuestFault;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.api.vmm.TrapHandler;
import org.junit.jupiter.api.Test;

class BooksTest {

    @Test
    void faultBook_manyFaults_tellsListenerAtPowersOfTwo() {
        List<Long> told = new ArrayList<>();
        FaultBook book =
                new FaultBook(
                        "vm1",
                        new MediationListener() {
                            @Override
                            public void guestFault(GuestFault fault, long count) {
                                assertThat(fault.vgpu()).isEqualTo("vm1");
                                assertThat(fault.where()).isEqualTo("GGTT");
                                told.add(count);
                            }
                        });
        for (int i = 0; i < 20; i++) {
            book.count(GuestFaultKind.OUT_OF_PARTITION, "GGTT", i);
        }
        assertThat(told).containsExactly(1L, 2L, 4L, 8L, 16L);
        assertThat(book.counts()).containsExactly(entry(GuestFaultKind.OUT_OF_PARTITION, 20L));
        assertThat(book.total()).isEqualTo(20);
    }

    @Test
    void faultBook_listenerThatThrows_isKeptAway() {
        GuardedMediationListener guarded =
                new GuardedMediationListener(
                        new MediationListener() {
                            @Override
                            public void guestFault(GuestFault fault, long count) {
                                throw new IllegalStateException("on purpose");
                            }
                        });
        FaultBook book = new FaultBook("vm1", guarded);
        book.count(GuestFaultKind.HANG, "RCS", 0);
        assertThat(book.count(GuestFaultKind.HANG)).isEqualTo(1);
        assertThat(guarded.failures()).isEqualTo(1);
    }

    @Test
    void unmodelledBook_moreThanItsCapacity_countsTheRestTogether() {
        UnmodelledBook book = new UnmodelledBook();
        for (int i = 0; i < 10_000; i++) {
            book.read(4 * i);
            book.write(4 * i);
        }
        for (int i = 0; i < 5; i++) {
            book.read(0);
        }
        long counted =
                book.entries().stream().mapToLong(entry -> entry.reads() + entry.writes()).sum();
        assertThat(book.entries()).hasSizeBetween(1, UnmodelledBook.CAPACITY);
        assertThat(counted + book.others()).isEqualTo(20_005);
        assertThat(book.entries().getFirst()).isEqualTo(new UnmodelledBook.Entry(0, 6, 1));
    }

    @Test
    void counters_countedTwice_addUp() {
        Counters counters = new Counters();
        counters.counter("b").add(2);
        counters.counter("a").increment();
        counters.counter("b").add(3);
        assertThat(counters.snapshot()).containsExactly(entry("a", 1L), entry("b", 5L));
    }

    /** Answers zero. */
    private static final TrapHandler ZERO =
            new TrapHandler() {
                @Override
                public long read(long offset, int width) {
                    return 0;
                }

                @Override
                public void write(long offset, int width, long value) {}
            };

    @Test
    void tracing_readsWithoutWriteBetween_areReportedAsSpin() {
        TracingTrapHandler handler = new TracingTrapHandler(ZERO, new SpinBook(10));
        for (int i = 0; i < 30; i++) {
            handler.read(0x100, 4);
            handler.read(0x200, 4);
            if (i % 12 == 11) {
                handler.write(0x300, 4, 0);
            }
        }
        for (int i = 0; i < 9; i++) {
            handler.write(0x300, 4, 0);
            handler.read(0x400, 4);
        }
        UnmodelledBook unmodelled = new UnmodelledBook();
        unmodelled.write(0x500);
        AccessReport report =
                AccessReport.of(
                        offset -> "R_" + Long.toHexString(offset), unmodelled, handler.spins());
        assertThat(report.spinning())
                .containsExactly(
                        new AccessReport.Line("R_100", 12, 0),
                        new AccessReport.Line("R_200", 12, 0));
        assertThat(report.isEmpty()).isFalse();
        assertThat(report.render()).contains("R_500", "spinning", "R_100");
    }

    @Test
    void spinBook_manyRegisters_stillSeesALateSpin() {
        SpinBook book = new SpinBook(5);
        for (int i = 0; i < 3 * SpinBook.CAPACITY; i++) {
            book.write();
            book.read(4L * i);
        }
        for (int i = 0; i < 7; i++) {
            book.read(0x10_0000);
        }
        assertThat(book.entries()).containsExactly(new SpinBook.Entry(0x10_0000, 7));
    }
}
