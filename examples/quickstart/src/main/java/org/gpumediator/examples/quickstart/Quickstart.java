package org.gpumediator.examples.quickstart;

import java.io.IOException;
import java.io.PrintStream;
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
        if (run(System.out, target) > 0) {
            System.exit(1);
        }
    }

    /** Plays all acts and writes the page; returns how many things did not go as shown. */
    static int run(PrintStream out, Path target) throws IOException {
        Narrator narrator = new Narrator(out);
        for (Act act : List.of(new HaswellAct(), new AdaAct(), new ScreensAct())) {
            act.play(narrator);
        }
        new ReportPage(narrator).write(target);
        out.println();
        out.println("Report with the maps: " + target.toAbsolutePath());
        if (narrator.failures() > 0) {
            out.println(narrator.failures() + " things did not go as they should.");
        }
        return narrator.failures();
    }

    /** One part of the demo. */
    interface Act {

        /** Plays it, from an empty GPU to a closed one. */
        void play(Narrator narrator);
    }
}
