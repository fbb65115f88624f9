package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Encoder.Attention;
import dev.unroll.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A network with an encoder, step by step. */
class DecoderTest extends OnBackendUnderTest {
    private static final int SOURCE_TOKENS = 7;
    private static final int TOKENS = 5;
    private static final int HIDDEN = 6;

    private static NetworkBuilder encoder(CellKind kind) {
        return Network.builder(new Input.Embedding(SOURCE_TOKENS, 4)).layer(kind, HIDDEN / 2).bidirectional()
                .layer(kind, HIDDEN);
    }

    private static Network network(CellKind kind, Attention attention) {
        return encoder(kind).decoder(new Input.OneHot(TOKENS), attention).layer(kind, HIDDEN).layer(kind, HIDDEN)
                .softmax(TOKENS).build(7, kernels);
    }

    /** A network whose outputs are its last layer's, W_y = 1, b_y = 0. */
    private Network bare(NetworkBuilder layers, Parameters some) {
        try (Network shape = layers.linear(HIDDEN).build(1, kernels)) {
            Parameters parameters = Parameters.allocate(arena, shape.architecture().parameterShapes());
            parameters.asMap().forEach((name, matrix) -> {
                if (!name.startsWith("head.")) {
                    matrix.copyFrom(some.get(name));
                }
            });
            for (int i = 0; i < HIDDEN; i++) {
                parameters.get("head.weight").set(i, i, 1);
            }
            return Network.of(shape.architecture(), shape.vocabularies(), parameters, kernels);
        }
    }

    private static double[] softmax(double... z) {
        double sum = IntStream.range(0, z.length).mapToDouble(i -> Math.exp(z[i])).sum();
        return IntStream.range(0, z.length).mapToDouble(i -> Math.exp(z[i]) / sum).toArray();
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * (double) b[i]).sum();
    }

    private static double[] product(Matrix w, double... x) {
        return IntStream.range(0, w.rows())
                .mapToDouble(i -> IntStream.range(0, w.cols()).mapToDouble(j -> w.get(i, j) * x[j]).sum()).toArray();
    }

    /** α = softmax(a·m), ã = tanh(W_ã·[Σ α*m, a]), y = softmax(W_y·ã + b_y). */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 40})
    void attentionIsItsEquation(int sourceSteps) {
        try (Network network = network(CellKind.GRU, Attention.DOT);
                Network encoder = bare(encoder(CellKind.GRU), network.parameters().under(Encoder.PREFIX));
                Network decoder = bare(Network.builder(TOKENS).gru(HIDDEN).gru(HIDDEN), network.parameters())) {
            int[] source = new Random(3).ints(sourceSteps, 0, SOURCE_TOKENS).toArray();
            float[][] m = encoder.outputs(source);
            Session session = network.newSession();
            session.begin(source);
            Session plain = decoder.newSession();
            StackState state = StackState.allocate(network.architecture().stack(), arena, 1);
            session.save(state);
            plain.restore(state);
            float[] y = new float[TOKENS];
            float[] a = new float[HIDDEN];
            for (int token : new int[]{0, 3, 3, 1}) {
                session.step(token, y);
                plain.step(token, a);
                double[] alpha = softmax(IntStream.range(0, m.length).mapToDouble(s -> dot(a, m[s])).toArray());
                double[] contextAndState = new double[2 * HIDDEN];
                for (int i = 0; i < HIDDEN; i++) {
                    for (int s = 0; s < m.length; s++) {
                        contextAndState[i] += alpha[s] * m[s][i];
                    }
                    contextAndState[HIDDEN + i] = a[i];
                }
                double[] attended = product(network.parameters().get(Encoder.ATTENTION), contextAndState);
                for (int i = 0; i < HIDDEN; i++) {
                    attended[i] = Math.tanh(attended[i]);
                }
                double[] z = product(network.parameters().get("head.weight"), attended);
                for (int i = 0; i < TOKENS; i++) {
                    z[i] += network.parameters().get("head.bias").get(0, i);
                }
                double[] wanted = softmax(z);
                float[] weights = session.attention();
                assertEquals(m.length, weights.length);
                for (int s = 0; s < m.length; s++) {
                    assertEquals(alpha[s], weights[s], 1e-6);
                }
                for (int i = 0; i < TOKENS; i++) {
                    assertEquals(wanted[i], y[i], 1e-6);
                }
            }
        }
    }

    /** Of a bidirectional layer the last states of both ways side by side. */
    @ParameterizedTest
    @EnumSource
    void aDecoderBeginsWithTheStatesThatItsEncoderEndsWith(CellKind kind) {
        int[] source = {1, 6, 0, 2, 5};
        try (Network network = network(kind, Attention.NONE);
                Network both = Network.of(
                        new Architecture(new Input.Embedding(SOURCE_TOKENS, 4),
                                network.architecture().encoder().orElseThrow().stack(),
                                new Head(Head.Kind.LINEAR, HIDDEN, 1)),
                        Vocabularies.NONE, withHead(network), kernels)) {
            NetworkTrace trace = new NetworkTrace(both.weights(), arena, source.length, 1);
            trace.setTokens(source, 0, 0, source.length);
            trace.forward(source.length);
            StackState state = StackState.allocate(network.architecture().stack(), arena, 1);
            Session session = network.newSession();
            session.begin(source);
            session.save(state);
            StackState ends = trace.stack().state();
            float[] forward = ends.at(0, Way.FORWARD).hidden().toArray();
            float[] backward = ends.at(0, Way.BACKWARD).hidden().toArray();
            float[] first = state.at(0, Way.FORWARD).hidden().toArray();
            assertArrayEquals(forward, Arrays.copyOf(first, HIDDEN / 2), 1e-6f);
            assertArrayEquals(backward, Arrays.copyOfRange(first, HIDDEN / 2, HIDDEN), 1e-6f);
            assertArrayEquals(ends.at(1, Way.FORWARD).hidden().toArray(),
                    state.at(1, Way.FORWARD).hidden().toArray(), 1e-6f);
            assertArrayEquals(ends.at(1, Way.FORWARD).memory().toArray(),
                    state.at(1, Way.FORWARD).memory().toArray(), 1e-6f);
        }
    }

    private Parameters withHead(Network network) {
        Architecture shape = new Architecture(new Input.Embedding(SOURCE_TOKENS, 4),
                network.architecture().encoder().orElseThrow().stack(), new Head(Head.Kind.LINEAR, HIDDEN, 1));
        Parameters parameters = Parameters.allocate(arena, shape.parameterShapes());
        Parameters some = network.parameters().under(Encoder.PREFIX);
        parameters.asMap().forEach((name, matrix) -> {
            if (!name.startsWith("head.")) {
                matrix.copyFrom(some.get(name));
            }
        });
        return parameters;
    }

    @ParameterizedTest
    @EnumSource
    void aFileHoldsEncoderAttentionAndVocabularies(Attention attention, @TempDir Path directory) throws IOException {
        Path file = directory.resolve("decoder.safetensors");
        Vocabulary source = Vocabulary.ofCharacters("abcdefg");
        Vocabulary target = Vocabulary.builder(Tokenizer.characters()).end().count("uvwx").build();
        float[] before = new float[TOKENS];
        float[] after = new float[TOKENS];
        try (Network network = Network.builder(new Input.OneHot(SOURCE_TOKENS)).vocabulary(source).lstm(HIDDEN)
                .decoder(new Input.Embedding(TOKENS, HIDDEN), attention).vocabulary(target).lstm(HIDDEN).softmax(TOKENS)
                .tied()
                .build(1, kernels)) {
            network.save(file);
            Session session = network.newSession();
            session.begin(source.encode("gab"));
            session.step(target.end().orElseThrow(), before);
            try (Network loaded = Network.load(file, kernels)) {
                assertEquals(network.architecture(), loaded.architecture());
                assertEquals(network.vocabularies(), loaded.vocabularies());
                Session other = loaded.newSession();
                other.begin(loaded.vocabularies().source().orElseThrow().encode("gab"));
                other.step(loaded.vocabulary().orElseThrow().end().orElseThrow(), after);
            }
        }
        assertArrayEquals(before, after);
    }

    @Test
    void layersThatDoNotFitEachOtherAreRefused() {
        NetworkBuilder two = Network.builder(SOURCE_TOKENS).lstm(4).bidirectional().lstm(8)
                .decoder(new Input.OneHot(TOKENS), Attention.DOT);
        assertEquals("decoder: 1 layers over an encoder of 2; wanted as many", assertThrows(
                IllegalArgumentException.class, () -> two.lstm(8).softmax(TOKENS).build(1, kernels)).getMessage());
        NetworkBuilder other = Network.builder(SOURCE_TOKENS).lstm(4).decoder(new Input.OneHot(TOKENS), Attention.NONE);
        assertEquals("decoder: layer 0 has a state of 4 and 0, the encoder's layer one of 4 and 4; wanted the same",
                assertThrows(IllegalArgumentException.class, () -> other.gru(4).softmax(TOKENS).build(1, kernels))
                        .getMessage());
        NetworkBuilder backward = Network.builder(SOURCE_TOKENS).lstm(4)
                .decoder(new Input.OneHot(TOKENS), Attention.NONE);
        assertEquals("decoder: a layer goes backward in time; wanted layers that go forward", assertThrows(
                IllegalArgumentException.class,
                () -> backward.lstm(4).bidirectional().softmax(TOKENS).build(1, kernels)).getMessage());
        assertThrows(IllegalStateException.class,
                () -> Network.builder(SOURCE_TOKENS).decoder(new Input.OneHot(TOKENS), Attention.NONE));
    }

    @Test
    void aSourceIsCheckedBeforeAnythingChanges() {
        try (Network network = network(CellKind.LSTM, Attention.DOT)) {
            Session session = network.newSession();
            session.begin(new int[]{1, 2});
            float[] wanted = new float[TOKENS];
            session.step(3, wanted);
            session.begin(new int[]{1, 2});
            assertEquals("begin: a source without a step; wanted one or more",
                    assertThrows(IllegalArgumentException.class, () -> session.begin(new int[0])).getMessage());
            assertThrows(IndexOutOfBoundsException.class, () -> session.begin(new int[]{1, SOURCE_TOKENS}));
            assertThrows(IllegalArgumentException.class, () -> session.begin(new float[][]{{1}}));
            assertThrows(IllegalArgumentException.class, () -> session.begin(new int[][]{{1}, {2}}, new float[0][]));
            assertThrows(NullPointerException.class, () -> session.begin((int[]) null));
            float[] y = new float[TOKENS];
            session.step(3, y);
            assertArrayEquals(wanted, y);
        }
    }

    /** A state alone is not enough to go on: what is looked at belongs to the session. */
    @Test
    void aStateOfAnotherSessionNeedsASource() {
        try (Network network = network(CellKind.LSTM, Attention.DOT)) {
            Session one = network.newSession();
            one.begin(new int[]{1, 2});
            StackState state = StackState.allocate(network.architecture().stack(), arena, 1);
            one.save(state);
            Session other = network.newSession();
            other.restore(state);
            assertEquals("step: no source has been read; wanted begin(source) first", assertThrows(
                    IllegalStateException.class, () -> other.step(0, new float[TOKENS])).getMessage());
        }
    }

    @Test
    void aClosedNetworkReadsNoSource() {
        Network network = network(CellKind.LSTM, Attention.DOT);
        Session session = network.newSession();
        session.begin(new int[]{1, 2});
        network.close();
        assertThrows(IllegalStateException.class, () -> session.begin(new int[]{1, 2}));
        assertThrows(IllegalStateException.class, () -> session.step(0, new float[TOKENS]));
    }

    @Test
    void attentionIsThatOfTheNewestStepAlsoInACopy() {
        try (Network network = Network.builder(new Input.Embedding(7, 5)).gru(6)
                .decoder(new Input.Embedding(7, 5), Attention.DOT).gru(6).softmax(7).build(7, kernels)) {
            Session session = network.newSession();
            assertEquals("attention: no source has been read",
                    assertThrows(IllegalStateException.class, session::attention).getMessage());
            session.begin(new int[]{1, 2, 3});
            assertEquals("attention: no step has been made since begin",
                    assertThrows(IllegalStateException.class, session::attention).getMessage());
            session.step(1, new float[7]);
            assertArrayEquals(session.attention(), session.copy().attention());
        }
    }
}
