package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Encoder.Attention;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkBuilder;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Gradients of encoders, of inputs side by side, of heads that read the last step, and of those whose W_y is the embedding's table. */
class NetworkGradientsTest extends OnBackendUnderTest {
    private static final int TIME = 7;

    private void assertSlopes(Network network, Batches batches) {
        assertSlopes(network, batches, 1);
    }

    private void assertSlopes(Network network, Batches batches, int replicas) {
        Parameters parameters = Parameters.allocate(arena, network.parameters().shapes());
        parameters.copyFrom(network.parameters());
        Parameters gradient = Parameters.allocate(arena, parameters.shapes());
        NetworkWeights weights = new NetworkWeights(network.architecture(), kernels, arena, parameters, Use.TRAINING);
        UnrolledNetwork unrolled = new UnrolledNetwork(weights, arena, Loss.of(network.architecture().head().kind()),
                TruncatedBptt.full().within(batches.longest()), batches.batch(), replicas,
                batches.longestSource(), gradient);
        Window window = unrolled.newWindow(arena);
        window.begin((int) batches.time(0));
        batches.read(0, 0, window);
        DoubleSupplier loss = () -> {
            weights.repack();
            return unrolled.backward(window, 0, Noise.MEAN).value();
        };
        assertTrue(loss.getAsDouble() > 0);
        Parameters wanted = Parameters.allocate(arena, parameters.shapes());
        wanted.copyFrom(gradient);
        Slopes.assertAre(parameters, wanted, loss);
    }

    @Test
    void ofTheLastStepOfBothWays() {
        try (Network network = Network.builder(new Input.Features(ToySequences.FEATURES)).gru(5).bidirectional()
                .lstm(6).bidirectional().softmax(2).lastStep().build(3, kernels)) {
            assertSlopes(network, BucketedBatches.byLength(ToySequences.withLastClass(2, 9, TIME), 9));
        }
    }

    @Test
    void ofTheLastStepOfWhatGoesForward() {
        try (Network network = Network.builder(new Input.Features(ToySequences.FEATURES)).lstm(6).softmax(2).lastStep()
                .build(3, kernels)) {
            assertSlopes(network, BucketedBatches.byLength(ToySequences.withLastClass(2, 9, TIME), 9));
        }
    }

    @Test
    void ofTheTableThatGoesInAndComesOut() {
        try (Network network = Network.builder(new Input.Embedding(ToyText.TOKENS, 6)).lstm(6).softmax(ToyText.TOKENS)
                .tied().build(3, kernels)) {
            assertSlopes(network, BucketedBatches.byLength(ToySequences.ofTokens(2, 9, TIME), 9));
        }
    }

    @Test
    void ofTablesThatStandSideBySide() {
        Input input = Input.Joined.of(new Input.Embedding(ToyText.TOKENS, 4), new Input.Features(3),
                new Input.OneHot(2),
                new Input.Embedding(3, 2));
        int[][] words = {{1, 2, 4, 0}, {3}, {4, 4, 1}};
        float[][][] numbers = {{{1, 2, -1}, {0, 1, 0}, {2, 1, 1}, {0, 0, 3}}, {{-1, -1, 0}},
                {{1, 0, 1}, {0, -1, 0}, {0, 1, 1}}};
        int[][] flags = {{1, 0, 0, 1}, {1}, {0, 1, 1}};
        int[][] shapes = {{2, 0, 1, 1}, {0}, {0, 1, 2}};
        Sequences examples = Sequences.ofTokens(words).and(Sequences.ofFeatures(numbers))
                .and(Sequences.ofTokens(flags)).and(Sequences.ofTokens(shapes)).withClasses(words);
        try (Network network = Network.builder(input).lstm(6).bidirectional().softmax(ToyText.TOKENS).build(3,
                kernels)) {
            assertEquals(List.of("embedding0.weight", "embedding3.weight"),
                    network.parameters().asMap().keySet().stream().filter(name -> name.startsWith("emb")).toList());
            assertSlopes(network, BucketedBatches.byLength(examples, 3));
        }
    }

    private static final int SOURCES = 6;

    /** Sources of 1 to 9 steps and targets of 1 to 7. */
    private static Sequences pairs(int count) {
        Random random = new Random(8);
        int[][] sources = new int[count][];
        int[][] targets = new int[count][];
        for (int i = 0; i < count; i++) {
            sources[i] = random.ints(1 + random.nextInt(9), 0, SOURCES).toArray();
            targets[i] = random.ints(random.nextInt(7), 2, ToyText.TOKENS).toArray();
        }
        return Sequences.ofPairs(sources, targets, 0, 1);
    }

    private static NetworkBuilder source() {
        return Network.builder(new Input.Embedding(SOURCES, 3));
    }

    @Test
    void ofAnEncoderWhoseStateADecoderBeginsWith() {
        try (Network network = source().lstm(5).gru(6).decoder(new Input.OneHot(ToyText.TOKENS), Attention.NONE).lstm(5)
                .gru(6).softmax(ToyText.TOKENS).build(3, kernels)) {
            assertSlopes(network, BucketedBatches.byLength(pairs(8), 8));
        }
    }

    @Test
    void ofAnEncoderThatGoesBothWaysAndIsLookedAt() {
        try (Network network = source().lstm(4).bidirectional()
                .decoder(new Input.Embedding(ToyText.TOKENS, 4), Attention.DOT).lstm(8).softmax(ToyText.TOKENS)
                .build(3, kernels)) {
            assertSlopes(network, BucketedBatches.byLength(pairs(8), 8));
            assertSlopes(network, BucketedBatches.byLength(pairs(7), 8), 3);
        }
    }

    @Test
    void ofAnEncoderOfFeaturesSideBySideWithTokens() {
        Input input = Input.Joined.of(new Input.Features(2), new Input.Embedding(SOURCES, 3));
        Sequences examples = Sequences.ofTokens(new int[][]{{0, 2, 3}, {0, 4}})
                .from(Sequences.ofFeatures(new float[][][]{{{1, 2}, {0, 1}}, {{-1, 0}, {1, 1}, {2, 0}}})
                        .and(Sequences.ofTokens(new int[][]{{3, 1}, {5, 5, 0}})))
                .withClasses(new int[][]{{2, 3, 1}, {4, 1}});
        try (Network network = Network.builder(input).gru(3).bidirectional().gru(4).bidirectional()
                .decoder(new Input.Embedding(ToyText.TOKENS, 5), Attention.DOT).gru(6).gru(8).softmax(ToyText.TOKENS)
                .build(3, kernels)) {
            assertSlopes(network, BucketedBatches.byLength(examples, 2));
        }
    }

    /** What goes backward has seen nothing but the last step there. */
    @Test
    void aTargetBeforeTheLastStepIsRefusedWhereTheHeadReadsBothWays() {
        Sequences examples = Sequences.ofTokens(new int[][]{{1, 2, 3}}).withClasses(new int[][]{{1, 0, 1}});
        try (Network network = Network.builder(5).lstm(4).bidirectional().softmax(2).lastStep().build(1, kernels);
                Training training = Trainer.of(network).start(BucketedBatches.byLength(examples, 1))) {
            assertEquals("loss: a target at step 0 of sequence 0, and the head reads its last step, 2; wanted targets"
                    + " there alone", assertThrows(IllegalArgumentException.class, training::step).getMessage());
        }
    }

    /** The first token decides, which what goes backward sees at its end. */
    @Test
    void bothWaysLearnFromTheLastStepWhatStoodFirst() {
        int[][] tokens = new int[60][];
        int[] classes = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = Arrays.stream(ToyText.random(i, 1 + i % 12)).map(token -> 1 + token % 4).toArray();
            classes[i] = tokens[i][0] % 2;
        }
        try (Network network = Network.builder(ToyText.TOKENS).gru(8).bidirectional().softmax(2).lastStep()
                .build(1, kernels);
                Training training = Trainer.of(network)
                        .start(BucketedBatches.shuffled(Sequences.ofTokens(tokens).withLastClass(classes), 20, 1))) {
            training.run(400);
            try (Network trained = training.network()) {
                float[][][] outputs = trained.outputs(tokens);
                for (int i = 0; i < tokens.length; i++) {
                    assertTrue(outputs[i][0][classes[i]] > 0.5, "sequence " + i);
                }
            }
        }
    }
}
