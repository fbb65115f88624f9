package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellKind;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Specifies that a seed means the same network in every version, to the bit. The checksums are of the weights that commit
 * 6cd7937 drew, before there were initialisers to choose from.
 */
class SeedsTest extends OnBackendUnderTest {
    private static String checksum(Network network) {
        CRC32 crc = new CRC32();
        network.parameters().asMap().values().forEach(matrix -> {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(matrix.layout().size() * Float.BYTES));
            bytes.asFloatBuffer().put(matrix.toArray());
            crc.update(bytes.array());
        });
        return Long.toHexString(crc.getValue());
    }

    @ParameterizedTest
    @CsvSource({"RNN, 1, 198e293", "RNN, -42, a4729948", "GRU, 1, 434c0263", "GRU, -42, f682afc",
            "GRU_RESET_BEFORE, 1, 21e09208",
            "GRU_RESET_BEFORE, -42, 46786a23", "LSTM, 1, 71f56a2b", "LSTM, -42, 98263cf"})
    void twoLayersOnTokens(CellKind kind, long seed, String expected) {
        try (Network network = Network.builder(13).layer(kind, 17).layer(kind, 33).softmax(5).build(seed, kernels)) {
            assertEquals(expected, checksum(network));
        }
    }

    @Test
    void everyKindOnAnEmbedding() {
        try (Network network = Network.builder(new Input.Embedding(10, 4)).lstm(9).gru(25).rnn(5)
                .layer(CellKind.GRU_RESET_BEFORE, 7).softmax(3).build(42, kernels)) {
            assertEquals("d9732ada", checksum(network));
        }
    }

    @Test
    void featuresIntoALargeLayer() {
        try (Network network = Network.builder(new Input.Features(207)).lstm(128).softmax(2).build(20260115, kernels)) {
            assertEquals("6bd6bcfa", checksum(network));
        }
    }
}
