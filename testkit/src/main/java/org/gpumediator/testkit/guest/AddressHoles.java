package org.gpumediator.testkit.guest;

import java.util.Map;
import java.util.TreeMap;

/** The free graphics addresses of one range, given out from its top or from its bottom. */
final class AddressHoles {

    private final String what;
    private final TreeMap<Long, Long> lengthByStart = new TreeMap<>();

    AddressHoles(String what, long start, long length) {
        this.what = what;
        if (length > 0) {
            lengthByStart.put(start, length);
        }
    }

    /** Returns the lowest free address with enough room behind it. */
    long takeLowest(long length, long alignment) {
        for (Map.Entry<Long, Long> hole : lengthByStart.entrySet()) {
            long start = (hole.getKey() + alignment - 1) / alignment * alignment;
            if (start + length <= hole.getKey() + hole.getValue()) {
                return take(hole.getKey(), hole.getValue(), start, length);
            }
        }
        throw full(length);
    }

    /** Returns the highest free address with enough room behind it. */
    long takeHighest(long length, long alignment) {
        for (Map.Entry<Long, Long> hole : lengthByStart.descendingMap().entrySet()) {
            long start = (hole.getKey() + hole.getValue() - length) / alignment * alignment;
            if (start >= hole.getKey()) {
                return take(hole.getKey(), hole.getValue(), start, length);
            }
        }
        throw full(length);
    }

    private long take(long holeStart, long holeLength, long start, long length) {
        lengthByStart.remove(holeStart);
        if (start > holeStart) {
            lengthByStart.put(holeStart, start - holeStart);
        }
        long end = start + length;
        if (end < holeStart + holeLength) {
            lengthByStart.put(end, holeStart + holeLength - end);
        }
        return start;
    }

    void giveBack(long start, long length) {
        long from = start;
        long bytes = length;
        Map.Entry<Long, Long> below = lengthByStart.lowerEntry(start);
        if (below != null && below.getKey() + below.getValue() == start) {
            from = below.getKey();
            bytes += below.getValue();
        }
        Long above = lengthByStart.remove(start + length);
        lengthByStart.put(from, bytes + (above == null ? 0 : above));
    }

    private GuestTroubleException full(long length) {
        return new GuestTroubleException(
                String.format(
                        "no %d bytes of %s graphics memory left in the guest's slice",
                        length, what));
    }
}
