package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.Parameters;
import dev.unroll.tensor.Matrix;
import java.util.function.DoubleSupplier;

/**
 * A gradient against the slope of its loss, parameter by parameter: along g the loss rises by |g|, which a central
 * difference measures in single precision to some thousandths.
 */
final class Slopes {
    private static final double STEP = 4e-3;
    private static final double BOUND = 1e-2;

    private Slopes() {}

    /**
     * Compares all of them.
     *
     * @param parameters moved, and back
     * @param gradient of the loss
     * @param loss with the parameters of the moment
     */
    static void assertAre(Parameters parameters, Parameters gradient, DoubleSupplier loss) {
        gradient.asMap().forEach((name, g) -> {
            double norm = norm(g);
            double slope = 0;
            if (norm > 0) {
                double up = moved(parameters.get(name), g, STEP / norm, loss);
                double down = moved(parameters.get(name), g, -STEP / norm, loss);
                slope = (up - down) / (2 * STEP);
            }
            assertEquals(norm, slope, BOUND * norm, name + ": |gradient| and slope");
        });
    }

    private static double norm(Matrix matrix) {
        double sum = 0;
        for (float value : matrix.toArray()) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static double moved(Matrix parameter, Matrix direction, double by, DoubleSupplier loss) {
        float[] before = parameter.toArray();
        float[] step = direction.toArray();
        int cols = parameter.cols();
        for (int i = 0; i < before.length; i++) {
            parameter.set(i / cols, i % cols, (float) (before[i] + by * step[i]));
        }
        double there = loss.getAsDouble();
        for (int i = 0; i < before.length; i++) {
            parameter.set(i / cols, i % cols, before[i]);
        }
        return there;
    }
}
