package org.gpumediator.examples.policylab;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.gpumediator.api.partition.VgpuType;
import org.gpumediator.examples.policylab.dra.ClaimReader;
import org.gpumediator.examples.policylab.dra.Pool;
import org.gpumediator.examples.policylab.dra.SliceExporter;
import org.gpumediator.examples.policylab.report.Report;
import org.gpumediator.examples.policylab.report.Table;
import org.gpumediator.nvidia.vf.placement.PlacementMode;
import org.gpumediator.nvidia.vf.placement.VfInventory;
import org.gpumediator.nvidia.vf.types.AdaBoard;
import org.gpumediator.nvidia.vf.types.FramebufferSetup;
import org.gpumediator.nvidia.vf.types.TypeCatalogue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Hands a board over to Kubernetes, and reads back what was allocated of it. */
@Command(
        name = "dra",
        mixinStandardHelpOptions = true,
        description =
                "Writes an empty board as ResourceSlices of Kubernetes (resource.k8s.io/v1), and"
                        + " allocated claims as a desired state.")
final class DraCommand extends LabCommand {

    private static final Pattern DOCUMENT = Pattern.compile("(?m)^---\\s*$");

    @Option(names = "--board", description = "Default: ${DEFAULT-VALUE}.")
    private AdaBoard board = AdaBoard.L40;

    @Option(
            names = "--mode",
            description =
                    "Whether sizes are mixed: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private PlacementMode mode = PlacementMode.HETEROGENEOUS;

    @Option(
            names = "--types",
            paramLabel = "END",
            description =
                    "Which types to offer, by the end of their names. Default: ${DEFAULT-VALUE}.")
    private String types = "Q";

    @Option(names = "--driver", description = "Default: ${DEFAULT-VALUE}.")
    private String driver = "gpu.example.com";

    @Option(names = "--node", description = "Default: ${DEFAULT-VALUE}.")
    private String node = "host-1";

    @Option(names = "--pool", description = "Default: ${DEFAULT-VALUE}.")
    private String pool = "host-1-gpu-0";

    @Option(names = "--generation", description = "Default: ${DEFAULT-VALUE}.")
    private long generation = 1;

    @Option(
            names = "--claims",
            paramLabel = "FILE.yaml",
            description = "ResourceClaims, allocated; their desired state is written too.")
    private @Nullable Path claims;

    @Override
    String title() {
        return "Policy lab: fleet hand-over";
    }

    @Override
    String addTo(Report report) {
        Pool to = new Pool(driver, node, pool, generation);
        List<VgpuType> offered =
                VfInventory.types(TypeCatalogue.shipped(), FramebufferSetup.of(board), mode)
                        .all()
                        .stream()
                        .filter(type -> type.name().endsWith(types))
                        .toList();
        List<ResourceSlice> slices =
                SliceExporter.export(to, VfInventory.empty(board, mode), offered, Set.of());
        StringBuilder yaml = new StringBuilder();
        Table table = new Table(List.of("slice", "counter sets", "devices"));
        for (ResourceSlice slice : slices) {
            yaml.append(Serialization.asYaml(slice));
            table.row(
                    List.of(
                            slice.getMetadata().getName(),
                            Integer.toString(slice.getSpec().getSharedCounters().size()),
                            Integer.toString(slice.getSpec().getDevices().size())));
        }
        report.heading("Fleet hand-over: a board as Kubernetes resource slices")
                .paragraph(
                        board.title()
                                + ": a device for each type at each of its places; each uses up a"
                                + " counter for every slot it covers. The slices are in"
                                + " slices.yaml.")
                .table("slices", table)
                .file("slices.yaml", yaml.toString());
        String text = table.text();
        if (claims != null) {
            String state = new ClaimReader(to, slices).read(gpu(), read(claims)).format();
            report.file("desired-state.txt", state);
            text += state;
        }
        return text;
    }

    private String gpu() {
        return String.format("10de:%04x", board.deviceId());
    }

    private static List<ResourceClaim> read(Path file) {
        try {
            List<ResourceClaim> claims = new ArrayList<>();
            for (String document : DOCUMENT.split(Files.readString(file), -1)) {
                if (!document.isBlank()) {
                    claims.add(Serialization.unmarshal(document, ResourceClaim.class));
                }
            }
            return claims;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
