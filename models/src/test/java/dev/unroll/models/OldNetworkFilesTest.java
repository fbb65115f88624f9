package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellKind;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that earlier Unrolls wrote load, and compute what they computed then. Where the files and the numbers are from is
 * said in {@code src/test/resources/files/README.md}.
 */
class OldNetworkFilesTest extends OnBackendUnderTest {
    private static final String CHARACTERS = "\nabc\u00e9\ud83c\udf00";

    @TempDir
    private Path directory;

    private static Path file(String version) {
        try {
            return Path.of(OldNetworkFilesTest.class.getResource("/files/network-" + version + ".safetensors").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void architectureAndVocabularyAreWhatTheyWere(String version) throws IOException {
        try (Network network = Network.load(file(version), kernels, Network.Start.COLD)) {
            assertEquals(new Architecture(new Input.OneHot(6),
                    Stack.forward(CellKind.LSTM.cell(6, 3), CellKind.GRU.cell(3, 2)),
                    new Head(Head.Kind.SOFTMAX, 2, 6)), network.architecture());
            assertEquals(Vocabularies.ofInput(Optional.of(Vocabulary.ofCharacters(CHARACTERS))),
                    network.vocabularies());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void weightsAreWhatTheyWere(String version) throws IOException {
        try (Network network = Network.load(file(version), kernels, Network.Start.COLD)) {
            assertArrayEquals(new float[]{-0.05713688f, -0.23456803f},
                    network.parameters().get("layer1.recurrent_bias").toArray());
            assertArrayEquals(new float[]{-0.023308808f, -0.5135252f, 0.60216594f, 0.6530539f, -0.18481149f,
                    -0.06254601f, -0.596732f, 0.56757843f, -0.103022575f, -0.6547365f, 0.6362456f, 0.37873527f},
                    network.parameters().get(Head.WEIGHT).toArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void outputsAreWhatTheyWere(String version) throws IOException {
        float[] p = new float[6];
        try (Network network = Network.load(file(version), kernels, Network.Start.COLD)) {
            Session session = network.newSession();
            for (int token : network.vocabulary().orElseThrow().encode("cab\ud83c\udf00\u00e9\n")) {
                session.step(token, p);
            }
        }
        assertArrayEquals(
                new float[]{0.081580386f, 0.19786648f, 0.16162473f, 0.1643047f, 0.1943158f, 0.2003079f}, p, 1e-6f);
    }

    /** A network of characters is a file that an Unroll of version 2 reads. */
    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void savedAgainItIsTheFileOfVersionTwo(String version) throws IOException {
        Path again = directory.resolve("again.safetensors");
        try (Network network = Network.load(file(version), kernels, Network.Start.COLD)) {
            network.save(again);
        }
        assertArrayEquals(Files.readAllBytes(file("v2")), Files.readAllBytes(again));
    }
}
