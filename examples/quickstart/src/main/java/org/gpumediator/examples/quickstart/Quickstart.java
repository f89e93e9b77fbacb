package org.gpumediator.examples.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs the demo: act by act it makes a fake GPU, shares it, shows on the console what happens, and
 * writes the same as a page with pictures.
 *
 * <p>One argument: where the page goes; {@code target/report.html} if left out.
 */
public final class Quickstart {

    private Quickstart() {}

    /** Runs the demo; exits with status 1 if something did not go as shown. */
    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments.length > 0 ? arguments[0] : "target/report.html");
        Narrator narrator = new Narrator(System.out);
        for (Act act : List.of(new HaswellAct())) {
            act.play(narrator);
        }
        new ReportPage(narrator).write(target);
        System.out.println();
        System.out.println("Report with the partition map: " + target.toAbsolutePath());
        if (narrator.failures() > 0) {
            System.out.println(narrator.failures() + " things did not go as they should.");
            System.exit(1);
        }
    }

    /** One part of the demo. */
    interface Act {

        /** Plays it, from an empty GPU to a closed one. */
        void play(Narrator narrator);
    }
}
