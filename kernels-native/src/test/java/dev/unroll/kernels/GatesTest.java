package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.GateEquations.Operands;
import dev.unroll.kernels.Operation.Operand;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the gate operations: the equations of the contract on every element, in place where it says so. */
class GatesTest {
    private static final long SEED = 20260102;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 33, 64, 207};
    private static final float[] LARGE = {1e4f, -1e4f, 100, -100, 0, Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0f};

    private static Stream<Arguments> openingsAndEquations() {
        return Opening.all().stream()
                .flatMap(opening -> GateEquations.ALL.stream().map(equations -> Arguments.of(opening, equations)));
    }

    private static Stream<Arguments> backendsAndEquations() {
        return Stream.of(Backend.values())
                .flatMap(backend -> GateEquations.ALL.stream().map(equations -> Arguments.of(backend, equations)));
    }

    @ParameterizedTest
    @MethodSource("openingsAndEquations")
    void everyElementIsWhatTheEquationsSay(Opening opening, GateEquations equations) {
        try (Kernels kernels = opening.open()) {
            long seed = SEED;
            for (int h : SIZES) {
                for (int m : new int[]{1, 5, SIZES[(int) (seed % SIZES.length)], h == 207 ? 33 : 0}) {
                    try (Views views = new Views(++seed)) {
                        equations.check("%s, %s, %dx%d, seed %d".formatted(opening, equations, m, h, seed), kernels,
                                views, equations.draw(views, m, h));
                    }
                }
            }
        }
    }

    /** Only pre-activations are this large: an infinite cell or hidden state would make NaN of 0 times infinity. */
    @ParameterizedTest
    @EnumSource
    void largePreActivationsSaturateAndNeverGiveNaN(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (GateEquations equations : GateEquations.FORWARD) {
                Operands operands = equations.draw(views, 19, 17);
                int gates = equations.operation().operands().getFirst().count();
                for (int gate = 0; gate < gates; gate++) {
                    if (Character.toLowerCase(equations.kinds().charAt(gate)) == 'r') {
                        drawLarge(views, operands.blocks().get(gate));
                    }
                }
                equations.check("%s, %s, seed %d".formatted(backend, equations, SEED), kernels, views, operands);
                for (Matrix written : operands.written()) {
                    assertTrue(Arrays.stream(Oracle.values(written)).flatMapToDouble(Arrays::stream)
                            .noneMatch(Double::isNaN),
                            () -> "%s, %s: NaN, seed %d".formatted(backend, equations, SEED));
                }
            }
        }
    }

    private static void drawLarge(Views views, Matrix gate) {
        for (int i = 0; i < gate.rows(); i++) {
            for (int j = 0; j < gate.cols(); j++) {
                gate.set(i, j, LARGE[views.random().nextInt(LARGE.length)]);
            }
        }
    }

    /** What a gate sees of a large cell by way of a peephole is as wrong as that is rounded. */
    @ParameterizedTest
    @EnumSource
    void largeStatesGoThrough(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (GateEquations equations : GateEquations.FORWARD) {
                Operands operands = equations.draw(views, 5, 33);
                for (int block = 0; block < equations.kinds().length(); block++) {
                    if (equations.kinds().charAt(block) == 'r') {
                        views.fill(operands.blocks().get(block), -1e4, 1e4);
                    }
                }
                boolean sees = equations.operation().operands().stream().anyMatch(o -> o.name().equals("peepholes"));
                equations.check("%s, %s, seed %d".formatted(backend, equations, SEED), kernels, views, operands,
                        sees ? 1e4 * 0x1p-23 : 2e-6);
            }
        }
    }

    /** The expected numbers carry the NaN along as double precision does, and keep it out of all other elements. */
    @ParameterizedTest
    @MethodSource("backendsAndEquations")
    void aNaNReachesWhatDependsOnItAndNothingElse(Backend backend, GateEquations equations) {
        try (Kernels kernels = backend.open(1)) {
            for (int block = 0; block < equations.kinds().length(); block++) {
                for (int j : new int[]{3, 18}) {
                    try (Views views = new Views(SEED + block)) {
                        Operands operands = equations.draw(views, 3, 19);
                        Matrix poisoned = operands.blocks().get(block);
                        poisoned.set(poisoned.rows() / 2, j, Float.NaN);
                        equations.check("%s, NaN in block %d, seed %d".formatted(backend, block, SEED + block),
                                kernels, views, operands);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void activateMayWriteOverThePreActivation(Backend backend) {
        for (Activation g : Activation.values()) {
            checkInPlace(backend, GateEquations.activate(g), "aNext", "z");
        }
    }

    @ParameterizedTest
    @EnumSource
    void activateBackwardMayWriteDzOverEither(Backend backend) {
        for (Activation g : Activation.values()) {
            checkInPlace(backend, GateEquations.activateBackward(g), "dz", "aNext");
            checkInPlace(backend, GateEquations.activateBackward(g), "dz", "daNext");
        }
    }

    @ParameterizedTest
    @EnumSource
    void lstmMayWriteTheNextCellOverTheCell(Backend backend) {
        for (LstmVariant variant : LstmVariant.ALL) {
            checkInPlace(backend, GateEquations.lstm(variant), "cNext", "c");
        }
    }

    @ParameterizedTest
    @EnumSource
    void gruMayWriteTheNextStateOverTheState(Backend backend) {
        checkInPlace(backend, GateEquations.GRU_RESET_AFTER, "aNext", "a");
        checkInPlace(backend, GateEquations.GRU_UPDATE, "aNext", "a");
        checkInPlace(backend, GateEquations.GRU_SIMPLIFIED, "aNext", "a");
    }

    @ParameterizedTest
    @EnumSource
    void gruBackwardMayWriteDaOverDaNext(Backend backend) {
        checkInPlace(backend, GateEquations.GRU_RESET_AFTER_BACKWARD, "da", "daNext");
        checkInPlace(backend, GateEquations.GRU_UPDATE_BACKWARD, "da", "daNext");
        checkInPlace(backend, GateEquations.GRU_SIMPLIFIED_BACKWARD, "da", "daNext");
    }

    private static void checkInPlace(Backend backend, GateEquations equations, String out, String in) {
        List<Operand> operands = equations.operation().operands();
        int written = IntStream.range(0, operands.size()).filter(i -> operands.get(i).name().equals(out)).findFirst()
                .orElseThrow();
        int read = IntStream.range(0, operands.size()).filter(i -> operands.get(i).name().equals(in)).findFirst()
                .orElseThrow();
        assertTrue(operands.get(written).isWritten());
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            List<Matrix> matrices = new ArrayList<>(equations.draw(views, 7, 33).matrices());
            matrices.set(written, matrices.get(read));
            equations.check("%s, %s in place, seed %d".formatted(backend, equations, SEED), kernels, views,
                    equations.operands(matrices, 33));
        }
    }

    /** A vector of each, so that the numbers behind the last whole one are among them. */
    @ParameterizedTest
    @EnumSource
    void reluIsFlatAtZeroAndLetsNaNThrough(Backend backend) {
        float[] z = {0, -0f, -1, 2, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.MIN_VALUE};
        float[] a = {0, 0, 0, 2, Float.NaN, 0, Float.POSITIVE_INFINITY, Float.MIN_VALUE};
        float[] dz = {0, 0, 0, 3, 3, 0, 3, 3};
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            int n = 5 * z.length + 3;
            Matrix pre = views.nan(1, n);
            Matrix aNext = views.nan(1, n);
            Matrix da = views.nan(1, n);
            da.fill(3);
            for (int j = 0; j < n; j++) {
                pre.set(0, j, z[j % z.length]);
            }
            kernels.activate(Activation.RELU, pre, aNext);
            Oracle.assertExact(backend + ", a'", aNext, (i, j) -> a[j % a.length]);
            kernels.activateBackward(Activation.RELU, aNext, da, da);
            Oracle.assertExact(backend + ", dz", da, (i, j) -> dz[j % dz.length]);
        }
    }

    /** The cell that a clipped step leaves stands on the bound to the bit, and is where its gradient ends. */
    @ParameterizedTest
    @EnumSource
    void aClippedCellIsTheBoundAndHasNoGradient(Backend backend) {
        LstmForm form = new LstmForm(Optional.empty(), 0.3f);
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.nan(2, 4 * 19);
            z.fill(10);
            Matrix c = views.nan(2, 19);
            c.row(0).fill(1);
            c.row(1).fill(-3);
            Matrix tanhC = views.nan(2, 19);
            Matrix aNext = views.nan(2, 19);
            kernels.lstm(form, z, c, c, tanhC, aNext);
            String context = backend + ", seed " + SEED;
            Oracle.assertExact(context + ", c'", c, (i, j) -> i == 0 ? 0.3f : -0.3f);
            Matrix dc = views.random(2, 19);
            Matrix next = views.nan(2, 19);
            next.copyFrom(c);
            kernels.lstmBackward(form, z, views.random(2, 19), next, tanhC, views.random(2, 19), dc);
            Oracle.assertExact(context + ", dc", dc, (i, j) -> 0);
        }
    }
}
