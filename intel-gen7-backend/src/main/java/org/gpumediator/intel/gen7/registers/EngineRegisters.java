package org.gpumediator.intel.gen7.registers;

import static org.gpumediator.core.catalogue.RegisterAccess.MASKED;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_ONLY;
import static org.gpumediator.core.catalogue.RegisterAccess.READ_WRITE;
import static org.gpumediator.core.catalogue.RegisterAccess.WRITE_ONE_TO_CLEAR;
import static org.gpumediator.core.catalogue.RegisterBehaviour.afterRead;
import static org.gpumediator.core.catalogue.RegisterBehaviour.beforeWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.commandAccess;
import static org.gpumediator.core.catalogue.RegisterBehaviour.contextSaved;
import static org.gpumediator.core.catalogue.RegisterBehaviour.hardwareStatus;
import static org.gpumediator.core.catalogue.RegisterBehaviour.onWrite;
import static org.gpumediator.core.catalogue.RegisterBehaviour.sticky;
import static org.gpumediator.core.catalogue.RegisterWidth.W32;
import static org.gpumediator.core.catalogue.RegisterWidth.W64;
import static org.gpumediator.core.catalogue.TrapPolicy.READ_THROUGH;
import static org.gpumediator.core.catalogue.TrapPolicy.TRANSLATED;
import static org.gpumediator.core.catalogue.TrapPolicy.VIRTUALISED;
import static org.gpumediator.intel.gen7.registers.Bases.ENGINES;
import static org.gpumediator.intel.gen7.registers.Bases.STATUS_PAGES;
import static org.gpumediator.intel.gen7.registers.Terms.ADDRESS;
import static org.gpumediator.intel.gen7.registers.Terms.HOST;
import static org.gpumediator.intel.gen7.registers.Terms.LIVE;
import static org.gpumediator.intel.gen7.registers.Terms.PASSTHROUGH;
import static org.gpumediator.intel.gen7.registers.Terms.RENDER;
import static org.gpumediator.intel.gen7.registers.Terms.VIRTUAL;

import org.gpumediator.core.catalogue.RegisterCatalogue;

/** Ring-buffer registers, one set per engine, and where the engines put their status pages. */
final class EngineRegisters {

    private EngineRegisters() {}

    // spotless:off
    static void declare(RegisterCatalogue.Builder<Gen7Hooks> builder) {
        builder.block("RING", ENGINES)
            //        name                    offset width access             writable     reset        policy        state        behaviour
            .register("RING_EXCC",            0x028, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE, contextSaved())
            .register("RING_TAIL",            0x030, W32, READ_WRITE,         0x001f_fff8, 0,           VIRTUALISED,  RENDER,      onWrite(EngineBehaviour::tailWritten))
            .register("RING_HEAD",            0x034, W32, READ_WRITE,         0xffff_fffc, 0,           VIRTUALISED,  RENDER,      onWrite(EngineBehaviour::headWritten), afterRead(EngineBehaviour::head))
            .register("RING_START",           0x038, W32, READ_WRITE,         0xffff_f000, 0,           TRANSLATED,   RENDER,      ADDRESS, onWrite(EngineBehaviour::startWritten))
            .register("RING_CTL",             0x03c, W32, READ_WRITE,         0x001f_f007, 0,           VIRTUALISED,  RENDER,      onWrite(EngineBehaviour::controlWritten))
            .register("RING_SYNC_0",          0x040, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE, contextSaved(), commandAccess())
            .register("RING_SYNC_1",          0x044, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE, contextSaved(), commandAccess())
            .register("RING_SYNC_2",          0x048, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE, contextSaved(), commandAccess())
            .register("RING_PSMI_CTL",        0x050, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  PASSTHROUGH)
            .register("RING_MAX_IDLE",        0x054, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  HOST)
            .register("RING_IPEIR",           0x064, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("RING_IPEHR",           0x068, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("RING_INSTDONE",        0x06c, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("RING_INSTPS",          0x070, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("RING_ACTHD",           0x074, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::activeHead))
            .register("RING_DMA_FADD",        0x078, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::activeHead))
            .register("RING_HWSTAM",          0x098, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE, contextSaved())
            .register("RING_MI_MODE",         0x09c, W32, MASKED,             0x0000_fdff, 0,           VIRTUALISED,  RENDER,      contextSaved(), onWrite(EngineBehaviour::modeWritten), afterRead(EngineBehaviour::mode))
            .register("RING_IMR",             0x0a8, W32, READ_WRITE,         0xffff_ffff, 0xffff_ffff, VIRTUALISED,  RENDER,      sticky(), onWrite(EngineBehaviour::interruptMaskWritten))
            .register("RING_EIR",             0x0b0, W32, WRITE_ONE_TO_CLEAR, 0xffff_ffff, 0,           VIRTUALISED,  RENDER)
            .register("RING_EMR",             0x0b4, W32, READ_WRITE,         0xffff_ffff, 0xffff_ffff, VIRTUALISED,  RENDER)
            .register("RING_ESR",             0x0b8, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER)
            .register("RING_INSTPM",          0x0c0, W32, MASKED,             0x0000_ffff, 0,           VIRTUALISED,  RENDER,      contextSaved(), commandAccess(), beforeWrite(EngineBehaviour::instructionMode), onWrite(EngineBehaviour::liveWritten))
            .register("RING_BBSTATE",         0x110, W32, READ_ONLY,          0,           0,           VIRTUALISED,  RENDER,      hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("RING_UHPTR",           0x134, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      hardwareStatus(), contextSaved(), onWrite(EngineBehaviour::pendingHeadWritten))
            .register("RING_BBADDR",          0x140, W32, READ_ONLY,          0,           0,           TRANSLATED,   RENDER,      ADDRESS, hardwareStatus(), afterRead(EngineBehaviour::live))
            .register("RING_WATCHDOG_CTL",    0x178, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE)
            .register("RING_WATCHDOG_THRESH", 0x17c, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      LIVE)
            .register("RING_ECOSKPD",         0x1d0, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  PASSTHROUGH)
            .register("RING_PP_DIR_DCLV",     0x220, W32, READ_WRITE,         0xffff_ffff, 0,           VIRTUALISED,  RENDER,      sticky(), commandAccess(), onWrite(EngineBehaviour::directoryValidWritten))
            .register("RING_PP_DIR_BASE",     0x228, W32, READ_WRITE,         0xffff_ffff, 0,           TRANSLATED,   RENDER,      ADDRESS, sticky(), commandAccess(), onWrite(EngineBehaviour::directoryWritten), afterRead(EngineBehaviour::directory))
            .register("RING_MODE_GEN7",       0x29c, W32, MASKED,             0x0000_2a00, 0,           VIRTUALISED,  RENDER,      contextSaved(), sticky(), onWrite(EngineBehaviour::graphicsModeWritten))
            .register("RING_TIMESTAMP",       0x358, W64, READ_ONLY,          0,           0,           READ_THROUGH, PASSTHROUGH, commandAccess())
            .register("RING_PP_DIR_BASE_READ", 0x518, W32, READ_ONLY,         0,           0,           TRANSLATED,   RENDER,      ADDRESS, hardwareStatus(), afterRead(EngineBehaviour::directory))
            .source("Linux i915 engine registers and what its error capture and debugfs read; XenGT policy; the ring semantics of gen7");

        builder.block("STATUS_PAGE", STATUS_PAGES)
            //        name              offset width access     writable     reset  policy       state    behaviour
            .register("RING_HWS_PGA",   0x000, W32, READ_WRITE, 0xffff_f000, 0,     TRANSLATED,  RENDER,  ADDRESS, contextSaved(), onWrite(EngineBehaviour::statusPageWritten))
            .register("RING_FAULT_REG", 0x014, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .source("Linux i915, gen7 status page and fault registers");

        builder.block("RENDER_ENGINE")
            //        name                    offset  width access     writable     reset  policy       state        behaviour
            .register("RCS_BB_PREEMPT_ADDR",  0x2148, W32, READ_WRITE, 0xffff_f000, 0,     TRANSLATED,  RENDER,      ADDRESS, contextSaved(), onWrite(EngineBehaviour::liveWritten))
            .register("RCS_CCID",             0x2180, W32, READ_WRITE, 0xffff_ffff, 0,     TRANSLATED,  RENDER,      ADDRESS, afterRead(EngineBehaviour::live), onWrite(EngineBehaviour::contextWritten))
            .register("RCS_CXT_SIZE_ALT",     0x21a0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("RCS_CXT_SIZE",         0x21a8, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, PASSTHROUGH)
            .register("UNNAMED_2024",         0x2024, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("UNNAMED_2088",         0x2088, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("3D_CHICKEN3",          0x2090, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved(), commandAccess())
            .register("UNNAMED_20A0",         0x20a0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_20DC",         0x20dc, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("FF_SLICE_CS_CHICKEN1", 0x20e0, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_20E4",         0x20e4, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_20E8",         0x20e8, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("CACHE_MODE_0_GEN6",    0x2120, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE)
            .register("CACHE_MODE_1_GEN6",    0x2124, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE)
            .register("UNNAMED_2214",         0x2214, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, PASSTHROUGH)
            .register("UNNAMED_23BC",         0x23bc, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_2448",         0x2448, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_244C",         0x244c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_2450",         0x2450, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("VFSKPD",               0x2470, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .register("UNNAMED_2B00",         0x2b00, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,      LIVE, contextSaved())
            .source("XenGT policy and its context-switch list; Linux i915 render engine registers");

        builder.block("RENDER_COUNTERS")
            //        name                        offset  width access     writable     reset  policy       state    behaviour
            .register("GPGPU_THREADS_DISPATCHED", 0x2290, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("HS_INVOCATION_COUNT",      0x2300, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("DS_INVOCATION_COUNT",      0x2308, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("IA_VERTICES_COUNT",        0x2310, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("IA_PRIMITIVES_COUNT",      0x2318, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("VS_INVOCATION_COUNT",      0x2320, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("GS_INVOCATION_COUNT",      0x2328, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("GS_PRIMITIVES_COUNT",      0x2330, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("CL_INVOCATION_COUNT",      0x2338, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("CL_PRIMITIVES_COUNT",      0x2340, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("PS_INVOCATION_COUNT",      0x2348, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("PS_DEPTH_COUNT",           0x2350, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("OACONTROL",                0x2360, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("OASTATUS1",                0x2364, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("OASTATUS2",                0x2368, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("OABUFFER",                 0x23b0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("MI_PREDICATE_SRC0",        0x2400, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("MI_PREDICATE_SRC1",        0x2408, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("MI_PREDICATE_DATA",        0x2410, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("MI_PREDICATE_RESULT",      0x2418, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("MI_PREDICATE_RESULT_1",    0x241c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("3DPRIM_END_OFFSET",        0x2420, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("3DPRIM_START_VERTEX",      0x2430, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("3DPRIM_VERTEX_COUNT",      0x2434, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("3DPRIM_INSTANCE_COUNT",    0x2438, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("3DPRIM_START_INSTANCE",    0x243c, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("3DPRIM_BASE_VERTEX",       0x2440, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("GPGPU_DISPATCHDIMX",       0x2500, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("GPGPU_DISPATCHDIMY",       0x2504, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .register("GPGPU_DISPATCHDIMZ",       0x2508, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .range(   "CS_GPR",                   0x2600, 8, 16, W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .range(   "SO_NUM_PRIMS_WRITTEN",     0x5200, 8, 4,  W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .range(   "SO_PRIM_STORAGE_NEEDED",   0x5240, 8, 4,  W64, READ_WRITE, -1,          0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .range(   "SO_WRITE_OFFSET",          0x5280, 4, 4,  W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER,  LIVE, contextSaved(), commandAccess())
            .source("Linux i915 gen7 register whitelist of its command parser");

        builder.block("VIDEO_ENGINE")
            //        name                   offset    width access     writable     reset  policy       state   behaviour
            .register("VCS_CCID",            0x1_2180, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("VECS_CCID",           0x1_a180, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("BCS_CCID",            0x2_2180, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, VIRTUAL)
            .register("VCS_UNNAMED_12198",   0x1_2198, W32, READ_WRITE, 0xffff_f000, 0,     TRANSLATED,  RENDER, ADDRESS, onWrite(EngineBehaviour::liveWritten))
            .register("VCS_UNNAMED_12400",   0x1_2400, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_12468",   0x1_2468, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_124A0",   0x1_24a0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_124A4",   0x1_24a4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_124B4",   0x1_24b4, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_124B8",   0x1_24b8, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_124BC",   0x1_24bc, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VCS_UNNAMED_124D0",   0x1_24d0, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, RENDER, LIVE)
            .register("VECS_HWS_PGA_LEGACY", 0x1_a080, W32, READ_WRITE, 0xffff_f000, 0,     TRANSLATED,  RENDER, ADDRESS, contextSaved(), onWrite(EngineBehaviour::liveWritten))
            .register("BCS_SWCTRL",          0x2_2200, W32, MASKED,     0x0000_ffff, 0,     VIRTUALISED, RENDER, LIVE, contextSaved(), commandAccess())
            .register("UNNAMED_320F0",       0x3_20f0, W64, READ_WRITE, -1,          0,     VIRTUALISED, HOST)
            .register("UNNAMED_320FC",       0x3_20fc, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .register("UNNAMED_32230",       0x3_2230, W32, READ_WRITE, 0xffff_ffff, 0,     VIRTUALISED, HOST)
            .source("XenGT policy; Linux i915 for BCS_SWCTRL");
    }
    // spotless:on
}
