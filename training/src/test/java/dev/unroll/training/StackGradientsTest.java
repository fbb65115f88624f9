package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs, states and gradients of random stacks over random sequences against {@link StackOracle}. */
class StackGradientsTest {
    static final long SEED = Long.getLong("unroll.seed", 20261204);

    static Stream<StackCase> cases() {
        return new StackCases(SEED).all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valuesAreTheEquationsAndGradientsTheSlopesOfTheLoss(StackCase run) {
        try (Kernels kernels = Backend.auto(run.threads())) {
            assertEquals(List.of(), new GradientCheck(run, kernels).faults(), run::toString);
        }
    }
}
