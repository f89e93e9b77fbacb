package org.gpumediator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.gpumediator.api.partition.ResourcePartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LifecycleRecorderTest {

    @Test
    void events_ofALife_areInTheRecording(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("life.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("org.gpumediator.*").withoutThreshold();
            for (String event : List.of("Created", "Refused", "Reset", "Closed")) {
                recording.enable("org.gpumediator.VirtualGpu" + event);
            }
            recording.start();
            LifecycleRecorder recorder = LifecycleRecorder.ifAvailable();
            ResourcePartition none = ResourcePartition.of(Map.of(), Map.of());
            recorder.created("vm1", "T", none, 5);
            recorder.refused("vm2", "no room");
            recorder.reset("vm1", "BUS");
            recorder.closed("vm1");
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events =
                RecordingFile.readAllEvents(file).stream()
                        .filter(e -> e.getEventType().getName().startsWith("org.gpumediator."))
                        .toList();
        assertThat(events)
                .extracting(e -> e.getEventType().getName() + " " + e.getString("vgpu"))
                .containsExactlyInAnyOrder(
                        "org.gpumediator.VirtualGpuCreated vm1",
                        "org.gpumediator.VirtualGpuRefused vm2",
                        "org.gpumediator.VirtualGpuReset vm1",
                        "org.gpumediator.VirtualGpuClosed vm1");
    }

    @Test
    void recorder_withoutTheModule_recordsNothing() throws Exception {
        Class<?> recorder =
                new WithoutFlightRecorder().loadClass(LifecycleRecorder.class.getName());
        var factory = recorder.getDeclaredMethod("ifAvailable");
        factory.setAccessible(true);
        Object found = factory.invoke(null);
        assertThat(found.getClass().getSimpleName()).isEqualTo("Nothing");
        assertThat(LifecycleRecorder.ifAvailable().getClass().getSimpleName())
                .isEqualTo("FlightRecorder");
    }

    /** Defines the mediator's classes itself and knows no Flight Recorder. */
    private static final class WithoutFlightRecorder extends ClassLoader {

        WithoutFlightRecorder() {
            super(LifecycleRecorderTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jdk.jfr.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("org.gpumediator.core.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException error) {
                throw new ClassNotFoundException(name, error);
            }
        }
    }
}
