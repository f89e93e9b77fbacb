package org.gpumediator.testkit.contract;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gpumediator.api.ResetKind;
import org.gpumediator.api.VirtualGpuState;
import org.gpumediator.api.partition.ResourcePartition;
import org.gpumediator.api.pci.ConfigSpace;
import org.gpumediator.api.pci.ConfigWriteEffect;
import org.gpumediator.api.vmm.GuestMemory;
import org.gpumediator.api.vmm.MessageInterrupts;
import org.gpumediator.api.vmm.TrapHandler;
import org.gpumediator.api.vmm.VgpuStatistics;
import org.gpumediator.api.vmm.VirtualGpu;
import org.gpumediator.core.Mediator;
import org.gpumediator.core.VgpuRequest;
import org.gpumediator.testkit.FakeVmm;
import org.gpumediator.testkit.plain.PlainGpu;
import org.jspecify.annotations.Nullable;

class VirtualGpuMutantsTest extends MutantsTest<VirtualGpuContract> {

    /** Breaks one promise of a virtual GPU; knows those created before it. */
    private interface Mutation {
        VirtualGpu of(VirtualGpu original, FakeVmm vmm, List<VirtualGpu> earlier);
    }

    /** The contract held to mutated virtual GPUs of a mediator of their own. */
    private static final class Mutated extends VirtualGpuContract {

        private final Mediator mediator = Mediator.builder(new PlainGpu()).backend("plain").build();
        private final List<VirtualGpu> created = new ArrayList<>();
        private final Mutation mutation;

        Mutated(Mutation mutation) {
            this.mutation = mutation;
        }

        @Override
        protected VirtualGpu create(String name, FakeVmm vmm) {
            VirtualGpu plain =
                    new WorkingVirtualGpu(
                            mediator.create(VgpuRequest.ofType(name, "plain"), vmm.port()));
            VirtualGpu mutated = mutation.of(plain, vmm, created);
            created.add(plain);
            return mutated;
        }

        @Override
        protected boolean startWork(FakeVmm vmm) {
            WorkingVirtualGpu working = (WorkingVirtualGpu) created.getLast();
            working.handIn(() -> vmm.memory().cpuWrite32(0x2000, 0x1234));
            working.handIn(() -> vmm.interrupts().raise(0));
            return true;
        }

        @Override
        protected void settle() {
            created.forEach(gpu -> ((WorkingVirtualGpu) gpu).work());
        }

        void close() {
            closeVmms();
            mediator.close();
        }
    }

    VirtualGpuMutantsTest() {
        super(VirtualGpuContract.class);
    }

    @Override
    VirtualGpuContract sound() {
        return new Mutated((gpu, vmm, all) -> gpu);
    }

    @Override
    void close(VirtualGpuContract run) {
        ((Mutated) run).close();
    }

    @Override
    List<Mutant<VirtualGpuContract>> mutants() {
        return Stream.of(
                        trapMutants(), configMutants(), lifeMutants(), workMutants(), pairMutants())
                .flatMap(List::stream)
                .toList();
    }

    private static Mutant<VirtualGpuContract> mutant(
            String test, String promise, Mutation mutation) {
        return new Mutant<>(test, promise, () -> new Mutated(mutation));
    }

    private static List<Mutant<VirtualGpuContract>> trapMutants() {
        List<Mutant<VirtualGpuContract>> all = new ArrayList<>();
        for (TrapMutation each : TrapMutation.ALL) {
            all.add(
                    mutant(
                            each.test(),
                            each.promise(),
                            (gpu, vmm, earlier) ->
                                    AlteredVirtualGpu.handlers(gpu, each.altered())));
        }
        all.add(
                mutant(
                        "access_refused_isCounted",
                        "counts nothing",
                        (gpu, vmm, earlier) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public VgpuStatistics statistics() {
                                        return new VgpuStatistics(Map.of(), new TreeMap<>());
                                    }
                                }));
        return all;
    }

    private static Mutant<VirtualGpuContract> config(
            String test, String promise, UnaryOperator<ConfigSpace> altered) {
        return mutant(
                test,
                promise,
                (gpu, vmm, all) -> {
                    ConfigSpace space = altered.apply(gpu.configSpace());
                    return new AlteredVirtualGpu(gpu) {
                        @Override
                        public ConfigSpace configSpace() {
                            return space;
                        }
                    };
                });
    }

    private static Mutant<VirtualGpuContract> interrupts(
            String test, String promise, UnaryOperator<MessageInterrupts> altered) {
        return mutant(
                test,
                promise,
                (gpu, vmm, all) ->
                        new AlteredVirtualGpu(gpu) {
                            @Override
                            public MessageInterrupts interrupts() {
                                return altered.apply(original.interrupts());
                            }
                        });
    }

    private static List<Mutant<VirtualGpuContract>> configMutants() {
        return List.of(
                config(
                        "config_readAnywhere_isItsBytes",
                        "reads zero past the end",
                        AlteredConfigSpace.reading(
                                (original, offset, width) ->
                                        offset >= original.length()
                                                ? 0
                                                : original.read(offset, width))),
                config(
                        "config_readAnywhere_isItsBytes",
                        "aligns wide reads",
                        AlteredConfigSpace.reading(
                                (original, offset, width) ->
                                        original.read(offset & -width, width))),
                config(
                        "config_wrongWidth_readsOnesAndWritesNothing",
                        "writes three bytes",
                        AlteredConfigSpace.writing(
                                (original, offset, width, value) ->
                                        original.write(offset, width == 3 ? 2 : width, value))),
                config(
                        "config_anyWrite_keepsWhatIsFixed",
                        "throws at the end",
                        AlteredConfigSpace.writing(
                                (original, offset, width, value) -> {
                                    if (offset > original.length() - width) {
                                        throw new IndexOutOfBoundsException("config");
                                    }
                                    return original.write(offset, width, value);
                                })),
                config(
                        "config_anyWrite_keepsWhatIsFixed",
                        "lets the vendor id be written",
                        WritableVendor::new),
                config(
                        "config_fourBytesAtCommand_leaveStatus",
                        "takes COMMAND's upper half for status",
                        WritableStatus::new),
                config(
                        "bars_sizedByFirmware_areThoseDescribed",
                        "sizes to nothing",
                        AlteredConfigSpace.reading(
                                (original, offset, width) -> {
                                    int value = original.read(offset, width);
                                    return offset == 0x18 && value == -4096 ? -8192 : value;
                                })),
                config(
                        "bar_writtenWhileDecoded_moves",
                        "moves without a word",
                        AlteredConfigSpace.writing(
                                (original, offset, width, value) ->
                                        original.write(offset, width, value).stream()
                                                .filter(
                                                        effect ->
                                                                !(effect
                                                                        instanceof
                                                                        ConfigWriteEffect.BarMoved))
                                                .toList())),
                config(
                        "command_memoryDecoding_isTold",
                        "keeps decoding",
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
                                }),
                interrupts(
                        "msi_setUp_isSeen",
                        "never enabled",
                        i ->
                                new AlteredInterrupts(i) {
                                    @Override
                                    public Mode mode() {
                                        return Mode.NONE;
                                    }
                                }),
                interrupts(
                        "msix_setUp_isSeen",
                        "upper half of the address lost",
                        i ->
                                new AlteredInterrupts(i) {
                                    @Override
                                    public long messageAddress(int vector) {
                                        return super.messageAddress(vector) & 0xffff_ffffL;
                                    }
                                }),
                config(
                        "powerState_written_isTold",
                        "power state silent",
                        AlteredConfigSpace.writing(
                                (original, offset, width, value) -> {
                                    List<ConfigWriteEffect> effects =
                                            original.write(offset, width, value);
                                    return value == 3 ? List.of() : effects;
                                })));
    }

    private static List<Mutant<VirtualGpuContract>> lifeMutants() {
        return List.of(
                mutant(
                        "state_firstUse_isRunning",
                        "always CREATED",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public VirtualGpuState state() {
                                        return VirtualGpuState.CREATED;
                                    }
                                }),
                mutant(
                        "reset_eachKind_restoresFirstState",
                        "ignores the reset of a lost client",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void reset(ResetKind kind) {
                                        if (kind != ResetKind.LOST_CLIENT) {
                                            super.reset(kind);
                                        }
                                    }
                                }),
                mutant(
                        "quiesce_thenResume_goesOn",
                        "never quiet",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void quiesce() {}
                                }),
                mutant(
                        "close_thenTraps_readOnes",
                        "answers when closed",
                        (gpu, vmm, all) ->
                                AlteredVirtualGpu.handlers(
                                        gpu,
                                        AlteredHandler.reading(
                                                (original, offset, width) ->
                                                        offset == 60
                                                                ? 0
                                                                : original.read(offset, width)))),
                mutant(
                        "close_thenCreate_fitsAgain",
                        "keeps its partition",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void close() {}
                                }),
                mutant(
                        "memory_removed_isNotUsed",
                        "keeps a segment of memory that went",
                        (gpu, vmm, all) ->
                                AlteredVirtualGpu.handlers(gpu, h -> new KeepingSegment(h, vmm))));
    }

    private static List<Mutant<VirtualGpuContract>> workMutants() {
        return List.of(
                mutant(
                        "startWork_leftAlone_isDone",
                        "work that was handed in is done",
                        (gpu, vmm, earlier) -> {
                            gpu.quiesce(); // and never resumed
                            return gpu;
                        }),
                mutant(
                        "quiesce_withWork_holdsItStill",
                        "says that it is quiet and goes on",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void quiesce() {}
                                }),
                mutant(
                        "quiesce_withWork_holdsItStill",
                        "interrupts while it is quiesced",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void quiesce() {
                                        super.quiesce();
                                        ((WorkingVirtualGpu) gpu)
                                                .leak(() -> vmm.interrupts().raise(0));
                                    }
                                }),
                mutant(
                        "reset_withWork_endsIt",
                        "work survives",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public void reset(ResetKind kind) {
                                        super.reset(kind);
                                        ((WorkingVirtualGpu) gpu)
                                                .leak(() -> vmm.interrupts().raise(0));
                                    }
                                }),
                mutant(
                        "close_thenCreate_showsNothingOfTheFormer",
                        "scrubs nothing",
                        new Mutation() {
                            private final Map<Long, Long> left = new TreeMap<>();

                            @Override
                            public VirtualGpu of(
                                    VirtualGpu gpu, FakeVmm vmm, List<VirtualGpu> all) {
                                return AlteredVirtualGpu.handlers(
                                        gpu, handler -> new Leaving(handler, left));
                            }
                        }),
                mutant(
                        "read_repeated_allocatesNothing",
                        "a box for each answer",
                        (gpu, vmm, all) ->
                                AlteredVirtualGpu.handlers(
                                        gpu,
                                        AlteredHandler.reading(
                                                (original, offset, width) ->
                                                        new long[] {original.read(offset, width), 0}
                                                                [
                                                                (int)
                                                                        (System.nanoTime()
                                                                                >>> 63)]))));
    }

    /** Registers that stay what they were for whoever comes next. */
    private static final class Leaving implements TrapHandler {

        private final TrapHandler original;
        private final Map<Long, Long> left;

        Leaving(TrapHandler original, Map<Long, Long> left) {
            this.original = original;
            this.left = left;
        }

        @Override
        public long read(long offset, int width) {
            Long kept = width == 4 ? left.get(offset) : null;
            return kept == null ? original.read(offset, width) : kept;
        }

        @Override
        public void write(long offset, int width, long value) {
            original.write(offset, width, value);
            if (width == 4) {
                left.put(offset, value & 0xffff_ffffL);
            }
        }
    }

    private static List<Mutant<VirtualGpuContract>> pairMutants() {
        return List.of(
                mutant(
                        "partitions_ofTwo_areDisjoint",
                        "the second shares the first's partition",
                        (gpu, vmm, all) ->
                                new AlteredVirtualGpu(gpu) {
                                    @Override
                                    public ResourcePartition partition() {
                                        return all.getFirst().partition();
                                    }
                                }),
                mutant(
                        "hostileSweep_ofOne_leavesTheOtherAsItWas",
                        "one write in a thousand reaches the neighbour",
                        (gpu, vmm, all) ->
                                all.isEmpty()
                                        ? gpu
                                        : AlteredVirtualGpu.handlers(
                                                gpu, h -> new Leaking(h, all.getFirst()))));
    }

    /** Uses, at each write, memory that it has once seen. */
    private static final class KeepingSegment extends AlteredHandler {

        private final FakeVmm vmm;
        private @Nullable MemorySegment kept;

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
}
