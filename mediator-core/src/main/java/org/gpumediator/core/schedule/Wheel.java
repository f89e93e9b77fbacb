package org.gpumediator.core.schedule;

import java.util.List;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.Slice;

/**
 * A wheel of slots, one for each client in the order of their numbers, then perhaps some that
 * nobody owns. It turns whether owners have work or not, unless they donate: then those without
 * work have no slot.
 *
 * <p>When nobody at all had work for a whole turn, it starts again at who wakes.
 *
 * @param slotNanos length of a slot
 * @param unownedNanos length of what nobody owns
 * @param donating whether only those with work have a slot
 * @param averagingFactor over how many slots an overrun is paid back, 0 for not at all
 */
record Wheel(long slotNanos, long unownedNanos, boolean donating, int averagingFactor) {

    Slice next(RunQueue queue) {
        List<Client> owners =
                donating
                        ? queue.clients().stream().filter(Client::hasWork).toList()
                        : queue.clients();
        if (owners.isEmpty()) {
            return Slice.idle(slotNanos);
        }
        Slice previous = queue.previous();
        if (previous == null) {
            return slotOf(firstWithWork(owners));
        }
        long past = queue.nowNanos() - queue.previousSinceNanos() - previous.lengthNanos();
        if (past >= owners.size() * slotNanos + unownedNanos) {
            return slotOf(firstWithWork(owners));
        }
        if (past < 0 && isThere(owners, previous.client())) {
            return new Slice(previous.client(), -past);
        }
        for (Client owner : owners) {
            if (previous.client() >= 0 && owner.id() > previous.client()) {
                return slotOf(owner);
            }
        }
        return previous.client() >= 0 && unownedNanos > 0
                ? Slice.idle(unownedNanos)
                : slotOf(owners.getFirst());
    }

    private static boolean isThere(List<Client> owners, int id) {
        return id < 0 || owners.stream().anyMatch(owner -> owner.id() == id);
    }

    private static Client firstWithWork(List<Client> owners) {
        return owners.stream().filter(Client::hasWork).findFirst().orElseGet(owners::getFirst);
    }

    private Slice slotOf(Client owner) {
        long length =
                averagingFactor == 0
                        ? slotNanos
                        : Turns.compensated(slotNanos, owner.overrunNanos(), averagingFactor);
        return new Slice(owner.id(), length, slotNanos);
    }
}
