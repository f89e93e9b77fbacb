package org.gpumediator.examples.kvmvmm.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.gpumediator.examples.kvmvmm.kvm.MemorySlots;

/** Slots as the kernel has them: none may overlap another, numbers are used again. */
final class FakeSlots implements MemorySlots {

    record Slot(long start, long length, long host, boolean readOnly) {

        boolean meets(Slot other) {
            return start < other.start + other.length && other.start < start + length;
        }
    }

    final TreeMap<Integer, Slot> slots = new TreeMap<>();
    int most = 500;

    @Override
    public int map(long guestAddress, long length, long hostAddress, boolean readOnly) {
        Slot slot = new Slot(guestAddress, length, hostAddress, readOnly);
        if (slots.size() == most || slots.values().stream().anyMatch(slot::meets)) {
            return NONE;
        }
        int number = 0;
        while (slots.containsKey(number)) {
            number++;
        }
        slots.put(number, slot);
        return number;
    }

    @Override
    public void unmap(int slot) {
        if (slots.remove(slot) == null) {
            throw new AssertionError("slot " + slot + ": not mapped");
        }
    }

    /** Returns what is mapped, as {@code start+length} with {@code ro}, by address. */
    List<String> map() {
        List<Slot> all = new ArrayList<>(slots.values());
        all.sort((one, other) -> Long.compare(one.start, other.start));
        return all.stream()
                .map(
                        slot ->
                                "%x+%x%s"
                                        .formatted(
                                                slot.start,
                                                slot.length,
                                                slot.readOnly ? " ro" : ""))
                .toList();
    }
}
