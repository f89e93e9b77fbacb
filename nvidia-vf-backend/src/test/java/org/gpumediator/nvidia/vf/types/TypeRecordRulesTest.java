package org.gpumediator.nvidia.vf.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every way a type record can lie is refused by name, before anything computes with it. */
class TypeRecordRulesTest {

    private static final String HEAD =
            """
            source 1 a test
            ids 48 8 / 0 8 16 24 32 40 / 0 16 24 40
            ids 48 48 / 0 / 0
            board 0x26b5 0x0000 48 / L40 / NVIDIA L40-
            """;

    // spotless:off
    private static final List<String> COLUMNS = List.of(
        "id", "name", "series", "class", "vdev", "vsubsys", "profile", "fb", "heap", "reserved", "max", "chids", "heads",
        "maxx", "maxy", "pixels", "fps", "frl", "cuda", "ecc", "multi", "excl", "encoder", "bar1", "mapKiB", "slots",
        "licenses", "source");
    private static final String ROW =
        "876 8Q Q Quadro 0x26b5 0x1774 8192 7808 64 320 6 256 4 7680 4320 66355200 60 1 1 1 1 0 100 256 4096 8 VWS 1";
    // spotless:on

    private static String with(String... changes) {
        String[] cells = ROW.split(" ");
        for (int i = 0; i < changes.length; i += 2) {
            cells[COLUMNS.indexOf(changes[i])] = changes[i + 1];
        }
        return "type " + String.join(" ", cells);
    }

    private static List<TypeRecord> read(String text) throws IOException {
        return TypeCatalogue.read(new StringReader(text)).types();
    }

    private static void refused(String why, String... changes) {
        refusedText(why, HEAD + with(changes));
    }

    private static void refusedText(String why, String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("line ")
                .hasMessageContaining(why);
    }

    @Test
    void record_thatIsRight_isRead() throws IOException {
        assertThat(read(HEAD + with())).hasSize(1);
    }

    @Test
    void record_withZeroTypeId_isRefused() {
        refused("type id is not in 1 to 65534", "id", "0");
        refused("type id is not in 1 to 65534", "id", "65535");
    }

    @Test
    void record_withoutVendorPrefix_isRefused() {
        refusedText(
                "name does not start with the vendor",
                HEAD.replace("NVIDIA L40-", "L40-") + with());
    }

    @Test
    void record_withLongName_isRefused() {
        refused("name is longer than 63", "name", "Q".repeat(60));
    }

    @Test
    void record_withUnknownSeries_isRefused() {
        refused("series is none of", "series", "Z");
    }

    @Test
    void record_withAnotherBoardsDeviceId_isRefused() {
        refused("device id is not the board's", "vdev", "0x27b8");
    }

    @Test
    void record_withZeroSubsystem_isRefused() {
        refused("subsystem id is not", "vsubsys", "0x0000");
    }

    @Test
    void record_withZeroProfile_isRefused() {
        refused("profile size is not positive", "profile", "0");
    }

    @Test
    void record_withZeroFramebuffer_isRefused() {
        refused("framebuffer size is not positive", "fb", "0");
    }

    @Test
    void record_withNegativeSize_isRefused() {
        refused("expected a decimal number", "fb", "-128");
        refused("expected a decimal number", "profile", "-8192");
        refused("expected a decimal number", "heap", "-64");
    }

    @Test
    void record_withFramebufferOffTwoMib_isRefused() {
        refused("framebuffer is no multiple of 2 MiB", "fb", "7807");
    }

    @Test
    void record_withFramebufferOffTheSegment_isRefused() {
        refused("framebuffer is no multiple of a segment", "fb", "7810");
    }

    @Test
    void record_withFramebufferAboveProfile_isRefused() {
        refused("framebuffer exceeds the profile", "fb", "8320");
    }

    @Test
    void record_withProfileAboveBoard_isRefused() {
        refused("profile exceeds the board", "profile", "65536");
    }

    @Test
    void record_withReservationOfWholeProfile_isRefused() {
        refused("reservation reaches the profile", "reserved", "8192");
    }

    @Test
    void record_withHeapSmallerThanItsMessages_isRefused() {
        refused("heap is smaller than its messages", "heap", "2");
        refused("heap is smaller than its messages", "heap", "0");
    }

    @Test
    void record_withHeapOffTwoMib_isRefused() {
        refused("heap is no multiple of 2 MiB", "heap", "63");
    }

    @Test
    void record_withPartsAboveProfile_isRefused() {
        refused("parts exceed the profile", "reserved", "322");
    }

    @Test
    void record_withOddBar1_isRefused() {
        refused("BAR 1 is no power of two", "bar1", "255");
        refused("BAR 1 is no power of two", "bar1", "0");
    }

    @Test
    void record_withBar1AboveTheFunctions_isRefused() {
        refused("BAR 1 exceeds the function's", "bar1", "4096");
    }

    @Test
    void record_withHeadsOutOfRange_isRefused() {
        refused("heads are not in 1 to 4", "heads", "0");
        refused("heads are not in 1 to 4", "heads", "5");
    }

    @Test
    void record_withZeroMode_isRefused() {
        refused("largest mode is not positive", "maxx", "0");
        refused("largest mode is not positive", "maxy", "0");
    }

    @Test
    void record_withFewerPixelsThanItsMode_isRefused() {
        refused("pixels do not hold the largest mode", "pixels", "33177599");
    }

    @Test
    void record_withFrameRateOutOfRange_isRefused() {
        refused("frame rate is not in 1 to 240", "fps", "0");
        refused("frame rate is not in 1 to 240", "fps", "241");
    }

    @Test
    void record_withZeroInstances_isRefused() {
        refused("instances are not in 1", "max", "0");
    }

    @Test
    void record_withMoreInstancesThanFunctions_isRefused() {
        refused("instances are not in 1", "max", "33");
    }

    @Test
    void record_withChannelsThatDoNotFollow_isRefused() {
        refused("channels do not follow", "chids", "512");
        refused("channels do not follow", "chids", "0");
    }

    @Test
    void record_withPlacementSizeOffItsProfile_isRefused() {
        refused("placement size is not the profile", "slots", "48");
    }

    @Test
    void record_withEncoderAboveHundred_isRefused() {
        refused("encoder share is not in 0 to 100", "encoder", "101");
    }

    @Test
    void record_withPlacementOutsideTheBoard_isRefused() {
        refusedText("placement leaves the board", HEAD.replace("32 40 /", "32 41 /") + with());
    }

    @Test
    void record_withOverlappingPlacements_isRefused() {
        refusedText("placements of one mode overlap", HEAD.replace("0 16 24", "0 16 20") + with());
    }

    @Test
    void record_withUnknownFlag_isRefused() {
        refused("expected 0 or 1", "ecc", "2");
    }

    @Test
    void record_withHugeNumber_isRefused() {
        refused("at most nine digits", "fb", "99999999999999999999");
    }

    @Test
    void record_withMissingOrExcessColumn_isRefused() {
        refusedText("27 columns", HEAD + "type " + ROW.substring(ROW.indexOf(' ') + 1));
        refusedText("29 columns", HEAD + with() + " 1");
    }

    @Test
    void record_givenTwice_isRefused() {
        refusedText("given twice", HEAD + with() + "\n" + with());
        refusedText("given twice", HEAD + with() + "\n" + with("name", "9Q"));
    }

    @Test
    void record_withUnknownSourceOrIds_isRefused() {
        refused("no source 7", "source", "7");
        refused("no ids 48 9", "slots", "9");
    }

    @Test
    void table_withMoreThan128TypesOfABoard_isRefused() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < 129; i++) {
            text.append(with("id", Integer.toString(1000 + i), "name", "t" + i)).append('\n');
        }
        refusedText("more than 128 types", text.toString());
    }

    @Test
    void table_withStrangeLines_isRefused() {
        refusedText("unknown word", HEAD + "tipe 1");
        refusedText("a type before any board", with());
        refusedText("unknown board", "board 0x1234 0x0000 48 / L40 / NVIDIA L40-");
        refusedText("not the L40 that is known", "board 0x26b5 0x0000 32 / L40 / NVIDIA L40-");
        refusedText("no type in the whole table", "# nothing\n");
        refusedText("expected a new number", "source 1\n");
        refusedText("expected three parts", "ids 48 8 / 0\n");
    }

    @Test
    void rows_ofEveryColumn_areNamedInTheHeader() throws IOException {
        assertThat(COLUMNS).hasSameSizeAs(Arrays.asList(ROW.split(" ")));
    }
}
