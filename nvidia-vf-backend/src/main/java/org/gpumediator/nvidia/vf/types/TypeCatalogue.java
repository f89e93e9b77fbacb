package org.gpumediator.nvidia.vf.types;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** All vGPU types of all boards. Immutable; may be used on any thread. */
public final class TypeCatalogue {

    private static final String TABLE = "ada-types.txt";

    private final List<TypeRecord> types;

    private TypeCatalogue(List<TypeRecord> types) {
        this.types = types;
    }

    private static final class Shipped {
        static final TypeCatalogue CATALOGUE = load();

        private static TypeCatalogue load() {
            try (InputStream bytes = TypeCatalogue.class.getResourceAsStream(TABLE)) {
                if (bytes == null) {
                    throw new IllegalStateException("resource " + TABLE + " is missing");
                }
                return read(new InputStreamReader(bytes, StandardCharsets.US_ASCII));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    /** Returns the catalogue that comes with this module. */
    public static TypeCatalogue shipped() {
        return Shipped.CATALOGUE;
    }

    /**
     * Reads a catalogue from a text in the shipped one's format.
     *
     * @throws IllegalArgumentException if a line or a record is wrong; the message names the line
     * @throws IOException if the text cannot be read
     */
    public static TypeCatalogue read(Reader text) throws IOException {
        return new TypeCatalogue(TypeTableReader.read(text));
    }

    /** Returns every type, board by board, in the vendor's order. */
    public List<TypeRecord> types() {
        return types;
    }

    /** Returns the types of one board, in the vendor's order. */
    public List<TypeRecord> types(AdaBoard board) {
        return types.stream().filter(type -> type.board() == board).toList();
    }

    /** Returns the type with a vendor's number, or empty. */
    public Optional<TypeRecord> byId(int typeId) {
        return types.stream().filter(type -> type.typeId() == typeId).findFirst();
    }

    /**
     * Returns the type with a name, or empty.
     *
     * @param name with or without the vendor's prefix: {@code NVIDIA L40-8Q} or {@code L40-8Q}
     */
    public Optional<TypeRecord> byName(String name) {
        return types.stream()
                .filter(
                        type ->
                                type.name().equals(name)
                                        || type.identity().shortName().equals(name))
                .findFirst();
    }
}
