package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gpumediator.api.vmm.TrapHandler;

/** A broken promise of a trap handler, and the name of the tests that must see it. */
record TrapMutation(String test, String promise, UnaryOperator<TrapHandler> altered) {

    static final List<TrapMutation> ALL =
            List.of(
                    new TrapMutation(
                            "access_everyWidthAndAlignment_isAnswered",
                            "throws in the middle",
                            AlteredHandler.reading(
                                    (original, offset, width) -> {
                                        if (width == 2 && offset == 7) {
                                            throw new IllegalStateException("unaligned");
                                        }
                                        return original.read(offset, width);
                                    })),
                    new TrapMutation(
                            "access_everyWidthAndAlignment_isAnswered",
                            "sign-extends",
                            AlteredHandler.reading(
                                    (original, offset, width) ->
                                            original.read(offset, width) | -1L << 63)),
                    new TrapMutation(
                            "access_pastTheEnd_readsOnesAndWritesNothing",
                            "reads zero past the end",
                            AlteredHandler.reading(
                                    (original, offset, width) ->
                                            offset < 0 ? 0 : original.read(offset, width))),
                    new TrapMutation(
                            "access_pastTheEnd_readsOnesAndWritesNothing",
                            "writes the part that is inside",
                            AlteredHandler.writing(
                                    (original, offset, width, value) -> {
                                        original.write(offset, width, value);
                                        original.write(offset, 1, value);
                                    })),
                    new TrapMutation(
                            "access_wrongWidth_readsOnes",
                            "answers three bytes",
                            AlteredHandler.reading(
                                    (original, offset, width) ->
                                            width == 3 ? 0 : original.read(offset, width))),
                    new TrapMutation(
                            "access_wrongWidth_readsOnes",
                            "rounds the width",
                            AlteredHandler.reading(
                                    (original, offset, width) ->
                                            original.read(offset, width == 3 ? 4 : width))),
                    new TrapMutation(
                            "readBlock_anyRun_equalsSingleReads",
                            "fills with zeros",
                            handler ->
                                    new AlteredHandler(handler) {
                                        @Override
                                        public void readBlock(long offset, MemorySegment target) {
                                            target.fill((byte) 0);
                                        }
                                    }),
                    new TrapMutation(
                            "readString_anyRun_equalsSingleReads",
                            "ignores the direction",
                            handler ->
                                    new AlteredHandler(handler) {
                                        @Override
                                        public void readString(
                                                long offset,
                                                int width,
                                                StringDirection direction,
                                                MemorySegment target) {
                                            super.readString(
                                                    offset,
                                                    width,
                                                    StringDirection.ASCENDING,
                                                    target);
                                        }
                                    }),
                    new TrapMutation(
                            "writeBlock_anyRun_equalsSingleWrites",
                            "drops the tail of a block",
                            handler ->
                                    new AlteredHandler(handler) {
                                        @Override
                                        public void writeBlock(long offset, MemorySegment source) {
                                            long even = source.byteSize() & ~1;
                                            super.writeBlock(offset, source.asSlice(0, even));
                                        }
                                    }),
                    new TrapMutation(
                            "writeBlock_anyRun_equalsSingleWrites",
                            "drops strings",
                            TrapMutation::droppingStrings),
                    new TrapMutation(
                            "string_illegalShape_isRefused",
                            "takes any string",
                            TrapMutation::droppingStrings));

    private static TrapHandler droppingStrings(TrapHandler handler) {
        return new AlteredHandler(handler) {
            @Override
            public void writeString(
                    long offset, int width, StringDirection direction, MemorySegment source) {}
        };
    }
}
