package dev.unroll.training;

import dev.unroll.kernels.Kernels;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A case's output and final states against {@link StackOracle}, and its gradients by every weight, by x and by the first
 * states against central differences of the oracle's loss.
 */
final class GradientCheck {
    /** Of the output and the states: max|ours - wanted| / max|wanted|. */
    static final double VALUES = 2e-5;
    /** Of a gradient: |ours - wanted| / |wanted|. */
    static final double GRADIENTS = 1e-4;
    /**
     * A gradient whose elements are smaller than this part of the case's largest is nothing, or what large terms have left
     * of one another: its error is measured by that part.
     */
    private static final double LEAST = 1e-2;

    private final List<Distance> distances = new ArrayList<>();

    /**
     * How far one of ours is from what is wanted.
     *
     * @param of its name
     * @param relative the distance; absolute where nothing is wanted
     * @param bound largest distance that will do
     */
    record Distance(String of, double relative, double bound) {
        /** A NaN is too much. */
        boolean isTooMuch() {
            return !(relative <= bound);
        }

        @Override
        public String toString() {
            return "%s: relative error %.3g; wanted at most %s".formatted(of, relative, bound);
        }
    }

    GradientCheck(StackCase run, Kernels kernels) {
        try (Arena arena = Arena.ofShared()) {
            StackUnderTest ours = new StackUnderTest(run, kernels, arena);
            StackOracle oracle = new StackOracle(run);
            compareValues(oracle.values(), ours.values());
            compareGradients(oracle.gradients(), ours.gradients());
        }
    }

    private void compareValues(Map<String, double[]> allWanted, Map<String, double[]> ours) {
        allWanted.forEach((name, wanted) -> distances.add(new Distance(name,
                relative(largest(wanted), largest(difference(wanted, ours.get(name)))), VALUES)));
    }

    private void compareGradients(Map<String, double[]> allWanted, Map<String, double[]> ours) {
        double least = LEAST
                * allWanted.values().stream().mapToDouble(GradientCheck::rootMeanSquare).max().orElseThrow();
        allWanted.forEach((name, wanted) -> distances.add(new Distance("gradient of " + name,
                relative(Math.max(least, rootMeanSquare(wanted)), rootMeanSquare(difference(wanted, ours.get(name)))),
                GRADIENTS)));
    }

    private static double relative(double wanted, double error) {
        return wanted > 0 ? error / wanted : error;
    }

    private static double[] difference(double[] wanted, double[] ours) {
        double[] difference = new double[wanted.length];
        Arrays.setAll(difference, i -> ours[i] - wanted[i]);
        return difference;
    }

    /** NaN where one of them is. */
    private static double largest(double[] numbers) {
        return Arrays.stream(numbers).map(Math::abs).reduce(0, Math::max);
    }

    private static double rootMeanSquare(double[] numbers) {
        return Math.sqrt(Arrays.stream(numbers).map(x -> x * x).average().orElse(0));
    }

    List<Distance> distances() {
        return distances;
    }

    /** The distances that are too much. */
    List<Distance> faults() {
        return distances.stream().filter(Distance::isTooMuch).toList();
    }
}
