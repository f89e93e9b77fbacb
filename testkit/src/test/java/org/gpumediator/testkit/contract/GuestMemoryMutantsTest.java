package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.gpumediator.api.Registration;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.testkit.FakeGuestMemory;
import org.jspecify.annotations.Nullable;

class GuestMemoryMutantsTest extends MutantsTest<GuestMemoryContract> {

    private static final long START = 0x10_0000;

    GuestMemoryMutantsTest() {
        super(GuestMemoryContract.class);
    }

    private static GuestMemoryContract contract(Function<FakeGuestMemory, GuestMemory> altered) {
        Map<GuestMemory, FakeGuestMemory> originals = new HashMap<>();
        return new GuestMemoryContract() {
            @Override
            protected GuestMemory memory() {
                FakeGuestMemory original = new FakeGuestMemory();
                original.addRam(START, 64 * 1024);
                GuestMemory memory = altered.apply(original);
                originals.put(memory, original);
                return memory;
            }

            @Override
            protected long ramStart() {
                return START;
            }

            @Override
            protected void removeRam(GuestMemory memory) {
                originals.getOrDefault(memory, new FakeGuestMemory()).remove(START);
            }
        };
    }

    private static Mutant<GuestMemoryContract> mutant(
            String test, String promise, Function<FakeGuestMemory, GuestMemory> altered) {
        return new Mutant<>(test, promise, () -> contract(altered));
    }

    @Override
    GuestMemoryContract sound() {
        return contract(memory -> memory);
    }

    @Override
    List<Mutant<GuestMemoryContract>> mutants() {
        return List.of(
                mutant(
                        "regionAt_edges_areExact",
                        "one page too long",
                        m ->
                                new AlteredMemory(m) {
                                    @Override
                                    public @Nullable Region regionAt(long at) {
                                        return super.regionAt(
                                                at == START + 64 * 1024 ? at - 1 : at);
                                    }
                                }),
                mutant(
                        "write_thenSegment_agree",
                        "writes somewhere else",
                        m ->
                                new AlteredMemory(m) {
                                    @Override
                                    public boolean write(long at, MemorySegment source) {
                                        return super.write(at + 1, source);
                                    }
                                }),
                mutant(
                        "read_partlyOutside_changesNothing",
                        "fills what it can",
                        m ->
                                new AlteredMemory(m) {
                                    @Override
                                    public boolean read(long at, MemorySegment target) {
                                        boolean whole = super.read(at, target);
                                        if (!whole) {
                                            target.fill((byte) 0xff);
                                        }
                                        return whole;
                                    }
                                }),
                mutant(
                        "write_partlyOutside_changesNothing",
                        "writes what it can",
                        m ->
                                new AlteredMemory(m) {
                                    @Override
                                    public boolean write(long at, MemorySegment source) {
                                        if (super.write(at, source)) {
                                            return true;
                                        }
                                        super.write(at, source.asSlice(0, source.byteSize() / 2));
                                        return false;
                                    }
                                }),
                mutant(
                        "remove_lookUp_isForgottenFirst",
                        "finds what goes until it has gone",
                        m ->
                                new AlteredMemory(m) {
                                    private final @Nullable Region kept = m.regionAt(START);

                                    @Override
                                    public @Nullable Region regionAt(long at) {
                                        return kept;
                                    }
                                }),
                mutant(
                        "remove_listener_hearsInTime",
                        "tells nobody",
                        m ->
                                new AlteredMemory(m) {
                                    @Override
                                    public Registration listen(RegionListener listener) {
                                        return () -> {};
                                    }
                                }),
                mutant(
                        "track_pageOfRam_canBeEnded",
                        "tracks anything, nothing",
                        m ->
                                new AlteredMemory(m) {
                                    @Override
                                    public Optional<WriteTracking> writeTracking() {
                                        return Optional.of((page, listener) -> () -> {});
                                    }
                                }));
    }

    /** Passes everything on; a mutant overrides one method. */
    private static class AlteredMemory implements GuestMemory {

        final FakeGuestMemory original;

        AlteredMemory(FakeGuestMemory original) {
            this.original = original;
        }

        @Override
        public @Nullable Region regionAt(long guestPhysicalAddress) {
            return original.regionAt(guestPhysicalAddress);
        }

        @Override
        public boolean read(long guestPhysicalAddress, MemorySegment target) {
            return original.read(guestPhysicalAddress, target);
        }

        @Override
        public boolean write(long guestPhysicalAddress, MemorySegment source) {
            return original.write(guestPhysicalAddress, source);
        }

        @Override
        public Registration listen(RegionListener listener) {
            return original.listen(listener);
        }

        @Override
        public Optional<WriteTracking> writeTracking() {
            return original.writeTracking();
        }
    }
}
