package org.gpumediator.testkit.ada;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.gpumediator.core.wire.WireView;
import org.gpumediator.testkit.ada.GspBootStructures.Registry;
import org.gpumediator.testkit.ada.GspBootStructures.RegistryEntry;

/** The settings that a driver gives the firmware: names and words, packed. */
final class GspRegistry {

    private static final int WORD = 1;
    private static final int MOST_ENTRIES = 256;

    private GspRegistry() {}

    /** Returns the words by name; none if the table is not sound. */
    static Map<String, Integer> read(ByteBuffer body) {
        Map<String, Integer> words = new HashMap<>();
        if (body.limit() < Registry.LAYOUT.bytes()) {
            return words;
        }
        WireView table = Registry.LAYOUT.view(body);
        long count = table.get(Registry.NUM_ENTRIES);
        long end = Registry.LAYOUT.bytes() + count * RegistryEntry.LAYOUT.bytes();
        if (table.getInt(Registry.SIZE) != body.limit()
                || count > MOST_ENTRIES
                || end > body.limit()) {
            return words;
        }
        for (int i = 0; i < count; i++) {
            int at = Registry.LAYOUT.bytes() + i * RegistryEntry.LAYOUT.bytes();
            WireView entry = RegistryEntry.LAYOUT.view(body, at);
            long name = entry.get(RegistryEntry.NAME_OFFSET);
            if (entry.getInt(RegistryEntry.TYPE) == WORD && name >= end && name < body.limit()) {
                words.put(name(body, (int) name), entry.getInt(RegistryEntry.DATA));
            }
        }
        return words;
    }

    private static String name(ByteBuffer body, int from) {
        int end = from;
        while (end < body.limit() && body.get(end) != 0) {
            end++;
        }
        byte[] letters = new byte[end - from];
        body.get(from, letters);
        return new String(letters, StandardCharsets.US_ASCII);
    }
}
