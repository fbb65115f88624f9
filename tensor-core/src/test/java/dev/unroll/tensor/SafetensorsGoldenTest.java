package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Files of another implementation; resources/golden/README.md says whose. */
class SafetensorsGoldenTest {
    private static SafetensorsReader open(String name) throws IOException, URISyntaxException {
        return SafetensorsReader.open(Path.of(
                Objects.requireNonNull(SafetensorsGoldenTest.class.getResource("/golden/" + name), name).toURI()));
    }

    @Test
    void lstmHasItsMetadataInTheOrderOfTheFile() throws Exception {
        try (SafetensorsReader reader = open("lstm_small.safetensors")) {
            assertEquals(
                    List.of("kind", "input", "hidden", "time", "batch", "layers", "bidirectional", "projection", "bias",
                            "source"),
                    List.copyOf(reader.metadata().keySet()));
            assertEquals(Map.of("kind", "lstm", "input", "5", "hidden", "7", "time", "6", "batch", "3", "layers", "1",
                    "bidirectional", "false", "projection", "0", "bias", "true", "source", "libtorch 2.10 float64"),
                    reader.metadata());
        }
    }

    @Test
    void lstmHasItsTensorsInTheOrderOfTheData() throws Exception {
        try (SafetensorsReader reader = open("lstm_small.safetensors")) {
            assertEquals(List.of("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "x", "h0", "c0", "y", "hn",
                    "cn", "dy", "dhn", "dcn", "grad.x", "grad.h0", "grad.c0", "grad.weight_ih_l0", "grad.weight_hh_l0",
                    "grad.bias_ih_l0", "grad.bias_hh_l0"), List.copyOf(reader.tensors().keySet()));
            assertEquals(new TensorInfo("weight_hh_l0", DType.F32, List.of(28L, 7L), 560, 1344),
                    reader.info("weight_hh_l0"));
            assertEquals(new TensorInfo("y", DType.F64, List.of(6L, 3L, 7L), 2096, 3104), reader.info("y"));
            assertEquals(126, reader.info("y").count());
        }
    }

    @Test
    void lstmHasItsFloats() throws Exception {
        try (SafetensorsReader reader = open("lstm_small.safetensors")) {
            float[] weights = reader.floats("weight_ih_l0");
            assertEquals(140, weights.length);
            assertArrayEquals(new float[]{0.19080335f, 0.05398476f, 0.28505656f},
                    Arrays.copyOf(weights, 3));
            assertEquals(0.17810866f, weights[139]);
            assertEquals(-0.16121978f, reader.floats("dcn")[20]);
        }
    }

    @Test
    void lstmHasItsDoubles() throws Exception {
        try (SafetensorsReader reader = open("lstm_small.safetensors")) {
            double[] y = reader.doubles("y");
            assertArrayEquals(new double[]{-0.0021385170343673644, -0.17945289315723328, -0.15784880117971528},
                    Arrays.copyOf(y, 3));
            assertEquals(0.28180236446426676, y[125]);
            assertEquals(0.5059237167928056, reader.doubles("grad.bias_hh_l0")[27]);
        }
    }

    @Test
    void truncatedBpttHasAScalarAndWholeNumbersAsDoubles() throws Exception {
        try (SafetensorsReader reader = open("tbptt_rnn_full.safetensors")) {
            assertEquals("loss", reader.info("loss").name());
            assertEquals(List.of(), reader.info("loss").shape());
            assertArrayEquals(new double[]{28.924296907258118}, reader.doubles("loss"));
            assertEquals("sum over time of the mean cross entropy over the batch", reader.metadata().get("loss"));
            double[] ids = reader.doubles("ids");
            assertEquals(52, ids.length);
            assertArrayEquals(new double[]{9, 8, 9}, Arrays.copyOf(ids, 3));
            assertEquals(-0.34009497156978563, reader.doubles("grad.head.bias")[10]);
        }
    }
}
