package org.gpumediator.testkit.ada;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest of what the host has ordered from a board. Safe for use by multiple threads. */
final class OrderBook {

    private static final int MOST = 1024;

    private final Deque<String> orders = new ArrayDeque<>();

    synchronized void add(String order) {
        if (orders.size() == MOST) {
            orders.removeFirst();
        }
        orders.addLast(order);
    }

    synchronized List<String> take() {
        List<String> taken = List.copyOf(orders);
        orders.clear();
        return taken;
    }
}
