package org.gpumediator.core;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.gpumediator.api.partition.ResourcePartition;

/**
 * The only class that knows Flight Recorder; it cannot be loaded where {@code jdk.jfr} is absent.
 */
@SuppressWarnings("UnusedVariable") // the fields of events are read by the flight recorder
final class FlightRecorder implements LifecycleRecorder {

    FlightRecorder() {
        // Links the event classes here, where their absence is expected.
        new Created();
    }

    @Override
    public void created(String vgpu, String type, ResourcePartition partition, long durationNanos) {
        Created event = new Created();
        if (event.shouldCommit()) {
            event.vgpu = vgpu;
            event.type = type;
            event.partition = partition.toString();
            event.took = durationNanos;
            event.commit();
        }
    }

    @Override
    public void refused(String vgpu, String reason) {
        Refused event = new Refused();
        if (event.shouldCommit()) {
            event.vgpu = vgpu;
            event.reason = reason;
            event.commit();
        }
    }

    @Override
    public void reset(String vgpu, String kind) {
        Reset event = new Reset();
        if (event.shouldCommit()) {
            event.vgpu = vgpu;
            event.kind = kind;
            event.commit();
        }
    }

    @Override
    public void closed(String vgpu) {
        Closed event = new Closed();
        if (event.shouldCommit()) {
            event.vgpu = vgpu;
            event.commit();
        }
    }

    @Name("org.gpumediator.VirtualGpuCreated")
    @Label("Virtual GPU Created")
    @Category("GPU Mediator")
    @StackTrace(false)
    private static final class Created extends Event {
        @Label("Virtual GPU")
        String vgpu = "";

        @Label("Type")
        String type = "";

        @Label("Partition")
        String partition = "";

        @Label("Took")
        @Timespan
        long took;
    }

    @Name("org.gpumediator.VirtualGpuRefused")
    @Label("Virtual GPU Refused")
    @Category("GPU Mediator")
    @StackTrace(false)
    private static final class Refused extends Event {
        @Label("Virtual GPU")
        String vgpu = "";

        @Label("Reason")
        @Description("Resource, requested, available and largest hole")
        String reason = "";
    }

    @Name("org.gpumediator.VirtualGpuReset")
    @Label("Virtual GPU Reset")
    @Category("GPU Mediator")
    @StackTrace(false)
    private static final class Reset extends Event {
        @Label("Virtual GPU")
        String vgpu = "";

        @Label("Kind")
        String kind = "";
    }

    @Name("org.gpumediator.VirtualGpuClosed")
    @Label("Virtual GPU Closed")
    @Category("GPU Mediator")
    @StackTrace(false)
    private static final class Closed extends Event {
        @Label("Virtual GPU")
        String vgpu = "";
    }
}
