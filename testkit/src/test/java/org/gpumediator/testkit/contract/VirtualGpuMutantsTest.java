package org.gpumediator.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gpumediator.api.GuestMemory;
import org.gpumediator.api.MessageInterrupts;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.TrapHandler;
import org.gpumediator.api.VgpuStatistics;
import org.gpumediator.api.VirtualGpu;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.plain.PlainGpu;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shows that each test of the contract can fail: one broken promise each. */
class VirtualGpuMutantsTest {

    /** Breaks one promise of a virtual GPU; knows those created before it. */
    private interface Mutation {
        VirtualGpu of(VirtualGpu original, FakeVmm vmm, List<VirtualGpu> earlier);
    }

    private record Mutant(
            String promise, String test, Mutation mutation, Consumer<VirtualGpuContract> run) {

        @Override
        public String toString() {
            return test + ": " + promise;
        }
    }

    /** Runs one test of the contract against mutated virtual GPUs; returns what it threw. */
    private static @Nullable Throwable run(Mutation mutation, Consumer<VirtualGpuContract> test) {
        Mediator mediator = Mediator.builder(new PlainGpu()).backend("plain").build();
        List<VirtualGpu> created = new ArrayList<>();
        VirtualGpuContract contract =
                new VirtualGpuContract() {
                    @Override
                    protected VirtualGpu create(String name, FakeVmm vmm) {
                        VirtualGpu plain =
                                mediator.create(VgpuRequest.ofType(name, "plain"), vmm.port());
                        VirtualGpu mutated = mutation.of(plain, vmm, created);
                        created.add(plain);
                        return mutated;
                    }
                };
        try {
            return catchThrowable(() -> test.accept(contract));
        } finally {
            contract.closeVmms();
            mediator.close();
        }
    }

    private static Mutant handler(
            String promise,
            String test,
            UnaryOperator<TrapHandler> altered,
            Consumer<VirtualGpuContract> run) {
        return new Mutant(
                promise, test, (gpu, vmm, all) -> AlteredVirtualGpu.handlers(gpu, altered), run);
    }

    private static Mutant config(
            String promise,
            String test,
            UnaryOperator<ConfigSpace> altered,
            Consumer<VirtualGpuContract> run) {
        return new Mutant(
                promise,
                test,
                (gpu, vmm, all) -> {
                    ConfigSpace space = altered.apply(gpu.configSpace());
                    return new AlteredVirtualGpu(gpu) {
                        @Override
                        public ConfigSpace configSpace() {
                            return space;
                        }
                    };
                },
                run);
    }

    private static Mutant interrupts(
            String promise,
            String test,
            UnaryOperator<MessageInterrupts> altered,
            Consumer<VirtualGpuContract> run) {
        return new Mutant(
                promise,
                test,
                (gpu, vmm, all) ->
                        new AlteredVirtualGpu(gpu) {
                            @Override
                            public MessageInterrupts interrupts() {
                                return altered.apply(original.interrupts());
                            }
                        },
                run);
    }

    static Stream<Mutant> mutants() {
        return Stream.of(trapMutants(), configMutants(), lifeMutants(), pairMutants())
                .flatMap(mutants -> mutants);
    }

    private static Stream<Mutant> trapMutants() {
        return Stream.of(
                handler(
                        "throws in the middle",
                        "access_everyWidthAndAlignment_isAnswered",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public long read(long offset, int width) {
                                        if (width == 2 && offset == 7) {
                                            throw new IllegalStateException("unaligned");
                                        }
                                        return super.read(offset, width);
                                    }
                                },
                        c -> c.access_everyWidthAndAlignment_isAnswered()),
                handler(
                        "sign-extends",
                        "access_everyWidthAndAlignment_isAnswered",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public long read(long offset, int width) {
                                        return super.read(offset, width) | -1L << 63;
                                    }
                                },
                        c -> c.access_everyWidthAndAlignment_isAnswered()),
                handler(
                        "reads zero past the end",
                        "access_pastTheEnd_readsOnesAndWritesNothing",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public long read(long offset, int width) {
                                        return offset < 0 ? 0 : super.read(offset, width);
                                    }
                                },
                        c -> c.access_pastTheEnd_readsOnesAndWritesNothing()),
                handler(
                        "writes the part that is inside",
                        "access_pastTheEnd_readsOnesAndWritesNothing",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public void write(long offset, int width, long value) {
                                        super.write(offset, width, value);
                                        super.write(offset, 1, value);
                                    }
                                },
                        c -> c.access_pastTheEnd_readsOnesAndWritesNothing()),
                handler(
                        "answers three bytes",
                        "access_wrongWidth_readsOnes",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public long read(long offset, int width) {
                                        return width == 3 ? 0 : super.read(offset, width);
                                    }
                                },
                        c -> c.access_wrongWidth_readsOnes()),
                handler(
                        "reads a block backwards",
                        "readBlock_anyRun_equalsSingleReads",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public void readBlock(long offset, MemorySegment target) {
                                        target.fill((byte) 0);
                                    }
                                },
                        c -> c.readBlock_anyRun_equalsSingleReads()),
                handler(
                        "ignores the direction",
                        "readString_anyRun_equalsSingleReads",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public void readString(
                                            long offset,
                                            int width,
                                            StringDirection direction,
                                            MemorySegment target) {
                                        super.readString(
                                                offset, width, StringDirection.ASCENDING, target);
                                    }
                                },
                        c -> c.readString_anyRun_equalsSingleReads()),
                handler(
                        "drops the tail of a block",
                        "writeBlock_anyRun_equalsSingleWrites",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public void writeBlock(long offset, MemorySegment source) {
                                        super.writeBlock(
                                                offset, source.asSlice(0, source.byteSize() & ~1));
                                    }
                                },
                        c -> c.writeBlock_anyRun_equalsSingleWrites()),
                handler(
                        "takes any string",
                        "string_illegalShape_isRefused",
                        h ->
                                new AlteredHandler(h) {
                                    @Override
                                    public void readString(
                                            long offset,
                                            int width,
                                            StringDirection direction,
                                            MemorySegment target) {}
                                },
                        c -> c.string_illegalShape_isRefused()),
                new Mutant(
                        "counts nothing",
                        "access_refused_isCounted",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public VgpuStatistics statistics() {
                                        return new VgpuStatistics(Map.of(), new TreeMap<>());
                                    }
                                },
                        c -> c.access_refused_isCounted()));
    }

    private static Stream<Mutant> configMutants() {
        return Stream.of(
                config(
                        "reads zero past the end",
                        "config_readAnywhere_isItsBytes",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public int read(int offset, int width) {
                                        return offset >= length() ? 0 : super.read(offset, width);
                                    }
                                },
                        c -> c.config_readAnywhere_isItsBytes()),
                config(
                        "aligns wide reads",
                        "config_readAnywhere_isItsBytes",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public int read(int offset, int width) {
                                        return super.read(offset & -width, width);
                                    }
                                },
                        c -> c.config_readAnywhere_isItsBytes()),
                config(
                        "writes three bytes",
                        "config_wrongWidth_readsOnesAndWritesNothing",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public List<ConfigWriteEffect> write(
                                            int offset, int width, int value) {
                                        return super.write(offset, width == 3 ? 2 : width, value);
                                    }
                                },
                        c -> c.config_wrongWidth_readsOnesAndWritesNothing()),
                config(
                        "throws at the end",
                        "config_anyWrite_keepsWhatIsFixed",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public List<ConfigWriteEffect> write(
                                            int offset, int width, int value) {
                                        if (offset > length() - width) {
                                            throw new IndexOutOfBoundsException("config");
                                        }
                                        return super.write(offset, width, value);
                                    }
                                },
                        c -> c.config_anyWrite_keepsWhatIsFixed()),
                config(
                        "lets the vendor id be written",
                        "config_anyWrite_keepsWhatIsFixed",
                        WritableVendor::new,
                        c -> c.config_anyWrite_keepsWhatIsFixed()),
                config(
                        "takes COMMAND's upper half for status",
                        "config_fourBytesAtCommand_leaveStatus",
                        WritableStatus::new,
                        c -> c.config_fourBytesAtCommand_leaveStatus()),
                config(
                        "sizes to nothing",
                        "bars_sizedByFirmware_areThoseDescribed",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public int read(int offset, int width) {
                                        int value = super.read(offset, width);
                                        return offset == 0x18 && value == -4096 ? -8192 : value;
                                    }
                                },
                        c -> c.bars_sizedByFirmware_areThoseDescribed()),
                config(
                        "moves without a word",
                        "bar_writtenWhileDecoded_moves",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public List<ConfigWriteEffect> write(
                                            int offset, int width, int value) {
                                        return super.write(offset, width, value).stream()
                                                .filter(
                                                        effect ->
                                                                !(effect
                                                                        instanceof
                                                                        ConfigWriteEffect.BarMoved))
                                                .toList();
                                    }
                                },
                        c -> c.bar_writtenWhileDecoded_moves()),
                config(
                        "keeps decoding",
                        "command_memoryDecoding_isTold",
                        s ->
                                new AlteredConfigSpace(s) {
                                    private final long[] seen = {-1, -1, -1, -1, -1, -1, -1};

                                    @Override
                                    public OptionalLong barAddress(int index) {
                                        OptionalLong now = super.barAddress(index);
                                        if (now.isPresent()) {
                                            seen[index] = now.getAsLong();
                                        }
                                        return seen[index] < 0 ? now : OptionalLong.of(seen[index]);
                                    }
                                },
                        c -> c.command_memoryDecoding_isTold()),
                interrupts(
                        "never enabled",
                        "msi_setUp_isSeen",
                        i ->
                                new AlteredInterrupts(i) {
                                    @Override
                                    public Mode mode() {
                                        return Mode.NONE;
                                    }
                                },
                        c -> c.msi_setUp_isSeen()),
                interrupts(
                        "upper half of the address lost",
                        "msix_setUp_isSeen",
                        i ->
                                new AlteredInterrupts(i) {
                                    @Override
                                    public long messageAddress(int vector) {
                                        return super.messageAddress(vector) & 0xffff_ffffL;
                                    }
                                },
                        c -> c.msix_setUp_isSeen()),
                config(
                        "power state silent",
                        "powerState_written_isTold",
                        s ->
                                new AlteredConfigSpace(s) {
                                    @Override
                                    public List<ConfigWriteEffect> write(
                                            int offset, int width, int value) {
                                        List<ConfigWriteEffect> effects =
                                                super.write(offset, width, value);
                                        return value == 3 ? List.of() : effects;
                                    }
                                },
                        c -> c.powerState_written_isTold()));
    }

    private static Stream<Mutant> lifeMutants() {
        return Stream.of(
                new Mutant(
                        "always CREATED",
                        "state_firstUse_isRunning",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public VirtualGpuState state() {
                                        return VirtualGpuState.CREATED;
                                    }
                                },
                        c -> c.state_firstUse_isRunning()),
                new Mutant(
                        "ignores the reset of a lost client",
                        "reset_eachKind_restoresFirstState",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void reset(ResetKind kind) {
                                        if (kind != ResetKind.LOST_CLIENT) {
                                            super.reset(kind);
                                        }
                                    }
                                },
                        c -> c.reset_eachKind_restoresFirstState()),
                new Mutant(
                        "never quiet",
                        "quiesce_thenResume_goesOn",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void quiesce() {}
                                },
                        c -> c.quiesce_thenResume_goesOn()),
                new Mutant(
                        "answers when closed",
                        "close_thenTraps_readOnes",
                        (gpu, vmm, all) ->
                                AlteredVirtualGpu.handlers(
                                        gpu,
                                        h ->
                                                new AlteredHandler(h) {
                                                    @Override
                                                    public long read(long offset, int width) {
                                                        return offset == 60
                                                                ? 0
                                                                : super.read(offset, width);
                                                    }
                                                }),
                        c -> c.close_thenTraps_readOnes()),
                new Mutant(
                        "keeps its partition",
                        "close_thenCreate_fitsAgain",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void close() {}
                                },
                        c -> c.close_thenCreate_fitsAgain()),
                new Mutant(
                        "keeps a segment of memory that went",
                        "memory_removed_isNotUsed",
                        (gpu, vmm, all) ->
                                AlteredVirtualGpu.handlers(gpu, h -> new KeepingSegment(h, vmm)),
                        c -> c.memory_removed_isNotUsed()));
    }

    private static Stream<Mutant> pairMutants() {
        return Stream.of(
                new Mutant(
                        "the second shares the first's partition",
                        "partitions_ofTwo_areDisjoint",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public ResourcePartition partition() {
                                        return all.getFirst().partition();
                                    }
                                },
                        c -> c.partitions_ofTwo_areDisjoint()),
                new Mutant(
                        "one write in a thousand reaches the neighbour",
                        "hostileSweep_ofOne_leavesTheOtherAsItWas",
                        (gpu, vmm, all) ->
                                all.isEmpty()
                                        ? gpu
                                        : AlteredVirtualGpu.handlers(
                                                gpu, h -> new Leaking(h, all.getFirst())),
                        c -> c.hostileSweep_ofOne_leavesTheOtherAsItWas()));
    }

    /** Uses, at each write, memory that it has once seen. */
    private static final class KeepingSegment extends AlteredHandler {

        private @Nullable MemorySegment kept;

        private final FakeVmm vmm;

        KeepingSegment(TrapHandler original, FakeVmm vmm) {
            super(original);
            this.vmm = vmm;
        }

        @Override
        public void write(long offset, int width, long value) {
            super.write(offset, width, value);
            if (kept == null) {
                GuestMemory.Region region = vmm.memory().regionAt(0);
                kept = region == null ? null : region.segment();
            } else {
                kept.fill((byte) value);
            }
        }
    }

    private static final class Leaking extends AlteredHandler {

        private final VirtualGpu neighbour;

        Leaking(TrapHandler original, VirtualGpu neighbour) {
            super(original);
            this.neighbour = neighbour;
        }

        @Override
        public void write(long offset, int width, long value) {
            super.write(offset, width, value);
            if (offset == 0x1230) {
                neighbour.bar(0).handler().write(offset, width, value);
            }
        }
    }

    private static final class WritableVendor extends AlteredConfigSpace {

        private int vendor = -1;

        WritableVendor(ConfigSpace original) {
            super(original);
        }

        @Override
        public List<ConfigWriteEffect> write(int offset, int width, int value) {
            if (offset == 0 && width == 2) {
                vendor = value & 0xff;
            }
            return super.write(offset, width, value);
        }

        @Override
        public byte[] snapshot() {
            byte[] bytes = super.snapshot();
            if (vendor >= 0) {
                bytes[0] = (byte) vendor;
            }
            return bytes;
        }
    }

    private static final class WritableStatus extends AlteredConfigSpace {

        private boolean cleared;

        WritableStatus(ConfigSpace original) {
            super(original);
        }

        @Override
        public List<ConfigWriteEffect> write(int offset, int width, int value) {
            cleared |= offset == 4 && width == 4;
            return super.write(offset, width, value);
        }

        @Override
        public int read(int offset, int width) {
            return cleared && offset == 6 ? 0 : super.read(offset, width);
        }
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void contract_ofMutant_fails(Mutant mutant) {
        assertThat(run(mutant.mutation(), mutant.run()))
                .as(mutant.toString())
                .isInstanceOfAny(AssertionError.class, RuntimeException.class);
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void contract_withoutMutation_holds(Mutant mutant) {
        assertThat(run((gpu, vmm, all) -> gpu, mutant.run())).isNull();
    }

    @Test
    void mutants_coverEveryTestOfTheContract() {
        Set<String> tests = new HashSet<>();
        for (var method : VirtualGpuContract.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                tests.add(method.getName());
            }
        }
        assertThat(mutants().map(Mutant::test)).containsAll(tests);
    }
}
