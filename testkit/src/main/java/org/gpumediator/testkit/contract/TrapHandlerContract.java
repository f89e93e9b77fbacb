package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import org.gpumediator.api.vmm.TrapHandler;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every {@link TrapHandler} promises. Extend this class and give it a fresh handler; the
 * region it answers for should be larger than 64 bytes and hold something that reads back.
 */
public abstract class TrapHandlerContract {

    /** Creates the contract. */
    protected TrapHandlerContract() {}

    /** Returns a fresh handler, always in the same state. */
    protected abstract TrapHandler handler();

    /** Returns the length in bytes of the region that {@link #handler} answers for. */
    protected abstract long length();

    private TrapChecks checks() {
        return new TrapChecks("region", handler(), length());
    }

    @Test
    @DisplayName("every width at every alignment inside is answered, zero-extended")
    void access_everyWidthAndAlignment_isAnswered() {
        checks().everyAccessInsideIsAnswered();
    }

    @Test
    @DisplayName("an access not wholly inside reads ones and writes nothing")
    void access_pastTheEnd_readsOnesAndWritesNothing() {
        checks().accessesOutsideReadOnes();
    }

    @Test
    @DisplayName("a width that no bus has reads ones")
    void access_wrongWidth_readsOnes() {
        checks().wrongWidthsReadOnes();
    }

    @Test
    @DisplayName("a block read equals the single reads it stands for")
    void readBlock_anyRun_equalsSingleReads() {
        checks().blockReadsEqualSingleReads();
    }

    @Test
    @DisplayName("a string read equals its elements, in both directions")
    void readString_anyRun_equalsSingleReads() {
        checks().stringReadsEqualSingleReads();
    }

    @Test
    @DisplayName("block and string writes leave what single writes leave")
    void writeBlock_anyRun_equalsSingleWrites() {
        class Fresh implements TrapHandler {
            private TrapHandler now = handler();

            @Override
            public long read(long offset, int width) {
                return now.read(offset, width);
            }

            @Override
            public void write(long offset, int width, long value) {
                now.write(offset, width, value);
            }

            @Override
            public void writeBlock(long offset, MemorySegment source) {
                now.writeBlock(offset, source);
            }

            @Override
            public void writeString(
                    long offset, int width, StringDirection direction, MemorySegment source) {
                now.writeString(offset, width, direction, source);
            }
        }
        Fresh fresh = new Fresh();
        new TrapChecks("region", fresh, length())
                .blockWritesEqualSingleWrites(() -> fresh.now = handler());
    }

    @Test
    @DisplayName("a string of a wrong width or length is the caller's error")
    void string_illegalShape_isRefused() {
        checks().illegalStringsAreTheCallersError();
    }
}
