/**
 * Fake hardware, scripted guests, a fake VMM and contract tests.
 *
 * <p>A test of a hypervisor begins at {@link org.gpumediator.testkit.junit.FakeGpuTest}; the tests
 * of a VMM of one's own extend {@link org.gpumediator.testkit.contract.VmmContract}; policies are
 * held to {@link org.gpumediator.testkit.contract.PartitionPolicyContract} and {@link
 * org.gpumediator.testkit.contract.SchedulingPolicyContract}, backends to {@link
 * org.gpumediator.testkit.contract.GpuBackendContract} and {@link
 * org.gpumediator.testkit.contract.VirtualGpuContract}. Nothing moves unless a test steps it.
 */
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
