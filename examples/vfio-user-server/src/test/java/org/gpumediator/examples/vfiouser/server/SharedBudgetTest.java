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
    void share_alone_getsHalf() {
        assertThat(takeAll(new SharedBudget("things", 60_000).share())).isEqualTo(30_000);
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

        assertThat(budget.free()).isGreaterThanOrEqualTo(60_000 / 21);
        assertThat(takeAll(budget.share())).isGreaterThanOrEqualTo(60_000 / 21 / 2);
    }

    @Test
    void share_givenBack_canBeTakenAgain() {
        SharedBudget budget = new SharedBudget("things", 10);
        SharedBudget.Share share = budget.share();
        assertThat(share.take(5)).isTrue();
        assertThat(share.take(1)).isFalse();
        assertThat(share.refusal())
                .isEqualTo("things: 5 of its own, 5 of 10 are left for all clients");

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
