package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies weights under PyTorch's names; what they mean, ./unroll replay shows on PyTorch's own cases. */
class TorchFormatTest {
    private static final String PREFIX = "encoder.rnn.";

    private final Arena arena = Arena.ofAuto();
    @TempDir
    private Path folder;

    static Stream<Stack> stacks() {
        LstmCell lstm = new LstmCell(3, 5);
        GruResetAfterCell gru = new GruResetAfterCell(3, 4);
        return Stream.of(Stack.forward(lstm), Stack.forward(lstm.withoutBias()), Stack.forward(gru),
                Stack.forward(gru.withoutBias()), Stack.forward(new RnnCell(3, 2), new RnnCell(2, 7)),
                Stack.forward(new RnnCell(3, 2).withoutBias()), Stack.forward(lstm.projection(2)),
                Stack.of(Layer.of(gru).direction(Direction.CONCAT),
                        Layer.of(new GruResetAfterCell(8, 4)).direction(Direction.CONCAT)),
                Stack.of(Layer.of(lstm.projection(2)).direction(Direction.CONCAT)));
    }

    private Parameters random(List<Parameters.Shape> shapes) {
        Random random = new Random(4);
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

    private static void assertSameBits(Parameters wanted, Parameters ours) {
        assertEquals(wanted.shapes(), ours.shapes());
        wanted.asMap().forEach((name, matrix) -> assertArrayEquals(bits(matrix), bits(ours.get(name)), name));
    }

    private static int[] bits(Matrix matrix) {
        float[] floats = matrix.toArray();
        int[] bits = new int[floats.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(floats[i]);
        }
        return bits;
    }

    private Path write(SafetensorsWriter writer) throws IOException {
        Path file = folder.resolve("torch.safetensors");
        writer.write(file);
        return file;
    }

    private TorchFormat.Weights read(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            return TorchFormat.read(reader, PREFIX, Activation.TANH, arena);
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void whatIsWrittenComesBackToTheBit(Stack stack) throws IOException {
        Parameters ours = random(stack.parameterShapes());
        ours.asMap().values().forEach(matrix -> matrix.set(0, 0, -0.0f));
        SafetensorsWriter writer = new SafetensorsWriter();
        TorchFormat.write(stack, ours, PREFIX, writer);
        TorchFormat.Weights back = read(write(writer));
        assertEquals(stack, back.stack());
        assertSameBits(ours, back.parameters());
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void weightsOfTorchGoBackToTheBitAndBiasesAsTheirSum(Stack stack) {
        Parameters torch = random(TorchFormat.shapes(stack));
        Parameters ours = Parameters.allocate(arena, stack.parameterShapes());
        Parameters back = Parameters.allocate(arena, torch.shapes());
        TorchFormat.toOurs(stack, torch, ours);
        TorchFormat.toTheirs(stack, ours, back);
        torch.asMap().forEach((name, matrix) -> {
            if (name.startsWith("weight")) {
                assertArrayEquals(bits(matrix), bits(back.get(name)), name);
            } else if (name.startsWith("bias_ih")) {
                String second = name.replace("_ih", "_hh");
                for (int j = 0; j < matrix.cols(); j++) {
                    assertEquals(matrix.get(0, j) + torch.get(second).get(0, j),
                            back.get(name).get(0, j) + back.get(second).get(0, j), 1e-7f, name);
                }
            }
        });
    }

    @Test
    void namesAndShapesAreTorchs() {
        Stack stack = Stack.of(Layer.of(new LstmCell(3, 5).projection(2)).direction(Direction.CONCAT));
        List<String> names = Stream.of("", "_reverse").flatMap(way -> Stream.of("weight_ih_l0" + way + " 20x3",
                "weight_hh_l0" + way + " 20x2", "bias_ih_l0" + way + " 1x20", "bias_hh_l0" + way + " 1x20",
                "weight_hr_l0" + way + " 2x5")).toList();
        assertEquals(names, TorchFormat.shapes(stack).stream()
                .map(shape -> "%s %dx%d".formatted(shape.name(), shape.rows(), shape.cols())).toList());
    }

    @Test
    void gatesStandInTorchsOrderAndItsUpdateGateIsTheOtherWayRound() {
        Stack stack = Stack.forward(new GruResetAfterCell(1, 1));
        Parameters torch = random(TorchFormat.shapes(stack));
        Parameters ours = Parameters.allocate(arena, stack.parameterShapes());
        TorchFormat.toOurs(stack, torch, ours);
        Matrix weight = ours.get("layer0.weight");
        Matrix input = torch.get("weight_ih_l0");
        // Ours are u, r, c; PyTorch's r, z, n.
        assertArrayEquals(new float[]{-input.get(1, 0), input.get(0, 0), input.get(2, 0)}, weight.cols(1, 1).toArray());
        assertEquals(torch.get("bias_hh_l0").get(0, 2), ours.get("layer0.recurrent_bias").get(0, 0));
        assertEquals(torch.get("bias_ih_l0").get(0, 2), ours.get("layer0.bias").get(0, 2));
    }

    static Stream<Layer> foreign() {
        Cell lstm = new LstmCell(3, 5);
        return Stream.of(Layer.of(new LstmCell(3, 5).peephole()), Layer.of(new LstmCell(3, 5).coupled()),
                Layer.of(new LstmCell(3, 5).clip(1)), Layer.of(CellKind.GRU_RESET_BEFORE.cell(3, 5)),
                Layer.of(CellKind.GRU_SIMPLIFIED.cell(3, 5)), Layer.of(CellKind.LSTM_LAYER_NORM.cell(3, 5)),
                Layer.of(lstm).direction(Direction.SUM), Layer.of(lstm).direction(Direction.BACKWARD));
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void whatTorchDoesNotHaveIsRefused(Layer layer) {
        String message = assertThrows(IllegalArgumentException.class, () -> TorchFormat.shapes(Stack.of(layer)))
                .getMessage();
        assertTrue(message.startsWith("pytorch: it has no "), message);
    }

    private String refusal(SafetensorsWriter writer) throws IOException {
        Path file = write(writer);
        return assertThrows(SafetensorsException.class, () -> read(file)).getMessage();
    }

    @Test
    void aFileWithoutTheModuleIsRefusedByTheNameThatIsMissing() throws IOException {
        assertTrue(refusal(new SafetensorsWriter().add("weight_ih_l0", new float[4], 4, 1))
                .contains("holds no tensor 'encoder.rnn.weight_ih_l0'"));
    }

    @Test
    void aTensorOfAnotherShapeIsRefused() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().add(PREFIX + "weight_ih_l0", new float[24], 8, 3)
                .add(PREFIX + "weight_hh_l0", new float[18], 9, 2);
        assertTrue(
                refusal(writer).contains("tensor 'encoder.rnn.weight_hh_l0' is 9x2; wanted 1, 3 or 4 gates of rows"));
        writer = new SafetensorsWriter().add(PREFIX + "weight_ih_l0", new float[21], 7, 3)
                .add(PREFIX + "weight_hh_l0", new float[16], 8, 2);
        assertTrue(refusal(writer).contains("tensor 'encoder.rnn.weight_ih_l0' has shape [7, 3]; wanted [8, 3]"));
        writer = new SafetensorsWriter().add(PREFIX + "weight_ih_l0", new float[24], 24)
                .add(PREFIX + "weight_hh_l0", new float[16], 8, 2);
        assertTrue(refusal(writer).contains("has shape [24]; wanted two dimensions of 1 or more"));
    }

    @Test
    void layersThatDoNotFitAreRefused() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        TorchFormat.write(Stack.forward(new RnnCell(3, 2)), random(Stack.forward(new RnnCell(3, 2)).parameterShapes()),
                PREFIX, writer);
        writer.add(PREFIX + "weight_ih_l1", new float[10], 2, 5).add(PREFIX + "weight_hh_l1", new float[4], 2, 2);
        assertTrue(refusal(writer).contains("layer 1 has inputSize 5, and what is below it gives 2"));
    }
}
