package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whole sequences in, outputs out. */
class OutputsTest extends OnBackendUnderTest {
    private static final int[] LENGTHS = {5, 1, 9, 0, 5, 17};
    private static final float CLOSE = 1e-6f;

    private static float[][][] features(int... lengths) {
        Random random = new Random(5);
        float[][][] features = new float[lengths.length][][];
        for (int i = 0; i < lengths.length; i++) {
            features[i] = new float[lengths[i]][3];
            for (float[] step : features[i]) {
                for (int j = 0; j < step.length; j++) {
                    step[j] = (float) random.nextGaussian();
                }
            }
        }
        return features;
    }

    private static void assertNear(float[][] wanted, float[][] given) {
        assertEquals(wanted.length, given.length);
        for (int t = 0; t < wanted.length; t++) {
            assertArrayEquals(wanted[t], given[t], CLOSE);
        }
    }

    @Test
    void aSequencesOutputsAreThoseOfASessionsSteps() {
        int[][] tokens = Arrays.stream(LENGTHS).mapToObj(length -> new Random(length).ints(length, 0, 7).toArray())
                .toArray(int[][]::new);
        try (Network network = network(new Input.Embedding(7, 5), CellKind.LSTM, 4, 13)) {
            float[][][] outputs = network.outputs(tokens);
            for (int i = 0; i < tokens.length; i++) {
                Session session = network.newSession();
                float[][] wanted = new float[tokens[i].length][4];
                for (int t = 0; t < wanted.length; t++) {
                    session.step(tokens[i][t], wanted[t]);
                }
                assertNear(wanted, outputs[i]);
                assertNear(wanted, network.outputs(tokens[i]));
            }
        }
    }

    @Test
    void aSequencesOutputsAreTheSameAmongOthersAsAlone() {
        float[][][] features = features(LENGTHS);
        try (Network network = Network.builder(new Input.Features(3)).gru(13).bidirectional().sigmoid(2)
                .build(1, kernels)) {
            float[][][] outputs = network.outputs(features);
            for (int i = 0; i < features.length; i++) {
                assertNear(network.outputs(features[i]), outputs[i]);
            }
        }
    }

    /** The state of what goes backward has seen the whole sequence at its first step. */
    @Test
    void aHeadOfTheLastStepReadsWhatEachWayHasComeTo() {
        float[][][] features = features(4, 1, 9, 5);
        try (Network network = Network.builder(new Input.Features(3)).lstm(6).bidirectional().linear(2).lastStep()
                .build(1, kernels)) {
            StackRun run = new StackRun(network.weights().stack(), arena, 9, 1);
            Matrix weight = network.parameters().get(Head.WEIGHT);
            float[][][] outputs = network.outputs(features);
            for (int i = 0; i < features.length; i++) {
                run.state().clear();
                Sequence x = Sequence.allocate(arena, features[i].length, 1, 3);
                for (int t = 0; t < features[i].length; t++) {
                    x.at(t).copyFrom(features[i][t]);
                }
                Sequence y = run.forward(x);
                Matrix last = y.at(features[i].length - 1);
                Matrix first = y.at(0);
                assertEquals(1, outputs[i].length);
                for (int k = 0; k < 2; k++) {
                    double wanted = network.parameters().get(Head.BIAS).get(0, k);
                    for (int j = 0; j < 6; j++) {
                        wanted += weight.get(k, j) * last.get(0, j) + weight.get(k, 6 + j) * first.get(0, 6 + j);
                    }
                    assertEquals(wanted, outputs[i][0][k], 1e-5);
                }
            }
        }
    }

    @Test
    void aHeadOfTheLastStepIsTheLastOfThoseOfEachStepWhereNothingGoesBackward() {
        float[][][] features = features(4, 1, 9, 5);
        try (Network each = Network.builder(new Input.Features(3)).lstm(6).softmax(4).build(1, kernels);
                Network last = Network.builder(new Input.Features(3)).lstm(6).softmax(4).lastStep().build(1, kernels)) {
            float[][][] outputs = last.outputs(features);
            for (int i = 0; i < features.length; i++) {
                assertArrayEquals(each.outputs(features[i])[features[i].length - 1], outputs[i][0], CLOSE);
            }
        }
    }

    @Test
    void noSequencesHaveNoOutputs() {
        try (Network network = network(new Input.OneHot(7), CellKind.RNN, 4, 3)) {
            assertEquals(0, network.outputs(new int[0][]).length);
            assertEquals(0, network.outputs(new int[0]).length);
        }
    }

    @Test
    void whatCannotBeReadIsRefused() {
        try (Network tokens = network(new Input.OneHot(7), CellKind.RNN, 4, 3);
                Network features = Network.builder(new Input.Features(3)).rnn(3).linear(2).lastStep()
                        .build(1, kernels)) {
            assertEquals("outputs: token 7 at step 1 of sequence 1; wanted 0 to 6",
                    assertThrows(IndexOutOfBoundsException.class, () -> tokens.outputs(new int[][]{{0}, {6, 7}}))
                            .getMessage());
            assertEquals("outputs: features has length 2; wanted 3",
                    assertThrows(IllegalArgumentException.class, () -> features.outputs(new float[4][2])).getMessage());
            assertEquals("outputs: features for a network that reads tokens; wanted an int[][]",
                    assertThrows(IllegalArgumentException.class, () -> tokens.outputs(new float[4][7])).getMessage());
            assertEquals("outputs: tokens for a network that reads features; wanted a float[][][]",
                    assertThrows(IllegalArgumentException.class, () -> features.outputs(new int[4])).getMessage());
            assertEquals("outputs: sequence 1 has no step, and the head reads the last",
                    assertThrows(IllegalArgumentException.class, () -> features.outputs(features(2, 0))).getMessage());
            assertEquals("outputs: sequence 1 is null", assertThrows(NullPointerException.class,
                    () -> tokens.outputs(new int[][]{{1}, null})).getMessage());
        }
    }

    @Test
    void aClosedNetworkHasNone() {
        Network network = network(new Input.OneHot(7), CellKind.RNN, 4, 3);
        network.close();
        assertThrows(IllegalStateException.class, () -> network.outputs(new int[]{1, 2}));
    }

    @Test
    void aHeadTiedToTheEmbeddingHasItsTable() {
        try (Network network = Network.builder(new Input.Embedding(7, 5)).lstm(5).softmax(7).tied().build(1, kernels)) {
            assertEquals(false, network.parameters().asMap().containsKey(Head.WEIGHT));
            Matrix table = network.parameters().get(Input.EMBEDDING);
            int[] tokens = {3, 1, 6};
            StackRun run = new StackRun(network.weights().stack(), arena, 3, 1);
            Sequence x = Sequence.allocate(arena, 3, 1, 5);
            for (int t = 0; t < 3; t++) {
                x.at(t).copyFrom(table.row(tokens[t]));
            }
            Matrix a = run.forward(x).at(2);
            double[] z = new double[7];
            for (int k = 0; k < 7; k++) {
                z[k] = network.parameters().get(Head.BIAS).get(0, k);
                for (int j = 0; j < 5; j++) {
                    z[k] += table.get(k, j) * a.get(0, j);
                }
            }
            double sum = Arrays.stream(z).map(Math::exp).sum();
            float[] y = network.outputs(tokens)[2];
            for (int k = 0; k < 7; k++) {
                assertEquals(Math.exp(z[k]) / sum, y[k], 1e-6);
            }
        }
    }

    /** A word's embedding, whether it has a capital, and numbers, against an x that is put together by hand. */
    @Test
    void inputsSideBySideAreOneX() {
        Input.Joined input = Input.Joined.of(new Input.Embedding(7, 4), new Input.OneHot(2), new Input.Features(3));
        int[][][] tokens = {{{3, 1, 6}, {2}}, {{1, 0, 1}, {1}}};
        float[][][] features = features(3, 1);
        try (Network network = Network.builder(input).lstm(6).softmax(5).build(1, kernels)) {
            assertEquals(9, input.width());
            Matrix table = network.parameters().get("embedding0.weight");
            StackRun run = new StackRun(network.weights().stack(), arena, 1, 1);
            Session session = network.newSession();
            Sequence x = Sequence.allocate(arena, 1, 1, 9);
            float[][][] outputs = network.outputs(tokens, features);
            for (int i = 0; i < 2; i++) {
                run.state().clear();
                session.reset();
                for (int t = 0; t < features[i].length; t++) {
                    x.asMatrix().fill(0);
                    x.at(0).cols(0, 4).copyFrom(table.row(tokens[0][i][t]));
                    x.at(0).set(0, 4 + tokens[1][i][t], 1);
                    x.at(0).cols(6, 3).copyFrom(features[i][t]);
                    Matrix y = Matrix.allocate(arena, 1, 5);
                    network.weights().head(run.forward(x).at(0), y);
                    kernels.softmax(y, y);
                    assertArrayEquals(y.toArray(), outputs[i][t], CLOSE);
                    float[] step = new float[5];
                    session.step(new int[]{tokens[0][i][t], tokens[1][i][t]}, features[i][t], step);
                    assertArrayEquals(y.toArray(), step, CLOSE);
                }
            }
        }
    }

    @Test
    void inputsSideBySideMustBeOfOneShape() {
        Input.Joined input = Input.Joined.of(new Input.Embedding(7, 4), new Input.OneHot(2), new Input.Features(3));
        try (Network network = Network.builder(input).lstm(6).softmax(5).build(1, kernels)) {
            assertEquals("outputs: 2 steps of sequence 0; wanted 3, as many as before",
                    assertThrows(IllegalArgumentException.class,
                            () -> network.outputs(new int[][][]{{{3, 1, 6}}, {{1, 0}}}, features(3))).getMessage());
            assertEquals("outputs: token 2 at step 0 of sequence 0; wanted 0 to 1",
                    assertThrows(IndexOutOfBoundsException.class,
                            () -> network.outputs(new int[][][]{{{3}}, {{2}}}, features(1))).getMessage());
            assertThrows(IllegalArgumentException.class, () -> network.outputs(new int[]{1, 2}));
            Session session = network.newSession();
            float[] y = new float[5];
            assertThrows(IllegalArgumentException.class, () -> session.step(1, y));
            assertThrows(IllegalArgumentException.class, () -> session.step(new int[]{1, 1}, new float[2], y));
            assertThrows(IndexOutOfBoundsException.class, () -> session.step(new int[]{1, 2}, new float[3], y));
        }
    }
}
