package org.gpumediator.examples.vfiouser;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.gpumediator.testkit.SteppedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code --list-types} says of Ada boards, empty and with virtual GPUs on them, counted by
 * hand: how many places of a size touch nobody's slots.
 *
 * <p>Source of the places: placement rules of Ada, worked out for boards of 24, 32 and 48 GiB;
 * equal sizes are one beside the other.
 */
class AdaTypeListingTest {

    private static final Pattern LINE = Pattern.compile("NVIDIA (\\S*?)-(\\d+)([QBA]) +(\\d+)  .*");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return VfioUserServer.run(
                new SteppedClock(),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                arguments);
    }

    /** A virtual GPU on a board: so many slots from that one on. */
    private record Held(int slots, int place) {

        boolean touches(int otherSlots, int otherPlace) {
            return place < otherPlace + otherSlots && otherPlace < place + slots;
        }
    }

    // spotless:off
    private static final Map<Integer, Map<Integer, int[]>> MIXED = Map.of(
            24, Map.of(
                    24, new int[] {0},
                    12, new int[] {0, 12},
                     8, new int[] {0, 16},
                     6, new int[] {0, 6, 12, 18},
                     4, new int[] {0, 8, 12, 20},
                     3, new int[] {0, 3, 6, 9, 12, 15, 18, 21},
                     2, new int[] {0, 4, 6, 10, 12, 16, 18, 22},
                     1, new int[] {0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23}),
            48, Map.of(
                    48, new int[] {0},
                    24, new int[] {0, 24},
                    16, new int[] {0, 32},
                    12, new int[] {0, 12, 24, 36},
                     8, new int[] {0, 16, 24, 40},
                     6, new int[] {0, 6, 12, 18, 24, 30, 36, 42},
                     4, new int[] {0, 8, 12, 20, 24, 32, 36, 44},
                     3, new int[] {0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45},
                     2, new int[] {0, 4, 6, 10, 12, 16, 18, 22, 24, 28, 30, 34, 36, 40, 42, 46},
                     1, new int[] {0, 5, 6, 11, 12, 17, 18, 23, 24, 29, 30, 35, 36, 41, 42, 47}));

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        //  gpu         | GiB | prefix       | created: size@place
        "   l2          | 24  | L2           | ",
        "   l2          | 24  | L2           | 8@16",
        "   l4          | 24  | L4           | ",
        "   l4          | 24  | L4           | 4@4 4@20",
        "   l20         | 48  | L20          | 3@9",
        "   l40         | 48  | L40          | ",
        "   l40         | 48  | L40          | 8@0 8@40",
        "   l40s        | 48  | L40S         | ",
        "   l40s        | 48  | L40S         | 1@0 1@31",
        "   rtx5000ada  | 32  | RTX5000-Ada  | 4@28",
        "   rtx6000ada  | 48  | RTX6000-Ada  | ",
        "   rtx6000ada  | 48  | RTX6000-Ada  | 16@16 16@32",
    })
    void equalSizes_aBoardWithSomeCreated_leavesTheRestOfThatSize(
            String gpu, int gib, String prefix, String created) {
        List<Held> held = held(created);

        Map<Integer, Integer> listed = list(gpu, "homogeneous", prefix, held);

        listed.forEach((size, available) -> {
            int most = Math.min(gib / size, 32);
            int left = held.stream().allMatch(each -> each.slots() == size) ? most - held.size() : 0;
            assertThat(available).as("%s-%d", prefix, size).isEqualTo(left);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        //  gpu         | GiB | prefix       | created: size@place
        "   l2          | 24  | L2           | ",
        "   l2          | 24  | L2           | 8@16 3@6",
        "   l4          | 24  | L4           | ",
        "   l4          | 24  | L4           | 12@12 1@0",
        "   l20         | 48  | L20          | 2@4 2@22 24@24",
        "   l40         | 48  | L40          | ",
        "   l40         | 48  | L40          | 12@0 6@12 8@24 2@18 1@36",
        "   l40s        | 48  | L40S         | ",
        "   l40s        | 48  | L40S         | 16@32 4@8",
        "   rtx5000ada  | 32  | RTX5000-Ada  | ",
        "   rtx5000ada  | 32  | RTX5000-Ada  | 16@16 2@6",
        "   rtx6000ada  | 48  | RTX6000-Ada  | ",
        "   rtx6000ada  | 48  | RTX6000-Ada  | 48@0",
    })
    void mixedSizes_aBoardWithSomeCreated_leavesThePlacesThatNobodyTouches(
            String gpu, int gib, String prefix, String created) {
        List<Held> held = held(created);

        Map<Integer, Integer> listed = list(gpu, "heterogeneous", prefix, held);

        listed.forEach((size, available) -> {
            int[] places = gib == 32
                    ? IntStream.iterate(0, place -> place < 32, place -> place + size).toArray()
                    : requireNonNull(requireNonNull(MIXED.get(gib)).get(size));
            long left = IntStream.of(places)
                    .filter(place -> held.stream().noneMatch(each -> each.touches(size, place)))
                    .count();
            assertThat(available).as("%s-%d", prefix, size).isEqualTo((int) left);
        });
    }
    // spotless:on

    private static List<Held> held(String created) {
        List<Held> held = new ArrayList<>();
        for (String each : created == null ? new String[0] : created.split(" ")) {
            String[] parts = each.split("@");
            held.add(new Held(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
        }
        return held;
    }

    /** Creates, lists, and returns how many of each size are available; series must agree. */
    private Map<Integer, Integer> list(String gpu, String mode, String prefix, List<Held> held) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--gpu=" + gpu + ",placement-mode=" + mode);
        arguments.add("--list-types");
        for (int i = 0; i < held.size(); i++) {
            Held each = held.get(i);
            // The vendor's word before the name may be there or not.
            String vendor = i % 2 == 0 ? "" : "NVIDIA ";
            String type = vendor + prefix + "-" + each.slots() + "Q";
            arguments.add(vgpu("v" + i, "type=" + type + ",placement=@" + each.place()));
        }
        assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        Map<Integer, Integer> listed = new TreeMap<>();
        for (String line : out.toString().split("\n")) {
            MatchResult match = LINE.matcher(line).results().findFirst().orElseThrow();
            assertThat(match.group(1)).isEqualTo(prefix);
            int size = Integer.parseInt(match.group(2));
            int available = Integer.parseInt(match.group(4));
            assertThat(listed.getOrDefault(size, available)).as(line).isEqualTo(available);
            listed.put(size, available);
        }
        assertThat(listed).hasSizeGreaterThanOrEqualTo(6);
        return listed;
    }

    private static String vgpu(String name, String rest) {
        return "--vgpu=name=" + name + ",socket=/tmp/" + name + "," + rest;
    }

    @Test
    void json_afterCreation_hasTheSameNumbersAndTheVendorsAttributes() {
        String wish = vgpu("a", "type=L40-8Q,vf=@3");
        assertThat(run("--gpu=l40", "--list-types", "--json", wish)).isZero();

        Map<String, String> lines = new LinkedHashMap<>();
        out.toString()
                .lines()
                .filter(line -> line.startsWith("  {\"name\": \""))
                .forEach(line -> lines.put(line.split("\"")[3], line));
        assertThat(lines).hasSize(22);
        assertThat(lines.get("NVIDIA L40-8Q"))
                .contains("\"availableInstances\": 5, \"maxInstances\": 6")
                .contains("\"bar1\": 268435456")
                .contains("\"type-id\": \"876\"")
                .contains("\"virtual-device\": \"0x26b51774\"");
        assertThat(lines.get("NVIDIA L40-6Q")).contains("\"availableInstances\": 0");
    }

    // spotless:off
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        //  status | gpu                            | vgpu                               | what the line names
        "   2 | l40                                 | type=L40-7Q                        | L40-7Q",
        "   2 | l40                                 | type=8Q                            | type 8Q",
        "   2 | l40                                 | type=L40-8Q,placement=@            | placement=",
        "   2 | l40                                 | type=L40-8Q,placement=8            | type=",
        "   2 | l40                                 | type=L40-8Q,wheels=@4              | wheels",
        "   2 | l40                                 | framebuffer=5M                     | framebuffer",
        "   2 | l40,placement-mode=random           | type=L40-8Q                        | random",
        "   2 | l40,homogeneous-rule=any            | type=L40-8Q                        | any",
        "   2 | l40,vfs=33                          | type=L40-8Q                        | vfs=33",
        "   2 | l40,ecc=maybe                       | type=L40-8Q                        | ecc=maybe",
        "   3 | l40                                 | type=L40-8Q,placement=@4           | placed only at 0 8 16",
        "   3 | l40,placement-mode=heterogeneous    | type=L40-8Q,placement=@8           | placed only at",
        "   3 | l40,vfs=2                           | type=L40-8Q,vf=@2                  | virtual function 2",
    })
    void run_whatTheBoardDoesNotHave_endsWithOneLineThatNamesIt(
            int status, String gpu, String wish, String named) {
        assertThat(run("--gpu=" + gpu, "--list-types", vgpu("a", wish))).isEqualTo(status);

        assertThat(err.toString().lines()).hasSize(1).first().asString().contains(named);
        assertThat(out.toString()).isEmpty();
    }
    // spotless:on

    @Test
    void run_aSecondSizeOnABoardOfOneSize_endsWithStatusThreeAndSaysWhoIsInTheWay() {
        assertThat(
                        run(
                                "--gpu=l4",
                                "--list-types",
                                vgpu("a", "type=L4-8Q"),
                                vgpu("b", "type=L4-4Q")))
                .isEqualTo(3);

        assertThat(err.toString().lines())
                .containsExactly(
                        "vfio-user-server: b: insufficient placement: requested 4, available 16,"
                                + " largest hole 16 (one size only, and a is a NVIDIA L4-8Q; would"
                                + " fit without a)");
    }

    @Test
    void policy_ofAnyRoom_isNotOneOfThisBoard() {
        assertThat(run("--gpu=l40", "--list-types", "--policy=best-fit")).isEqualTo(2);
        assertThat(err.toString())
                .contains("best-fit: expected one of [first-fit, keep-most-creatable]");
        assertThat(
                        run(
                                "--gpu=l40",
                                "--list-types",
                                "--policy=keep-most-creatable",
                                vgpu("a", "type=L40-8Q")))
                .isZero();
    }
}
