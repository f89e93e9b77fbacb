package org.gpumediator.examples.kvmvmm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TimeLineTest {

    private static final long SECOND = 1_000_000_000;

    private final TimeLine line = new TimeLine(5 * SECOND);

    @Test
    void status_tellsWhatWasDoneSinceItWasAskedLast() {
        line.sample("a", 6 * SECOND, 1000, 10, SECOND / 2);
        line.sample("b", 6 * SECOND, 20, 0, 0);
        assertThat(line.status())
                .isEqualTo(
                        "STATUS  a: 1000 exits/s, 10 submissions/s, engines 50 %"
                                + "  b: 20 exits/s, 0 submissions/s, engines 0 %");
        line.sample("a", 8 * SECOND, 1500, 14, SECOND);
        assertThat(line.status())
                .startsWith("STATUS  a: 250 exits/s, 2 submissions/s, engines 25 %");
    }

    @Test
    void page_hasABarWhereAMachineHadTheEngines_andNoneElsewhere() {
        line.sample("a", 6 * SECOND, 1, 1, 0);
        line.sample("a", 7 * SECOND, 2, 2, SECOND);
        line.sample("b", 7 * SECOND, 3, 3, 0);

        String page = line.page("haswell-gt2");

        assertThat(page.split("fill=\"#27a\"", -1)).as("bars").hasSize(2);
        assertThat(page)
                .contains("<rect x=\"620.00\" y=\"4.0\" width=\"500.00\" height=\"28.0\"")
                .contains("1.0 s: 100 %")
                .contains("<tr><td>a</td><td>2</td><td>2</td><td>1.000</td></tr>")
                .contains("<tr><td>b</td><td>3</td><td>3</td><td>0.000</td></tr>");
    }
}
