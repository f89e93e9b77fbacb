package org.gpumediator.intel.gen7.command;

import static org.gpumediator.core.command.CommandVerdict.ALLOW;
import static org.gpumediator.core.command.CommandVerdict.AUDIT;
import static org.gpumediator.core.command.CommandVerdict.HANDLE;
import static org.gpumediator.core.command.CommandVerdict.REFUSE;
import static org.gpumediator.core.command.CommandVerdict.REGISTER_CHECK;
import static org.gpumediator.intel.gen7.command.CommandAudit.ARBITRATION;
import static org.gpumediator.intel.gen7.command.CommandAudit.BATCH_END;
import static org.gpumediator.intel.gen7.command.CommandAudit.BATCH_START;
import static org.gpumediator.intel.gen7.command.CommandAudit.CACHE_FLUSH;
import static org.gpumediator.intel.gen7.command.CommandAudit.CONDITIONAL_END;
import static org.gpumediator.intel.gen7.command.CommandAudit.COUNTER_REPORT;
import static org.gpumediator.intel.gen7.command.CommandAudit.DISPLAY_WAIT;
import static org.gpumediator.intel.gen7.command.CommandAudit.FLUSH;
import static org.gpumediator.intel.gen7.command.CommandAudit.LOAD_IMMEDIATE;
import static org.gpumediator.intel.gen7.command.CommandAudit.LOAD_MEMORY;
import static org.gpumediator.intel.gen7.command.CommandAudit.LOAD_REGISTER;
import static org.gpumediator.intel.gen7.command.CommandAudit.NONE;
import static org.gpumediator.intel.gen7.command.CommandAudit.PAGE_FLIP;
import static org.gpumediator.intel.gen7.command.CommandAudit.REFUSED;
import static org.gpumediator.intel.gen7.command.CommandAudit.SEMAPHORE;
import static org.gpumediator.intel.gen7.command.CommandAudit.SET_CONTEXT;
import static org.gpumediator.intel.gen7.command.CommandAudit.STORE_DATA;
import static org.gpumediator.intel.gen7.command.CommandAudit.STORE_INDEX;
import static org.gpumediator.intel.gen7.command.CommandAudit.STORE_REGISTER;
import static org.gpumediator.intel.gen7.command.CommandAudit.STREAMER_STORE;
import static org.gpumediator.intel.gen7.command.CommandAudit.URB_MEMORY;
import static org.gpumediator.intel.gen7.command.CommandAudit.USER_INTERRUPT;
import static org.gpumediator.intel.gen7.command.Gen7Commands.ALL;
import static org.gpumediator.intel.gen7.command.Gen7Commands.BCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.ONE;
import static org.gpumediator.intel.gen7.command.Gen7Commands.RCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.VCS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.VECS;
import static org.gpumediator.intel.gen7.command.Gen7Commands.field;

import org.gpumediator.core.command.CommandCatalogue;

/** Commands of the memory interface: synchronisation, registers, batches. */
final class MiCommands {

    private MiCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("MI", 0xff80_0000)
            //   name                               engines           opcode       length     addresses       reg     verdict         behaviour
            .row("MI_NOOP",                         ALL,              0x0000_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_SET_PREDICATE",                RCS,              0x0080_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_USER_INTERRUPT",               ALL,              0x0100_0000, ONE,       "",             "",     HANDLE,         USER_INTERRUPT)
            .row("MI_WAIT_FOR_EVENT",               RCS | BCS,        0x0180_0000, ONE,       "",             "",     HANDLE,         DISPLAY_WAIT)
            .row("MI_FLUSH",                        RCS,              0x0200_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_ARB_CHECK",                    ALL,              0x0280_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_RS_CONTROL",                   RCS,              0x0300_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_REPORT_HEAD",                  ALL,              0x0380_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_ARB_ON_OFF",                   RCS | VCS | VECS, 0x0400_0000, ONE,       "",             "",     HANDLE,         ARBITRATION)
            .row("MI_URB_ATOMIC_ALLOC",             RCS,              0x0480_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_BATCH_BUFFER_END",             ALL,              0x0500_0000, ONE,       "",             "",     ALLOW,          BATCH_END)
            .row("MI_SUSPEND_FLUSH",                ALL,              0x0580_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_PREDICATE",                    RCS,              0x0600_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_TOPOLOGY_FILTER",              RCS,              0x0680_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_SET_APPID",                    RCS | VCS | VECS, 0x0700_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_RS_CONTEXT",                   RCS,              0x0780_0000, ONE,       "",             "",     ALLOW,          NONE)
            .row("MI_LOAD_SCAN_LINES_INCL",         RCS | BCS,        0x0900_0000, field(5),  "",             "",     HANDLE,         DISPLAY_WAIT)
            .row("MI_LOAD_SCAN_LINES_EXCL",         RCS | BCS,        0x0980_0000, field(5),  "",             "",     HANDLE,         DISPLAY_WAIT)
            .row("MI_DISPLAY_FLIP",                 RCS | BCS,        0x0a00_0000, field(7),  "2:ggtt",       "",     HANDLE,         PAGE_FLIP)
            .row("MI_SEMAPHORE_MBOX",               ALL,              0x0b00_0000, field(7),  "2:sel=0.22",   "",     HANDLE,         SEMAPHORE)
            .row("MI_SET_CONTEXT",                  RCS,              0x0c00_0000, field(7),  "1:ggtt",       "",     HANDLE,         SET_CONTEXT)
            .row("MI_URB_CLEAR",                    RCS,              0x0c80_0000, field(7),  "",             "",     ALLOW,          NONE)
            .row("MI_MATH",                         RCS,              0x0d00_0000, field(5),  "",             "",     ALLOW,          NONE)
            .row("MI_STORE_DATA_IMM",               BCS,              0x1000_0000, field(9),  "2:sel=0.22",   "",     AUDIT,          STORE_DATA)
            .row("MI_STORE_DATA_IMM",               RCS,              0x1000_0000, field(5),  "2:sel=0.22",   "",     AUDIT,          STORE_DATA)
            .row("MI_STORE_DATA_IMM",               VCS | VECS,       0x1000_0000, field(7),  "2:sel=0.22",   "",     AUDIT,          STORE_DATA)
            .row("MI_STORE_DATA_INDEX",             ALL,              0x1080_0000, field(7),  "",             "",     HANDLE,         STORE_INDEX)
            .row("MI_LOAD_REGISTER_IMM",            ALL,              0x1100_0000, field(7),  "",             "2k+1", REGISTER_CHECK, LOAD_IMMEDIATE)
            .row("MI_UPDATE_GTT",                   BCS | VCS | VECS, 0x1180_0000, field(5),  "1:ggtt",       "",     REFUSE,         REFUSED)
            .row("MI_UPDATE_GTT",                   RCS,              0x1180_0000, field(7),  "1:ggtt",       "",     REFUSE,         REFUSED)
            .row("MI_STORE_REGISTER_MEM",           ALL,              0x1200_0000, field(7),  "2:sel=0.22",   "1",    REGISTER_CHECK, STORE_REGISTER)
            .row("MI_FLUSH_DW",                     VCS | BCS | VECS, 0x1300_0000, field(5),  "1:sel=1.2",    "",     AUDIT,          FLUSH)
            .row("MI_CLFLUSH",                      RCS,              0x1380_0000, field(9),  "1:sel=0.22",   "",     AUDIT,          CACHE_FLUSH)
            .row("MI_REPORT_PERF_COUNT",            RCS,              0x1400_0000, field(5),  "1:sel=1.0",    "",     AUDIT,          COUNTER_REPORT)
            .row("MI_LOAD_REGISTER_MEM",            ALL,              0x1480_0000, field(7),  "2:sel=0.22",   "1",    REGISTER_CHECK, LOAD_MEMORY)
            .row("MI_LOAD_REGISTER_REG",            ALL,              0x1500_0000, field(7),  "",             "1;2",  REGISTER_CHECK, LOAD_REGISTER)
            .row("MI_RS_STORE_DATA_IMM",            RCS,              0x1580_0000, field(7),  "2:ctx",        "",     AUDIT,          STREAMER_STORE)
            .row("MI_LOAD_URB_MEM",                 RCS,              0x1600_0000, field(7),  "2:ctx",        "",     AUDIT,          URB_MEMORY)
            .row("MI_STORE_URB_MEM",                RCS,              0x1680_0000, field(7),  "2:ctx",        "",     AUDIT,          URB_MEMORY)
            .row("MI_BATCH_BUFFER_START",           ALL,              0x1880_0000, field(7),  "1:selnot=0.8", "",     HANDLE,         BATCH_START)
            .row("MI_CONDITIONAL_BATCH_BUFFER_END", RCS | VCS | VECS, 0x1b00_0000, field(7),  "2:sel=0.22",   "",     AUDIT,          CONDITIONAL_END)
            .source("XenGT opcode table, lengths per engine of the i915 gen7 command parser");
        // spotless:on
    }
}
