package org.gpumediator.testkit.haswell;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Storage for the first 2 MiB of BAR 0, a page at a time when first written; zero before. */
final class RegisterFile {

    static final int LENGTH = 2 * 1024 * 1024;

    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_DWORDS = 1 << PAGE_SHIFT - 2;

    private final int[] @Nullable [] pages = new int[LENGTH >>> PAGE_SHIFT][];

    int get(int offset) {
        int[] page = pages[offset >>> PAGE_SHIFT];
        return page == null ? 0 : page[offset >>> 2 & PAGE_DWORDS - 1];
    }

    void set(int offset, int value) {
        int[] page = pages[offset >>> PAGE_SHIFT];
        if (page == null) {
            page = new int[PAGE_DWORDS];
            pages[offset >>> PAGE_SHIFT] = page;
        }
        page[offset >>> 2 & PAGE_DWORDS - 1] = value;
    }

    long getLong(int offset) {
        return Integer.toUnsignedLong(get(offset)) | (long) get(offset + 4) << 32;
    }

    void setLong(int offset, long value) {
        set(offset, (int) value);
        set(offset + 4, (int) (value >>> 32));
    }

    void clear() {
        Arrays.fill(pages, null);
    }
}
