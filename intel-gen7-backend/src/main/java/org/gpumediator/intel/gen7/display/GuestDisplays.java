package org.gpumediator.intel.gen7.display;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.api.vmm.Displays;
import org.gpumediator.api.vmm.Picture;
import org.gpumediator.core.observe.FaultBook;
import org.gpumediator.intel.gen7.hardware.ShadowRegisters;

/** The monitors of one virtual Haswell as its host sees them. */
public final class GuestDisplays implements Displays {

    private static final long NANOS_TO_MILLIHERTZ = 1_000_000_000_000L;

    private final ShadowRegisters registers;
    private final Ports ports;
    private final VirtualDisplay pipes;
    private final FaultBook faults;

    @GuardedBy("this")
    private final ScreenPainter painter;

    /** Creates the host's view of ports and pipes. */
    public GuestDisplays(
            ShadowRegisters registers,
            Ports ports,
            VirtualDisplay pipes,
            PrecisionPalette precise,
            GraphicsMemory memory,
            FaultBook faults) {
        this.registers = registers;
        this.ports = ports;
        this.pipes = pipes;
        this.faults = faults;
        painter = new ScreenPainter(registers, precise, memory);
    }

    @Override
    public List<Port> ports() {
        return ports.list();
    }

    @Override
    public byte[] edid(String port) {
        return ports.edid(port);
    }

    @Override
    public void plug(String port, byte[] edid) {
        ports.plug(port, edid);
    }

    @Override
    public void unplug(String port) {
        ports.unplug(port);
    }

    @Override
    public List<Scanout> scanouts() {
        List<Scanout> scanouts = new ArrayList<>();
        for (int pipe = 0; pipe < VirtualDisplay.PIPES; pipe++) {
            PipeTimings timings = pipes.timings(pipe);
            if (timings != null) {
                PlaneRegisters planes = new PlaneRegisters(registers, pipe);
                PanelFitter fitter = PanelFitter.of(registers, pipe);
                scanouts.add(
                        new Scanout(
                                pipe,
                                ports.connectedAt(timings.port()),
                                fitter == null ? planes.width() : fitter.monitorWidth(),
                                fitter == null ? planes.height() : fitter.monitorHeight(),
                                (int) (NANOS_TO_MILLIHERTZ / timings.frameNanos()),
                                planes.list()));
            }
        }
        return scanouts;
    }

    @Override
    public synchronized boolean draw(int pipe, Picture target) {
        if (pipe < 0 || pipe >= VirtualDisplay.PIPES || pipes.timings(pipe) == null) {
            return false;
        }
        if (!painter.draw(pipe, target)) {
            faults.count(GuestFaultKind.OUT_OF_PARTITION, "scanned-out surface", pipe);
        }
        return true;
    }
}
