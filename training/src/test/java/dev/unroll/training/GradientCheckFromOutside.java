package dev.unroll.training;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.util.List;
import java.util.function.Function;

/**
 * The gradient check on the plain backend for whoever has loaded it by another class loader, and so shares with it the JDK's
 * types alone: from numbers of cases to the errors of the first that has any.
 */
public final class GradientCheckFromOutside implements Function<int[], List<String>> {
    /** Made by its name. */
    public GradientCheckFromOutside() {}

    @Override
    public List<String> apply(int[] numbers) {
        StackCases cases = new StackCases(StackGradientsTest.SEED);
        try (Kernels kernels = Backend.SCALAR.open(1)) {
            for (int number : numbers) {
                StackCase run = cases.get(number);
                List<GradientCheck.Distance> faults = new GradientCheck(run, kernels).faults();
                if (!faults.isEmpty()) {
                    return faults.stream().map(fault -> fault + ", " + run).toList();
                }
            }
        }
        return List.of();
    }
}
