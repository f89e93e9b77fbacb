package org.gpumediator.nvidia.vf.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TypeCatalogueTest {

    /** Of the table of 138 rows and 34 columns that the shipped one was made from. */
    private static final String CSV_SHA256 =
            "39cffe16ebea1f1c5ceb6257e6e14069f0a895a2490e4399b7cfac8d8730fbbc";

    private static final String CSV_HEADER =
            "board,pdev_id,psubsys_id,type_id,name,series,class,vdev_id,vsubsys_id,profile_mb,fb_mb,"
                    + "gsp_heap_mb,fb_reserved_mb,max_instances,chids_per_vgpu_2048,heads,max_x,max_y,"
                    + "max_pixels,frl_fps,frl_enabled,cuda,ecc,multi_vgpu,multi_vgpu_exclusive,"
                    + "encoder_pct,bar1_mb,mappable_video_kb,placement_size,homog_placements,"
                    + "heterog_placements,heterog_count,licenses,source";

    @Test
    void shipped_writtenBackAsCsv_isTheOriginalToTheByte() throws Exception {
        String csv =
                TypeCatalogue.shipped().types().stream()
                        .map(TypeCatalogueTest::csv)
                        .collect(Collectors.joining("\n", CSV_HEADER + "\n", "\n"));
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(csv.getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(CSV_SHA256);
    }

    private static String csv(TypeRecord t) {
        return String.join(
                ",",
                t.board().title(),
                hex(t.board().deviceId()),
                hex(t.board().subsystemId()),
                Integer.toString(t.typeId()),
                t.name(),
                t.identity().series(),
                t.identity().typeClass(),
                hex(t.identity().deviceId()),
                hex(t.identity().subsystemId()),
                mib(t.memory().profileBytes()),
                mib(t.memory().framebufferBytes()),
                mib(t.memory().heapBytes()),
                mib(t.memory().reservedBytes()),
                Integer.toString(t.sharing().maxInstances()),
                Integer.toString(t.sharing().channels()),
                Integer.toString(t.display().heads()),
                Integer.toString(t.display().maxWidth()),
                Integer.toString(t.display().maxHeight()),
                Long.toString(t.display().maxPixels()),
                Integer.toString(t.display().frameRateLimit()),
                flag(t.display().frameRateLimited()),
                flag(t.sharing().cuda()),
                flag(t.sharing().ecc()),
                flag(t.sharing().multiVgpu()),
                flag(t.sharing().multiVgpuExclusive()),
                Integer.toString(t.sharing().encoderPercent()),
                mib(t.memory().bar1Bytes()),
                Long.toString(t.memory().mappableVideoBytes() / 1024),
                Integer.toString(t.sharing().placementSize()),
                ids(t.sharing().equalIds()),
                ids(t.sharing().mixedIds()),
                Integer.toString(t.sharing().mixedIds().size()),
                String.join(";", t.licenses()),
                "\"" + t.source() + "\"");
    }

    private static String hex(int value) {
        return String.format("0x%04x", value);
    }

    private static String mib(long bytes) {
        return Long.toString(bytes / AdaBoard.MIB);
    }

    private static String flag(boolean value) {
        return value ? "1" : "0";
    }

    private static String ids(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    @Test
    void shipped_perBoard_hasItsTypes() {
        assertThat(TypeCatalogue.shipped().types()).hasSize(138);
        assertThat(TypeCatalogue.shipped().types(AdaBoard.L40)).hasSize(22);
        assertThat(TypeCatalogue.shipped().types(AdaBoard.L4)).hasSize(18);
        assertThat(TypeCatalogue.shipped().types(AdaBoard.RTX_5000_ADA)).hasSize(14);
    }

    @Test
    void byName_withAndWithoutVendorPrefix_findsTheSame() {
        TypeCatalogue catalogue = TypeCatalogue.shipped();
        assertThat(catalogue.byName("L40-8Q")).isPresent();
        assertThat(catalogue.byName("L40-8Q")).isEqualTo(catalogue.byName("NVIDIA L40-8Q"));
        assertThat(catalogue.byName("L40-8Q").orElseThrow().typeId()).isEqualTo(876);
        assertThat(catalogue.byName("RTX6000-Ada-48Q").orElseThrow().typeId()).isEqualTo(950);
        assertThat(catalogue.byName("l40-8q")).isEmpty();
    }

    @Test
    void byId_knownAndUnknown_findsOrNot() {
        TypeRecord type = TypeCatalogue.shipped().byId(871).orElseThrow();
        assertThat(type.name()).isEqualTo("NVIDIA L40-1Q");
        assertThat(type.identity().virtualDeviceId()).isEqualTo(0x26b5_176f);
        assertThat(TypeCatalogue.shipped().byId(0)).isEmpty();
    }

    @Test
    void modes_ofATwoGibDesktop_areBoundByHeadsSizeAndPixels() {
        TypeRecord.Display display =
                TypeCatalogue.shipped().byName("L40-2B").orElseThrow().display();
        TypeRecord.Mode fiveK = new TypeRecord.Mode(5120, 2880);
        TypeRecord.Mode fourK = new TypeRecord.Mode(3840, 2160);
        TypeRecord.Mode fullHd = new TypeRecord.Mode(1920, 1080);
        assertThat(display.accepts(List.of())).isTrue();
        assertThat(display.accepts(List.of(fiveK))).isTrue();
        assertThat(display.accepts(List.of(fourK, fourK))).isTrue();
        assertThat(display.accepts(List.of(fiveK, fiveK))).isFalse();
        assertThat(display.accepts(List.of(fullHd, fullHd, fullHd, fullHd))).isTrue();
        assertThat(display.accepts(List.of(fullHd, fullHd, fullHd, fullHd, fullHd))).isFalse();
        assertThat(display.accepts(List.of(new TypeRecord.Mode(5121, 1)))).isFalse();
        assertThat(display.accepts(List.of(new TypeRecord.Mode(1, 2881)))).isFalse();
    }

    @Test
    void profile_ofEveryType_isTheSumOfItsParts() {
        for (TypeRecord type : TypeCatalogue.shipped().types()) {
            TypeRecord.Memory memory = type.memory();
            long parts = memory.framebufferBytes() + memory.heapBytes() + memory.reservedBytes();
            boolean overdrawn = memory.framebufferBytes() == AdaBoard.GIB;
            assertThat(parts)
                    .as(type.name())
                    .isEqualTo(memory.profileBytes() + (overdrawn ? memory.heapBytes() : 0));
        }
    }
}
