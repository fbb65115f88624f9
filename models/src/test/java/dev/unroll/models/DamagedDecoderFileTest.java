package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.Encoder.Attention;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that says something unsound of an encoder is refused, and the message says what. */
class DamagedDecoderFileTest extends OnBackendUnderTest {
    @TempDir
    private Path directory;

    /** What the file of a decoder with attention says, one entry of it changed, and one tensor left out. */
    private String refusal(String key, String value, String missing) throws IOException {
        Path file = directory.resolve("decoder.safetensors");
        try (Network network = Network.builder(new Input.Embedding(7, 2)).lstm(3)
                .decoder(new Input.OneHot(5), Attention.DOT)
                .lstm(3).softmax(5).build(1, kernels)) {
            Map<String, String> metadata = new HashMap<>(
                    new NetworkMetadata(network.architecture(), network.vocabularies()).toMap());
            metadata.put(key, value);
            metadata.values().removeIf(String::isEmpty);
            SafetensorsWriter writer = new SafetensorsWriter();
            metadata.forEach(writer::metadata);
            network.parameters().asMap().forEach((name, matrix) -> {
                if (!name.equals(missing)) {
                    writer.add(name, matrix.toArray(), matrix.rows(), matrix.cols());
                }
            });
            writer.write(file);
        }
        String message = assertThrows(SafetensorsException.class, () -> Network.load(file, kernels)).getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        return message;
    }

    @ParameterizedTest
    @CsvSource({"encoder.input, embedding 7, lacks a size", "encoder.input, picture, picture",
            "encoder.layers, '', there is no 'encoder.layers'", "encoder.layers, tree 3, no cell is called 'tree'",
            "encoder.layers, lstm 4, wanted the same", "encoder.layers, 'lstm 3, lstm 3', wanted as many",
            "attention, '', there is no 'attention'", "attention, cosine, no attention is called 'cosine'",
            "encoder.input, '', there is no 'encoder.input'"})
    void anUnsoundEntryIsNamed(String key, String value, String named) throws IOException {
        String message = refusal(key, value, "");
        assertTrue(message.contains(named), message);
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        for (String name : new String[]{Encoder.ATTENTION, "encoder.embedding.weight", "encoder.layer0.weight"}) {
            String message = refusal("version", "3", name);
            assertTrue(message.contains(name), message);
        }
    }
}
