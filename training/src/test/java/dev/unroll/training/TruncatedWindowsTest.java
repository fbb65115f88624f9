package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Architecture;
import dev.unroll.models.Network;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows of {@link Training}, its weights held still by a rate too small for them, against {@link Oracle}. */
class TruncatedWindowsTest extends OnBackendUnderTest {
    private static final int TOKENS = 5;
    private static final int BATCH = 2;
    /** Tokens of each stream, which no window length divides. */
    private static final int LENGTH = 17;

    static Stream<Arguments> grid() {
        int[] numbers = {1, 2, 3, 4, 5, 8, 9, 16, 17, 18, 40};
        return Stream.of("lstm", "gru", "rnn", "gru-reset-before")
                .flatMap(kind -> IntStream.of(numbers).boxed().flatMap(k1 -> IntStream.of(numbers)
                        .filter(k2 -> k2 >= k1).mapToObj(k2 -> Arguments.of(kind, k1, k2))));
    }

    @ParameterizedTest
    @MethodSource("grid")
    void lossesFlowBackThroughTheirWindowAndTheStepsBeforeItThatFit(String kind, int k1, int k2) {
        long seed = Long.getLong("unroll.seed", 20260117);
        int[] tokens = new Random(seed).ints(BATCH * LENGTH + 2, 0, TOKENS).toArray();
        try (Network network = Network.builder(TOKENS).layer(CellKind.named(kind).orElseThrow(), 4).softmax(TOKENS)
                .build(seed, kernels);
                Training training = Trainer.of(network).optimizer(Sgd.of(1e-30)).truncatedBptt(k1, k2).batch(BATCH)
                        .start(new TextStreams(Tokens.of(tokens), BATCH))) {
            Architecture architecture = network.architecture();
            Oracle oracle = new Oracle(architecture, network.parameters());
            int[] inputs = timeMajor(tokens, 0);
            int[] targets = timeMajor(tokens, 1);
            int windows = (LENGTH + k1 - 1) / k1;
            // Once through the text, and on into the next time, where the state is zero again.
            for (int window = 0; window < windows + 2; window++) {
                int from = window % windows * k1;
                int to = Math.min(from + k1, LENGTH);
                int begin = Math.max(0, to - k2);
                Oracle.State state = oracle.run(new Oracle.State(architecture, BATCH), inputs, 0, begin);
                double squares = 0;
                for (String name : network.parameters().asMap().keySet()) {
                    for (double g : oracle.gradient(name, () -> oracle.loss(state, inputs, targets, begin,
                            from - begin, to - begin))) {
                        squares += g * g;
                    }
                }
                double count = (to - from) * BATCH;
                TrainingStep step = training.step();
                String at = "window %d, -Dunroll.seed=%d".formatted(window, seed);
                assertEquals(oracle.loss(state, inputs, targets, begin, from - begin, to - begin) / count, step.loss(),
                        1e-5, at);
                assertEquals(Math.sqrt(squares) / count, step.gradientNorm(), 1e-4 * step.gradientNorm(), at);
                assertEquals(count, (double) step.steps(), at);
            }
        }
    }

    private static int[] timeMajor(int[] tokens, int shift) {
        int[] rows = new int[LENGTH * BATCH];
        for (int t = 0; t < LENGTH; t++) {
            for (int i = 0; i < BATCH; i++) {
                rows[t * BATCH + i] = tokens[i * LENGTH + t + shift];
            }
        }
        return rows;
    }
}
