package org.gpumediator.intel.gen7.command;

import org.gpumediator.core.command.CommandCatalogue;
import org.gpumediator.core.command.LengthRule;

/** The command catalogue of gen7.5: 218 rows in six clients. */
public final class Gen7Commands {

    static final int RCS = 1;
    static final int BCS = 1 << 1;
    static final int VCS = 1 << 2;
    static final int VECS = 1 << 3;
    static final int ALL = RCS | BCS | VCS | VECS;

    static final LengthRule ONE = LengthRule.fixed(1);

    /** The four engines in the order of {@link ScanContext#engine}. */
    public static final CommandCatalogue<CommandAudit> CATALOGUE = declare();

    private Gen7Commands() {}

    static LengthRule field(int highestBit) {
        return LengthRule.field(highestBit, 2);
    }

    private static CommandCatalogue<CommandAudit> declare() {
        CommandCatalogue.Builder<CommandAudit> catalogue =
                CommandCatalogue.builder("RCS", "BCS", "VCS", "VECS");
        MiCommands.declare(catalogue);
        BlitterCommands.declare(catalogue);
        RenderCommands.declare(catalogue);
        MediaCommands.declare(catalogue);
        VideoCommands.declare(catalogue);
        VideoEnhancementCommands.declare(catalogue);
        return catalogue.build();
    }
}
