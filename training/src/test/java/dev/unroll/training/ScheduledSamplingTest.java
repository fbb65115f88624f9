package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Encoder.Attention;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.StackState;
import dev.unroll.training.TeacherForcing.Exponential;
import dev.unroll.training.TeacherForcing.Linear;
import dev.unroll.training.TrainingStep.Outcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduledSamplingTest extends OnBackendUnderTest {
    private static final int TOKENS = ToyText.TOKENS;
    private static final TeacherForcing NEVER = new Exponential(0);

    private static Network changed(Network network, Consumer<Parameters> change) {
        try (network) {
            Parameters parameters = Parameters.allocate(Arena.ofAuto(),
                    network.architecture().parameterShapes());
            parameters.copyFrom(network.parameters());
            change.accept(parameters);
            return Network.of(network.architecture(), network.vocabularies(), parameters, kernels);
        }
    }

    /** Says 3 whatever it reads. */
    private static Network ofOneWord() {
        return changed(ToyText.network(CellKind.GRU, 3, kernels, 6), p -> p.get("head.bias").set(0, 3, 100));
    }

    /** So sure of each word that a draw is its choice. */
    private static Network sure(Network network) {
        return changed(network, p -> kernels.scale(10_000, p.get("head.weight")));
    }

    private static Network decoder() {
        return Network.builder(new Input.Embedding(TOKENS, 3)).lstm(6)
                .decoder(new Input.Embedding(TOKENS, 3), Attention.DOT)
                .lstm(6).softmax(TOKENS).build(4, kernels);
    }

    private Window window(Network network, int time, int batch, int sourceTime) {
        Window window = Window.of(network.architecture(), Loss.Target.CLASS, arena, time, batch, sourceTime);
        window.begin(time);
        return window;
    }

    /** Tokens of a text, each the class of the one before it. */
    private Window text(Network network, int time, int batch, Random random) {
        Window window = window(network, time, batch, 0);
        Arrays.setAll(window.tokens(), _ -> random.nextInt(3));
        for (int i = 0; i < (time - 1) * batch; i++) {
            window.classes()[i] = window.tokens()[i + batch];
        }
        return window;
    }

    private ScheduledSampling sampling(TeacherForcing forcing, Network network, Window window, int sourceTime) {
        return new ScheduledSampling(forcing, network.weights(), arena, window.batch(), sourceTime);
    }

    private StackState zero(Network network, int batch) {
        return StackState.allocate(network.architecture().stack(), arena, batch);
    }

    @Test
    void onlyTokensThatTheStepBeforeWasToSayAreReplaced() {
        try (Network network = ofOneWord()) {
            Window window = text(network, 6, 2, new Random(1));
            int[] before = window.tokens().clone();
            window.classes()[2 * 2] = Window.NONE;
            window.lengths()[1] = 4;
            sampling(NEVER, network, window, 0).replace(window, zero(network, 2), 1, 7);
            for (int t = 0; t < 6; t++) {
                for (int i = 0; i < 2; i++) {
                    boolean isOwn = t > 0 && !(t == 3 && i == 0) && t < window.lengths()[i];
                    assertEquals(isOwn ? 3 : before[t * 2 + i], window.tokens()[t * 2 + i],
                            "step " + t + " of sequence " + i);
                }
            }
        }
    }

    @Test
    void asManyAreReplacedAsTheScheduleSays() {
        try (Network network = ofOneWord()) {
            Window window = text(network, 101, 20, new Random(1));
            sampling(new Linear(10, 0), network, window, 0).replace(window, zero(network, 20), 3, 7);
            double own = (double) Arrays.stream(window.tokens()).filter(token -> token == 3).count();
            // 2,000 coins of 0.3: five standard deviations are 102.
            assertEquals(600, own, 102);
        }
    }

    @Test
    void theFirstStepOfTrainingReadsTheData() {
        try (Network network = ofOneWord()) {
            Window window = text(network, 6, 2, new Random(1));
            int[] before = window.tokens().clone();
            sampling(NEVER, network, window, 0).replace(window, zero(network, 2), 0, 7);
            assertArrayEquals(before, window.tokens());
        }
    }

    @Test
    void aDrawFollowsTheProbabilitiesAfterTheStepsBefore() {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 6)) {
            int batch = 20_000;
            Window window = window(network, 2, batch, 0);
            sampling(NEVER, network, fill(window), 0).replace(window, zero(network, batch), 1, 7);
            float[] p = new float[TOKENS];
            network.newSession().step(2, p);
            for (int token = 0; token < TOKENS; token++) {
                int wanted = token;
                double count = (double) IntStream.range(batch, 2 * batch).filter(i -> window.tokens()[i] == wanted)
                        .count();
                assertEquals(batch * p[token], count, 5 * Math.sqrt(batch * p[token] * (1 - p[token])),
                        "token " + token);
            }
        }
    }

    private static Window fill(Window window) {
        Arrays.fill(window.tokens(), 2);
        Arrays.fill(window.classes(), 2);
        return window;
    }

    @Test
    void ownTokensAreThoseOfASessionThatFeedsItself() {
        try (Network network = sure(ToyText.network(CellKind.LSTM, 3, kernels, 8, 7))) {
            Window window = text(network, 9, 3, new Random(2));
            int[] first = Arrays.copyOf(window.tokens(), 3);
            sampling(NEVER, network, window, 0).replace(window, zero(network, 3), 1, 7);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(said(network.newSession(), first[i], 9), read(window, i));
            }
        }
    }

    @Test
    void aDecodersOwnTokensAreThoseOfItsSession() {
        int[][] sources = {{1, 2, 3}, {4}, {2, 0}};
        try (Network network = sure(decoder())) {
            Window window = window(network, 7, 3, 3);
            window.source().begin(3);
            for (int i = 0; i < 3; i++) {
                window.source().lengths()[i] = sources[i].length;
                for (int t = 0; t < sources[i].length; t++) {
                    window.source().tokens()[t * 3 + i] = sources[i][t];
                }
            }
            Arrays.fill(window.tokens(), 1);
            Arrays.fill(window.classes(), 1);
            sampling(NEVER, network, window, 3).replace(window, zero(network, 3), 1, 7);
            for (int i = 0; i < 3; i++) {
                Session session = network.newSession();
                session.begin(sources[i]);
                assertArrayEquals(said(session, 1, 7), read(window, i), "sequence " + i);
            }
        }
    }

    private static int[] said(Session session, int first, int count) {
        int[] tokens = new int[count];
        float[] p = new float[TOKENS];
        tokens[0] = first;
        for (int t = 1; t < count; t++) {
            session.step(tokens[t - 1], p);
            tokens[t] = IntStream.range(0, TOKENS).reduce((a, b) -> p[b] > p[a] ? b : a).orElseThrow();
        }
        return tokens;
    }

    private static int[] read(Window window, int sequence) {
        return IntStream.range(0, window.count()).map(t -> window.tokens()[t * window.batch() + sequence]).toArray();
    }

    /** From window to window the state is carried, and so are the draws. */
    @Test
    void aTrainingGoesOnFromItsCheckpointToTheSameBits(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("checkpoint.safetensors");
        int[] text = ToyText.random(1, 200);
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 8)) {
            Trainer forced = Trainer.of(network).batch(3).truncatedBptt(6);
            Trainer sampled = forced.teacherForcing(new Linear(20, 0));
            try (Training one = sampled.start(text);
                    Training other = sampled.start(text);
                    Training plain = forced.start(text)) {
                plain.run(7);
                one.run(7);
                one.save(file, Map.of());
                assertThrows(IOException.class, () -> plain.restore(file));
                one.run(18);
                plain.run(18);
                other.restore(file);
                other.run(18);
                Weights weights = Weights.of(one.parameters());
                weights.assertSame(other.parameters());
                assertThrows(AssertionError.class, () -> weights.assertSame(plain.parameters()));
            }
        }
    }

    @Test
    void aNetworkThatIsNotFiniteIsSkippedNotDrawnFrom() {
        try (Network network = changed(ToyText.network(CellKind.LSTM, 3, kernels, 8),
                p -> p.get("head.bias").set(0, 1, Float.NaN));
                Training training = Trainer.of(network).batch(3).truncatedBptt(6).teacherForcing(NEVER)
                        .start(ToyText.random(1, 200))) {
            for (int i = 0; i < 3; i++) {
                assertEquals(Outcome.SKIPPED, training.step().outcome());
            }
        }
    }

    /** A network that always says the same is taught by what it said itself: never anything but 3 was read after the first step. */
    @Test
    void aTrainingReadsWhatItSaid() {
        try (Network network = ofOneWord();
                Training training = Trainer.of(network).optimizer(Sgd.of(1e-9)).batch(2).truncatedBptt(5)
                        .teacherForcing(NEVER).start(ToyText.repeating(200))) {
            training.run(2);
            Window window = training.window();
            assertTrue(IntStream.range(2, 10).allMatch(i -> window.tokens()[i] == 3), Arrays.toString(window.tokens()));
        }
    }

    private static void refused(String message, Trainer trainer, Batches batches) {
        assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> trainer.teacherForcing(NEVER).start(batches)).getMessage());
    }

    @Test
    void networksThatDoNotReadWhatTheySayAreRefused() {
        Batches tokens = BucketedBatches.byLength(ToySequences.ofTokens(1, 40, 9), 8);
        Batches features = BucketedBatches.byLength(ToySequences.withValues(1, 40, 9), 8);
        String wanted = "; wanted layers that go forward, one token a step and at every step a softmax over as many";
        try (Network linear = Network.builder(new Input.Features(ToySequences.FEATURES)).gru(3)
                .linear(ToySequences.VALUES)
                .build(1, kernels);
                Network other = Network.builder(TOKENS).gru(3).softmax(TOKENS + 1).build(1, kernels);
                Network backward = Network.builder(TOKENS).gru(3).bidirectional().softmax(TOKENS).build(1, kernels);
                Network same = Network.builder(TOKENS).gru(3).softmax(TOKENS).build(1, kernels)) {
            for (Network network : new Network[]{other, backward}) {
                refused("training: %s of a network that reads %s and says %s%s".formatted(NEVER,
                        network.architecture().input(), network.architecture().head(), wanted), Trainer.of(network),
                        tokens);
            }
            refused("training: %s of a network that reads %s and says %s%s".formatted(NEVER,
                    linear.architecture().input(), linear.architecture().head(), wanted), Trainer.of(linear), features);
            refused("training: %s with k1 2, k2 4; wanted k1 = k2".formatted(NEVER),
                    Trainer.of(same).truncatedBptt(2, 4), tokens);
        }
    }
}
