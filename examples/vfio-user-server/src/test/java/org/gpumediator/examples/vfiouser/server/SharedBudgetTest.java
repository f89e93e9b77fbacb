package org.gpumediator.examples.vfiouser.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However many take what they can get, something is left for the next one. */
class SharedBudgetTest {

    private static long takeAll(SharedBudget.Share share) {
        long taken = 0;
        while (share.take(1)) {
            taken++;
        }
        return taken;
    }

    @Test
    void share_alone_getsItsPartAndHalfOfTheRest() {
        long part = 64_000 / 32;
        assertThat(takeAll(new SharedBudget("things", 64_000).share()))
                .isEqualTo(part + (64_000 - part) / 2);
    }

    @Test
    void share_thatIsUsedLast_findsItsPartHoweverManyTookAllTheyCouldBefore() {
        SharedBudget budget = new SharedBudget("things", 64_000);
        List<SharedBudget.Share> greedy = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            greedy.add(budget.share());
        }
        SharedBudget.Share last = budget.share();
        greedy.forEach(SharedBudgetTest::takeAll);
        assertThat(budget.free()).as("for whoever asks next").isLessThan(10);

        assertThat(last.take(64_000 / 32)).isTrue();
        last.give(64_000 / 32);
        assertThat(takeAll(last)).isGreaterThanOrEqualTo(64_000 / 32);
    }

    @Test
    void share_thatIsClosed_leavesItsPartToOthers() {
        SharedBudget budget = new SharedBudget("things", 64_000);
        SharedBudget.Share first = budget.share();
        assertThat(budget.free()).isEqualTo(62_000);
        assertThat(first.take(500)).isTrue();
        first.close();
        assertThat(budget.free()).isEqualTo(63_500);
        first.give(500);
        assertThat(budget.free()).isEqualTo(64_000);
    }

    @Test
    void shares_manyMoreThanHalfOfAllHasPartsFor_neverTakeMoreThanThereIs() {
        SharedBudget budget = new SharedBudget("things", 640);
        long taken = 0;
        for (int i = 0; i < 100; i++) {
            taken += takeAll(budget.share());
        }
        assertThat(taken).isLessThanOrEqualTo(640);
        assertThat(budget.free()).isNotNegative();
    }

    @Test
    void shares_thatTakeAllTheyCan_leaveTheSameForOneMore() {
        SharedBudget budget = new SharedBudget("things", 60_000);
        List<SharedBudget.Share> greedy = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            greedy.add(budget.share());
        }
        for (boolean more = true; more; ) {
            more = false;
            for (SharedBudget.Share share : greedy) {
                more |= share.take(1);
            }
        }

        long rest = 60_000 - 20 * (60_000 / 32);
        assertThat(budget.free()).isGreaterThanOrEqualTo(rest / 21);
        assertThat(takeAll(budget.share())).isGreaterThanOrEqualTo(rest / 21 / 2);
    }

    @Test
    void share_givenBack_canBeTakenAgain() {
        SharedBudget budget = new SharedBudget("things", 10);
        SharedBudget.Share share = budget.share();
        assertThat(share.take(5)).isTrue();
        assertThat(share.take(1)).isFalse();
        assertThat(share.refusal())
                .isEqualTo(
                        "things: 5 of its own, 0 of them set aside for it,"
                                + " 5 of 10 are left for all clients");

        share.give(5);

        assertThat(budget.free()).isEqualTo(10);
        assertThat(share.take(6)).as("more than would be left").isFalse();
        assertThat(share.take(5)).isTrue();
    }

    @Test
    void limits_ofThisProcess_areWhatTheKernelTells() throws Exception {
        Process cat = new ProcessBuilder("cat", "/proc/sys/vm/max_map_count").start();
        long most =
                Long.parseLong(new String(cat.getInputStream().readAllBytes(), US_ASCII).strip());

        ProcessLimits limits = ProcessLimits.ofThisProcess();

        assertThat(limits.mappings()).isBetween(most / 2, most - most / 8);
        assertThat(limits.descriptors()).isPositive();
    }

    @Test
    void openFiles_ofTheKernelsTable_isTheSoftLimit() throws Exception {
        String table =
                """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             7823                 7823                 processes
                Max open files            1024                 524288               files
                """;
        assertThat(ProcessLimits.openFiles(table)).isEqualTo(1024);
        assertThat(ProcessLimits.openFiles(table.replace("1024      ", "unlimited ")))
                .isEqualTo(Long.MAX_VALUE);
    }
}
