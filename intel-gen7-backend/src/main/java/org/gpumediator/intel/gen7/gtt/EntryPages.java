package org.gpumediator.intel.gen7.gtt;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the mediator keeps what a guest has in a page of table entries. A page whose entries are
 * all the same is not kept for itself: once a driver has started nearly every page leads to its
 * scratch page throughout, and to compare it costs the reading of the guest's side alone.
 *
 * <p>Not thread safe: used under the lock of a virtual GPU.
 */
final class EntryPages {

    /** Entries of a page. */
    static final int ENTRIES = 1024;

    /** The page whose entries are all 0. */
    static final Page ZEROS = new Page();

    /** The page whose entries are all some other value, while anybody has it. */
    private final Page equal = new Page();

    private int users;

    /** One that was given back, for whoever needs the next. */
    private @Nullable Page spare;

    /**
     * The entries of a page, and the same as bytes to compare.
     *
     * @param entries not to be changed by who has not got the page from {@link #own}
     */
    record Page(int[] entries, MemorySegment bytes) {

        private Page() {
            this(new int[ENTRIES]);
        }

        private Page(int[] entries) {
            this(entries, MemorySegment.ofArray(entries));
        }
    }

    private boolean isShared(Page page) {
        return page == equal || page == ZEROS;
    }

    /** Returns a page with the same entries that is the caller's alone, in place of what it had. */
    Page own(Page page) {
        if (!isShared(page)) {
            return page;
        }
        Page own = spare != null ? spare : new Page();
        spare = null;
        System.arraycopy(page.entries, 0, own.entries, 0, ENTRIES);
        giveBack(page);
        return own;
    }

    /** Returns what to keep in place of a page: a shared one, if all entries are the same. */
    Page shared(Page page) {
        int[] entries = page.entries;
        int value = entries[0];
        if (isShared(page)
                || value != entries[ENTRIES - 1]
                || Arrays.mismatch(entries, 0, ENTRIES - 1, entries, 1, ENTRIES) >= 0) {
            return page;
        }
        if (value == 0) {
            giveBack(page);
            return ZEROS;
        }
        if (users == 0) {
            Arrays.fill(equal.entries, value);
        } else if (equal.entries[0] != value) {
            return page;
        }
        users++;
        giveBack(page);
        return equal;
    }

    /** Takes back a page that the caller needs no more. */
    void giveBack(Page page) {
        if (page == equal) {
            users--;
        } else if (page != ZEROS) {
            spare = page;
        }
    }
}
