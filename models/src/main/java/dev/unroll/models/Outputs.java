package dev.unroll.models;

import dev.unroll.models.Head.Reading;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The outputs of a network over whole sequences of different lengths, each from a state of zero, all in one run. */
final class Outputs {
    private final NetworkWeights weights;
    private final int[] lengths;
    private final int[][][] tokens;
    private final float[][][] features;

    private Outputs(NetworkWeights weights, int[] lengths, int[][][] tokens, float[][][] features) {
        this.weights = weights;
        this.lengths = lengths;
        this.tokens = tokens;
        this.features = features;
    }

    static float[][][] ofTokens(NetworkWeights weights, int[][] tokens) {
        if (weights.architecture().input() instanceof Input.Features) {
            throw new IllegalArgumentException(
                    "outputs: tokens for a network that reads features; wanted a float[][][]");
        }
        return of(weights, new int[][][]{tokens}, new float[0][][]);
    }

    static float[][][] ofFeatures(NetworkWeights weights, float[][][] features) {
        if (!(weights.architecture().input() instanceof Input.Features)) {
            throw new IllegalArgumentException("outputs: features for a network that reads tokens; wanted an int[][]");
        }
        return of(weights, new int[0][][], features);
    }

    static float[][][] of(NetworkWeights weights, int[][][] tokens, float[][][] features) {
        Input input = weights.architecture().input();
        if (weights.encoder().isPresent()) {
            throw new IllegalArgumentException(
                    "outputs: no sources for a network with an encoder; wanted a session that"
                            + " begins with one");
        }
        if (tokens.length != input.channels() || (features.length > 0 && input.features() == 0)) {
            throw new IllegalArgumentException(
                    "outputs: %d arrays of tokens and %s features for a network that reads %s"
                            .formatted(tokens.length, features.length > 0 ? "some" : "no", input));
        }
        int[] lengths = input.channels() > 0
                ? lengths(tokens[0].length, i -> tokens[0][i] == null ? null : tokens[0][i].length)
                : lengths(features.length, i -> features[i] == null ? null : features[i].length);
        for (int k = 0; k < tokens.length; k++) {
            checkTokens(input.tokens(k), lengths, tokens[k]);
        }
        if (input.features() > 0) {
            checkFeatures(input.features(), lengths, features);
        }
        return new Outputs(weights, lengths, tokens, features).run();
    }

    private static int[] lengths(int count, IntFunction<Integer> length) {
        return IntStream.range(0, count)
                .map(i -> Objects.requireNonNull(length.apply(i), () -> "outputs: sequence " + i + " is null"))
                .toArray();
    }

    private static void checkTokens(int size, int[] lengths, int[][] tokens) {
        checkSame("sequences", lengths.length, tokens.length);
        for (int i = 0; i < lengths.length; i++) {
            checkSame("steps of sequence " + i, lengths[i], tokens[i].length);
            for (int t = 0; t < lengths[i]; t++) {
                if (tokens[i][t] < 0 || tokens[i][t] >= size) {
                    throw new IndexOutOfBoundsException("outputs: token %d at step %d of sequence %d; wanted 0 to %d"
                            .formatted(tokens[i][t], t, i, size - 1));
                }
            }
        }
    }

    private static void checkFeatures(int size, int[] lengths, float[][][] features) {
        checkSame("sequences", lengths.length, features.length);
        for (int i = 0; i < lengths.length; i++) {
            checkSame("steps of sequence " + i, lengths[i], features[i].length);
            for (float[] step : features[i]) {
                Sizes.checkLength("outputs", "features", step, size);
            }
        }
    }

    private static void checkSame(String what, int wanted, int given) {
        if (wanted != given) {
            throw new IllegalArgumentException(
                    "outputs: %d %s; wanted %d, as many as before".formatted(given, what, wanted));
        }
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
                int sequence = i;
                trace.input().set(sequence,
                        Arrays.stream(tokens).map(channel -> channel[sequence]).toArray(int[][]::new),
                        features.length > 0 ? features[sequence] : new float[0][]);
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
