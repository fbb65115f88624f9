package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Layer;
import dev.unroll.models.Lengths;
import dev.unroll.models.Stack;
import dev.unroll.models.Way;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The numbers of a stack's run and of its loss sum(y*dy) + sum(a_T*da) + sum(c_T*dc) over all layers and ways: random, in
 * single precision, by name. States are called {@code layer0.hidden}, {@code layer0.reverse.memory} and so on.
 */
final class StackNumbers {
    /** Name of the input, [time][batch][n_x]. */
    static final String X = "x";
    /** Name of the output, [time][batch][n_y]. */
    static final String Y = "y";

    private static final String HIDDEN = "hidden";
    private static final String MEMORY = "memory";

    /** Weights of the stack, the states before the first steps, and x. */
    private final Map<String, float[]> given = new LinkedHashMap<>();
    /** The gradients of the loss by the states behind the last steps and by y. */
    private final Map<String, float[]> slopes = new LinkedHashMap<>();

    private StackNumbers() {}

    static String hidden(int layer, Way way) {
        return Stack.prefix(layer, way) + HIDDEN;
    }

    static String memory(int layer, Way way) {
        return Stack.prefix(layer, way) + MEMORY;
    }

    /** Numbers that keep the values of a few steps in the order of 1. */
    static StackNumbers draw(Stack stack, Lengths lengths, SplittableRandom random) {
        StackNumbers numbers = new StackNumbers();
        int rows = lengths.time() * lengths.batch();
        for (Parameters.Shape shape : stack.parameterShapes()) {
            boolean isProduct = shape.name().endsWith(Cell.WEIGHT);
            double largest = isProduct ? Math.min(1, 1.7 / Math.sqrt(shape.cols())) : 1;
            numbers.given.put(shape.name(), floats(random, shape.rows() * shape.cols(), largest));
        }
        numbers.given.put(X, floats(random, rows * stack.inputSize(), 1.5));
        numbers.slopes.put(Y, floats(random, rows * stack.outputSize(), 1));
        for (int i = 0; i < stack.layers().size(); i++) {
            Layer layer = stack.layers().get(i);
            for (Way way : layer.direction().ways()) {
                int hidden = lengths.batch() * layer.cell().hiddenSize();
                int memory = lengths.batch() * layer.cell().memorySize();
                for (Map<String, float[]> states : List.of(numbers.given, numbers.slopes)) {
                    states.put(hidden(i, way), floats(random, hidden, 1));
                    states.put(memory(i, way), floats(random, memory, 1));
                }
            }
        }
        return numbers;
    }

    private static float[] floats(SplittableRandom random, int count, double largest) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextDouble(-largest, largest);
        }
        return floats;
    }

    /** A weight, a state before the first step, or x. */
    float[] given(String name) {
        return given.get(name);
    }

    /** The gradient of the loss by a state behind the last step, or by y. */
    float[] slope(String name) {
        return slopes.get(name);
    }

    /** All that is given, in double precision: a copy. */
    Map<String, double[]> givenDoubles() {
        return doubles(given);
    }

    Map<String, double[]> slopeDoubles() {
        return doubles(slopes);
    }

    private static Map<String, double[]> doubles(Map<String, float[]> all) {
        Map<String, double[]> doubles = new LinkedHashMap<>();
        all.forEach((name, floats) -> doubles.put(name, doubles(floats)));
        return doubles;
    }

    static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }
}
