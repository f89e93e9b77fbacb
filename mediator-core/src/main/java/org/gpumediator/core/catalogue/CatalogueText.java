package org.gpumediator.core.catalogue;

import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A catalogue as text: one line per register by rising offset, in aligned columns. Meant for a file
 * that is kept beside the catalogue, so that a change of the table is seen as one.
 */
public final class CatalogueText {

    private CatalogueText() {}

    /**
     * Renders a catalogue. Equal catalogues render equally.
     *
     * @return lines ended by line feeds, a headline first
     */
    public static String render(RegisterCatalogue<?> catalogue) {
        StringBuilder text = new StringBuilder();
        append(
                text,
                "offset shape   name                         access             writable   reset"
                        + "              policy       state       behaviour");
        for (Register<?> register : catalogue.registers()) {
            append(text, line(register));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String line) {
        text.append(line.stripTrailing()).append('\n');
    }

    private static String line(Register<?> register) {
        String shape =
                register.width() * 8
                        + (register.count() == 1 ? "" : "*" + register.count())
                        + (register.stride() == register.width() ? "" : "/" + register.stride());
        String behaviour =
                register.flags().stream()
                                .map(flag -> flag.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" "))
                        + register.hooks().stream()
                                .map(hook -> " " + hook)
                                .collect(Collectors.joining());
        return String.format(
                "%06x %-7s %-28s %-18s %-10s %-18s %-12s %-11s %s",
                register.offset(),
                shape,
                register.name(),
                register.access(),
                Long.toHexString(register.writableMask()),
                Long.toHexString(register.reset()),
                register.policy(),
                register.stateClass(),
                behaviour.strip());
    }
}
