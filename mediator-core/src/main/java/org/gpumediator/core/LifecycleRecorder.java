package org.gpumediator.core;

import org.gpumediator.api.partition.ResourcePartition;

/** Records what happens to virtual GPUs for a profiler. */
interface LifecycleRecorder {

    void created(String vgpu, String type, ResourcePartition partition, long durationNanos);

    void refused(String vgpu, String reason);

    void reset(String vgpu, String kind);

    void closed(String vgpu);

    /** Returns a recorder for Flight Recorder, or one that records nothing where it is missing. */
    static LifecycleRecorder ifAvailable() {
        try {
            return new FlightRecorder();
        } catch (LinkageError absent) {
            return new Nothing();
        }
    }

    /** Records nothing. */
    final class Nothing implements LifecycleRecorder {

        @Override
        public void created(
                String vgpu, String type, ResourcePartition partition, long durationNanos) {}

        @Override
        public void refused(String vgpu, String reason) {}

        @Override
        public void reset(String vgpu, String kind) {}

        @Override
        public void closed(String vgpu) {}
    }
}
