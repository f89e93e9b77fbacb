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
import static org.gpumediator.intel.gen7.command.CommandAudit.MASK;
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

/**
 * Commands of the memory interface: synchronisation, registers, batches.
 *
 * <p>Bits that are masked, beyond reserved ones, and what they would do otherwise. Sources: Haswell
 * PRM volume 2a (command reference: instructions), Mesa gen75 command description.
 *
 * <ul>
 *   <li>MI_FLUSH 0.3 and PIPE_CONTROL 1.19, global snapshot count reset: sets back counters that
 *       others read; not to be used on any product, as the PRM says.
 *   <li>MI_SUSPEND_FLUSH 0.0: holds back the flushes that the host's IOMMU waits for, until
 *       somebody clears it.
 *   <li>MI_STORE_DATA_IMM and MI_RS_STORE_DATA_IMM 2.0, MI_REPORT_PERF_COUNT 1.4, core mode enable:
 *       on the second core the store goes to the place behind the one that is named.
 *   <li>MI_STORE_DATA_INDEX 0.21: stores to the context image's status page instead of the ring's
 *       (from gen8 on).
 *   <li>MI_BATCH_BUFFER_START 0.16, add offset enable: the register BB_OFFSET (volume 2c) is added
 *       to the address that was audited; 0.11, clear command buffer enable: the batch is cleared
 *       behind the command streamer, and a copy shall stay as it is.
 *   <li>MI_SET_CONTEXT 1.11:4 but 8: reserved.
 * </ul>
 *
 * <p>Refused are the byte disables of MI_LOAD_REGISTER_IMM (0.11:8): of a page directory's address,
 * a part that is audited and a part that is kept would make one that nobody has looked at. Source:
 * Haswell PRM volume 2a; the same field is in Intel's media driver (mhw_mi_hwcmd).
 */
final class MiCommands {

    private MiCommands() {}

    static void declare(CommandCatalogue.Builder<CommandAudit> catalogue) {
        // spotless:off
        catalogue.client("MI", 0xff80_0000)
            //   name                               engines           opcode       length     addresses       reg     verdict         behaviour           bits
            .row("MI_NOOP",                         ALL,              0x0000_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_SET_PREDICATE",                RCS,              0x0080_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_USER_INTERRUPT",               ALL,              0x0100_0000, ONE,       "",             "",     HANDLE,         USER_INTERRUPT,     "0=own")
            .row("MI_WAIT_FOR_EVENT",               RCS | BCS,        0x0180_0000, ONE,       "",             "",     HANDLE,         DISPLAY_WAIT,       "0=replaced")
            .row("MI_FLUSH",                        RCS,              0x0200_0000, ONE,       "",             "",     ALLOW,          MASK,               "0.3=masked;0=own")
            .row("MI_ARB_CHECK",                    ALL,              0x0280_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_RS_CONTROL",                   RCS,              0x0300_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_REPORT_HEAD",                  ALL,              0x0380_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_ARB_ON_OFF",                   RCS | VCS | VECS, 0x0400_0000, ONE,       "",             "",     HANDLE,         ARBITRATION,        "0=own")
            .row("MI_URB_ATOMIC_ALLOC",             RCS,              0x0480_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_BATCH_BUFFER_END",             ALL,              0x0500_0000, ONE,       "",             "",     ALLOW,          BATCH_END,          "0=own")
            .row("MI_SUSPEND_FLUSH",                ALL,              0x0580_0000, ONE,       "",             "",     ALLOW,          MASK,               "0.0=masked;0=own")
            .row("MI_PREDICATE",                    RCS,              0x0600_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_TOPOLOGY_FILTER",              RCS,              0x0680_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_SET_APPID",                    RCS | VCS | VECS, 0x0700_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_RS_CONTEXT",                   RCS,              0x0780_0000, ONE,       "",             "",     ALLOW,          NONE,               "0=own")
            .row("MI_LOAD_SCAN_LINES_INCL",         RCS | BCS,        0x0900_0000, field(5),  "",             "",     HANDLE,         DISPLAY_WAIT,       "0+=replaced")
            .row("MI_LOAD_SCAN_LINES_EXCL",         RCS | BCS,        0x0980_0000, field(5),  "",             "",     HANDLE,         DISPLAY_WAIT,       "0+=replaced")
            .row("MI_DISPLAY_FLIP",                 RCS | BCS,        0x0a00_0000, field(7),  "2:ggtt",       "",     HANDLE,         PAGE_FLIP,          "0+=replaced;2.11:0=replaced")
            .row("MI_SEMAPHORE_MBOX",               ALL,              0x0b00_0000, field(7),  "2:sel=0.22",   "",     HANDLE,         SEMAPHORE,          "0.21=checked;0.18=checked;0.15:8=masked;0=own;1=data;3+=replaced")
            .row("MI_SET_CONTEXT",                  RCS,              0x0c00_0000, field(7),  "1:ggtt",       "",     HANDLE,         SET_CONTEXT,        "0=own;1.11:9=masked;1.8=checked;1.7:4=masked;1.3:0=checked;2+=replaced")
            .row("MI_URB_CLEAR",                    RCS,              0x0c80_0000, field(7),  "",             "",     ALLOW,          NONE,               "0+=own")
            .row("MI_MATH",                         RCS,              0x0d00_0000, field(5),  "",             "",     ALLOW,          NONE,               "0+=own")
            .row("MI_STORE_DATA_IMM",               BCS,              0x1000_0000, field(9),  "2:sel=0.22",   "",     AUDIT,          STORE_DATA,         "0.21:10=masked;1=own;2.1:0=masked;3+=data")
            .row("MI_STORE_DATA_IMM",               RCS,              0x1000_0000, field(5),  "2:sel=0.22",   "",     AUDIT,          STORE_DATA,         "0.21:6=masked;1=own;2.1:0=masked;3+=data")
            .row("MI_STORE_DATA_IMM",               VCS | VECS,       0x1000_0000, field(7),  "2:sel=0.22",   "",     AUDIT,          STORE_DATA,         "0.21:8=masked;1=own;2.1:0=masked;3+=data")
            .row("MI_STORE_DATA_INDEX",             ALL,              0x1080_0000, field(7),  "",             "",     HANDLE,         STORE_INDEX,        "0.22:8=masked;1.1:0=masked;1=checked;2+=data")
            .row("MI_LOAD_REGISTER_IMM",            ALL,              0x1100_0000, field(7),  "",             "2k+1", REGISTER_CHECK, LOAD_IMMEDIATE,     "0.22:13=masked;0.12=own;0.11:8=refused;2k+1.31:23=masked;2k+1.1:0=masked;1+=checked")
            .row("MI_UPDATE_GTT",                   BCS | VCS | VECS, 0x1180_0000, field(5),  "1:ggtt",       "",     REFUSE,         REFUSED,            "1.31:0=replaced;0+=replaced")
            .row("MI_UPDATE_GTT",                   RCS,              0x1180_0000, field(7),  "1:ggtt",       "",     REFUSE,         REFUSED,            "1.31:0=replaced;0+=replaced")
            .row("MI_STORE_REGISTER_MEM",           ALL,              0x1200_0000, field(7),  "2:sel=0.22",   "1",    REGISTER_CHECK, STORE_REGISTER,     "0.21=own;0.20:8=masked;1.31:23=masked;1.1:0=masked;1=checked;2.1:0=masked;3+=replaced")
            .row("MI_FLUSH_DW",                     VCS | BCS | VECS, 0x1300_0000, field(5),  "1:sel=1.2",    "",     AUDIT,          FLUSH,              "0.21=checked;0.15:14=checked;0.8=checked;0=own;1.1:0=masked;2+=data")
            .row("MI_CLFLUSH",                      RCS,              0x1380_0000, field(9),  "1:sel=0.22",   "",     AUDIT,          CACHE_FLUSH,        "0.21:10=masked;1.11:0=own;2+=own")
            .row("MI_REPORT_PERF_COUNT",            RCS,              0x1400_0000, field(5),  "1:sel=1.0",    "",     AUDIT,          COUNTER_REPORT,     "0.22:6=masked;1.5:1=masked;2+=data")
            .row("MI_LOAD_REGISTER_MEM",            ALL,              0x1480_0000, field(7),  "2:sel=0.22",   "1",    REGISTER_CHECK, LOAD_MEMORY,        "0.21=own;0.20:8=masked;1.31:23=masked;1.1:0=masked;1=checked;2.1:0=masked;3+=replaced")
            .row("MI_LOAD_REGISTER_REG",            ALL,              0x1500_0000, field(7),  "",             "1;2",  REGISTER_CHECK, LOAD_REGISTER,      "0.22:8=masked;1.31:23=masked;1.1:0=masked;1=checked;2.31:23=masked;2.1:0=masked;2=checked;3+=replaced")
            .row("MI_RS_STORE_DATA_IMM",            RCS,              0x1580_0000, field(7),  "2:ctx",        "",     AUDIT,          STREAMER_STORE,     "0.22:8=masked;1=own;2.1:0=masked;3+=data")
            .row("MI_LOAD_URB_MEM",                 RCS,              0x1600_0000, field(7),  "2:ctx",        "",     AUDIT,          URB_MEMORY,         "0.22:8=masked;1=own;2.5:0=masked;3+=own")
            .row("MI_STORE_URB_MEM",                RCS,              0x1680_0000, field(7),  "2:ctx",        "",     AUDIT,          URB_MEMORY,         "0.22:8=masked;1=own;2.5:0=masked;3+=own")
            .row("MI_BATCH_BUFFER_START",           ALL,              0x1880_0000, field(7),  "1:selnot=0.8", "",     HANDLE,         BATCH_START,        "0.22=own;0.21:16=masked;0.15=own;0.14=masked;0.13=checked;0.12:11=masked;0.10=own;0.9=masked;1.1:0=masked;2+=replaced")
            .row("MI_CONDITIONAL_BATCH_BUFFER_END", RCS | VCS | VECS, 0x1b00_0000, field(7),  "2:sel=0.22",   "",     AUDIT,          CONDITIONAL_END,    "0.21=own;0.20:8=masked;1=data;2.2:0=masked;3+=own")
            .source("XenGT opcode table, lengths per engine of the i915 gen7 command parser");
        // spotless:on
    }
}
