/** Ada: VF slicing. */
@org.jspecify.annotations.NullMarked
module org.gpumediator.nvidia.vf {
    requires org.gpumediator.api;
    requires org.gpumediator.core;
    requires static org.jspecify;
    requires static com.google.errorprone.annotations;
    requires com.google.common;
    requires org.slf4j;

    provides org.gpumediator.api.spi.GpuBackendProvider with
            org.gpumediator.nvidia.vf.NvidiaVfBackendProvider;
}
