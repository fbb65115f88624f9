package dev.unroll.bench.peers;

import dev.unroll.bench.GateOrder;
import dev.unroll.bench.LayerWeights;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** How weights come into PyTorch's recurrent modules. */
final class LibTorchModule {
    private LibTorchModule() {}

    /** PyTorch's order of gates: LSTM i, f, g, o; GRU r, z, n with z = 1 - u. */
    private static GateOrder order(LayerWeights weights) {
        return switch (weights.kind()) {
            case LSTM -> GateOrder.of("u", "f", "c", "o");
            case GRU -> GateOrder.of("r", "-u", "c");
            case RNN -> GateOrder.of("a");
            case GRU_RESET_BEFORE, GRU_SIMPLIFIED, GRU_LAYER_NORM, LSTM_LAYER_NORM -> throw new IllegalArgumentException("libtorch: wanted lstm, gru or rnn");
        };
    }

    /** Overwrites W_ih, W_hh, b_ih and b_hh of a module of one layer. */
    static void setWeights(TensorVector parameters, LayerWeights weights) {
        GateOrder order = order(weights);
        long rows = order.gates().size() * (long) weights.hiddenSize();
        set(parameters.get(0), weights.input(order), rows, weights.inputSize());
        set(parameters.get(1), weights.recurrent(order), rows, weights.hiddenSize());
        set(parameters.get(2), weights.bias(order), rows);
        set(parameters.get(3), weights.recurrentBias(order), rows);
    }

    static void set(Tensor parameter, float[] values, long... shape) {
        try (NoGradGuard _ = new NoGradGuard(); Tensor source = Tensor.create(values, shape)) {
            parameter.copy_(source);
        }
    }
}
