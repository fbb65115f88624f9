package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers, forward and backward, against libtorch in double precision. */
class GoldenLayerTest {
    private static final double OUTPUTS = 2e-5;
    private static final double GRADIENTS = 1e-4;
    private static final int THREADS = 2;

    static Stream<Arguments> torchLayers() {
        return GoldenFile.onEveryBackend(Stream.of("rnn_tanh", "gru", "lstm")
                .flatMap(kind -> Stream.of("small", "awkward", "step", "nobias").map(size -> kind + "_" + size))
                .toArray(String[]::new));
    }

    static Stream<Arguments> stackedLayers() {
        return GoldenFile.onEveryBackend(Stream.of("rnn_tanh", "gru_reset_before", "lstm")
                .flatMap(kind -> Stream.of("", "_awkward").map(size -> "stacked_" + kind + size))
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("torchLayers")
    void aLayerOfTorch(String name, Backend backend) throws IOException {
        try (GoldenFile golden = new GoldenFile(name);
                Kernels kernels = backend.open(THREADS);
                Arena arena = Arena.ofShared()) {
            TorchLayer torch = TorchLayer.named(golden.text("kind"));
            Cell cell = torch.kind().cell(golden.size("input"), golden.size("hidden"));
            Parameters torchWeights = Parameters.allocate(arena, torch.shapes(cell));
            golden.read(arena, torchWeights);
            Parameters weights = Parameters.allocate(arena, cell.parameterShapes());
            torch.weights(torchWeights, weights);
            LayerUnderTest run = run(golden, kernels, arena, cell, weights, "h0");
            Deviation.check(OUTPUTS, "hn", golden.doubles("hn"), run.aT());
            run.da().copyFrom(golden.matrix(arena, "dhn"));
            backward(golden, arena, run, "h0");
            Parameters torchGradient = Parameters.allocate(arena, torchWeights.shapes());
            torch.gradient(run.gradient(), torchGradient);
            golden.compare(GRADIENTS, "grad.", torchGradient);
        }
    }

    @ParameterizedTest
    @MethodSource("stackedLayers")
    void aLayerOfTheDesignsEquations(String name, Backend backend) throws IOException {
        try (GoldenFile golden = new GoldenFile(name);
                Kernels kernels = backend.open(THREADS);
                Arena arena = Arena.ofShared()) {
            CellKind kind = switch (golden.text("kind")) {
                case "rnn_tanh" -> CellKind.RNN;
                case "gru_reset_before" -> CellKind.GRU_RESET_BEFORE;
                default -> CellKind.LSTM;
            };
            Cell cell = kind.cell(golden.size("input"), golden.size("hidden"));
            Parameters weights = Parameters.allocate(arena, cell.parameterShapes());
            List<String> gates = cell.gateNames();
            for (int i = 0; i < gates.size(); i++) {
                ofGate(cell, weights.get(Cell.WEIGHT), i).copyFrom(golden.matrix(arena, "W_" + gates.get(i)));
                ofGate(cell, i, weights.get(Cell.BIAS)).copyFrom(golden.matrix(arena, "b_" + gates.get(i)));
            }
            LayerUnderTest run = run(golden, kernels, arena, cell, weights, "a0");
            backward(golden, arena, run, "a0");
            for (int i = 0; i < gates.size(); i++) {
                String gate = gates.get(i);
                Deviation.check(GRADIENTS, "grad.W_" + gate, golden.doubles("grad.W_" + gate),
                        ofGate(cell, run.gradient().get(Cell.WEIGHT), i));
                Deviation.check(GRADIENTS, "grad.b_" + gate, golden.doubles("grad.b_" + gate),
                        ofGate(cell, i, run.gradient().get(Cell.BIAS)));
            }
        }
    }

    private static Matrix ofGate(Cell cell, Matrix weight, int gate) {
        return weight.rows(gate * cell.hiddenSize(), cell.hiddenSize());
    }

    private static Matrix ofGate(Cell cell, int gate, Matrix bias) {
        return bias.cols(gate * cell.hiddenSize(), cell.hiddenSize());
    }

    private static LayerUnderTest run(GoldenFile golden, Kernels kernels, Arena arena, Cell cell, Parameters weights,
            String state) throws IOException {
        LayerUnderTest run = new LayerUnderTest(cell, kernels, arena, weights, golden.matrix(arena, "x"),
                golden.size("time"));
        run.a0().copyFrom(golden.matrix(arena, state));
        if (cell.memorySize() > 0) {
            run.c0().copyFrom(golden.matrix(arena, "c0"));
        }
        run.forward();
        Deviation.check(OUTPUTS, "y", golden.doubles("y"), run.y());
        if (cell.memorySize() > 0) {
            Deviation.check(OUTPUTS, "cn", golden.doubles("cn"), run.cT());
        }
        return run;
    }

    private static void backward(GoldenFile golden, Arena arena, LayerUnderTest run, String state) throws IOException {
        run.dy().copyFrom(golden.matrix(arena, "dy"));
        if (golden.has("dcn")) {
            run.dc().copyFrom(golden.matrix(arena, "dcn"));
        }
        run.backward();
        Deviation.check(GRADIENTS, "grad.x", golden.doubles("grad.x"), run.dx());
        Deviation.check(GRADIENTS, "grad." + state, golden.doubles("grad." + state), run.da());
        if (golden.has("grad.c0")) {
            Deviation.check(GRADIENTS, "grad.c0", golden.doubles("grad.c0"), run.dc());
        }
    }
}
