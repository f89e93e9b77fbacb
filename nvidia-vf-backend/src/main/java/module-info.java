/** Ada: VF slicing. */
@org.jspecify.annotations.NullMarked
module org.gpumediator.nvidia.vf {
    requires transitive org.gpumediator.api;
    requires org.gpumediator.core;
    requires static org.jspecify;
    requires static com.google.errorprone.annotations;
    requires com.google.common;
    requires org.slf4j;

    exports org.gpumediator.nvidia.vf.guard;
    exports org.gpumediator.nvidia.vf.placement;
    exports org.gpumediator.nvidia.vf.types;
    exports org.gpumediator.nvidia.vf.view;

    provides org.gpumediator.api.spi.GpuBackendProvider with
            org.gpumediator.nvidia.vf.NvidiaVfBackendProvider;
}
