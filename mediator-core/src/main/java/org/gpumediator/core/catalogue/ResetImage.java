package org.gpumediator.core.catalogue;

/**
 * The values of a region after reset, in pages that all virtual GPUs share until they write.
 * Immutable.
 */
public final class ResetImage {

    /** Dwords of a page. */
    static final int PAGE_DWORDS = 1024;

    private final int[][] pages;

    ResetImage(int[][] pages) {
        this.pages = pages;
    }

    /**
     * Returns the value of a dword after reset.
     *
     * @param offset byte offset, a multiple of 4, inside the region
     */
    public int value(int offset) {
        return pages[offset >>> 12][(offset >>> 2) & (PAGE_DWORDS - 1)];
    }

    int[] page(int index) {
        return pages[index];
    }

    int pageCount() {
        return pages.length;
    }

    /** Starts a copy with other values, such as those that a GPU was found with. */
    public Editor edit() {
        return new Editor(this);
    }

    /** Collects other values. */
    public static final class Editor {

        private final ResetImage base;
        private final int[][] pages;

        private Editor(ResetImage base) {
            this.base = base;
            this.pages = base.pages.clone();
        }

        /**
         * Sets the value of a dword.
         *
         * @param offset byte offset, a multiple of 4, inside the region
         * @throws IndexOutOfBoundsException if it is outside
         */
        public Editor set(int offset, int value) {
            int page = offset >>> 12;
            if (pages[page] == base.pages[page]) {
                pages[page] = pages[page].clone();
            }
            pages[page][(offset >>> 2) & (PAGE_DWORDS - 1)] = value;
            return this;
        }

        /** Returns the new image. */
        public ResetImage build() {
            ResetImage image = new ResetImage(pages.clone());
            // Later edits must not reach into the image just handed out.
            for (int i = 0; i < pages.length; i++) {
                if (pages[i] != base.pages[i]) {
                    pages[i] = pages[i].clone();
                }
            }
            return image;
        }
    }
}
