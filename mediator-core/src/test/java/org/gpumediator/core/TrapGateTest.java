package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.RegisterBehaviour;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.catalogue.RegisterRegion;
import org.gpumediator.core.observe.FaultBook;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Registers at the start of a region are reached without the region, and never after its end. */
class TrapGateTest {

    private static final int PLAIN = 0x10;
    private static final int HOOKED = 0x20;
    private static final int LENGTH = 4096;

    private final List<String> told = new ArrayList<>();
    private final RegisterFile<List<String>> file = file();

    private RegisterFile<List<String>> file() {
        RegisterCatalogue<List<String>> catalogue =
                RegisterCatalogue.<List<String>>builder("BAR0", LENGTH)
                        .block("TEST")
                        .register("PLAIN", PLAIN, W32, READ_WRITE, -1, 7, VIRTUALISED)
                        .register(
                                "HOOKED",
                                HOOKED,
                                W32,
                                READ_WRITE,
                                0xff,
                                0,
                                VIRTUALISED,
                                RegisterBehaviour.onWrite(
                                        (device, offset, value, old) ->
                                                device.add("stored " + value)),
                                RegisterBehaviour.afterRead(
                                        (device, offset, stored) -> stored | 0x100))
                        .source("test")
                        .build();
        return new RegisterFile<>(
                catalogue,
                catalogue.resetImage(),
                told,
                HardwarePort.absent(),
                new FaultBook("vm1", MediationListener.none()));
    }

    /** Passes its registers on, or keeps them to itself; says what comes to it. */
    private final class Region implements RegisterRegion {

        private final @Nullable RegisterFile<?> shown;

        Region(@Nullable RegisterFile<?> shown) {
            this.shown = shown;
        }

        @Override
        public @Nullable RegisterFile<?> registers() {
            return shown;
        }

        @Override
        public long read(long offset, int width) {
            told.add("read " + offset);
            return offset < LENGTH ? file.read(offset, width) : 1;
        }

        @Override
        public void write(long offset, int width, long value) {
            told.add("write " + offset);
            if (offset < LENGTH) {
                file.write(offset, width, value);
            }
        }
    }

    @Test
    void registers_ofARegionThatBeginsWithThem_areReachedWithoutIt() {
        TrapGate gate = new TrapGate("test", new Region(file));

        assertThat(gate.read(PLAIN, 4)).isEqualTo(7);
        gate.write(PLAIN, 4, 0xffff_ffffL);
        assertThat(gate.read(PLAIN, 4)).isEqualTo(0xffff_ffffL);
        gate.write(HOOKED, 4, 0x345);
        assertThat(told).containsExactly("stored 69");
    }

    @Test
    void accesses_thatAreMoreThanAStoredDword_areAnsweredAsByTheRegion() {
        TrapGate gate = new TrapGate("test", new Region(file));
        gate.write(HOOKED, 4, 0x45);

        assertThat(gate.read(HOOKED, 4)).isEqualTo(0x145);
        assertThat(gate.read(PLAIN, 8)).isEqualTo(file.read(PLAIN, 8));
        assertThat(gate.read(PLAIN + 1, 1)).isZero();
        assertThat(gate.read(PLAIN + 2, 4)).isEqualTo(0xffff_ffffL);
        assertThat(gate.read(-4, 4)).isEqualTo(0xffff_ffffL);
        assertThat(gate.read(PLAIN + (1L << 32), 4)).isEqualTo(1);
        assertThat(gate.read(LENGTH, 4)).isEqualTo(1);
        told.clear();
        gate.write(LENGTH, 4, 1);
        gate.write(-4, 4, 1);
        gate.write(PLAIN + (1L << 32), 4, 1);
        assertThat(told).containsExactly("write 4096", "write -4", "write 4294967312");
        assertThat(file.shadow(PLAIN)).isEqualTo(7);
    }

    @Test
    void regionThatKeepsItsRegistersToItself_isAskedForEach() {
        TrapGate gate = new TrapGate("test", new Region(null));

        assertThat(gate.read(PLAIN, 4)).isEqualTo(7);
        gate.write(PLAIN, 4, 8);
        assertThat(told).containsExactly("read 16", "write 16");
    }

    @Test
    void shut_nothingReachesTheRegisters() {
        TrapGate gate = new TrapGate("test", new Region(file));
        gate.shut();

        assertThat(gate.read(PLAIN, 4)).isEqualTo(0xffff_ffffL);
        gate.write(PLAIN, 4, 8);
        gate.write(HOOKED, 4, 8);
        assertThat(file.shadow(PLAIN)).isEqualTo(7);
        assertThat(told).isEmpty();
    }
}
