package org.gpumediator.intel.gen7.registers;

import java.util.ArrayList;
import java.util.List;
import org.gpumediator.api.event.MediationListener;
import org.gpumediator.core.catalogue.HardwarePort;
import org.gpumediator.core.catalogue.RegisterCatalogue;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.core.observe.FaultBook;

/** A device model that does nothing but note what its registers ask of it. */
final class RecordingDevice implements Gen7Hooks {

    final List<String> heard = new ArrayList<>();
    final FaultBook faults = new FaultBook("vm1", MediationListener.none());
    boolean idle = true;
    int ownedFences = 4;

    private final RegisterFile<Gen7Hooks> registers;

    RecordingDevice(RegisterCatalogue<Gen7Hooks> catalogue) {
        registers =
                new RegisterFile<>(
                        catalogue, catalogue.resetImage(), this, HardwarePort.absent(), faults);
    }

    private void note(String what, Object... values) {
        StringBuilder line = new StringBuilder(what);
        for (Object value : values) {
            line.append(' ').append(value instanceof Integer i ? Integer.toHexString(i) : value);
        }
        heard.add(line.toString());
    }

    @Override
    public RegisterFile<Gen7Hooks> registers() {
        return registers;
    }

    @Override
    public void ringTailWritten(int engine, int value) {
        note("tail", engine, value);
    }

    @Override
    public void ringHeadWritten(int engine, int value) {
        note("head", engine, value);
    }

    @Override
    public void ringStartWritten(int engine, int value) {
        note("start", engine, value);
    }

    @Override
    public void ringControlWritten(int engine, int value, int old) {
        note("control", engine, value, old);
    }

    @Override
    public int ringHead(int engine, int stored) {
        return stored + engine;
    }

    @Override
    public int activeHead(int engine, int stored) {
        return 0x100 + engine;
    }

    @Override
    public int pageDirectory(int engine) {
        return 0x0100_0000 * (1 + engine);
    }

    @Override
    public boolean engineIdle(int engine) {
        return idle;
    }

    @Override
    public void engineModeWritten(int engine, int value, int old) {
        note("mode", engine, value, old);
    }

    @Override
    public void graphicsModeWritten(int engine, int value, int old) {
        note("graphicsMode", engine, value, old);
    }

    @Override
    public void translationFlushRequested(int engine) {
        note("flush", engine);
    }

    @Override
    public void pageDirectoryWritten(int engine, int value) {
        note("directory", engine, value);
    }

    @Override
    public void pageDirectoryValidWritten(int engine, int value) {
        note("directoryValid", engine, value);
    }

    @Override
    public void statusPageWritten(int engine, int value) {
        note("statusPage", engine, value);
    }

    @Override
    public void pendingHeadWritten(int engine, int value) {
        note("pendingHead", engine, value);
    }

    @Override
    public void engineInterruptMaskWritten(int engine, int value) {
        note("engineMask", engine, value);
    }

    @Override
    public void contextIdentityWritten(int value) {
        note("context", value);
    }

    @Override
    public void resetRequested(int engines) {
        note("reset", engines);
    }

    @Override
    public void renderStateWritten(int offset, int value, int old) {
        note("render", offset, value, old);
    }

    @Override
    public int renderState(int offset, int stored) {
        return stored;
    }

    @Override
    public void graphicsTableFlushed() {
        note("tableFlushed");
    }

    @Override
    public boolean ownsFence(int fence) {
        return fence < ownedFences;
    }

    @Override
    public void fenceWritten(int fence) {
        note("fence", fence);
    }

    @Override
    public void interruptMaskWritten(int bank, int value) {
        note("mask", bank, value);
    }

    @Override
    public void interruptEnableWritten(int bank, int value) {
        note("enable", bank, value);
    }

    @Override
    public void interruptIdentityCleared(int bank, int cleared) {
        note("cleared", bank, cleared);
    }

    @Override
    public void displayResponseMaskWritten(int value) {
        note("responseMask", value);
    }

    @Override
    public void displayReadyWritten(int value) {
        note("displayReady", value);
    }

    @Override
    public void shareInsufficientWritten(int reasons) {
        note("insufficient", reasons);
    }

    @Override
    public void minimumShareWritten(int offset, int value) {
        note("minimum", offset, value);
    }

    @Override
    public void notificationWritten(int code) {
        note("notify", code);
    }

    @Override
    public void vgaPlaneWritten(int value, int old) {
        note("vga", value, old);
    }

    @Override
    public void surfaceWritten(int pipe, int plane, int value) {
        note("surface", pipe, plane, value);
    }

    @Override
    public void pipeConfigurationWritten(int pipe, int value, int old) {
        note("pipe", pipe, value, old);
    }

    @Override
    public void transcoderRouted(int transcoder, int value) {
        note("routed", transcoder, value);
    }

    @Override
    public int scanLine(int pipe, int stored) {
        return 0x200 + pipe;
    }

    @Override
    public int frameCount(int pipe, int stored) {
        return 0x300 + pipe;
    }

    @Override
    public void gmbusWritten(int register, int value, int old) {
        note("gmbus", register, value);
    }

    @Override
    public int gmbusRead(int register, int stored) {
        return stored;
    }

    @Override
    public void auxStarted(int port, int control) {
        note("aux", port, control);
        registers.shadow(port == 0 ? 0x6_4010 : 0xe_4010 + 0x100 * port, control);
    }

    @Override
    public int sidebandRead(int address) {
        return 0xa000_0000 | address;
    }

    @Override
    public void sidebandWritten(int address, int value) {
        note("sideband", address, value);
    }
}
