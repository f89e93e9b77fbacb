package org.gpumediator.core.contain;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.InterruptLine;
import org.gpumediator.api.vmm.InterruptSink;
import org.gpumediator.api.vmm.SharedMemory;
import org.gpumediator.api.vmm.VmmPort;
import org.jspecify.annotations.Nullable;

/**
 * A VMM as a backend shall see it: nothing it throws comes through, and neither does a null that
 * its contract rules out, nor a region of memory that a GPU could not be given. All are the guest's
 * {@link GuestFailure}; the answer is that of a guest without memory, the interrupt is lost. A VMM
 * that has failed is asked no more until the reset.
 *
 * <p>The allocator of shared memory is asked at creation only: what it throws refuses that, and so
 * does memory that is not as it was asked for.
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
                new Allocator(vmm.sharedMemory()));
    }

    private record Allocator(SharedMemory.Allocator allocator) implements SharedMemory.Allocator {

        @Override
        public SharedMemory allocate(String label, long lengthBytes) {
            return checked(allocator.allocate(label, lengthBytes), label, lengthBytes);
        }

        @Override
        public SharedMemory allocateWindow(String label, long lengthBytes, long regionOffset) {
            return checked(
                    allocator.allocateWindow(label, lengthBytes, regionOffset), label, lengthBytes);
        }

        private static SharedMemory checked(
                @Nullable SharedMemory memory, String label, long lengthBytes) {
            String wanted = "shared memory \"" + label + "\" of " + lengthBytes + " bytes: ";
            if (memory == null) {
                throw new IllegalStateException(wanted + "the VMM's allocator has returned null");
            }
            @Nullable MemorySegment segment = memory.segment();
            if (segment == null
                    || segment.byteSize() != lengthBytes
                    || !segment.isNative()
                    || segment.isReadOnly()
                    || segment.address() % Regions.PAGE != 0) {
                memory.close();
                throw new IllegalStateException(
                        wanted
                                + "expected a writable native segment of that size at a multiple of "
                                + Regions.PAGE
                                + ", the VMM's allocator has returned "
                                + segment);
            }
            return memory;
        }
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

    /** Looks at regions once, as they arrive. */
    private static final class Regions {

        static final long PAGE = 4096;

        /** The last region that was as it must be; another thread's will do as well. */
        private volatile GuestMemory.@Nullable Region sound;

        GuestMemory.Region checked(GuestMemory.Region region) {
            if (region != sound) {
                check(region);
                sound = region;
            }
            return region;
        }

        private static void check(GuestMemory.Region region) {
            @Nullable MemorySegment segment = region.segment();
            if (region.start() % PAGE != 0
                    || region.length() <= 0
                    || region.length() % PAGE != 0
                    || segment == null
                    || !segment.isNative()
                    || segment.address() % PAGE != 0
                    || segment.byteSize() != region.length()
                    || region.writable() && segment.isReadOnly()
                    || !segment.isAccessibleBy(Thread.currentThread())) {
                throw new IllegalArgumentException(
                        String.format(
                                "guest memory 0x%x+0x%x%s: expected whole pages of 0x%x, and a"
                                        + " native segment of that length at a multiple of it,"
                                        + " open to every thread, and writable if the guest may"
                                        + " write; was %s",
                                region.start(),
                                region.length(),
                                region.writable() ? "" : " (read-only)",
                                PAGE,
                                segment));
            }
        }
    }

    private record Memory(GuestMemory memory, GuestFailure failure, Regions regions)
            implements GuestMemory {

        Memory(GuestMemory memory, GuestFailure failure) {
            this(memory, failure, new Regions());
        }

        @Override
        public @Nullable Region regionAt(long guestPhysicalAddress) {
            if (failure.failed()) {
                return null;
            }
            try {
                Region region = memory.regionAt(guestPhysicalAddress);
                return region == null ? null : regions.checked(region);
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
