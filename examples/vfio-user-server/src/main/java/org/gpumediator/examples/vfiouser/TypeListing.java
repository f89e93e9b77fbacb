package org.gpumediator.examples.vfiouser;

import static org.gpumediator.examples.common.JsonText.quoted;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.core.Mediator;

/** Lists the types of virtual GPUs that a GPU offers, and how many of each can still be made. */
final class TypeListing {

    private TypeListing() {}

    /** Returns one line for each type: name, how many are still available, description. */
    static String lines(Mediator mediator) {
        List<VgpuType> types = mediator.types();
        int width = types.stream().mapToInt(type -> type.name().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (VgpuType type : types) {
            text.append(
                    "%s  %3d  %s%n"
                            .formatted(
                                    type.name() + " ".repeat(width - type.name().length()),
                                    mediator.availableInstances(type),
                                    type.description()));
        }
        return text.toString();
    }

    /** Returns a JSON array with one object for each type. */
    static String json(Mediator mediator) {
        List<String> objects = new ArrayList<>();
        for (VgpuType type : mediator.types()) {
            List<String> quotas = new ArrayList<>();
            type.quotas()
                    .forEach((kind, amount) -> quotas.add(quoted(kind.name()) + ": " + amount));
            List<String> attributes = new ArrayList<>();
            type.attributes()
                    .forEach((name, value) -> attributes.add(quoted(name) + ": " + quoted(value)));
            objects.add(
                    "  {\"name\": "
                            + quoted(type.name())
                            + ", \"availableInstances\": "
                            + mediator.availableInstances(type)
                            + ", \"maxInstances\": "
                            + type.maxInstances()
                            + ", \"description\": "
                            + quoted(type.description())
                            + ", \"class\": "
                            + quoted(type.typeClass())
                            + ", \"displays\": "
                            + type.displays()
                            + ", \"maxResolution\": "
                            + quoted(type.maxWidth() + "x" + type.maxHeight())
                            + ", \"quotas\": {"
                            + String.join(", ", quotas)
                            + "}, \"attributes\": {"
                            + String.join(", ", attributes)
                            + "}}");
        }
        return objects.isEmpty() ? "[]\n" : "[\n" + String.join(",\n", objects) + "\n]\n";
    }
}
