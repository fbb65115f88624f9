package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.unroll.cells.CellKind;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is no sound network's is an {@link IOException} that names the file and the fault, and costs no memory. */
class DamagedNetworkFileTest extends OnBackendUnderTest {
    @TempDir
    private Path directory;
    private Path file;

    /** What a sound file says, for a test to spoil. */
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    @BeforeEach
    void describeASoundNetwork() {
        file = directory.resolve("network.safetensors");
        metadata.putAll(Map.of("format", "unroll-network", "version", "1", "input", "one-hot 3", "layers",
                "lstm 4, rnn 5", "head", "softmax 2", "vocabulary", "abc"));
        shapes.putAll(Map.of("layer0.weight", new long[]{16, 7}, "layer0.bias", new long[]{1, 16}, "layer1.weight",
                new long[]{5, 9}, "layer1.bias", new long[]{1, 5}, "head.weight", new long[]{2, 5}, "head.bias",
                new long[]{1, 2}));
    }

    private void write() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        shapes.forEach((name, shape) -> writer.add(name,
                new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))], shape));
        writer.write(file);
    }

    /** Checks that the file is refused, quickly and in one line that begins with its name; returns the rest of it. */
    private String refusal() throws IOException {
        write();
        IOException e = assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertThrows(SafetensorsException.class, () -> Network.load(file, kernels)));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        return e.getMessage().substring(file.toString().length() + 2);
    }

    @Test
    void theSoundOneLoads() throws IOException {
        write();
        try (Network network = Network.load(file, kernels)) {
            assertEquals(2, network.architecture().layers().size());
        }
    }

    @Test
    void anyOtherSafetensorsFileIsNoNetwork() throws IOException {
        metadata.clear();
        assertEquals("it is no Unroll network: its metadata has no format=unroll-network", refusal());
        metadata.put("format", "pt");
        assertEquals("it is no Unroll network: its metadata has no format=unroll-network", refusal());
    }

    @Test
    void anotherVersionIsNamed() throws IOException {
        metadata.put("version", "4");
        assertEquals("it is of version 4; this Unroll reads versions 1 to 3", refusal());
        metadata.remove("version");
        assertEquals("it is of version null; this Unroll reads versions 1 to 3", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"input", "layers", "head"})
    void aMissingEntryIsNamed(String key) throws IOException {
        metadata.remove(key);
        assertEquals("its metadata is damaged: there is no '%s'".formatted(key), refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm -3", "lstm 0", "lstm 99999999999", "lstm 4.0", "lstm", "lstm ", "lstm  4", "tree 5",
            "",
            "lstm 4,rnn 5", "lstm 4 peephole peephole 3", "lstm 4; both", "lstm 4; dropout", "lstm 4; dropout 1",
            "lstm 4; dropout NaN", "lstm 4; zoneout 0.1", "lstm 4; dropout x", "lstm 4 clip -1", "lstm 4, ", ", lstm 4",
            "lstm 4 5, rnn 5", "LSTM 4, rnn 5"})
    void damagedLayersAreRefused(String layers) throws IOException {
        metadata.put("layers", layers);
        refusal();
    }

    @Test
    void aDamagedLayerIsToldFromTheOthers() throws IOException {
        metadata.put("layers", "tree 5");
        assertTrue(refusal().startsWith("its metadata is damaged: no cell is called 'tree'; wanted one of"));
        metadata.put("layers", "lstm -3");
        assertEquals("its metadata is damaged: lstm: inputSize 3, hiddenSize -3; wanted both 1 or more", refusal());
        metadata.put("layers", "lstm");
        assertEquals("its metadata is damaged: 'lstm' lacks a number", refusal());
        metadata.put("layers", "lstm 99999999999");
        assertTrue(refusal().contains("99999999999"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"one-hot", "one-hot 0", "one-hot -1", "one-hot x", "one-hot 3 3", "embedding 3", "features",
            "picture 3", ""})
    void damagedInputsAreRefused(String input) throws IOException {
        metadata.put("input", input);
        refusal();
    }

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "softmax 0", "softmax 3000000000", "softmax 2 2", "relu 2", "sigmoid",
            "linear 0", ""})
    void damagedHeadsAreRefused(String head) throws IOException {
        metadata.put("head", head);
        refusal();
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer0.weight", "layer1.bias", "head.weight", "head.bias"})
    void aMissingTensorIsNamed(String name) throws IOException {
        shapes.remove(name);
        assertTrue(refusal().startsWith("holds no tensor '%s'".formatted(name)));
    }

    @Test
    void aTensorOfAnotherShapeIsNamedWithBothShapes() throws IOException {
        shapes.put("layer1.weight", new long[]{9, 5});
        assertEquals("tensor 'layer1.weight' has shape [9, 5]; wanted [5, 9]", refusal());
        shapes.put("layer1.weight", new long[]{45});
        assertEquals("tensor 'layer1.weight' has shape [45]; wanted [5, 9]", refusal());
    }

    @Test
    void aTensorOfAnotherTypeIsNamed() throws IOException {
        shapes.remove("head.bias");
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        shapes.forEach((name, shape) -> writer.add(name, new float[(int) (shape[0] * shape[1])], shape));
        writer.add("head.bias", new double[2], 1, 2).write(file);
        assertEquals(file + ": tensor 'head.bias' is F64; wanted F32",
                assertThrows(SafetensorsException.class, () -> Network.load(file, kernels)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "abcd", "", "aab"})
    void aVocabularyOfAnotherSizeIsRefused(String vocabulary) throws IOException {
        metadata.put("vocabulary", vocabulary);
        assertTrue(refusal().startsWith("its metadata is damaged: "));
    }

    /** What the metadata claims is compared with the tensors before memory is taken for it. */
    @ParameterizedTest
    @CsvSource({"one-hot 3, lstm 500000000", "one-hot 3, lstm 536870911", "one-hot 3, lstm 536870912",
            "one-hot 3, lstm 2147483647", "one-hot 2147483647, rnn 4", "one-hot 2147483647, rnn 2147483647",
            "embedding 2147483647 2147483647, rnn 1", "features 2147483647, gru 2147483647"})
    void aHugeNetworkInASmallFileIsRefusedAtOnce(String input, String layers) throws IOException {
        metadata.remove("vocabulary");
        metadata.put("input", input);
        metadata.put("layers", layers);
        refusal();
    }

    @Test
    void textOfTheFileCannotBreakTheMessage() throws IOException {
        metadata.put("layers", "tree\n\u001b[31m\u202e " + "x".repeat(100_000));
        assertEquals(-1, refusal().indexOf('\u001b'));
        metadata.put("version", "9".repeat(100_000));
        assertTrue(refusal().length() < 1_000, "a file chooses how long our messages are");
        metadata.put("version", "1");
        metadata.put("layers", "t".repeat(100_000) + " 5");
        assertTrue(refusal().length() < 1_000, "a file chooses how long our messages are");
    }

    @Test
    void noPrefixOfANetworksFileLoads() throws IOException {
        try (Network network = network(new Input.OneHot(3), CellKind.LSTM, 2, 1)) {
            network.save(file);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += length < 16 ? 1 : 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThrows(SafetensorsException.class, () -> Network.load(file, kernels), "length " + length);
        }
    }

    @Test
    void damageInTheHeaderIsRefusedOrLeavesANetwork() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(file);
        int header = whole.length;
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (var tensor : reader.tensors().values()) {
                header -= Math.toIntExact(tensor.byteSize());
            }
        }
        long seed = Long.getLong("unroll.seed", 20260117);
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            damaged[8 + random.nextInt(header - 8)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            try (Network network = Network.load(file, kernels)) {
                assertFalse(network.architecture().layers().isEmpty());
            } catch (IOException e) {
                refused++;
            } catch (RuntimeException e) {
                fail("-Dunroll.seed=%d, round %d".formatted(seed, round), e);
            }
        }
        assertTrue(refused > 150, refused + " refused");
    }
}
