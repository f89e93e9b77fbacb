package org.gpumediator.examples.policylab.scheduling;

import java.util.ArrayList;
import java.util.List;

/** Who had the engines when. */
final class Timeline {

    /** Not a guest: the engines change hands. */
    static final int CHANGE = -1;

    /** Not a guest: the engines idle although somebody has work. */
    static final int WASTED = -2;

    /** A guest's number or one of the above, from when to when. */
    record Span(int who, long from, long until) {}

    /** A frame that was dropped. */
    record Drop(int guest, long at) {}

    private final List<Span> spans = new ArrayList<>();
    private final List<Drop> drops = new ArrayList<>();

    /** Adds a span; one that goes on with the last is put together with it. */
    void add(int who, long from, long until) {
        Span last = spans.isEmpty() ? null : spans.getLast();
        if (last != null && last.who == who && last.until == from) {
            spans.set(spans.size() - 1, new Span(who, last.from, until));
        } else if (until > from) {
            spans.add(new Span(who, from, until));
        }
    }

    void drop(int guest, long at) {
        drops.add(new Drop(guest, at));
    }

    List<Span> spans() {
        return spans;
    }

    List<Drop> drops() {
        return drops;
    }
}
