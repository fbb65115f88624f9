package dev.unroll.training;

import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.Stack;
import dev.unroll.models.Way;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * A stack in double precision, one sequence, one step and one unit at a time, written from the design's equations; its
 * gradients are central differences of its loss.
 */
final class StackOracle {
    private final StackCase run;
    private final Map<String, double[]> given;
    private final Map<String, double[]> slopes;
    private final Map<String, double[]> ends = new LinkedHashMap<>();
    private final List<OracleNoise> noise;
    private final List<WayOfLayer> ways = new ArrayList<>();
    private final Kinks kinks = new Kinks();

    StackOracle(StackCase run) {
        this.run = run;
        this.given = run.numbers().givenDoubles();
        this.slopes = run.numbers().slopeDoubles();
        this.noise = OracleNoise.of(run.stack(), run.lengths(), run.noise());
        for (int l = 0; l < run.stack().layers().size(); l++) {
            for (Way way : run.stack().layers().get(l).direction().ways()) {
                ways.add(new WayOfLayer(l, way));
            }
        }
    }

    /** One way of a layer. */
    private final class WayOfLayer {
        private final int layer;
        private final Way way;
        private final int h;
        private final int m;
        private final CellEquations equations;
        private final OracleNoise.OfWay disturbed;
        private final String hidden;
        private final String memory;

        WayOfLayer(int layer, Way way) {
            Layer of = run.stack().layers().get(layer);
            Map<String, double[]> weights = new LinkedHashMap<>();
            of.cell().parameterShapes().forEach(shape -> weights.put(shape.name(),
                    given.get(Stack.prefix(layer, way) + shape.name())));
            this.layer = layer;
            this.way = way;
            this.h = of.cell().hiddenSize();
            this.m = of.cell().memorySize();
            this.equations = CellEquations.of(of.cell(), weights, kinks);
            this.disturbed = noise.get(layer).of(way);
            this.hidden = StackNumbers.hidden(layer, way);
            this.memory = StackNumbers.memory(layer, way);
            ends.put(hidden, new double[run.lengths().batch() * h]);
            ends.put(memory, new double[run.lengths().batch() * m]);
        }

        /** The hidden states after the steps of a sequence, by time; leaves the last ones among the ends. */
        double[][] run(int i, double[][] x) {
            double[][] y = new double[x.length][];
            double[] a = Arrays.copyOfRange(given.get(hidden), i * h, (i + 1) * h);
            double[] c = Arrays.copyOfRange(given.get(memory), i * m, (i + 1) * m);
            for (int step = 0; step < x.length; step++) {
                int t = way == Way.FORWARD ? step : x.length - 1 - step;
                double[] heard = product(disturbed.heard[i], a);
                double[] aNext = new double[h];
                double[] cNext = new double[m];
                equations.step(a, heard, c, x[t], aNext, cNext);
                a = mixed(disturbed.keptHidden[run.row(t, i)], a, aNext);
                c = mixed(disturbed.keptMemory[run.row(t, i)], c, cNext);
                y[t] = a;
            }
            System.arraycopy(a, 0, ends.get(hidden), i * h, h);
            System.arraycopy(c, 0, ends.get(memory), i * m, m);
            return y;
        }

        double lossOfEnd(int i) {
            return dot(ends.get(hidden), slopes.get(hidden), i * h, h)
                    + dot(ends.get(memory), slopes.get(memory), i * m, m);
        }
    }

    private static double[] product(double[] mask, double[] a) {
        double[] product = new double[a.length];
        Arrays.setAll(product, j -> mask[j] * a[j]);
        return product;
    }

    /** z*old + (1 - z)*proposed. */
    private static double[] mixed(double[] z, double[] old, double[] proposed) {
        double[] mixed = new double[old.length];
        Arrays.setAll(mixed, j -> z[j] * old[j] + (1 - z[j]) * proposed[j]);
        return mixed;
    }

    private static double dot(double[] a, double[] b, int from, int count) {
        double sum = 0;
        for (int j = from; j < from + count; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    /** The output of the last layer at each step of a sequence. */
    private double[][] run(int i) {
        int n = run.stack().inputSize();
        double[][] x = new double[run.lengths().length(i)][];
        for (int t = 0; t < x.length; t++) {
            x[t] = Arrays.copyOfRange(given.get(StackNumbers.X), run.row(t, i) * n, (run.row(t, i) + 1) * n);
        }
        for (int l = 0; l < run.stack().layers().size(); l++) {
            double[][] y = new double[x.length][run.stack().layers().get(l).outputSize()];
            for (WayOfLayer way : ways) {
                if (way.layer == l) {
                    add(way, way.run(i, x), y);
                }
            }
            for (int t = 0; t < y.length; t++) {
                y[t] = product(noise.get(l).output(run.row(t, i)), y[t]);
            }
            x = y;
        }
        return x;
    }

    private void add(WayOfLayer way, double[][] a, double[][] y) {
        boolean isBeside = way.way == Way.BACKWARD
                && run.stack().layers().get(way.layer).direction() == Direction.CONCAT;
        for (int t = 0; t < y.length; t++) {
            for (int j = 0; j < way.h; j++) {
                y[t][isBeside ? way.h + j : j] += a[t][j];
            }
        }
    }

    /** What a sequence has of the loss. */
    private double loss(int i) {
        double[][] y = run(i);
        int n = run.stack().outputSize();
        double loss = 0;
        for (int t = 0; t < y.length; t++) {
            for (int j = 0; j < n; j++) {
                loss += y[t][j] * slopes.get(StackNumbers.Y)[run.row(t, i) * n + j];
            }
        }
        for (WayOfLayer way : ways) {
            loss += way.lossOfEnd(i);
        }
        return loss;
    }

    private double loss() {
        return IntStream.range(0, run.lengths().batch()).mapToDouble(this::loss).sum();
    }

    /** The output, 0 behind a sequence's end, and the states behind the last steps, by name. */
    Map<String, double[]> values() {
        int n = run.stack().outputSize();
        double[] all = new double[run.lengths().time() * run.lengths().batch() * n];
        for (int i = 0; i < run.lengths().batch(); i++) {
            double[][] y = run(i);
            for (int t = 0; t < y.length; t++) {
                System.arraycopy(y[t], 0, all, run.row(t, i) * n, n);
            }
        }
        Map<String, double[]> values = new LinkedHashMap<>(ends);
        values.put(StackNumbers.Y, all);
        return values;
    }

    /** The gradients of the loss by every weight, by x and by the states before the first steps, by name. */
    Map<String, double[]> gradients() {
        Map<String, double[]> gradients = new LinkedHashMap<>();
        given.forEach((name, numbers) -> {
            double[] gradient = new double[numbers.length];
            if (name.equals(StackNumbers.X)) {
                for (int i = 0; i < run.lengths().batch(); i++) {
                    for (int t = 0; t < run.lengths().length(i); t++) {
                        differences(numbers, run.row(t, i), run.stack().inputSize(), lossOf(i), gradient);
                    }
                }
            } else if (ends.containsKey(name)) {
                int n = numbers.length / run.lengths().batch();
                for (int i = 0; i < run.lengths().batch(); i++) {
                    differences(numbers, i, n, lossOf(i), gradient);
                }
            } else {
                differences(numbers, 0, numbers.length, this::loss, gradient);
            }
            gradients.put(name, gradient);
        });
        return gradients;
    }

    private DoubleSupplier lossOf(int i) {
        return () -> loss(i);
    }

    /** The slopes of a loss by the numbers of a row of so many. */
    private static void differences(double[] numbers, int row, int count, DoubleSupplier loss, double[] gradient) {
        for (int j = row * count; j < (row + 1) * count; j++) {
            gradient[j] = Differences.central(numbers, j, loss);
        }
    }

    /** How near {@link #values} and {@link #gradients} have come to a kink. */
    double nearestKink() {
        return kinks.nearest();
    }
}
