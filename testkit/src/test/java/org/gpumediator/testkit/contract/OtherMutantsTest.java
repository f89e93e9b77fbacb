package org.gpumediator.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gpumediator.api.GuestMemory;
import org.gpumediator.api.Registration;
import org.gpumediator.api.TrapHandler;
import org.gpumediator.api.hardware.GpuIdentity;
import org.gpumediator.api.hardware.PhysicalGpu;
import org.gpumediator.api.partition.PartitionDecision;
import org.gpumediator.api.partition.PartitionPolicy;
import org.gpumediator.api.partition.PartitionRequest;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.core.policy.FirstFit;
import org.gpumediator.testkit.FakeGuestMemory;
import org.gpumediator.testkit.plain.PlainGpu;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shows that each test of the other contracts can fail: one broken promise each. */
class OtherMutantsTest {

    private static final long START = 0x10_0000;

    private record Mutant(Class<?> contract, String test, String promise, Runnable run) {

        @Override
        public String toString() {
            return contract.getSimpleName() + "." + test + ": " + promise;
        }
    }

    // ---- guest memory --------------------------------------------------------------------------

    private static GuestMemoryContract memory(
            Supplier<FakeGuestMemory> fresh, Function<FakeGuestMemory, GuestMemory> altered) {
        Map<GuestMemory, FakeGuestMemory> originals = new HashMap<>();
        return new GuestMemoryContract() {
            @Override
            protected GuestMemory memory() {
                FakeGuestMemory original = fresh.get();
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

    private static Stream<Mutant> memoryMutants() {
        Class<?> contract = GuestMemoryContract.class;
        return Stream.of(
                new Mutant(
                        contract,
                        "regionAt_edges_areExact",
                        "one page too long",
                        () ->
                                memory(
                                                FakeGuestMemory::new,
                                                m ->
                                                        new AlteredMemory(m) {
                                                            @Override
                                                            public @Nullable Region regionAt(
                                                                    long at) {
                                                                return super.regionAt(
                                                                        at == START + 64 * 1024
                                                                                ? at - 1
                                                                                : at);
                                                            }
                                                        })
                                        .regionAt_edges_areExact()),
                new Mutant(
                        contract,
                        "write_thenSegment_agree",
                        "writes somewhere else",
                        () ->
                                memory(
                                                FakeGuestMemory::new,
                                                m ->
                                                        new AlteredMemory(m) {
                                                            @Override
                                                            public boolean write(
                                                                    long at, MemorySegment source) {
                                                                return super.write(at + 1, source);
                                                            }
                                                        })
                                        .write_thenSegment_agree()),
                new Mutant(
                        contract,
                        "read_partlyOutside_changesNothing",
                        "fills what it can",
                        () ->
                                memory(
                                                FakeGuestMemory::new,
                                                m ->
                                                        new AlteredMemory(m) {
                                                            @Override
                                                            public boolean read(
                                                                    long at, MemorySegment target) {
                                                                boolean whole =
                                                                        super.read(at, target);
                                                                if (!whole) {
                                                                    target.fill((byte) 0xff);
                                                                }
                                                                return whole;
                                                            }
                                                        })
                                        .read_partlyOutside_changesNothing()),
                new Mutant(
                        contract,
                        "write_partlyOutside_changesNothing",
                        "writes what it can",
                        () ->
                                memory(
                                                FakeGuestMemory::new,
                                                m ->
                                                        new AlteredMemory(m) {
                                                            @Override
                                                            public boolean write(
                                                                    long at, MemorySegment source) {
                                                                if (super.write(at, source)) {
                                                                    return true;
                                                                }
                                                                super.write(
                                                                        at,
                                                                        source.asSlice(
                                                                                0,
                                                                                source.byteSize()
                                                                                        / 2));
                                                                return false;
                                                            }
                                                        })
                                        .write_partlyOutside_changesNothing()),
                new Mutant(
                        contract,
                        "remove_listener_hearsInTime",
                        "tells nobody",
                        () ->
                                memory(
                                                FakeGuestMemory::new,
                                                m ->
                                                        new AlteredMemory(m) {
                                                            @Override
                                                            public Registration listen(
                                                                    RegionListener listener) {
                                                                return () -> {};
                                                            }
                                                        })
                                        .remove_listener_hearsInTime()),
                new Mutant(
                        contract,
                        "track_pageOfRam_canBeEnded",
                        "tracks anything, nothing",
                        () ->
                                memory(
                                                FakeGuestMemory::new,
                                                m ->
                                                        new AlteredMemory(m) {
                                                            @Override
                                                            public Optional<WriteTracking>
                                                                    writeTracking() {
                                                                return Optional.of(
                                                                        (page, listener) ->
                                                                                () -> {});
                                                            }
                                                        })
                                        .track_pageOfRam_canBeEnded()));
    }

    // ---- physical GPU --------------------------------------------------------------------------

    private static Mutant gpu(
            String test,
            String promise,
            Supplier<PhysicalGpu> altered,
            Consumer<PhysicalGpuContract> run) {
        return new Mutant(
                PhysicalGpuContract.class,
                test,
                promise,
                () ->
                        run.accept(
                                new PhysicalGpuContract() {
                                    @Override
                                    protected PhysicalGpu gpu() {
                                        return altered.get();
                                    }
                                }));
    }

    private static class AlteredGpu implements PhysicalGpu {

        final PlainGpu original = new PlainGpu();

        @Override
        public GpuIdentity identity() {
            return original.identity();
        }

        @Override
        public int configLength() {
            return original.configLength();
        }

        @Override
        public int readConfig(int offset, int width) {
            return original.readConfig(offset, width);
        }

        @Override
        public void writeConfig(int offset, int width, int value) {
            original.writeConfig(offset, width, value);
        }

        @Override
        public long barLength(int bar) {
            return original.barLength(bar);
        }

        @Override
        public long read(int bar, long offset, int width) {
            return original.read(bar, offset, width);
        }

        @Override
        public void write(int bar, long offset, int width, long value) {
            original.write(bar, offset, width, value);
        }

        @Override
        public long mapForDma(MemorySegment segment, DmaAccess access) {
            return original.mapForDma(segment, access);
        }

        @Override
        public void unmapForDma(long busAddress) {
            original.unmapForDma(busAddress);
        }

        @Override
        public Registration onInterrupt(InterruptListener listener) {
            return original.onInterrupt(listener);
        }

        @Override
        public void reset() {
            original.reset();
        }
    }

    private static Stream<Mutant> gpuMutants() {
        return Stream.of(
                gpu(
                        "identity_always_isThatOfConfig",
                        "says another device",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public GpuIdentity identity() {
                                        return new GpuIdentity(0x1234, 9, 0x1234, 2, 3, 0x030000);
                                    }
                                },
                        c -> c.identity_always_isThatOfConfig()),
                gpu(
                        "config_illegalAccess_isRefused",
                        "takes any width",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public int readConfig(int offset, int width) {
                                        return width == 3 ? 0 : super.readConfig(offset, width);
                                    }
                                },
                        c -> c.config_illegalAccess_isRefused()),
                gpu(
                        "read_legalAccess_fitsItsWidth",
                        "sign-extends",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public long read(int bar, long offset, int width) {
                                        return super.read(bar, offset, width)
                                                | (width < 8 ? -1L << 63 : 0);
                                    }
                                },
                        c -> c.read_legalAccess_fitsItsWidth()),
                gpu(
                        "access_illegal_isRefused",
                        "ignores bad writes",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void write(int bar, long offset, int width, long value) {
                                        if (offset >= 0) {
                                            super.write(bar, offset, width, value);
                                        }
                                    }
                                },
                        c -> c.access_illegal_isRefused()),
                gpu(
                        "mapForDma_twice_givesTwoAddresses",
                        "always the same address",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public long mapForDma(MemorySegment segment, DmaAccess access) {
                                        return 4096;
                                    }
                                },
                        c -> c.mapForDma_twice_givesTwoAddresses()),
                gpu(
                        "unmapForDma_twice_isRefused",
                        "unmaps anything",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void unmapForDma(long busAddress) {}
                                },
                        c -> c.unmapForDma_twice_isRefused()),
                gpu(
                        "mapForDma_illegalSegment_isRefused",
                        "maps anything",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public long mapForDma(MemorySegment segment, DmaAccess access) {
                                        return 0;
                                    }
                                },
                        c -> c.mapForDma_illegalSegment_isRefused()),
                gpu(
                        "reset_afterWrites_restoresRegisters",
                        "resets nothing",
                        () ->
                                new AlteredGpu() {
                                    @Override
                                    public void reset() {}
                                },
                        c -> c.reset_afterWrites_restoresRegisters()),
                gpu(
                        "onInterrupt_closedTwice_isHarmless",
                        "one handle for all",
                        () ->
                                new AlteredGpu() {
                                    private final Registration one = () -> {};

                                    @Override
                                    public Registration onInterrupt(InterruptListener listener) {
                                        return one;
                                    }
                                },
                        c -> c.onInterrupt_closedTwice_isHarmless()));
    }

    // ---- policies ------------------------------------------------------------------------------

    private static Mutant policy(
            String test,
            String promise,
            Supplier<PartitionPolicy> altered,
            Consumer<PartitionPolicyContract> run) {
        return new Mutant(
                PartitionPolicyContract.class,
                test,
                promise,
                () ->
                        run.accept(
                                new PartitionPolicyContract() {
                                    private final PartitionPolicy policy = altered.get();

                                    @Override
                                    protected PartitionPolicy policy() {
                                        return policy;
                                    }
                                }));
    }

    private static PartitionDecision none() {
        return new PartitionDecision.Placed(ResourcePartition.of(Map.of(), Map.of()));
    }

    private static Stream<Mutant> policyMutants() {
        FirstFit firstFit = new FirstFit();
        return Stream.of(
                policy(
                        "decide_twice_answersTheSame",
                        "remembers",
                        () -> {
                            List<String> asked = new ArrayList<>();
                            return (inventory, request) -> {
                                asked.add(request.owner());
                                return asked.size() % 2 == 0
                                        ? none()
                                        : firstFit.decide(inventory, request);
                            };
                        },
                        c -> c.decide_twice_answersTheSame()),
                policy(
                        "decide_comingAndGoing_neverOverlaps",
                        "forgets who is there",
                        () ->
                                (inventory, request) -> {
                                    var empty = inventory;
                                    for (var holding : inventory.holdings()) {
                                        empty = empty.without(holding.owner());
                                    }
                                    return firstFit.decide(empty, request);
                                },
                        c -> c.decide_comingAndGoing_neverOverlaps()),
                policy(
                        "decide_comingAndGoing_neverOverlaps",
                        "places nothing",
                        () -> (inventory, request) -> none(),
                        c -> c.decide_comingAndGoing_neverOverlaps()),
                policy(
                        "decide_afterGivingBack_placesAgain",
                        "refuses everything",
                        () ->
                                (inventory, request) -> {
                                    var kind = inventory.resources().getFirst().kind();
                                    return new PartitionDecision.Refused(
                                            request.owner(), kind, 1, 0, 0, "mood");
                                },
                        c -> c.decide_afterGivingBack_placesAgain()),
                policy(
                        "decide_wishedPlace_isExact",
                        "ignores wishes",
                        () ->
                                (inventory, request) ->
                                        firstFit.decide(
                                                inventory,
                                                PartitionRequest.of(
                                                        request.owner(), request.type())),
                        c -> c.decide_wishedPlace_isExact()),
                policy(
                        "decide_tooMuch_namesTheResource",
                        "gives what is not there",
                        () -> (inventory, request) -> none(),
                        c -> c.decide_tooMuch_namesTheResource()),
                policy(
                        "decide_illegalRequest_isRefused",
                        "takes anything",
                        () -> (inventory, request) -> none(),
                        c -> c.decide_illegalRequest_isRefused()));
    }

    // ---- trap handlers -------------------------------------------------------------------------

    private static Mutant trap(
            String test,
            String promise,
            Supplier<TrapHandler> altered,
            Consumer<TrapHandlerContract> run) {
        return new Mutant(
                TrapHandlerContract.class,
                test,
                promise,
                () ->
                        run.accept(
                                new TrapHandlerContract() {
                                    @Override
                                    protected TrapHandler handler() {
                                        return altered.get();
                                    }

                                    @Override
                                    protected long length() {
                                        return Storage.LENGTH;
                                    }
                                }));
    }

    private static Stream<Mutant> trapMutants() {
        return Stream.of(
                trap(
                        "access_everyWidthAndAlignment_isAnswered",
                        "throws when unaligned",
                        () ->
                                new Storage() {
                                    @Override
                                    public long read(long offset, int width) {
                                        if (offset % width != 0) {
                                            throw new IllegalArgumentException("unaligned");
                                        }
                                        return super.read(offset, width);
                                    }
                                },
                        c -> c.access_everyWidthAndAlignment_isAnswered()),
                trap(
                        "access_pastTheEnd_readsOnesAndWritesNothing",
                        "wraps around",
                        () ->
                                new Storage() {
                                    @Override
                                    public long read(long offset, int width) {
                                        return super.read(offset & Storage.LENGTH - 1, width);
                                    }
                                },
                        c -> c.access_pastTheEnd_readsOnesAndWritesNothing()),
                trap(
                        "access_wrongWidth_readsOnes",
                        "rounds the width",
                        () ->
                                new Storage() {
                                    @Override
                                    public long read(long offset, int width) {
                                        return super.read(offset, width == 3 ? 4 : width);
                                    }
                                },
                        c -> c.access_wrongWidth_readsOnes()),
                trap(
                        "readBlock_anyRun_equalsSingleReads",
                        "fills with ones",
                        () ->
                                new Storage() {
                                    @Override
                                    public void readBlock(long offset, MemorySegment target) {
                                        target.fill((byte) 0xff);
                                    }
                                },
                        c -> c.readBlock_anyRun_equalsSingleReads()),
                trap(
                        "readString_anyRun_equalsSingleReads",
                        "fills with ones",
                        () ->
                                new Storage() {
                                    @Override
                                    public void readString(
                                            long offset,
                                            int width,
                                            StringDirection direction,
                                            MemorySegment target) {
                                        target.fill((byte) 0xff);
                                    }
                                },
                        c -> c.readString_anyRun_equalsSingleReads()),
                trap(
                        "writeBlock_anyRun_equalsSingleWrites",
                        "drops strings",
                        () ->
                                new Storage() {
                                    @Override
                                    public void writeString(
                                            long offset,
                                            int width,
                                            StringDirection direction,
                                            MemorySegment source) {}
                                },
                        c -> c.writeBlock_anyRun_equalsSingleWrites()),
                trap(
                        "string_illegalShape_isRefused",
                        "takes any string",
                        () ->
                                new Storage() {
                                    @Override
                                    public void writeString(
                                            long offset,
                                            int width,
                                            StringDirection direction,
                                            MemorySegment source) {}
                                },
                        c -> c.string_illegalShape_isRefused()));
    }

    static Stream<Mutant> mutants() {
        return Stream.of(memoryMutants(), gpuMutants(), policyMutants(), trapMutants())
                .flatMap(mutants -> mutants);
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void contract_ofMutant_fails(Mutant mutant) {
        assertThat(catchThrowable(mutant.run()::run))
                .as(mutant.toString())
                .isInstanceOfAny(AssertionError.class, RuntimeException.class);
    }

    @Test
    void mutants_coverEveryTestOfEachContract() {
        for (Class<?> contract :
                List.of(
                        GuestMemoryContract.class,
                        PhysicalGpuContract.class,
                        PartitionPolicyContract.class,
                        TrapHandlerContract.class)) {
            List<String> tests =
                    Arrays.stream(contract.getDeclaredMethods())
                            .filter(method -> method.isAnnotationPresent(Test.class))
                            .map(Method::getName)
                            .toList();
            assertThat(mutants().filter(m -> m.contract() == contract).map(Mutant::test))
                    .as(contract.getSimpleName())
                    .containsAll(tests);
        }
    }
}
