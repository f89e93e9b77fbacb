package org.gpumediator.testkit.guest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.gpumediator.testkit.GuestMachine;

/**
 * The guest kernel's page allocator: hands out zeroed pages of RAM above 1 MiB, in an order that is
 * scattered as on a machine that has been up for a while, but the same at each run.
 */
final class GuestPages {

    static final int PAGE = 4096;
    private static final long LOW_MEMORY = 1 << 20;

    private final GuestMachine machine;
    private final Deque<Long> free = new ArrayDeque<>();

    GuestPages(GuestMachine machine) {
        this.machine = machine;
        List<Long> pages = new ArrayList<>();
        for (GuestMachine.Ram ram : machine.ram()) {
            for (long at = 0; at < ram.length(); at += PAGE) {
                if (Long.compareUnsigned(ram.start() + at, LOW_MEMORY) >= 0) {
                    pages.add(ram.start() + at);
                }
            }
        }
        Collections.shuffle(pages, new Random(pages.size()));
        free.addAll(pages);
    }

    /** Returns the guest-physical address of a zeroed page. */
    long take() {
        Long page = free.poll();
        if (page == null) {
            throw new GuestTroubleException("the guest is out of memory: give it more RAM");
        }
        for (int at = 0; at < PAGE; at += 8) {
            machine.write(page + at, 8, 0);
        }
        return page;
    }

    void giveBack(long page) {
        free.add(page);
    }
}
