/** Fake hardware, scripted guests, a fake VMM and contract tests. */
@org.jspecify.annotations.NullMarked
module org.gpumediator.testkit {
    requires transitive org.gpumediator.api;
    requires transitive org.gpumediator.core;
    requires java.management;
    requires jdk.management;
    requires static org.jspecify;
    requires static transitive org.junit.jupiter.api;

    exports org.gpumediator.testkit;
    exports org.gpumediator.testkit.ada;
    exports org.gpumediator.testkit.contract;
    exports org.gpumediator.testkit.guest;
    exports org.gpumediator.testkit.haswell;
    exports org.gpumediator.testkit.junit;
    exports org.gpumediator.testkit.schedule;
    exports org.gpumediator.testkit.trace;

    opens org.gpumediator.testkit.contract;
}
