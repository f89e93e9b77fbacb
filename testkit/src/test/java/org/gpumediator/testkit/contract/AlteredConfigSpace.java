package org.gpumediator.testkit.contract;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;

/** A configuration space that passes everything on; a mutant overrides one method. */
class AlteredConfigSpace implements ConfigSpace {

    /** What becomes of a read. */
    interface Read {
        int read(ConfigSpace original, int offset, int width);
    }

    /** What becomes of a write. */
    interface Write {
        List<ConfigWriteEffect> write(ConfigSpace original, int offset, int width, int value);
    }

    final ConfigSpace original;

    AlteredConfigSpace(ConfigSpace original) {
        this.original = original;
    }

    /** Returns what makes another of a configuration space, one that reads so. */
    static UnaryOperator<ConfigSpace> reading(Read altered) {
        return space ->
                new AlteredConfigSpace(space) {
                    @Override
                    public int read(int offset, int width) {
                        return altered.read(original, offset, width);
                    }
                };
    }

    /** Returns what makes another of a configuration space, one that writes so. */
    static UnaryOperator<ConfigSpace> writing(Write altered) {
        return space ->
                new AlteredConfigSpace(space) {
                    @Override
                    public List<ConfigWriteEffect> write(int offset, int width, int value) {
                        return altered.write(original, offset, width, value);
                    }
                };
    }

    @Override
    public int length() {
        return original.length();
    }

    @Override
    public int read(int offset, int width) {
        return original.read(offset, width);
    }

    @Override
    public List<ConfigWriteEffect> write(int offset, int width, int value) {
        return original.write(offset, width, value);
    }

    @Override
    public OptionalLong barAddress(int index) {
        return original.barAddress(index);
    }

    @Override
    public byte[] snapshot() {
        return original.snapshot();
    }
}
