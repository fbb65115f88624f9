package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.BeamSearch;
import dev.unroll.models.Continuation;
import dev.unroll.models.Encoder.Attention;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training of an encoder and a decoder on pairs of sequences. */
class DecoderTrainingTest extends OnBackendUnderTest {
    private static final int BEGIN = 0;
    private static final int END = 1;
    private static final int TOKENS = 7;

    private static int[][] sources(long seed, int count) {
        Random random = new Random(seed);
        int[][] sources = new int[count][];
        Arrays.setAll(sources, _ -> random.ints(1 + random.nextInt(6), 2, TOKENS).toArray());
        return sources;
    }

    private static int[] reversed(int[] tokens) {
        int[] reversed = new int[tokens.length];
        Arrays.setAll(reversed, i -> tokens[tokens.length - 1 - i]);
        return reversed;
    }

    private static Sequences reversing(int[][] sources) {
        return Sequences.ofPairs(sources,
                Arrays.stream(sources).map(DecoderTrainingTest::reversed).toArray(int[][]::new),
                BEGIN, END);
    }

    private static Network network(Attention attention) {
        return Network.builder(new Input.Embedding(TOKENS, 8)).lstm(16).bidirectional()
                .decoder(new Input.Embedding(TOKENS, 8), attention).lstm(32).softmax(TOKENS).build(3, kernels);
    }

    private static Training training(Network network) {
        return Trainer.of(network).optimizer(Adam.of(0.01))
                .start(BucketedBatches.shuffled(reversing(sources(1, 400)), 40, 1));
    }

    @Test
    void aReversalIsLearntAndWrittenGreedilyAndByBeam() {
        try (Network network = network(Attention.DOT); Training training = training(network)) {
            training.run(600);
            try (Network trained = training.network()) {
                Session session = trained.newSession();
                int right = 0;
                int[][] unseen = sources(2, 50);
                for (int[] source : unseen) {
                    session.begin(source);
                    Continuation continuation = Continuation.of(session, BEGIN);
                    int[] greedy = continuation.generate(new Sampler(0, 1), 10, END);
                    session.begin(source);
                    int[] beam = Continuation.of(session, BEGIN).search(BeamSearch.of(3, 10).end(END)).getFirst()
                            .toArray();
                    right += Arrays.equals(reversed(source), greedy) && Arrays.equals(greedy, beam) ? 1 : 0;
                }
                assertTrue(right >= 48, right + " of 50 right");
            }
        }
    }

    /** The first token that is written looks at the last of the source. */
    @Test
    void attentionLooksWhereTheAnswerIs() {
        try (Network network = network(Attention.DOT); Training training = training(network)) {
            training.run(600);
            try (Network trained = training.network()) {
                Session session = trained.newSession();
                session.begin(new int[]{2, 5, 3, 6, 4});
                session.step(BEGIN, new float[TOKENS]);
                float[] alpha = session.attention();
                assertEquals(1, alpha[0] + alpha[1] + alpha[2] + alpha[3] + alpha[4], 1e-5);
                assertTrue(alpha[4] + alpha[3] > 0.5, Arrays.toString(alpha));
            }
        }
    }

    /** The mean over a batch of different lengths, of the steps of sessions, each with its own source. */
    @Test
    void anEvaluationIsTheMeanOverSessionsOneByOne() {
        int[][] sources = sources(5, 13);
        for (Attention attention : Attention.values()) {
            try (Network network = network(attention);
                    Evaluation evaluation = Evaluation.of(network.weights(),
                            BucketedBatches.byLength(reversing(sources), 5))) {
                double sum = 0;
                int steps = 0;
                Session session = network.newSession();
                float[] y = new float[TOKENS];
                for (int[] source : sources) {
                    session.begin(source);
                    int token = BEGIN;
                    for (int wanted : reversed(source)) {
                        session.step(token, y);
                        sum -= Math.log(y[wanted]);
                        token = wanted;
                    }
                    session.step(token, y);
                    sum -= Math.log(y[END]);
                    steps += source.length + 1;
                }
                assertEquals(sum / steps, evaluation.loss(), 1e-5);
            }
        }
    }

    @Test
    void aTrainingGoesOnFromItsCheckpointToTheSameBits(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("checkpoint.safetensors");
        try (Network network = network(Attention.DOT);
                Training one = training(network);
                Training other = training(network)) {
            one.run(7);
            one.save(file, Map.of());
            one.run(15);
            other.restore(file);
            other.run(15);
            Weights.of(one.parameters()).assertSame(other.parameters());
            try (Network saved = Network.load(file, kernels)) {
                assertEquals(network.architecture(), saved.architecture());
            }
        }
    }

    @Test
    void aProbeSeesHowFarTheDecodersGradientsReach() {
        try (Network network = network(Attention.DOT); Training training = training(network)) {
            training.run(1);
            try (Probe probe = new Probe(training)) {
                assertTrue(probe.read().distances().getFirst().norms()[0] > 0);
            }
        }
    }

    @Test
    void aDecodersSequencesAreNotCut() {
        try (Network network = network(Attention.DOT)) {
            assertEquals(
                    "training: sequences of up to 7 steps of a decoder are cut into windows of 3; wanted whole ones",
                    assertThrows(IllegalArgumentException.class, () -> Trainer.of(network).truncatedBptt(3)
                            .start(BucketedBatches.byLength(reversing(sources(1, 40)), 4))).getMessage());
            assertEquals("training: batches without sources for a network with an encoder",
                    assertThrows(IllegalArgumentException.class, () -> Trainer.of(network)
                            .start(BucketedBatches.byLength(ToySequences.ofTokens(1, 40, 9), 4))).getMessage());
        }
    }

    @Test
    void aSessionBeginsWithASource() {
        try (Network network = network(Attention.DOT);
                Network plain = Network.builder(7).gru(3).softmax(7).build(1, kernels)) {
            Session session = network.newSession();
            float[] y = new float[TOKENS];
            assertThrows(IllegalStateException.class, () -> session.step(0, y));
            assertThrows(IllegalStateException.class, session::attention);
            assertThrows(IllegalArgumentException.class, () -> session.begin(new int[0]));
            assertThrows(IndexOutOfBoundsException.class, () -> session.begin(new int[]{TOKENS}));
            assertThrows(IllegalArgumentException.class, () -> session.begin(new float[3][2]));
            session.begin(new int[]{3, 4});
            session.step(0, y);
            float[] first = y.clone();
            session.begin(new int[]{3, 4});
            session.step(0, y);
            assertArrayEquals(first, y);
            session.reset();
            assertThrows(IllegalStateException.class, () -> session.step(0, y));
            assertThrows(IllegalStateException.class, () -> plain.newSession().begin(new int[]{1}));
            assertThrows(IllegalStateException.class, () -> plain.newSession().attention());
        }
    }
}
