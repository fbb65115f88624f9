package dev.unroll.training;

import java.util.function.DoubleSupplier;

/** Slopes by central differences, in double precision. */
final class Differences {
    private static final double EPSILON = 1e-5;

    private Differences() {}

    /** The slope of a loss by one of the numbers that it reads. */
    static double central(double[] numbers, int j, DoubleSupplier loss) {
        double number = numbers[j];
        numbers[j] = number + EPSILON;
        double above = loss.getAsDouble();
        numbers[j] = number - EPSILON;
        double below = loss.getAsDouble();
        numbers[j] = number;
        return (above - below) / (2 * EPSILON);
    }
}
