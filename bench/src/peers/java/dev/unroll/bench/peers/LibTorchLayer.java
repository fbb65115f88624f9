package dev.unroll.bench.peers;

import dev.unroll.bench.LayerCase;
import dev.unroll.bench.LayerContender;
import dev.unroll.bench.LayerOperands;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GRUImpl;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.RNNImpl;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;

/** A layer as a module of PyTorch, in its evaluation mode and without gradients. */
final class LibTorchLayer implements LayerContender {
    /** One pass over x, of which y comes back. */
    private interface Forward {
        Tensor run();
    }

    private final IntConsumer openBlas = NativeThreads.openBlas();
    private final int threads;
    private final LayerCase shape;
    private final Tensor x;
    private final Tensor a0;
    private final Tensor c0;
    private final Module module;
    private final Forward forward;

    LibTorchLayer(LayerOperands operands, int threads) {
        this.threads = threads;
        this.shape = operands.shape();
        long h = shape.hidden();
        this.x = Tensor.create(operands.x(), shape.time(), shape.batch(), h);
        this.a0 = Tensor.create(operands.a0(), 1, shape.batch(), h);
        this.c0 = Tensor.create(operands.c0(), operands.c0().length / (shape.batch() * h), shape.batch(), h);
        switch (shape.cell()) {
            case LSTM -> {
                LSTMImpl lstm = new LSTMImpl(h, h);
                LibTorchModule.setWeights(lstm.all_weights(), operands.weights());
                module = lstm;
                forward = () -> lstm.forward(x, new T_TensorTensor_T(a0, c0)).get0();
            }
            case GRU -> {
                GRUImpl gru = new GRUImpl(h, h);
                LibTorchModule.setWeights(gru.all_weights(), operands.weights());
                module = gru;
                forward = () -> gru.forward(x, a0).get0();
            }
            case RNN -> {
                RNNImpl rnn = new RNNImpl(h, h);
                LibTorchModule.setWeights(rnn.all_weights(), operands.weights());
                module = rnn;
                forward = () -> rnn.forward(x, a0).get0();
            }
            default -> throw new IllegalArgumentException("libtorch: wanted lstm, gru or rnn");
        }
        module.eval();
    }

    @Override
    public void run() {
        openBlas.accept(threads);
        try (PointerScope _ = new PointerScope(); NoGradGuard _ = new NoGradGuard()) {
            forward.run();
        }
    }

    @Override
    public float[] output() {
        try (PointerScope _ = new PointerScope(); NoGradGuard _ = new NoGradGuard()) {
            float[] out = new float[shape.time() * shape.batch() * shape.hidden()];
            forward.run().contiguous().data_ptr_float().capacity(out.length).get(out);
            return out;
        }
    }

    @Override
    public void close() {
        for (Pointer pointer : new Pointer[]{module, x, a0, c0}) {
            pointer.close();
        }
    }
}
