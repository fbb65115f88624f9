package dev.unroll.cli;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LayerState;
import dev.unroll.models.Stack;
import dev.unroll.models.StackState;
import dev.unroll.models.TorchFormat;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** {@code nn.RNN}, {@code nn.GRU} or {@code nn.LSTM} of PyTorch: its weights, sequences, states and gradients. */
record TorchCase() implements ReplayCase {
    /** The activation of a kind of RNN. */
    static Activation activation(String kind) {
        return kind.equals("rnn_relu") ? Activation.RELU : Activation.TANH;
    }

    @Override
    public Figures run(ReplayFile reference, Kernels kernels) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            TorchFormat.Weights torch = TorchFormat.read(reference.reader(), "", activation(reference.text("kind")),
                    arena);
            Stack stack = torch.stack();
            StackReplay replay = new StackReplay(reference, kernels, arena, stack, torch.parameters());
            read(reference, stack, replay.state(), "h0", LayerState::hidden);
            read(reference, stack, replay.state(), "c0", LayerState::memory);
            Deviation outputs = new Deviation();
            replay.forward(outputs);
            compare(reference, stack, replay.state(), outputs, "hn", LayerState::hidden);
            compare(reference, stack, replay.state(), outputs, "cn", LayerState::memory);
            Deviation gradients = new Deviation();
            read(reference, stack, replay.dState(), "dhn", LayerState::hidden);
            read(reference, stack, replay.dState(), "dcn", LayerState::memory);
            replay.backward(gradients);
            compare(reference, stack, replay.dState(), gradients, "grad.h0", LayerState::hidden);
            compare(reference, stack, replay.dState(), gradients, "grad.c0", LayerState::memory);
            Parameters gradient = Parameters.allocate(arena, TorchFormat.shapes(stack));
            TorchFormat.gradientToTheirs(stack, replay.gradient(), gradient);
            gradients.add(reference, "grad.", gradient);
            return Figures.of(outputs, gradients);
        }
    }

    /** The states of all layers and ways, in PyTorch's order. */
    private static List<Matrix> matrices(Stack stack, StackState state, Function<LayerState, Matrix> part) {
        List<Matrix> matrices = new ArrayList<>();
        for (int i = 0; i < stack.layers().size(); i++) {
            for (Way way : stack.layers().get(i).direction().ways()) {
                matrices.add(part.apply(state.at(i, way)));
            }
        }
        return matrices;
    }

    /** Reads a state; one that is not there is zero. */
    private static void read(ReplayFile reference, Stack stack, StackState state, String name,
            Function<LayerState, Matrix> part) throws IOException {
        List<Matrix> matrices = matrices(stack, state, part);
        for (int i = 0; i < matrices.size() && reference.has(name); i++) {
            reference.read(name, i, matrices.size(), matrices.get(i));
        }
    }

    /** Compares a state, if it is there. */
    private static void compare(ReplayFile reference, Stack stack, StackState state, Deviation deviation, String name,
            Function<LayerState, Matrix> part) throws IOException {
        if (!reference.has(name)) {
            return;
        }
        List<Matrix> matrices = matrices(stack, state, part);
        int rows = matrices.getFirst().rows();
        Matrix all = Matrix.allocate(Arena.ofAuto(), matrices.size() * rows, matrices.getFirst().cols());
        for (int i = 0; i < matrices.size(); i++) {
            all.rows(i * rows, rows).copyFrom(matrices.get(i));
        }
        deviation.add(reference, name, all);
    }
}
