package dev.unroll.models;

import dev.unroll.models.Head.Reading;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The outputs of a network over whole sequences of different lengths, each from a state of zero, all in one run. */
final class Outputs {
    private final NetworkWeights weights;
    private final int[] lengths;
    private final Filler filler;

    /** Puts step t of sequence i into row t*batch + i of a trace. */
    private interface Filler {
        void fill(NetworkTrace trace, int i);
    }

    private Outputs(NetworkWeights weights, int[] lengths, Filler filler) {
        this.weights = weights;
        this.lengths = lengths;
        this.filler = filler;
    }

    static float[][][] of(NetworkWeights weights, int[][] tokens) {
        Input input = weights.architecture().input();
        if (input instanceof Input.Features) {
            throw new IllegalArgumentException(
                    "outputs: tokens for a network that reads features; wanted a float[][][]");
        }
        int[] lengths = lengths(tokens.length, i -> tokens[i] == null ? null : tokens[i].length);
        for (int i = 0; i < tokens.length; i++) {
            for (int t = 0; t < lengths[i]; t++) {
                if (tokens[i][t] < 0 || tokens[i][t] >= input.size()) {
                    throw new IndexOutOfBoundsException("outputs: token %d at step %d of sequence %d; wanted 0 to %d"
                            .formatted(tokens[i][t], t, i, input.size() - 1));
                }
            }
        }
        return new Outputs(weights, lengths, (trace, i) -> {
            for (int t = 0; t < lengths[i]; t++) {
                trace.tokens()[t * lengths.length + i] = tokens[i][t];
            }
        }).run();
    }

    static float[][][] of(NetworkWeights weights, float[][][] features) {
        Input input = weights.architecture().input();
        if (!(input instanceof Input.Features)) {
            throw new IllegalArgumentException("outputs: features for a network that reads tokens; wanted an int[][]");
        }
        int[] lengths = lengths(features.length, i -> features[i] == null ? null : features[i].length);
        for (float[][] sequence : features) {
            for (float[] step : sequence) {
                Sizes.checkLength("outputs", "features", step, input.size());
            }
        }
        return new Outputs(weights, lengths, (trace, i) -> {
            for (int t = 0; t < lengths[i]; t++) {
                trace.x().at(t).row(i).copyFrom(features[i][t]);
            }
        }).run();
    }

    private static int[] lengths(int count, IntFunction<Integer> length) {
        return IntStream.range(0, count)
                .map(i -> Objects.requireNonNull(length.apply(i), () -> "outputs: sequence " + i + " is null"))
                .toArray();
    }

    private float[][][] run() {
        float[][][] outputs = new float[lengths.length][][];
        boolean isLast = weights.architecture().head().reading() == Reading.LAST_STEP;
        for (int i = 0; i < lengths.length; i++) {
            if (isLast && lengths[i] == 0) {
                throw new IllegalArgumentException(
                        "outputs: sequence %d has no step, and the head reads the last".formatted(i));
            }
            outputs[i] = new float[isLast ? 1 : lengths[i]][weights.architecture().head().outputSize()];
        }
        int time = IntStream.of(lengths).max().orElse(0);
        if (time == 0) {
            return outputs;
        }
        try (Arena arena = Arena.ofShared()) {
            NetworkTrace trace = new NetworkTrace(weights, arena, time, lengths.length);
            for (int i = 0; i < lengths.length; i++) {
                filler.fill(trace, i);
            }
            trace.forward(Lengths.of(time, lengths), Noise.MEAN);
            Schedule schedule = trace.stack().schedule();
            int[] rows = isLast ? lastRows(schedule) : IntStream.range(0, schedule.size()).toArray();
            Matrix read = Matrix.allocate(arena, rows.length, weights.architecture().head().inputSize());
            new HeadRows(weights.architecture(), weights.kernels()).gather(schedule, trace.stack().outputRows(), rows,
                    read);
            Matrix y = Matrix.allocate(arena, rows.length, weights.architecture().head().outputSize());
            weights.head(read, y);
            weights.architecture().head().kind().apply(weights.kernels(), y);
            for (int row = 0; row < rows.length; row++) {
                int step = schedule.padded()[rows[row]];
                y.row(row).copyTo(outputs[step % lengths.length][isLast ? 0 : step / lengths.length]);
            }
        }
        return outputs;
    }

    private int[] lastRows(Schedule schedule) {
        return IntStream.range(0, schedule.size()).filter(row -> {
            int step = schedule.padded()[row];
            return step / lengths.length == lengths[step % lengths.length] - 1;
        }).toArray();
    }
}
