package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Bias;
import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.GruResetBeforeCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies weights as Keras arranges them, by Keras's own equations in double precision. */
class KerasFormatTest extends OnBackendUnderTest {
    private static final int I = 3;
    private static final int H = 4;
    private static final int TIME = 5;
    private static final long SEED = 20261123;

    @TempDir
    private Path folder;

    static Stream<Cell> cells() {
        return Stream.of(new RnnCell(I, H), new RnnCell(I, H).activation(Activation.RELU).withoutBias(),
                new LstmCell(I, H), new LstmCell(I, H).withoutBias(), new GruResetAfterCell(I, H),
                new GruResetAfterCell(I, H).withoutBias(), new GruResetBeforeCell(I, H),
                new GruResetBeforeCell(I, H).withoutBias());
    }

    private Parameters random(List<Parameters.Shape> shapes) {
        Random random = new Random(SEED);
        Parameters parameters = Parameters.allocate(arena, shapes);
        parameters.asMap().values().forEach(matrix -> {
            for (int i = 0; i < matrix.rows(); i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    matrix.set(i, j, random.nextFloat() * 2 - 1);
                }
            }
        });
        return parameters;
    }

    /** Keras's documentation in loops: gates i, f, c, o of LSTM; z, r, h of GRU. */
    private static final class Keras {
        private final Parameters weights;
        private final Cell cell;
        private final double[] h = new double[H];
        private final double[] c = new double[H];

        Keras(Cell cell, Parameters weights) {
            this.cell = cell;
            this.weights = weights;
        }

        private double bias(int row, int column) {
            return weights.asMap().containsKey("bias") ? weights.get("bias").get(row, column) : 0;
        }

        private double input(int gate, int j, float[] x) {
            double sum = bias(0, gate * H + j);
            for (int i = 0; i < I; i++) {
                sum += (double) x[i] * weights.get("kernel").get(i, gate * H + j);
            }
            return sum;
        }

        private double recurrent(int gate, int j, double[] state) {
            double sum = cell instanceof GruResetAfterCell ? bias(1, gate * H + j) : 0;
            for (int i = 0; i < H; i++) {
                sum += state[i] * weights.get("recurrent_kernel").get(i, gate * H + j);
            }
            return sum;
        }

        private double z(int gate, int j, float[] x, double[] state) {
            return input(gate, j, x) + recurrent(gate, j, state);
        }

        double[] step(float[] x) {
            double[] old = h.clone();
            double[] reset = new double[H];
            for (int j = 0; j < H && cell instanceof GruResetBeforeCell; j++) {
                reset[j] = sigmoid(z(1, j, x, old)) * old[j];
            }
            for (int j = 0; j < H; j++) {
                h[j] = switch (cell) {
                    case RnnCell rnn -> rnn.activation() == Activation.RELU
                            ? Math.max(0, z(0, j, x, old))
                            : Math.tanh(z(0, j, x, old));
                    case LstmCell _ -> {
                        c[j] = sigmoid(z(1, j, x, old)) * c[j] + sigmoid(z(0, j, x, old)) * Math.tanh(z(2, j, x, old));
                        yield sigmoid(z(3, j, x, old)) * Math.tanh(c[j]);
                    }
                    case GruResetBeforeCell _ -> mix(sigmoid(z(0, j, x, old)), old[j], Math.tanh(z(2, j, x, reset)));
                    default -> mix(sigmoid(z(0, j, x, old)), old[j],
                            Math.tanh(input(2, j, x) + sigmoid(z(1, j, x, old)) * recurrent(2, j, old)));
                };
            }
            return h;
        }

        private static double mix(double z, double old, double candidate) {
            return z * old + (1 - z) * candidate;
        }

        private static double sigmoid(double x) {
            return 1 / (1 + Math.exp(-x));
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void anImportedLayerComputesWhatKerasComputes(Cell cell) {
        Parameters keras = random(KerasFormat.shapes(cell));
        Parameters ours = Parameters.allocate(arena, cell.parameterShapes());
        KerasFormat.toOurs(cell, keras, ours);
        Sequence x = Sequence.allocate(arena, TIME, 1, I);
        x.asMatrix().copyFrom(random(List.of(new Parameters.Shape("x", TIME, I))).get("x"));
        Sequence y = Sequence.allocate(arena, TIME, 1, H);
        new LayerRun(CellWeights.pack(cell, kernels, arena, ours, Use.INFERENCE, InputKind.DENSE), arena, x, y)
                .forward();
        Keras reference = new Keras(cell, keras);
        for (int t = 0; t < TIME; t++) {
            double[] wanted = reference.step(x.at(t).toArray());
            for (int j = 0; j < H; j++) {
                assertEquals(wanted[j], y.at(t).get(0, j), 2e-6, "time %d, seed %d".formatted(t, SEED));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void whatIsWrittenComesBackToTheBit(Cell cell) throws IOException {
        Parameters ours = random(cell.parameterShapes());
        SafetensorsWriter writer = new SafetensorsWriter();
        KerasFormat.write(cell, ours, "layer/cell/", writer);
        Path file = folder.resolve("keras.safetensors");
        writer.write(file);
        Parameters back = Parameters.allocate(arena, cell.parameterShapes());
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            KerasFormat.read(reader, "layer/cell/", cell, back);
            assertEquals(cell instanceof GruResetAfterCell && cell.bias() == Bias.LEARNED,
                    reader.tensors().containsKey("layer/cell/bias")
                            && reader.info("layer/cell/bias").shape().equals(List.of(2L, 3L * H)));
        }
        ours.asMap().forEach(
                (name, matrix) -> assertArrayEquals(matrix.toArray(), back.get(name).toArray(), 0, name));
    }

    @Test
    void aFileOfAnotherLayerIsRefused() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        KerasFormat.write(new GruResetBeforeCell(I, H), random(new GruResetBeforeCell(I, H).parameterShapes()), "",
                writer);
        Path file = folder.resolve("keras.safetensors");
        writer.write(file);
        Cell after = new GruResetAfterCell(I, H);
        Matrix untouched = Matrix.allocate(arena, 3 * H, H + I);
        Parameters ours = Parameters.allocate(arena, after.parameterShapes());
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            String message = assertThrows(SafetensorsException.class, () -> KerasFormat.read(reader, "", after, ours))
                    .getMessage();
            assertTrue(message.contains("tensor 'bias' has shape [12]; wanted [2, 12]"), message);
        }
        assertArrayEquals(untouched.toArray(), ours.get(Cell.WEIGHT).toArray(), 0);
    }

    @Test
    void whatKerasDoesNotHaveIsRefused() {
        for (Cell cell : List.of(new LstmCell(I, H).peephole(), new LstmCell(I, H).projection(2),
                CellKind.GRU_SIMPLIFIED.cell(I, H), CellKind.GRU_LAYER_NORM.cell(I, H))) {
            String message = assertThrows(IllegalArgumentException.class, () -> KerasFormat.shapes(cell)).getMessage();
            assertTrue(message.startsWith("keras: it has no "), message);
        }
    }
}
