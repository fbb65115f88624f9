package dev.unroll.kernels;

/** Cutting a count into equal parts, sizes that differ by one at most. */
final class Parts {
    private Parts() {}

    /** How many parts {@code count} is cut into where none may be larger than {@code most}. */
    static int parts(int count, int most) {
        return (count + most - 1) / most;
    }

    /** Where part {@code i} of {@code parts} equal parts of {@code count} begins. */
    static int begin(int count, int parts, int i) {
        return i * (count / parts) + Math.min(i, count % parts);
    }
}
