package org.gpumediator.examples.policylab.paper;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gpumediator.examples.policylab.common.Csv;

/**
 * Reads the openb trace of the Alibaba cluster data (GPU sharing, 2023): {@code
 * openb_node_list_gpu_node.csv} and {@code openb_pod_list_NAME.csv}, as they lie in {@code
 * data/csv} of the simulator that was published with the FGD paper. Columns are found by name; some
 * variants of the workload have fewer.
 */
public final class OpenbFiles {

    private static final String NODES = "openb_node_list_gpu_node.csv";
    private static final Pattern BAR = Pattern.compile("\\|");
    private static final int MOST = 1_000_000_000;

    private OpenbFiles() {}

    /**
     * Reads a workload.
     *
     * @param folder where the files are
     * @param name what follows {@code openb_pod_list_}
     * @throws java.io.UncheckedIOException if a file cannot be read
     * @throws IllegalArgumentException if a field is not what it should be
     */
    public static Workload read(Path folder, String name) {
        return new Workload(
                name,
                nodes(Csv.read(folder.resolve(NODES))),
                tasks(Csv.read(folder.resolve("openb_pod_list_" + name + ".csv"))));
    }

    /** Returns the hosts of a node list. */
    public static List<Node> nodes(Csv csv) {
        List<Node> nodes = new ArrayList<>();
        for (Csv.Row row : csv.rows()) {
            nodes.add(
                    new Node(
                            row.text("sn"),
                            row.whole("cpu_milli", 0, MOST),
                            row.whole("memory_mib", 0, MOST),
                            row.whole("gpu", 0, 64),
                            row.text("model")));
        }
        return nodes;
    }

    /** Returns the tasks of a pod list. */
    public static List<Task> tasks(Csv csv) {
        List<Task> tasks = new ArrayList<>();
        for (Csv.Row row : csv.rows()) {
            String models = row.text("gpu_spec", "");
            tasks.add(
                    new Task(
                            row.text("name"),
                            row.whole("cpu_milli", 0, MOST),
                            row.whole("memory_mib", 0, MOST),
                            row.whole("num_gpu", 0, 8),
                            row.whole("gpu_milli", 0, Node.WHOLE),
                            models.isEmpty() ? List.of() : List.of(BAR.split(models))));
        }
        return tasks;
    }
}
