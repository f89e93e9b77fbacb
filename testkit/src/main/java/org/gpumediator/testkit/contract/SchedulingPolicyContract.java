package org.gpumediator.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gpumediator.api.schedule.RunQueue;
import org.gpumediator.api.schedule.RunQueue.Client;
import org.gpumediator.api.schedule.SchedulingParameters;
import org.gpumediator.api.schedule.SchedulingPolicy;
import org.gpumediator.api.schedule.Slice;
import org.gpumediator.testkit.Seeds;
import org.gpumediator.testkit.schedule.GroupSimulation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SchedulingPolicy} promises. Extend this class and implement {@link #policy}. A
 * policy that lets somebody wait for ever on purpose, as strict priority does, overrides {@link
 * #mayStarve}.
 */
public abstract class SchedulingPolicyContract {

    private static final int RUNS = 300;
    private static final long MS = GroupSimulation.MS;
    private static final long SECOND = 1_000 * MS;

    /** Creates the contract. */
    protected SchedulingPolicyContract() {}

    /** Returns the policy; always an equal one. */
    protected abstract SchedulingPolicy policy();

    /** Returns whether somebody with work and parameters like the others' may never run. */
    protected boolean mayStarve() {
        return false;
    }

    private static RunQueue queue(SplittableRandom random) {
        List<Client> clients = new ArrayList<>();
        long now = random.nextLong(100 * SECOND);
        int count = random.nextInt(8);
        for (int id = 0, number = 0; id < count; id++, number += 1 + random.nextInt(3)) {
            clients.add(client(number, now, random));
        }
        int current =
                clients.isEmpty() || random.nextBoolean()
                        ? -1
                        : clients.get(random.nextInt(count)).id();
        Slice previous =
                switch (random.nextInt(4)) {
                    case 0 -> null;
                    case 1 -> Slice.idle(MS);
                    case 2 -> new Slice(99, MS); // has gone since
                    default -> current < 0 ? null : new Slice(current, MS);
                };
        int capacity = Math.max(1, count + random.nextInt(4));
        return new RunQueue(
                now, current, capacity, clients, previous, now - random.nextLong(1 + now));
    }

    private static Client client(int id, long now, SplittableRandom random) {
        long ran = random.nextLong(1 + now);
        return new Client(
                id,
                random.nextInt(3) > 0,
                new SchedulingParameters(
                        1 + random.nextInt(1024),
                        1 + random.nextInt(100),
                        random.nextInt(-1024, 1025),
                        random.nextBoolean() ? 0 : 1 + random.nextLong(100 * MS),
                        0),
                ran,
                ran / 2,
                random.nextLong(100 * MS),
                now - random.nextLong(1 + now),
                random.nextBoolean() ? Long.MIN_VALUE : now - random.nextLong(1 + now),
                random.nextLong(10 * MS));
    }

    @Test
    @DisplayName("the name is one that an operator can write")
    void name_always_isWrittenEasily() {
        assertTrue(policy().name().matches("[a-z0-9]+(-[a-z0-9]+)*"), policy().name());
        assertEquals(policy().name(), policy().name(), "name the second time");
    }

    @Test
    @DisplayName("whatever is asked: the answer is somebody of the queue, or nobody")
    void next_anyQueue_answersSomebodyOfIt() {
        Seeds.forEach(
                RUNS,
                random -> {
                    RunQueue queue = queue(random);
                    Slice slice = assertDoesNotThrow(() -> policy().next(queue), queue::toString);
                    assertTrue(
                            slice.client() == -1
                                    || queue.clients().stream()
                                            .anyMatch(client -> client.id() == slice.client()),
                            () -> slice + " of " + queue);
                });
    }

    @Test
    @DisplayName("the same question has the same answer")
    void next_twice_answersTheSame() {
        Seeds.forEach(
                RUNS,
                random -> {
                    RunQueue queue = queue(random);
                    SchedulingPolicy policy = policy();
                    Slice first = policy.next(queue);
                    assertEquals(first, policy.next(queue), queue::toString);
                    assertEquals(first, policy().next(queue), () -> "another one, " + queue);
                });
    }

    @Test
    @DisplayName("who preempts whom is a pure question too")
    void preempts_twice_answersTheSame() {
        Seeds.forEach(
                RUNS,
                random -> {
                    Client woken = client(0, SECOND, random);
                    Client running = client(1, SECOND, random);
                    SchedulingPolicy policy = policy();
                    assertEquals(
                            policy.preempts(woken, running, SECOND / 2),
                            policy.preempts(woken, running, SECOND / 2),
                            () -> woken + " wakes while " + running + " runs");
                });
    }

    @Test
    @DisplayName("who is alone and has work runs")
    void next_oneAlone_runs() {
        GroupSimulation group = new GroupSimulation(policy(), 1, 0);
        group.busy(SchedulingParameters.DEFAULT);
        group.run(Long.MAX_VALUE, SECOND);
        assertTrue(group.share(0) > 0.9, "share of the only one: " + group.share(0));
    }

    @Test
    @DisplayName("of equals that always have work nobody waits for ever")
    void next_equalsWithWork_allRun() {
        assumeFalse(mayStarve(), "this policy lets somebody wait for ever on purpose");
        for (int guests = 2; guests <= 8; guests *= 2) {
            GroupSimulation group = new GroupSimulation(policy(), guests, 100_000);
            for (int i = 0; i < guests; i++) {
                group.busy(SchedulingParameters.DEFAULT);
            }
            group.run(Long.MAX_VALUE, 5 * SECOND);
            for (int i = 0; i < guests; i++) {
                assertTrue(
                        group.share(i) > 0.25 / guests,
                        "guest " + i + " of " + guests + " equals had " + group.share(i));
            }
        }
    }
}
