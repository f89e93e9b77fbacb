package org.gpumediator.nvidia.vf.manager;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gpumediator.api.partition.ResourceRange;

/**
 * Which virtual GPUs a board shall have, as text: a line that names format and board, then a line
 * for each.
 *
 * <pre>
 * gpu-mediator-vf 1 board=l40
 * vgpu name=a gfid=1 type=875 framebuffer=0x0+0x1e8000000 heap=0x1e8000000+0x4000000 channels=0x700+0x100 encoder=100
 * </pre>
 *
 * <p>Empty lines and lines that begin with a number sign are skipped. Everything else must be as
 * written above: an unknown, missing or repeated field is an error, and so are two virtual GPUs
 * that cannot exist together.
 *
 * @param board id of the board
 * @param vgpus the virtual GPUs, in the order they are to be created
 */
public record DesiredState(String board, List<VgpuRecord> vgpus) {

    private static final String FORMAT = "gpu-mediator-vf";
    private static final int VERSION = 1;
    private static final int MOST_LINES = 256;
    private static final Set<String> FIELDS =
            Set.of("name", "gfid", "type", "framebuffer", "heap", "channels", "encoder");

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if two cannot exist together
     */
    public DesiredState {
        vgpus = List.copyOf(vgpus);
        for (int i = 0; i < vgpus.size(); i++) {
            for (int k = 0; k < i; k++) {
                if (vgpus.get(i).collidesWith(vgpus.get(k))
                        || vgpus.get(i).name().equals(vgpus.get(k).name())) {
                    throw new IllegalArgumentException(
                            vgpus.get(i).name() + ": collides with " + vgpus.get(k).name());
                }
            }
        }
    }

    /** Returns it as text. Processes are not part of it: they do not outlive a host. */
    public String format() {
        StringBuilder text = new StringBuilder();
        text.append(FORMAT)
                .append(' ')
                .append(VERSION)
                .append(" board=")
                .append(board)
                .append('\n');
        for (VgpuRecord vgpu : vgpus) {
            text.append(
                    String.format(
                            "vgpu name=%s gfid=%d type=%d framebuffer=%s heap=%s channels=%s encoder=%d%n",
                            vgpu.name(),
                            vgpu.gfid(),
                            vgpu.typeId(),
                            format(vgpu.framebuffer()),
                            format(vgpu.heap()),
                            format(vgpu.channels()),
                            vgpu.encoderPercent()));
        }
        return text.toString();
    }

    private static String format(ResourceRange range) {
        return String.format("0x%x+0x%x", range.start(), range.length());
    }

    /**
     * Reads a text.
     *
     * @param pid process that shall own them
     * @throws IllegalArgumentException if it is not exactly as described; the message names the
     *     line
     */
    public static DesiredState parse(String text, int pid) {
        List<String> lines = text.lines().limit(MOST_LINES + 1).toList();
        if (lines.size() > MOST_LINES) {
            throw new IllegalArgumentException("more than " + MOST_LINES + " lines");
        }
        String board = "";
        List<VgpuRecord> vgpus = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                if (board.isEmpty()) {
                    board = head(line);
                } else {
                    vgpus.add(vgpu(line, pid));
                }
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "line " + (i + 1) + ": " + wrong.getMessage(), wrong);
            }
        }
        if (board.isEmpty()) {
            throw new IllegalArgumentException("no line " + FORMAT + " " + VERSION);
        }
        return new DesiredState(board, vgpus);
    }

    private static String head(String line) {
        String[] words = line.split(" +");
        boolean known =
                words.length == 3
                        && words[0].equals(FORMAT)
                        && words[1].equals(Integer.toString(VERSION))
                        && words[2].matches("board=[a-z0-9]+");
        if (!known) {
            throw new IllegalArgumentException(
                    "\"" + line + "\": expected " + FORMAT + " " + VERSION + " board=NAME");
        }
        return words[2].substring("board=".length());
    }

    private static VgpuRecord vgpu(String line, int pid) {
        String[] words = line.split(" +");
        if (!words[0].equals("vgpu")) {
            throw new IllegalArgumentException("\"" + words[0] + "\": expected vgpu");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            int sign = words[i].indexOf('=');
            String name = sign < 0 ? words[i] : words[i].substring(0, sign);
            if (sign < 0
                    || !FIELDS.contains(name)
                    || fields.put(name, words[i].substring(sign + 1)) != null) {
                throw new IllegalArgumentException(
                        "\"" + words[i] + "\": expected each of " + FIELDS + " once");
            }
        }
        if (!fields.keySet().equals(FIELDS)) {
            throw new IllegalArgumentException(
                    fields.keySet() + ": expected each of " + FIELDS + " once");
        }
        return new VgpuRecord(
                fields.getOrDefault("name", ""),
                number(fields, "gfid"),
                number(fields, "type"),
                range(fields, "framebuffer"),
                range(fields, "heap"),
                range(fields, "channels"),
                number(fields, "encoder"),
                pid);
    }

    private static int number(Map<String, String> fields, String name) {
        String text = fields.getOrDefault(name, "");
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(name + "=" + text + ": expected a number");
        }
        return Integer.parseInt(text);
    }

    private static ResourceRange range(Map<String, String> fields, String name) {
        String text = fields.getOrDefault(name, "");
        if (!text.matches("0x[0-9a-f]{1,15}\\+0x[0-9a-f]{1,15}")) {
            throw new IllegalArgumentException(name + "=" + text + ": expected 0xSTART+0xLENGTH");
        }
        int plus = text.indexOf('+');
        return new ResourceRange(
                Long.parseLong(text.substring(2, plus), 16),
                Long.parseLong(text.substring(plus + 3), 16));
    }
}
