package org.gpumediator.api.spi;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a backend or a device model can do beyond its interface, by the interface of each ability: a
 * backend's answer to {@link GpuBackend#ability} and {@link DeviceModel#ability}. Immutable.
 */
public final class Abilities {

    private static final Abilities NONE = new Abilities(Map.of());

    private final Map<Class<?>, Object> byType;

    private Abilities(Map<Class<?>, Object> byType) {
        this.byType = byType;
    }

    /** Returns no abilities. */
    public static Abilities none() {
        return NONE;
    }

    /**
     * Returns these abilities and one more; one of the same type is replaced.
     *
     * @param type the interface that is asked for
     * @param ability what is answered
     */
    public <T> Abilities with(Class<T> type, T ability) {
        Map<Class<?>, Object> more = new LinkedHashMap<>(byType);
        more.put(Objects.requireNonNull(type, "type"), Objects.requireNonNull(ability, "ability"));
        return new Abilities(more);
    }

    /** Returns the ability of exactly this type, or empty if there is none. */
    public <T> Optional<T> find(Class<T> type) {
        return Optional.ofNullable(byType.get(type)).map(type::cast);
    }
}
