package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies {@code ./unroll replay}, on cases that libtorch computed. */
class ReplayTest {
    private static final int FILES = 60;

    @TempDir
    private Path folder;
    private Cli cli;

    @BeforeEach
    void openCommandLine() {
        cli = new Cli(folder);
    }

    private static Path golden(String name) {
        try {
            return Path.of(Objects.requireNonNull(ReplayTest.class.getResource("/golden/" + name), name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(name, e);
        }
    }

    private static List<Path> cases() throws IOException {
        try (Stream<Path> files = Files.list(golden("README.md").getParent())) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        }
    }

    static Stream<Arguments> casesOnEveryBackend() throws IOException {
        return cases().stream().flatMap(file -> Arrays.stream(Backend.values())
                .map(backend -> Arguments.of(file.getFileName().toString(), backend)));
    }

    @Test
    void noCaseIsMissing() throws IOException {
        assertEquals(FILES, cases().size());
    }

    @ParameterizedTest
    @MethodSource("casesOnEveryBackend")
    void everyCaseIsRightOnEveryBackend(String name, Backend backend) throws IOException {
        for (int threads = 1; threads <= 2; threads++) {
            try (ReplayFile reference = ReplayFile.open(golden(name)); Kernels kernels = backend.open(threads)) {
                ReplayCase.Figures figures = reference.toCase().run(reference, kernels);
                assertTrue(figures.isOk(), figures.toString());
            }
        }
    }

    @Test
    void aLineAFileAndBackendSaysHowFarItIsOff() throws IOException, InterruptedException {
        Path file = golden("gru_small.safetensors");
        Cli.Result result = cli.run("replay", "--backend", "scalar,vector", file.toString());
        assertEquals(0, result.code(), result.err());
        List<String> lines = result.out().lines().toList();
        assertEquals(2, lines.size(), result.out());
        assertTrue(
                lines.get(0)
                        .matches("\\Q" + file + "\\E scalar outputs \\d\\.\\de-\\d\\d gradients \\d\\.\\de-\\d\\d ok"),
                result.out());
        assertTrue(lines.get(1).startsWith(file + " vector outputs "), result.out());
    }

    /** A copy of a case with one tensor changed. */
    private Path changed(String name, String tensor, UnaryOperator<double[]> change) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsReader reader = SafetensorsReader.open(golden(name))) {
            reader.metadata().forEach(writer::metadata);
            for (TensorInfo info : reader.tensors().values()) {
                double[] values = reader.doubles(info.name());
                long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
                writer.add(info.name(), info.name().equals(tensor) ? change.apply(values) : values, shape);
            }
        }
        Path file = folder.resolve("changed_" + name);
        writer.write(file);
        return file;
    }

    private static UnaryOperator<double[]> first(double value) {
        return values -> {
            values[0] = value;
            return values;
        };
    }

    @ParameterizedTest
    @MethodSource("wrongTensors")
    void aTensorThatIsOffIsFound(String name, String tensor) throws IOException {
        for (double value : new double[]{1000, Double.NaN}) {
            Path file = changed(name, tensor, first(value));
            try (ReplayFile reference = ReplayFile.open(file); Kernels kernels = Backend.SCALAR.open(1)) {
                assertFalse(reference.toCase().run(reference, kernels).isOk(), tensor + " " + value);
            }
        }
    }

    static Stream<Arguments> wrongTensors() {
        return Stream.of(
                Stream.of("y", "hn", "cn", "grad.x", "grad.h0", "grad.c0", "grad.weight_ih_l0",
                        "grad.weight_hh_l1_reverse",
                        "grad.bias_ih_l0_reverse", "grad.bias_hh_l1", "grad.weight_hr_l0", "x", "h0", "dy", "dcn")
                        .map(tensor -> Arguments.of("lstm_projection_bi_2layer.safetensors", tensor)),
                Stream.of("y", "cn", "grad.a0", "grad.c0", "grad.W_c", "grad.b_f", "grad.p_o", "p_u")
                        .map(tensor -> Arguments.of("stacked_lstm_peephole.safetensors", tensor)),
                Stream.of("loss", "grad.rnn.weight_hh_l0", "grad.head.bias")
                        .map(tensor -> Arguments.of("tbptt_gru_k1_3_k2_6.safetensors", tensor)),
                Stream.of("loss", "final.rnn.bias_hh_l0", "final.head.weight")
                        .map(tensor -> Arguments.of("train_lstm_adamw.safetensors", tensor)))
                .flatMap(arguments -> arguments);
    }

    @Test
    void aCaseThatIsOffEndsInOneAndAFileThatIsNoCaseInTwo() throws IOException, InterruptedException {
        Path off = changed("rnn_tanh_small.safetensors", "y", first(9));
        Cli.Result wrong = cli.run("replay", "--backend", "scalar", off.toString());
        assertEquals(1, wrong.code());
        assertTrue(wrong.lastLine().endsWith(" WRONG"), wrong.out());
        Path text = Files.writeString(folder.resolve("text.safetensors"), "this is no case");
        Cli.Result both = cli.run("replay", "--backend", "scalar", text.toString(), off.toString());
        assertEquals(2, both.code());
        assertTrue(both.err().startsWith("unroll replay: " + text), both.err());
        assertTrue(both.lastLine().endsWith(" WRONG"), "the other file is run all the same: " + both.out());
    }

    @ParameterizedTest
    @MethodSource("spoiltLengths")
    void lengthsThatAreNoneAreRefused(double length) throws IOException, InterruptedException {
        Path file = changed("gru_lengths.safetensors", "lengths", first(length));
        Cli.Result result = cli.run("replay", "--backend", "scalar", file.toString());
        assertEquals(2, result.code());
        assertTrue(result.err().contains("tensor 'lengths' holds " + length + "; wanted whole numbers of 0 to 6"),
                result.err());
    }

    static Stream<Double> spoiltLengths() {
        return Stream.of(Double.NaN, 7.0, -1.0, 2.5, Double.POSITIVE_INFINITY);
    }
}
