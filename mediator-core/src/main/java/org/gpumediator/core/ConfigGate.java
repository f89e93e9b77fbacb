package org.gpumediator.core;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.gpumediator.api.AccessWidth;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;

/** The VMM's side of a configuration space: reads as all ones once it is shut. */
final class ConfigGate implements ConfigSpace {

    private final ConfigSpace space;
    private final int length;
    private volatile boolean shut;

    ConfigGate(ConfigSpace space) {
        this.space = space;
        length = space.length();
    }

    void shut() {
        shut = true;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int read(int offset, int width) {
        if (!shut) {
            return space.read(offset, width);
        }
        return (int) AccessWidth.ones(width);
    }

    @Override
    public List<ConfigWriteEffect> write(int offset, int width, int value) {
        return shut ? List.of() : space.write(offset, width, value);
    }

    @Override
    public OptionalLong barAddress(int index) {
        return shut ? OptionalLong.empty() : space.barAddress(index);
    }

    @Override
    public byte[] snapshot() {
        if (!shut) {
            return space.snapshot();
        }
        byte[] ones = new byte[length];
        Arrays.fill(ones, (byte) 0xff);
        return ones;
    }
}
