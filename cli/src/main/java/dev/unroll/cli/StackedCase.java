package dev.unroll.cli;

import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetBeforeCell;
import dev.unroll.cells.GruSimplifiedCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LayerState;
import dev.unroll.models.Stack;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import java.io.IOException;
import java.lang.foreign.Arena;

/** A layer with a stacked weight W_gate for each gate, acting on [a, x], and peepholes p_gate. */
record StackedCase() implements ReplayCase {
    @Override
    public Figures run(ReplayFile reference, Kernels kernels) throws IOException {
        Cell cell = cell(reference);
        Stack stack = Stack.forward(cell);
        try (Arena arena = Arena.ofShared()) {
            Parameters weights = Parameters.allocate(arena, stack.parameterShapes());
            forEachGate(cell, weights.under(Stack.prefix(0)), (name, matrix) -> reference.read(name, matrix));
            StackReplay replay = new StackReplay(reference, kernels, arena, stack, weights);
            LayerState state = replay.state().at(0, Way.FORWARD);
            LayerState dState = replay.dState().at(0, Way.FORWARD);
            boolean hasMemory = cell.memorySize() > 0;
            reference.read("a0", state.hidden());
            if (hasMemory) {
                reference.read("c0", state.memory());
            }
            Deviation outputs = new Deviation();
            replay.forward(outputs);
            if (hasMemory) {
                outputs.add(reference, "cn", state.memory());
                reference.read("dcn", dState.memory());
            }
            Deviation gradients = new Deviation();
            replay.backward(gradients);
            gradients.add(reference, "grad.a0", dState.hidden());
            if (hasMemory) {
                gradients.add(reference, "grad.c0", dState.memory());
            }
            forEachGate(cell, replay.gradient().under(Stack.prefix(0)),
                    (name, matrix) -> gradients.add(reference, "grad." + name, matrix));
            return Figures.of(outputs, gradients);
        }
    }

    private static Cell cell(ReplayFile reference) throws IOException {
        int input = reference.size("input");
        int hidden = reference.size("hidden");
        String kind = reference.text("kind");
        return switch (kind) {
            case "rnn_tanh" -> new RnnCell(input, hidden);
            case "rnn_relu" -> new RnnCell(input, hidden).activation(Activation.RELU);
            case "rnn_identity" -> new RnnCell(input, hidden).activation(Activation.IDENTITY);
            case "gru_simplified" -> new GruSimplifiedCell(input, hidden);
            case "gru_reset_before" -> new GruResetBeforeCell(input, hidden);
            case "lstm" -> new LstmCell(input, hidden);
            case "lstm_peephole" -> new LstmCell(input, hidden).peephole();
            case "lstm_coupled" -> new LstmCell(input, hidden).coupled();
            default ->
                throw reference.fault("its kind is '%s'; wanted rnn_tanh, rnn_relu, rnn_identity, gru_simplified,"
                        .formatted(kind) + " gru_reset_before, lstm, lstm_peephole or lstm_coupled");
        };
    }

    private interface Visitor {
        void visit(String name, Matrix matrix) throws IOException;
    }

    /** Each gate's rows and columns under their names in the file. */
    private static void forEachGate(Cell cell, Parameters parameters, Visitor visitor) throws IOException {
        int units = cell.units();
        for (int gate = 0; gate < cell.gates(); gate++) {
            String name = cell.gateNames().get(gate);
            visitor.visit("W_" + name, parameters.get(Cell.WEIGHT).rows(gate * units, units));
            visitor.visit("b_" + name, parameters.get(Cell.BIAS).cols(gate * units, units));
            if (gate < cell.gates() - 1 && parameters.asMap().containsKey(LstmCell.PEEPHOLE)) {
                visitor.visit("p_" + name, parameters.get(LstmCell.PEEPHOLE).row(gate));
            }
        }
    }
}
