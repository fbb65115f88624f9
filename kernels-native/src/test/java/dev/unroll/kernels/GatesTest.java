package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.GateEquations.Operands;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
                equations.check("%s, %s, seed %d".formatted(backend, equations, SEED), kernels, views, operands);
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
    void lstmMayWriteTheNextCellOverTheCell(Backend backend) {
        checkInPlace(backend, GateEquations.LSTM, 2, 1);
    }

    @ParameterizedTest
    @EnumSource
    void gruResetAfterBackwardMayWriteDaOverDaNext(Backend backend) {
        checkInPlace(backend, GateEquations.GRU_RESET_AFTER_BACKWARD, 4, 3);
    }

    @ParameterizedTest
    @EnumSource
    void gruUpdateBackwardMayWriteDaOverDaNext(Backend backend) {
        checkInPlace(backend, GateEquations.GRU_UPDATE_BACKWARD, 3, 2);
    }

    private static void checkInPlace(Backend backend, GateEquations equations, int out, int in) {
        assertTrue(equations.operation().operands().get(out).isWritten());
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            List<Matrix> matrices = new ArrayList<>(equations.draw(views, 7, 33).matrices());
            matrices.set(out, matrices.get(in));
            equations.check(backend + " in place, seed " + SEED, kernels, views, equations.operands(matrices, 33));
        }
    }
}
