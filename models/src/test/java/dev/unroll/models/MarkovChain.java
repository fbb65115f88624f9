package dev.unroll.models;

import dev.unroll.cells.CellText;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;

/** A network whose logits after token i are row i of a table, whatever came before: a_t is the one-hot x_t, and W_y the table. */
final class MarkovChain {
    private MarkovChain() {}

    /** logits[i][j] for j after i. */
    static Network of(Kernels kernels, float[]... logits) {
        int size = logits.length;
        Stack stack = Stack.forward(CellText.read(List.of("rnn", String.valueOf(size), "identity"), size));
        Architecture architecture = new Architecture(new Input.OneHot(size), stack,
                new Head(Head.Kind.SOFTMAX, size, size));
        try (Arena arena = Arena.ofConfined()) {
            Parameters parameters = Parameters.allocate(arena, architecture.parameterShapes());
            Matrix recurrent = parameters.asMap().values().iterator().next();
            Matrix head = parameters.get(Head.WEIGHT);
            for (int i = 0; i < size; i++) {
                recurrent.set(i, size + i, 1);
                for (int j = 0; j < size; j++) {
                    head.set(j, i, logits[i][j]);
                }
            }
            return Network.of(architecture, Optional.empty(), parameters, kernels);
        }
    }
}
