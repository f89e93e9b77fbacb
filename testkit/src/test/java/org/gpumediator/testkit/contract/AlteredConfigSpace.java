package org.gpumediator.testkit.contract;

import java.util.List;
import java.util.OptionalLong;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;

/** A configuration space that passes everything on; a mutant overrides one method. */
class AlteredConfigSpace implements ConfigSpace {

    final ConfigSpace original;

    AlteredConfigSpace(ConfigSpace original) {
        this.original = original;
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
