package org.gpumediator.intel.gen7;

import org.gpumediator.api.event.GuestFaultKind;
import org.gpumediator.core.catalogue.RegisterFile;
import org.gpumediator.intel.gen7.engine.EngineMediation;
import org.gpumediator.intel.gen7.engine.GuestEngines;
import org.gpumediator.intel.gen7.hardware.Engine;
import org.gpumediator.intel.gen7.hardware.RingRegisters;
import org.gpumediator.intel.gen7.registers.Gen7Hooks;
import org.jspecify.annotations.Nullable;

/** Leads what the registers of a virtual Haswell ask for to the part of the model that does it. */
final class Hooks implements Gen7Hooks {

    private static final int GDRST_ALL = 1;

    private final Gen7Vgpu vgpu;
    private @Nullable GuestEngines bound;

    Hooks(Gen7Vgpu vgpu) {
        this.vgpu = vgpu;
    }

    /** Ends the construction of the model: from now on registers may be accessed. */
    void bind() {
        bound = vgpu.engines();
    }

    private GuestEngines guest() {
        GuestEngines guest = bound;
        if (guest == null) {
            throw new IllegalStateException("the virtual GPU is not complete");
        }
        return guest;
    }

    private EngineMediation engines() {
        return vgpu.mediation();
    }

    @Override
    public RegisterFile<Gen7Hooks> registers() {
        return vgpu.registers();
    }

    // ---- engines

    @Override
    public void ringTailWritten(int engine, int value) {
        engines().tailWritten(guest(), Engine.of(engine), value);
    }

    @Override
    public void ringHeadWritten(int engine, int value) {
        engines().headWritten(guest(), Engine.of(engine), value);
    }

    @Override
    public void ringStartWritten(int engine, int value) {
        engines().startWritten(guest(), Engine.of(engine), value);
    }

    @Override
    public void ringControlWritten(int engine, int value, int old) {
        engines().ctlWritten(guest(), Engine.of(engine), value);
    }

    @Override
    public int ringHead(int engine, int stored) {
        return engines().head(guest(), Engine.of(engine));
    }

    @Override
    public int activeHead(int engine, int stored) {
        return engines().activeHead(guest(), Engine.of(engine));
    }

    @Override
    public boolean engineIdle(int engine) {
        return engines().idle(guest(), Engine.of(engine));
    }

    @Override
    public void engineModeWritten(int engine, int value, int old) {
        Engine of = Engine.of(engine);
        engines().renderWritten(guest(), of.base() + RingRegisters.MI_MODE);
        engines().modeWritten(guest(), of);
    }

    @Override
    public void graphicsModeWritten(int engine, int value, int old) {
        engines().addressSpaceWritten(guest(), Engine.of(engine));
    }

    @Override
    public void translationFlushRequested(int engine) {
        engines().invalidate(guest(), Engine.of(engine));
    }

    @Override
    public int pageDirectory(int engine) {
        return engines().pageDirectory(guest(), Engine.of(engine));
    }

    @Override
    public void pageDirectoryWritten(int engine, int value) {
        engines().addressSpaceWritten(guest(), Engine.of(engine));
    }

    @Override
    public void pageDirectoryValidWritten(int engine, int value) {
        // The shadow directory decides by itself which of its entries are valid.
    }

    @Override
    public void statusPageWritten(int engine, int value) {
        engines().statusPageWritten(guest(), Engine.of(engine));
    }

    @Override
    public void pendingHeadWritten(int engine, int value) {
        // Takes effect at a preemption point, and a guest's ring is never preempted in its middle.
    }

    @Override
    public void engineInterruptMaskWritten(int engine, int value) {
        // Looked at when an event comes: what was masked then is dropped.
    }

    @Override
    public void contextIdentityWritten(int value) {
        // Commands select contexts; the register says which one was the last.
    }

    @Override
    public void resetRequested(int engines) {
        int set = 0;
        for (Engine engine : Engine.ALL) {
            if ((engines & (GDRST_ALL | engine.resetBit())) != 0) {
                set |= engine.bit();
            }
        }
        if (set != 0) {
            engines().guestReset(guest(), set);
        }
    }

    @Override
    public void renderStateWritten(int offset, int value, int old) {
        engines().renderWritten(guest(), offset);
    }

    @Override
    public int renderState(int offset, int stored) {
        return engines().renderRead(guest(), offset, stored);
    }

    // ---- graphics memory

    @Override
    public void graphicsTableFlushed() {
        vgpu.tableFlushed();
    }

    @Override
    public boolean ownsFence(int fence) {
        return vgpu.ownsFence(fence);
    }

    @Override
    public void fenceWritten(int fence) {
        vgpu.fenceWritten(fence);
    }

    // ---- interrupts

    @Override
    public void interruptMaskWritten(int bank, int value) {
        vgpu.virtualInterrupts().gateWritten();
    }

    @Override
    public void interruptEnableWritten(int bank, int value) {
        vgpu.virtualInterrupts().gateWritten();
    }

    @Override
    public void interruptIdentityCleared(int bank, int cleared) {
        vgpu.virtualInterrupts().acknowledged();
    }

    @Override
    public void displayResponseMaskWritten(int value) {
        // Decides which display events the render engines can wait for; waits become no-ops.
    }

    // ---- paravirtual page

    @Override
    public void displayReadyWritten(int value) {
        // Kept in the register: nothing shows a guest's display yet.
    }

    @Override
    public void shareInsufficientWritten(int reasons) {
        vgpu.faults().count(GuestFaultKind.PROTOCOL_VIOLATION, "rs_insufficient", reasons);
    }

    @Override
    public void minimumShareWritten(int offset, int value) {
        // Kept in the register; a guest that cannot live with its share says so in rs_insufficient.
    }

    @Override
    public void notificationWritten(int code) {
        // Page tables are found at submission: there is nothing to be told in advance on this
        // generation.
    }

    // ---- display

    @Override
    public void surfaceWritten(int pipe, int plane, int value) {
        vgpu.display().surfaceShown(pipe, plane);
    }

    @Override
    public void pipeConfigurationWritten(int pipe, int value, int old) {
        vgpu.display().pipeConfigured(pipe);
    }

    @Override
    public int scanLine(int pipe, int stored) {
        return vgpu.display().scanLine(pipe);
    }

    @Override
    public int frameCount(int pipe, int stored) {
        return vgpu.display().frameCount(pipe);
    }

    @Override
    public void gmbusWritten(int register, int value, int old) {
        vgpu.ports().gmbusWritten(register, value);
    }

    @Override
    public int gmbusRead(int register, int stored) {
        return vgpu.ports().gmbusRead(register, stored);
    }

    @Override
    public void auxStarted(int port, int control) {
        vgpu.ports().auxStarted(port, control);
    }

    @Override
    public int sidebandRead(int address) {
        return vgpu.sideBand().read(address);
    }

    @Override
    public void sidebandWritten(int address, int value) {
        vgpu.sideBand().write(address, value);
    }

    @Override
    public int preciseColour(int pipe, int index) {
        return vgpu.precisePalette().get(pipe, index);
    }

    @Override
    public void preciseColourWritten(int pipe, int index, int value) {
        vgpu.precisePalette().set(pipe, index, value);
    }
}
