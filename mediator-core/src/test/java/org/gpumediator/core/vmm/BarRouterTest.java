package org.gpumediator.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import java.util.List;
import org.gpumediator.api.pci.BarKind;
import org.gpumediator.api.pci.ConfigWriteEffect.BarMoved;
import org.gpumediator.api.pci.ConfigWriteEffect.DecodeChanged;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.TrapRegion;
import org.gpumediator.core.vmm.BarRouter.Route;
import org.junit.jupiter.api.Test;

class BarRouterTest {

    private static final long LENGTH = 0x1000;

    private final TrapRegion memory =
            TrapRegion.trapped(0, BarKind.MEMORY_64, LENGTH, mock(TrapHandler.class));
    private final TrapRegion ports =
            TrapRegion.trapped(4, BarKind.PORT_IO, 64, mock(TrapHandler.class));
    private final BarRouter router = new BarRouter(List.of(memory, ports));

    @Test
    void memory_edgesOfADecodedBar_areExact() {
        router.apply(new DecodeChanged(0, 0x4_0000_0000L, LENGTH, true));

        assertThat(router.memory(0x4_0000_0000L)).isEqualTo(new Route(memory, 0x4_0000_0000L));
        assertThat(router.memory(0x4_0000_0fffL)).isNotNull();
        assertThat(router.memory(0x4_0000_1000L)).isNull();
        assertThat(router.memory(0x3_ffff_ffffL)).isNull();
        assertThat(router.base(0)).isEqualTo(0x4_0000_0000L);
    }

    @Test
    void memory_barMoved_answersAtItsNewPlaceOnly() {
        router.apply(new DecodeChanged(0, 0x10000, LENGTH, true));
        router.apply(new BarMoved(0, 0x10000, 0x20000, LENGTH));

        assertThat(router.memory(0x10000)).isNull();
        Route route = router.memory(0x20010);
        assertThat(route).isNotNull();
        assertThat(route.offset(0x20010)).isEqualTo(0x10);
    }

    @Test
    void port_sameNumberAsMemory_isAnotherSpace() {
        router.apply(new DecodeChanged(0, 0xc000, LENGTH, true));
        router.apply(new DecodeChanged(4, 0xc000, 64, true));

        assertThat(router.memory(0xc000)).isEqualTo(new Route(memory, 0xc000));
        assertThat(router.port(0xc000)).isEqualTo(new Route(ports, 0xc000));
        assertThat(router.port(0xc040)).isNull();
    }

    @Test
    void apply_decodingOff_answersNothing() {
        router.apply(new DecodeChanged(0, 0x10000, LENGTH, true));
        router.apply(new DecodeChanged(0, 0x10000, LENGTH, false));

        assertThat(router.memory(0x10000)).isNull();
        assertThat(router.base(0)).isEqualTo(-1);
    }

    @Test
    void forget_afterAReset_answersNothing() {
        router.apply(new DecodeChanged(0, 0x10000, LENGTH, true));
        router.forget();

        assertThat(router.memory(0x10000)).isNull();
    }

    @Test
    void apply_moveFromElsewhere_namesBothPlaces() {
        router.apply(new DecodeChanged(0, 0x10000, LENGTH, true));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> router.apply(new BarMoved(0, 0x30000, 0x20000, LENGTH)))
                .withMessage("BAR 0 moves from 0x30000: this router has it at 0x10000");
    }

    @Test
    void apply_barThatIsNotThere_namesIt() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> router.apply(new DecodeChanged(2, 0x10000, LENGTH, true)))
                .withMessage("BAR 2: the function has none");
    }
}
