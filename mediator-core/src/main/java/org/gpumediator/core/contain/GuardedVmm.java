package org.gpumediator.core.contain;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.VmmPort;
import org.jspecify.annotations.Nullable;

/**
 * A VMM as a backend shall see it: nothing it throws comes through, and neither does a null that
 * its contract rules out. Both are the guest's {@link GuestFailure}; the answer is that of a guest
 * without memory, the interrupt is lost. A VMM that has failed is asked no more until the reset.
 *
 * <p>The allocator of shared memory is let through: it is asked at creation only, which it refuses.
 */
public final class GuardedVmm {

    private GuardedVmm() {}

    /** Guards a VMM. */
    public static VmmPort of(VmmPort vmm, GuestFailure failure) {
        return new VmmPort(
                new Memory(vmm.memory(), failure),
                new Sink(vmm.messages(), failure),
                new Line(vmm.line(), failure),
                vmm.masking(),
                vmm.sharedMemory());
    }

    private static void guard(GuestFailure failure, Runnable call) {
        try {
            call.run();
        } catch (Throwable thrown) {
            failure.report(thrown);
        }
    }

    private static Registration guarded(
            @Nullable Registration handle, String culprit, GuestFailure failure) {
        if (handle == null) {
            failure.report(new NullPointerException(culprit + " has returned null"));
            return () -> {};
        }
        return () -> guard(failure, handle::close);
    }

    private record Sink(InterruptSink sink, GuestFailure failure) implements InterruptSink {

        @Override
        public void raise(int vector) {
            if (failure.failed()) {
                return;
            }
            try {
                sink.raise(vector);
            } catch (Throwable thrown) {
                failure.report(thrown);
            }
        }
    }

    /** Goes on after a failure, so that the level is right when the guest comes back. */
    private record Line(InterruptLine line, GuestFailure failure) implements InterruptLine {

        @Override
        public void assertLevel() {
            guard(failure, line::assertLevel);
        }

        @Override
        public void deassert() {
            guard(failure, line::deassert);
        }
    }

    private record Memory(GuestMemory memory, GuestFailure failure) implements GuestMemory {

        @Override
        public @Nullable Region regionAt(long guestPhysicalAddress) {
            if (failure.failed()) {
                return null;
            }
            try {
                return memory.regionAt(guestPhysicalAddress);
            } catch (Throwable thrown) {
                failure.report(thrown);
                return null;
            }
        }

        @Override
        public boolean read(long guestPhysicalAddress, MemorySegment target) {
            if (failure.failed()) {
                return false;
            }
            try {
                boolean read = memory.read(guestPhysicalAddress, target);
                GuestFailure.surfaceLateErrors();
                return read;
            } catch (Throwable thrown) {
                failure.report(thrown);
                return false;
            }
        }

        @Override
        public boolean write(long guestPhysicalAddress, MemorySegment source) {
            if (failure.failed()) {
                return false;
            }
            try {
                boolean written = memory.write(guestPhysicalAddress, source);
                GuestFailure.surfaceLateErrors();
                return written;
            } catch (Throwable thrown) {
                failure.report(thrown);
                return false;
            }
        }

        @Override
        public Registration listen(RegionListener listener) {
            try {
                return guarded(memory.listen(listener), "GuestMemory.listen", failure);
            } catch (Throwable thrown) {
                failure.report(thrown);
                return () -> {};
            }
        }

        @Override
        public Optional<WriteTracking> writeTracking() {
            try {
                return memory.writeTracking().map(tracking -> new Tracking(tracking, failure));
            } catch (Throwable thrown) {
                failure.report(thrown);
                return Optional.empty();
            }
        }
    }

    private record Tracking(GuestMemory.WriteTracking tracking, GuestFailure failure)
            implements GuestMemory.WriteTracking {

        @Override
        public @Nullable Registration track(
                long guestPhysicalPage, GuestMemory.WriteListener listener) {
            try {
                Registration handle = tracking.track(guestPhysicalPage, listener);
                return handle == null ? null : guarded(handle, "WriteTracking.track", failure);
            } catch (Throwable thrown) {
                failure.report(thrown);
                return null;
            }
        }
    }
}
