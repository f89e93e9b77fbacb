package org.gpumediator.core.desired;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.partition.ResourceKind;
import org.gpumediator.api.partition.ResourceRange;
import org.gpumediator.api.spi.GpuBackend.VgpuBlueprint.Role;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;

/**
 * Which virtual GPUs a GPU shall have. As text: a line that names the format, a line that names the
 * GPU, a line for each virtual GPU.
 *
 * <pre>
 * gpu-mediator desired-state 1
 * gpu 10de:26b5
 * set scheduler=equal-share,quantum=4
 * close d
 * # the large one keeps its place
 * vgpu name=a type=L40-16Q placement=@32 vf=@0 label.socket=/run/a.sock
 * vgpu name=b type="NVIDIA L40-8Q" attribute.pid=4711
 * vgpu name=c framebuffer=2G@0x10000000 channel-ids=64
 * </pre>
 *
 * <table>
 * <caption>Fields of a virtual GPU</caption>
 * <tr><th>field</th><th>meaning</th></tr>
 * <tr><td>{@code name=}</td><td>its name, unique; required</td></tr>
 * <tr><td>{@code type=}</td><td>its type, as {@link Mediator#type} takes it; or quotas instead</td></tr>
 * <tr><td>{@code RESOURCE=AMOUNT}</td><td>a quota, by the GPU's name of the resource</td></tr>
 * <tr><td>{@code RESOURCE=@PLACE}</td><td>where its share of a resource shall begin</td></tr>
 * <tr><td>{@code RESOURCE=AMOUNT@PLACE}</td><td>both</td></tr>
 * <tr><td>{@code attribute.NAME=}</td><td>a wish that only this vendor knows</td></tr>
 * <tr><td>{@code label.NAME=}</td><td>for whoever applies the file</td></tr>
 * </table>
 *
 * <p>{@code set NAME=VALUE ...} says how the whole GPU shall be: an attribute of its inventory,
 * such as {@code placement-mode}, or something for whoever applies the file, such as {@code
 * scheduler}. {@code close NAME ...} allows virtual GPUs to be closed although somebody uses them;
 * without it such a state changes nothing.
 *
 * <p>Numbers are decimal or, after {@code 0x}, hexadecimal; {@code K}, {@code M}, {@code G} after a
 * decimal one are powers of 1024. A value with blanks stands in double quotes, which it cannot
 * contain itself. Empty lines and lines that begin with a number sign are skipped. Nothing else is
 * allowed: an unknown, repeated or malformed field is an error, and the error names its line.
 *
 * @param gpu vendor and device id of the GPU, four hexadecimal digits each with a colon between
 * @param vgpus the virtual GPUs, in the order of the file
 * @param settings how the whole GPU shall be, by name
 * @param mayClose names of virtual GPUs that may be closed although somebody uses them
 */
public record DesiredState(
        String gpu, List<DesiredVgpu> vgpus, Map<String, String> settings, Set<String> mayClose) {

    /**
     * Creates a state that says nothing of the whole GPU, and closes nothing that is used.
     *
     * @throws IllegalArgumentException if two virtual GPUs have the same name
     */
    public DesiredState(String gpu, List<DesiredVgpu> vgpus) {
        this(gpu, vgpus, Map.of(), Set.of());
    }

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public DesiredState {
        vgpus = List.copyOf(vgpus);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        mayClose = Collections.unmodifiableSet(new LinkedHashSet<>(mayClose));
        Set<String> names = new HashSet<>();
        for (DesiredVgpu vgpu : vgpus) {
            if (!names.add(vgpu.name())) {
                throw new IllegalArgumentException("name " + vgpu.name() + ": given twice");
            }
        }
    }

    /**
     * Reads a text.
     *
     * @throws DesiredStateFormatException if it is not exactly as described
     */
    public static DesiredState parse(String text) {
        return DesiredStateText.parse(text);
    }

    /** Returns it as text; {@link #parse} makes the same of it again. */
    public String format() {
        return DesiredStateText.format(this);
    }

    /** Returns how a file names a GPU. */
    public static String nameOf(GpuIdentity identity) {
        return String.format("%04x:%04x", identity.vendor(), identity.device());
    }

    /**
     * Returns what exists, every share at its place: applied after a restart of the host it brings
     * everything up where it was. Attributes and labels are not part of it.
     *
     * @param identity the GPU
     * @param unmanaged names of virtual GPUs to leave out
     */
    public static DesiredState of(GpuIdentity identity, Mediator mediator, Set<String> unmanaged) {
        Set<String> offered = new HashSet<>();
        mediator.types().forEach(type -> offered.add(type.name()));
        List<DesiredVgpu> all = new ArrayList<>();
        for (VirtualGpu vgpu : mediator.virtualGpus()) {
            if (!unmanaged.contains(vgpu.name())) {
                boolean typed = offered.contains(vgpu.type().name());
                all.add(new DesiredVgpu(request(vgpu, typed), Map.of()));
            }
        }
        return new DesiredState(nameOf(identity), all);
    }

    private static VgpuRequest request(VirtualGpu vgpu, boolean typed) {
        Map<String, Long> quotas = new LinkedHashMap<>();
        Map<String, Long> places = new LinkedHashMap<>();
        for (ResourceKind kind : vgpu.partition().kinds()) {
            List<ResourceRange> ranges = vgpu.partition().ranges(kind);
            if (!typed) {
                quotas.put(kind.name(), vgpu.partition().amount(kind));
            }
            if (ranges.size() == 1) {
                places.put(kind.name(), ranges.getFirst().start());
            }
        }
        return new VgpuRequest(
                vgpu.name(), typed ? vgpu.type().name() : "", quotas, places, Role.GUEST, Map.of());
    }
}
