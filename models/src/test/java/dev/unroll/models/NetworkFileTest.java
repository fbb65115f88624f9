package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Network#save} writes, {@link Network#load} reads. */
class NetworkFileTest extends OnBackendUnderTest {
    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("network.safetensors");
    }

    static Stream<NetworkBuilder> networks() {
        return Stream.of(Network.builder(7).rnn(5).softmax(7),
                Network.builder(new Input.Embedding(7, 3)).lstm(5).gru(17).sigmoid(2),
                Network.builder(new Input.Features(4)).layer(CellKind.GRU_RESET_BEFORE, 5).lstm(1).rnn(3).linear(1),
                Network.builder(new Input.Features(4))
                        .layer(inputSize -> new LstmCell(inputSize, 6).peephole().coupled().clip(2.5f).projection(3))
                        .bidirectional().dropout(0.25).variationalDropout(0.1).recurrentDropout(0.5).zoneout(0.1, 0.05)
                        .layer(inputSize -> new RnnCell(inputSize, 5).activation(Activation.RELU).withoutBias())
                        .direction(Direction.SUM).layer(CellKind.GRU_LAYER_NORM, 2).direction(Direction.BACKWARD)
                        .softmax(1));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void weightsAndArchitectureComeBackToTheBit(NetworkBuilder builder) throws IOException {
        try (Network network = builder.build(5, kernels)) {
            network.save(file);
            try (Network back = Network.load(file, kernels)) {
                assertEquals(network.architecture(), back.architecture());
                assertEquals(Optional.empty(), back.vocabulary());
                assertEquals(network.parameters().shapes(), back.parameters().shapes());
                network.parameters().asMap().forEach((name, matrix) -> assertArrayEquals(matrix.toArray(),
                        back.parameters().get(name).toArray(), name));
            }
        }
    }

    @Test
    void aLoadedNetworkComputesTheSameBits() throws IOException {
        float[] wanted = new float[7];
        float[] p = new float[7];
        try (Network network = network(new Input.OneHot(7), CellKind.LSTM, 7, 13, 13)) {
            network.newSession().step(3, wanted);
            network.save(file);
        }
        try (Network back = Network.load(file)) {
            back.newSession().step(3, p);
        }
        assertArrayEquals(wanted, p);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "\u0000\u0001\t\n\r\u001b\u007f\u0085\u009f", "\"'\\/{}[]:,", " ",
            "\u00e9\u4e2d\ufeff\uffff\u2028\u202e", "\ud83c\udf00\ud83d\ude00\udbff\udfff\ud800\udc00",
            "a\n\"\ud83c\udf00\u0000z"})
    void everyVocabularyComesBack(String characters) throws IOException {
        Vocabulary vocabulary = Vocabulary.ofCharacters(characters);
        int size = vocabulary.size();
        try (Network network = Network.builder(size).rnn(2).softmax(size).vocabulary(vocabulary).build(5, kernels)) {
            network.save(file);
            try (Network back = Network.load(file, kernels)) {
                assertEquals(Optional.of(vocabulary), back.vocabulary());
                assertArrayEquals(vocabulary.encode(characters), back.vocabulary().orElseThrow().encode(characters));
            }
        }
    }

    @Test
    void metadataIsTheDocumentedText() throws IOException {
        try (Network network = Network.builder(new Input.Embedding(3, 2)).lstm(5).layer(CellKind.GRU_RESET_BEFORE, 17)
                .gru(4).rnn(6).softmax(9).vocabulary(Vocabulary.ofCharacters("cab")).build(5, kernels)) {
            network.save(file);
        }
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertEquals(Map.of("format", "unroll-network", "version", "2", "input", "embedding 3 2", "layers",
                    "lstm 5, gru-reset-before 17, gru 4, rnn 6", "head", "softmax 9", "vocabulary", "abc"),
                    reader.metadata());
        }
    }

    @Test
    void whatAHeadReadsAndSharesIsInTheFile() throws IOException {
        try (Network network = Network.builder(new Input.Embedding(9, 6)).lstm(3).bidirectional().softmax(9).lastStep()
                .tied().build(5, kernels)) {
            network.save(file);
            try (Network back = Network.load(file, kernels)) {
                assertEquals(network.architecture(), back.architecture());
                assertArrayEquals(network.outputs(new int[]{1, 8, 3}), back.outputs(new int[]{1, 8, 3}));
            }
        }
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertEquals("softmax 9 last-step tied", reader.metadata().get("head"));
        }
    }

    @Test
    void inputsSideBySideAreInTheFile() throws IOException {
        Input input = Input.Joined.of(new Input.Embedding(9, 6), new Input.OneHot(2), new Input.Embedding(3, 2),
                new Input.Features(4));
        try (Network network = Network.builder(input).gru(5).sigmoid(3).build(5, kernels)) {
            network.save(file);
            try (Network back = Network.load(file, kernels)) {
                assertEquals(network.architecture(), back.architecture());
                assertEquals(network.parameters().shapes(), back.parameters().shapes());
            }
        }
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertEquals("embedding 9 6 + one-hot 2 + embedding 3 2 + features 4", reader.metadata().get("input"));
        }
    }

    @Test
    void theSameNetworkIsTheSameFile() throws IOException {
        Path other = directory.resolve("other.safetensors");
        try (Network network = network(new Input.OneHot(7), CellKind.GRU, 7, 13)) {
            network.save(file);
            try (Network back = Network.load(file, kernels)) {
                back.save(other);
            }
        }
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(other));
    }

    @Test
    void savingReplacesTheFile() throws IOException {
        try (Network old = network(new Input.OneHot(7), CellKind.GRU, 7, 13);
                Network fresh = network(new Input.OneHot(5), CellKind.RNN, 5, 3)) {
            old.save(file);
            fresh.save(file);
            try (Network back = Network.load(file, kernels)) {
                assertEquals(fresh.architecture(), back.architecture());
            }
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsAnError() {
        Path nowhere = directory.resolve("nowhere").resolve("network.safetensors");
        try (Network network = network(new Input.OneHot(7), CellKind.GRU, 7, 13)) {
            assertThrows(IOException.class, () -> network.save(nowhere));
        }
        assertThrows(SafetensorsException.class, () -> Network.load(nowhere, kernels));
    }

    @Test
    void aClosedNetworkCannotBeSaved() {
        Network network = network(new Input.OneHot(7), CellKind.GRU, 7, 13);
        network.close();
        assertThrows(IllegalStateException.class, () -> network.save(file));
        assertEquals(false, Files.exists(file));
    }
}
