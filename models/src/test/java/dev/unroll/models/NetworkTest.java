package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.Parameters;
import dev.unroll.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NetworkTest extends OnBackendUnderTest {
    private static Network deep(long seed) {
        return Network.builder(new Input.Embedding(10, 4)).lstm(9).gru(25).rnn(5).softmax(3).build(seed, kernels);
    }

    @Test
    void layersStandOnOneAnotherInTheOrderOfTheBuilder() {
        try (Network network = deep(1)) {
            assertEquals(Stack.forward(CellKind.LSTM.cell(4, 9), CellKind.GRU.cell(9, 25), CellKind.RNN.cell(25, 5)),
                    network.architecture().stack());
            assertEquals(new Head(Head.Kind.SOFTMAX, 5, 3), network.architecture().head());
            assertEquals(10, network.inputSize());
            assertEquals(3, network.outputSize());
            assertSame(kernels, network.kernels());
            assertEquals(Optional.empty(), network.vocabulary());
        }
    }

    @Test
    void anIntegerMeansOneHotTokens() {
        try (Network network = Network.builder(6).rnn(2).softmax(6).build(1, kernels)) {
            assertEquals(new Input.OneHot(6), network.architecture().input());
        }
    }

    private static void refused(Class<? extends RuntimeException> type, String message, Runnable making) {
        assertEquals(message, assertThrows(type, making::run).getMessage());
    }

    @Test
    void sizesBelowOneAreRefused() {
        refused(IllegalArgumentException.class, "one-hot input: size is 0; wanted 1 or more", () -> Network.builder(0));
        refused(IllegalArgumentException.class, "embedding: dimension is 0; wanted 1 or more",
                () -> new Input.Embedding(1, 0));
        refused(IllegalArgumentException.class, "embedding: size is -1; wanted 1 or more",
                () -> new Input.Embedding(-1, 1));
        refused(IllegalArgumentException.class, "features: size is 0; wanted 1 or more", () -> new Input.Features(0));
        refused(IllegalArgumentException.class, "lstm: inputSize 5, hiddenSize 0; wanted both 1 or more",
                () -> Network.builder(5).lstm(0));
        refused(IllegalArgumentException.class, "softmax: outputSize is 0; wanted 1 or more",
                () -> Network.builder(5).softmax(0));
    }

    @Test
    void aLayerAfterTheHeadIsRefused() {
        refused(IllegalStateException.class, "builder: a layer after the head; wanted every layer before it",
                () -> Network.builder(5).lstm(3).softmax(5).lstm(3));
    }

    @Test
    void aNetworkWithoutAHeadIsRefused() {
        refused(IllegalStateException.class, "builder: no head; wanted softmax, sigmoid or linear",
                () -> Network.builder(5).lstm(3).build(1, kernels));
    }

    @Test
    void aNetworkWithoutALayerIsRefused() {
        assertThrows(IllegalStateException.class, () -> Network.builder(5).softmax(5).build(1, kernels));
    }

    @Test
    void aVocabularyOfAnotherSizeIsRefused() {
        refused(IllegalArgumentException.class, "network: a vocabulary of 3 for an input of 5 tokens",
                () -> Network.builder(5).lstm(3).softmax(5).vocabulary(Vocabulary.ofCharacters("abc")).build(1,
                        kernels));
    }

    private static long kernelThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("unroll-kernels"))
                .count();
    }

    @Test
    void aNetworkThatCannotBeBuiltLeavesNoThreadsBehind() throws InterruptedException {
        long before = kernelThreads();
        assertThrows(IllegalArgumentException.class, () -> Network.builder(5).lstm(3).softmax(5)
                .vocabulary(Vocabulary.ofCharacters("abc")).build(1));
        for (int i = 0; i < 100 && kernelThreads() > before; i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertTrue(kernelThreads() <= before, kernelThreads() + " threads; before " + before);
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        try (Network one = deep(42); Network two = deep(42)) {
            one.parameters().asMap().forEach((name, matrix) -> assertArrayEquals(matrix.toArray(),
                    two.parameters().get(name).toArray(), name));
        }
    }

    @Test
    void anotherSeedGivesOtherWeights() {
        try (Network one = deep(42); Network two = deep(43)) {
            one.parameters().asMap().forEach((name, matrix) -> assertFalse(Arrays.equals(matrix.toArray(),
                    two.parameters().get(name).toArray()), name));
        }
    }

    /** By the definition of SplitMix64, computed with another program: a seed means the same in every version. */
    @Test
    void aSeedMeansTheseWeights() {
        try (Network network = deep(42)) {
            assertArrayEquals(new float[]{0.3856156f, -0.288265f, 0.062901795f}, first(network, Input.EMBEDDING));
            assertArrayEquals(new float[]{-0.17267816f, 0.07923611f, 0.068978906f},
                    first(network, "layer0." + Cell.WEIGHT));
            assertArrayEquals(new float[]{0.13432518f, -0.16507459f, -0.07383001f},
                    first(network, "layer1.recurrent_bias"));
            assertArrayEquals(new float[]{0.13426076f, 0.008081729f, -0.008343597f}, first(network, Head.BIAS));
        }
    }

    private static float[] first(Network network, String name) {
        return Arrays.copyOf(network.parameters().get(name).toArray(), 3);
    }

    private static float largest(Matrix matrix) {
        float largest = 0;
        for (float value : matrix.toArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    @Test
    void weightsFillTheBoundOfTheirLayer() {
        try (Network network = Network.builder(new Input.Embedding(50, 49)).lstm(25).gru(64).softmax(30).build(3,
                kernels)) {
            network.parameters().asMap().forEach((name, matrix) -> {
                double bound = switch (name.substring(0, name.indexOf('.'))) {
                    case "embedding" -> 1 / 7.0;
                    case "layer0" -> 1 / 5.0;
                    default -> 1 / 8.0;
                };
                float largest = largest(matrix);
                assertTrue(largest <= (float) bound, name + ": " + largest);
                assertTrue(largest > 0.85 * bound, name + ": " + largest);
            });
        }
    }

    @Test
    void weightsCannotBeWritten() {
        try (Network network = deep(1)) {
            Matrix weight = network.parameters().get(Head.WEIGHT);
            assertThrows(IllegalArgumentException.class, () -> weight.set(0, 0, 1));
            assertThrows(IllegalArgumentException.class, () -> kernels.scale(2, weight));
        }
    }

    @Test
    void aNetworkOfGivenWeightsKeepsACopy() {
        try (Network original = deep(1)) {
            Parameters mine = Parameters.allocate(arena, original.architecture().parameterShapes());
            mine.copyFrom(original.parameters());
            try (Network copy = Network.of(original.architecture(), Optional.empty(), mine, kernels)) {
                mine.clear();
                assertArrayEquals(first(original, Input.EMBEDDING), first(copy, Input.EMBEDDING));
            }
        }
    }

    @Test
    void weightsOfAnotherArchitectureAreRefused() {
        try (Network original = deep(1)) {
            Architecture other = new Architecture(new Input.OneHot(3), Stack.forward(CellKind.RNN.cell(3, 2)),
                    new Head(Head.Kind.SOFTMAX, 2, 3));
            assertThrows(IllegalArgumentException.class,
                    () -> Network.of(other, Optional.empty(), original.parameters(), kernels));
        }
    }
}
