package dev.unroll.bench.peers;

import dev.unroll.bench.TrainingCase;
import dev.unroll.bench.TrainingContender;
import dev.unroll.bench.TrainingOperands;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.T_TensorT_TensorTensor_T_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Training as PyTorch's users write it: one-hot characters, an LSTM whose state is carried from window to window and cut
 * off there, a linear layer, cross-entropy, clipping, Adam.
 */
final class LibTorchTraining implements TrainingContender {
    private final IntConsumer openBlas = NativeThreads.openBlas();
    private final int threads;
    private final TrainingCase shape;
    private final LSTMImpl lstm;
    private final LinearImpl head;
    private final TensorVector parameters = new TensorVector();
    private final Adam adam;
    private final Tensor[] inputs = new Tensor[TrainingOperands.WINDOWS];
    private final Tensor[] targets = new Tensor[TrainingOperands.WINDOWS];
    private Tensor a;
    private Tensor c;
    private int window;
    private double loss = Double.NaN;

    LibTorchTraining(TrainingOperands operands, int threads) {
        this.threads = threads;
        this.shape = operands.shape();
        long h = shape.hidden();
        this.lstm = new LSTMImpl(TrainingCase.VOCABULARY, h);
        LibTorchModule.setWeights(lstm.all_weights(), operands.layer());
        this.head = new LinearImpl(h, TrainingCase.VOCABULARY);
        LibTorchModule.set(head.weight(), operands.headWeight(), TrainingCase.VOCABULARY, h);
        LibTorchModule.set(head.bias(), operands.headBias(), TrainingCase.VOCABULARY);
        TensorVector weights = lstm.all_weights();
        // W_ih, W_hh and b_ih. Were b_hh trained too, the sum of both biases would move twice as fast as our one.
        Stream.of(weights.get(0), weights.get(1), weights.get(2), head.weight(), head.bias())
                .forEach(parameters::push_back);
        this.adam = new Adam(parameters, new AdamOptions(TrainingCase.RATE));
        for (int w = 0; w < TrainingOperands.WINDOWS; w++) {
            inputs[w] = indices(operands.window(w, 0)).reshape(shape.time(), shape.batch());
            targets[w] = indices(operands.window(w, 1));
        }
        clearState();
    }

    private static Tensor indices(int[] characters) {
        return Tensor.create(Arrays.stream(characters).asLongStream().toArray(), characters.length);
    }

    /** Retained, for the scope of a run frees what it made. */
    private void clearState() {
        a = torch.zeros(1, shape.batch(), shape.hidden()).retainReference();
        c = torch.zeros(1, shape.batch(), shape.hidden()).retainReference();
    }

    @Override
    public void run() {
        openBlas.accept(threads);
        try (PointerScope _ = new PointerScope()) {
            Tensor x = torch.one_hot(inputs[window], TrainingCase.VOCABULARY).to(ScalarType.Float);
            T_TensorT_TensorTensor_T_T out = lstm.forward(x, new T_TensorTensor_T(a, c));
            Tensor logits = head.forward(out.get0()).view(-1, TrainingCase.VOCABULARY);
            Tensor mean = torch.cross_entropy(logits, targets[window]);
            adam.zero_grad();
            mean.backward();
            torch.clip_grad_norm_(parameters, TrainingCase.CLIP_NORM);
            adam.step();
            loss = mean.item_float();
            carry(out.get1());
        }
    }

    /** The state goes on to the next window, no gradient goes back; at the end of the text it begins anew. */
    private void carry(T_TensorTensor_T state) {
        a.close();
        c.close();
        window++;
        if (window == TrainingOperands.WINDOWS) {
            window = 0;
            clearState();
        } else {
            a = state.get0().detach().retainReference();
            c = state.get1().detach().retainReference();
        }
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public void close() {
        adam.close();
        parameters.close();
        lstm.close();
        head.close();
        a.close();
        c.close();
        for (int w = 0; w < TrainingOperands.WINDOWS; w++) {
            inputs[w].close();
            targets[w].close();
        }
    }
}
