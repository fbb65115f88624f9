package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.Parameters;
import dev.unroll.cells.Parameters.Shape;
import dev.unroll.tensor.Matrix;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What optimisers and clipping do to single numbers. */
class OptimizersTest extends OnBackendUnderTest {
    private static final List<Shape> SHAPES = List.of(new Shape("w", 3, 13), new Shape("b", 1, 17));

    private final Random random = new Random(1);
    private final Parameters weights = random(1);

    private Parameters random(float size) {
        Parameters parameters = Parameters.allocate(arena, SHAPES);
        for (Matrix matrix : parameters.asMap().values()) {
            for (int i = 0; i < matrix.rows(); i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    matrix.set(i, j, size * (random.nextFloat() - 0.5f));
                }
            }
        }
        return parameters;
    }

    private static double[] doubles(Parameters parameters, String name) {
        float[] floats = parameters.get(name).toArray();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    @Test
    void sgdGoesAgainstTheGradient() {
        double[] w = doubles(weights, "w");
        OptimizerState state = new OptimizerState(Sgd.of(0.3), arena, SHAPES);
        for (int step = 0; step < 3; step++) {
            Parameters gradient = random(1);
            state.step(kernels, gradient, weights);
            double[] g = doubles(gradient, "w");
            for (int i = 0; i < w.length; i++) {
                w[i] -= 0.3 * g[i];
            }
        }
        Deviation.check(1e-6, "w", w, weights.get("w"));
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 1e-4f, 100})
    void adamGoesAgainstTheMeanGradientInUnitsOfItsSpread(float size) {
        double[] w = doubles(weights, "b");
        double[] m = new double[w.length];
        double[] v = new double[w.length];
        OptimizerState state = new OptimizerState(new Adam(0.02, 0.8, 0.95, 1e-8), arena, SHAPES);
        for (int t = 1; t <= 10; t++) {
            Parameters gradient = random(size);
            state.step(kernels, gradient, weights);
            double[] g = doubles(gradient, "b");
            for (int i = 0; i < w.length; i++) {
                m[i] = 0.8 * m[i] + 0.2 * g[i];
                v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i];
                w[i] -= 0.02 * (m[i] / (1 - Math.pow(0.8, t))) / (Math.sqrt(v[i] / (1 - Math.pow(0.95, t))) + 1e-8);
            }
        }
        Deviation.check(1e-5, "b", w, weights.get("b"));
    }

    @Test
    void adamsFirstStepIsItsRate() {
        double[] before = doubles(weights, "w");
        Parameters gradient = random(1);
        new OptimizerState(Adam.of(0.01), arena, SHAPES).step(kernels, gradient, weights);
        double[] g = doubles(gradient, "w");
        double[] wanted = new double[before.length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = before[i] - 0.01 * Math.signum(g[i]);
        }
        Deviation.check(1e-5, "w", wanted, weights.get("w"));
    }

    /** A rule for one number: w, g, and what is kept of it, which it changes. */
    interface Rule {
        double step(double w, double g, double[] kept);
    }

    static Stream<Arguments> rules() {
        Rule momentum = (w, g, kept) -> {
            kept[0] = 0.9 * kept[0] + g;
            return w - 0.05 * kept[0];
        };
        Rule nesterov = (w, g, kept) -> {
            kept[0] = 0.9 * kept[0] + g;
            return w - 0.05 * (g + 0.9 * kept[0]);
        };
        Rule sgdW = (w, g, kept) -> {
            kept[0] = 0.8 * kept[0] + g;
            return w * (1 - 0.05 * 0.2) - 0.05 * kept[0];
        };
        Rule rmsProp = (w, g, kept) -> {
            kept[0] = 0.95 * kept[0] + 0.05 * g * g;
            return w - 0.01 * g / (Math.sqrt(kept[0]) + 1e-6);
        };
        Rule adamW = (w, g, kept) -> {
            kept[0]++;
            kept[1] = 0.9 * kept[1] + 0.1 * g;
            kept[2] = 0.999 * kept[2] + 0.001 * g * g;
            double mean = kept[1] / (1 - Math.pow(0.9, kept[0]));
            double square = kept[2] / (1 - Math.pow(0.999, kept[0]));
            return w * (1 - 0.02 * 0.3) - 0.02 * mean / (Math.sqrt(square) + 1e-8);
        };
        return Stream.of(Arguments.of(Momentum.of(0.05), momentum), Arguments.of(Nesterov.of(0.05), nesterov),
                Arguments.of(new Momentum(0.05, 0.8).weightDecay(0.2), sgdW),
                Arguments.of(new RmsProp(0.01, 0.95, 1e-6), rmsProp),
                Arguments.of(Adam.of(0.02).weightDecay(0.3), adamW));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyWeightFollowsTheRuleOfItsOptimizer(Optimizer optimizer, Rule rule) {
        double[] w = doubles(weights, "w");
        double[][] kept = new double[w.length][3];
        OptimizerState state = new OptimizerState(optimizer, arena, SHAPES);
        for (int step = 0; step < 10; step++) {
            Parameters gradient = random(1);
            state.step(kernels, gradient, weights);
            double[] g = doubles(gradient, "w");
            for (int i = 0; i < w.length; i++) {
                w[i] = rule.step(w[i], g[i], kept[i]);
            }
        }
        Deviation.check(1e-5, "w", w, weights.get("w"));
    }

    @Test
    void settingsOutsideTheirRangesAreRefused() {
        for (double bad : new double[]{0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> Momentum.of(bad));
            assertThrows(IllegalArgumentException.class, () -> RmsProp.of(bad));
            assertThrows(IllegalArgumentException.class, () -> new RmsProp(0.1, 0.9, bad));
            assertThrows(IllegalArgumentException.class, () -> Nesterov.of(bad));
        }
        for (double bad : new double[]{1, -0.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> new Momentum(0.1, bad));
            assertThrows(IllegalArgumentException.class, () -> new Nesterov(0.1, bad));
            assertThrows(IllegalArgumentException.class, () -> new RmsProp(0.1, bad, 1e-8));
        }
        assertThrows(IllegalArgumentException.class, () -> Adam.of(0.1).weightDecay(10));
        assertThrows(IllegalArgumentException.class, () -> Adam.of(0.1).weightDecay(-0.1));
    }

    @Test
    void aGradientOfZeroMovesNothing() {
        float[] before = weights.get("w").toArray();
        for (Optimizer optimizer : List.of(Adam.of(0.1), Sgd.of(0.1), Momentum.of(0.1), Nesterov.of(0.1),
                RmsProp.of(0.1))) {
            OptimizerState state = new OptimizerState(optimizer, arena, SHAPES);
            state.step(kernels, Parameters.allocate(arena, SHAPES), weights);
            assertArrayEquals(before, weights.get("w").toArray(), optimizer.toString());
        }
    }

    private static void refused(String message, Runnable making) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, making::run).getMessage());
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        refused("sgd: rate is 0.0; wanted above 0", () -> Sgd.of(0));
        refused("sgd: rate is NaN; wanted above 0", () -> Sgd.of(Double.NaN));
        refused("sgd: rate is Infinity; wanted above 0", () -> Sgd.of(Double.POSITIVE_INFINITY));
        refused("adam: rate is -0.1; wanted above 0", () -> Adam.of(-0.1));
        refused("adam: beta1 is 1.0; wanted 0 to 1", () -> new Adam(0.1, 1, 0.9, 1e-8));
        refused("adam: beta2 is -0.1; wanted 0 to 1", () -> new Adam(0.1, 0.9, -0.1, 1e-8));
        refused("adam: beta2 is NaN; wanted 0 to 1", () -> new Adam(0.1, 0.9, Double.NaN, 1e-8));
        refused("adam: epsilon is 0.0; wanted above 0", () -> new Adam(0.1, 0.9, 0.9, 0));
    }

    @Test
    void adamHasThePapersDefaults() {
        assertEquals(new Adam(0.5, 0.9, 0.999, 1e-8), Adam.of(0.5));
    }

    private static double norm(Parameters parameters) {
        double squares = 0;
        for (String name : parameters.asMap().keySet()) {
            for (double g : doubles(parameters, name)) {
                squares += g * g;
            }
        }
        return Math.sqrt(squares);
    }

    @Test
    void aNormAboveTheBoundIsScaledByTorchsFactor() {
        Parameters gradient = random(10);
        double norm = norm(gradient);
        double[] w = doubles(gradient, "w");
        double[] b = doubles(gradient, "b");
        assertEquals(norm, Clipping.norm(0.25).clip(kernels, gradient).global(), 1e-6 * norm);
        double factor = 0.25 / (norm + 1e-6);
        for (int i = 0; i < w.length; i++) {
            w[i] *= factor;
        }
        for (int i = 0; i < b.length; i++) {
            b[i] *= factor;
        }
        Deviation.check(1e-6, "w", w, gradient.get("w"));
        Deviation.check(1e-6, "b", b, gradient.get("b"));
        assertEquals(0.25, norm(gradient), 1e-6);
    }

    @Test
    void aNormUpToTheBoundIsLeftToTheBit() {
        Parameters gradient = random(1);
        float[] before = gradient.get("w").toArray();
        double norm = norm(gradient);
        for (double bound : new double[]{norm + 1e-3, 10 * norm, Double.POSITIVE_INFINITY}) {
            assertEquals(norm, Clipping.norm(bound).clip(kernels, gradient).global(), 1e-6 * norm);
            assertArrayEquals(before, gradient.get("w").toArray(), "bound " + bound);
        }
    }

    /** Which is what tells PyTorch's factor from max/|g|. */
    @Test
    void aTinyNormAtTheBoundIsHalved() {
        Parameters gradient = Parameters.allocate(arena, SHAPES);
        gradient.get("b").set(0, 16, 1e-6f);
        Clipping.norm(1e-6).clip(kernels, gradient).global();
        assertEquals(0.5e-6, gradient.get("b").get(0, 16), 1e-12);
    }

    @Test
    void aGradientOfZeroIsLeft() {
        Parameters gradient = Parameters.allocate(arena, SHAPES);
        assertEquals(0, Clipping.norm(0.25).clip(kernels, gradient).global(), 0);
        assertEquals(0, norm(gradient), 0);
    }

    /** The squares of these pass the largest float; their sum does not pass the largest double. */
    @Test
    void aHugeNormIsStillANumber() {
        Parameters gradient = Parameters.allocate(arena, SHAPES);
        gradient.asMap().values().forEach(m -> m.fill(1e30f));
        assertEquals(1e30 * Math.sqrt(56), Clipping.norm(1).clip(kernels, gradient).global(), 1e25);
        assertEquals(1, norm(gradient), 1e-5);
    }

    @Test
    void aStepMayHaveAnotherRateThanTheOptimizersOwn() {
        float[] before = weights.get("w").toArray();
        Parameters gradient = random(1);
        new OptimizerState(Sgd.of(0.5), arena, SHAPES).step(kernels, 0.25, gradient, weights);
        float[] g = gradient.get("w").toArray();
        float[] after = weights.get("w").toArray();
        for (int i = 0; i < g.length; i++) {
            assertEquals(before[i] - 0.25f * g[i], after[i], 1e-6f);
        }
    }

    @Test
    void clippingByValueBoundsEachElementAndToldIsTheNormBefore() {
        Parameters gradient = random(10);
        float[] before = gradient.get("w").toArray();
        double norm = norm(gradient);
        assertEquals(norm, Clipping.value(2).clip(kernels, gradient).global(), 1e-6 * norm);
        float[] after = gradient.get("w").toArray();
        for (int i = 0; i < after.length; i++) {
            assertEquals(Math.clamp(before[i], -2, 2), after[i]);
        }
    }

    @Test
    void clippingByValueComesBeforeClippingByNorm() {
        Parameters gradient = random(10);
        Parameters byValue = Parameters.allocate(arena, SHAPES);
        byValue.copyFrom(gradient);
        Clipping.value(2).clip(kernels, byValue);
        double factor = 0.5 / (norm(byValue) + 1e-6);
        new Clipping(0.5, 2).clip(kernels, gradient);
        float[] wanted = byValue.get("w").toArray();
        float[] ours = gradient.get("w").toArray();
        for (int i = 0; i < ours.length; i++) {
            assertEquals(factor * wanted[i], ours[i], 1e-6);
        }
    }
}
