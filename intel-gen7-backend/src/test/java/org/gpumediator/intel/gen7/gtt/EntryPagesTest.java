package org.gpumediator.intel.gen7.gtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pages are kept as they are written, whoever shares them. */
class EntryPagesTest {

    private static final int PAGES = 5;
    private static final int OPERATIONS = 20_000;

    private final EntryPages pages = new EntryPages();

    private EntryPages.Page filled(int value) {
        EntryPages.Page own = pages.own(EntryPages.ZEROS);
        Arrays.fill(own.entries(), value);
        return pages.shared(own);
    }

    @Test
    void pagesOfOneValue_areOne() {
        assertThat(filled(7)).isSameAs(filled(7));
        assertThat(filled(0)).isSameAs(EntryPages.ZEROS);
    }

    @Test
    void pageOfAnotherValue_whileThatOfTheFirstIsInUse_isItsOwn() {
        EntryPages.Page first = filled(7);
        assertThat(filled(8)).isNotSameAs(filled(8));
        assertThat(first.entries()).containsOnly(7);
    }

    @Test
    void pages_writtenInAnyOrder_holdWhatWasWritten() {
        Random random = new Random(42);
        EntryPages.Page[] kept = new EntryPages.Page[PAGES];
        Arrays.fill(kept, EntryPages.ZEROS);
        int[][] written = new int[PAGES][EntryPages.ENTRIES];
        for (int i = 0; i < OPERATIONS; i++) {
            int page = random.nextInt(PAGES);
            int value = random.nextInt(3);
            switch (random.nextInt(20)) {
                case 0 -> {
                    pages.giveBack(kept[page]);
                    kept[page] = EntryPages.ZEROS;
                    Arrays.fill(written[page], 0);
                }
                case 1, 2, 3 -> {
                    kept[page] = pages.own(kept[page]);
                    Arrays.fill(kept[page].entries(), value);
                    kept[page] = pages.shared(kept[page]);
                    Arrays.fill(written[page], value);
                }
                default -> {
                    int at = random.nextInt(EntryPages.ENTRIES);
                    kept[page] = pages.own(kept[page]);
                    kept[page].entries()[at] = value;
                    kept[page] = pages.shared(kept[page]);
                    written[page][at] = value;
                }
            }
            for (int j = 0; j < PAGES; j++) {
                assertThat(Arrays.equals(kept[j].entries(), written[j])).isTrue();
            }
        }
    }
}
