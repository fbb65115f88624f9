package dev.unroll.bench.peers;

import dev.unroll.bench.GateOrder;
import dev.unroll.bench.LayerCase;
import dev.unroll.bench.LayerContender;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.LayerWeights;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.lbr_gru_forward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.rnn_primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.bytedeco.dnnl.vanilla_rnn_forward;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A layer as one RNN primitive of oneDNN, for inference. The weights lie as the primitive likes them best, reordered once;
 * x and y are time-major.
 */
final class OneDnnLayer implements LayerContender {
    private static final int INFERENCE = dnnl.dnnl_forward_inference;
    private static final int RIGHTWARDS = dnnl.dnnl_unidirectional_left2right;

    private final Deque<Pointer> owned = new ArrayDeque<>();
    private final LayerCase shape;
    private final engine cpu = own(new engine(dnnl.dnnl_cpu, 0));
    private final stream queue = own(new stream(cpu));
    private final IntMemoryMap arguments = own(new IntMemoryMap());
    private final primitive layer;
    private final memory y;

    OneDnnLayer(LayerOperands operands) {
        this.shape = operands.shape();
        LayerWeights weights = operands.weights();
        GateOrder order = order(shape);
        rnn_primitive_desc_base description;
        switch (shape.cell()) {
            case LSTM -> {
                lstm_forward.primitive_desc lstm = new lstm_forward.primitive_desc(cpu, INFERENCE, RIGHTWARDS,
                        sequence(), state(), state(), weightsOfAnyFormat(), weightsOfAnyFormat(), bias(), sequence(),
                        state(), state());
                description = lstm;
                layer = own(new lstm_forward(lstm));
            }
            case GRU -> {
                lbr_gru_forward.primitive_desc gru = new lbr_gru_forward.primitive_desc(cpu, INFERENCE, RIGHTWARDS,
                        sequence(), state(), weightsOfAnyFormat(), weightsOfAnyFormat(), bias(), sequence(), state());
                description = gru;
                layer = own(new lbr_gru_forward(gru));
            }
            case RNN -> {
                vanilla_rnn_forward.primitive_desc rnn = new vanilla_rnn_forward.primitive_desc(cpu, INFERENCE,
                        dnnl.dnnl_eltwise_tanh, RIGHTWARDS, sequence(), state(), weightsOfAnyFormat(),
                        weightsOfAnyFormat(), bias(), sequence(), state());
                description = rnn;
                layer = own(new vanilla_rnn_forward(rnn));
            }
            default -> throw new IllegalArgumentException("onednn: wanted lstm, gru or rnn");
        }
        put(dnnl.DNNL_ARG_SRC_LAYER, sequence(), operands.x());
        put(dnnl.DNNL_ARG_SRC_ITER, state(), operands.a0());
        putReordered(dnnl.DNNL_ARG_WEIGHTS_LAYER, description.weights_layer_desc(), weights.input(order));
        putReordered(dnnl.DNNL_ARG_WEIGHTS_ITER, description.weights_iter_desc(), weights.recurrent(order));
        put(dnnl.DNNL_ARG_BIAS, bias(), biases(weights, order));
        this.y = put(dnnl.DNNL_ARG_DST_LAYER, sequence(), new float[operands.x().length]);
        put(dnnl.DNNL_ARG_DST_ITER, state(), new float[operands.a0().length]);
        if (operands.c0().length > 0) {
            put(dnnl.DNNL_ARG_SRC_ITER_C, state(), operands.c0());
            put(dnnl.DNNL_ARG_DST_ITER_C, state(), new float[operands.c0().length]);
        }
    }

    /** Freed when closed; what is not owned is small and left to JavaCPP's collector. */
    private <P extends Pointer> P own(P pointer) {
        owned.push(pointer);
        return pointer;
    }

    /** oneDNN's order of gates: LSTM i, f, c, o; GRU u, r, o with its u = 1 - ours. */
    private static GateOrder order(LayerCase shape) {
        return switch (shape.cell()) {
            case LSTM -> GateOrder.of("u", "f", "c", "o");
            case GRU -> GateOrder.of("-u", "r", "c");
            default -> GateOrder.of("a");
        };
    }

    /** A GRU that resets after the product has a fourth bias, b_ca. */
    private float[] biases(LayerWeights weights, GateOrder order) {
        float[] bias = weights.bias(order);
        int h = shape.hidden();
        if (biasGates() == bias.length / h) {
            return bias;
        }
        float[] all = Arrays.copyOf(bias, biasGates() * h);
        System.arraycopy(weights.recurrentBias(order), 2 * h, all, 3 * h, h);
        return all;
    }

    private int biasGates() {
        return switch (shape.cell()) {
            case GRU -> shape.gates() + 1;
            default -> shape.gates();
        };
    }

    private memory.desc sequence() {
        return description(format_tag.tnc, shape.time(), shape.batch(), shape.hidden());
    }

    private memory.desc state() {
        return description(format_tag.ldnc, 1, 1, shape.batch(), shape.hidden());
    }

    private memory.desc bias() {
        return description(format_tag.ldgo, 1, 1, biasGates(), shape.hidden());
    }

    private memory.desc weightsOfAnyFormat() {
        return weights(format_tag.any);
    }

    /** The dimensions are layers, directions, inputs, gates, outputs, in whatever order the numbers lie. */
    private memory.desc weights(format_tag format) {
        return description(format, 1, 1, shape.hidden(), shape.gates(), shape.hidden());
    }

    private static memory.desc description(format_tag format, long... dimensions) {
        return new memory.desc(dimensions, data_type.f32, format);
    }

    private memory put(int argument, memory.desc description, float[] values) {
        memory bound = own(new memory(description, cpu));
        floats(bound, values.length).put(values);
        arguments.put(argument, bound);
        return bound;
    }

    private void putReordered(int argument, memory.desc wanted, float[] values) {
        memory bound = own(new memory(wanted, cpu));
        try (memory source = new memory(weights(format_tag.ldgoi), cpu);
                reorder rearranging = new reorder(source, bound)) {
            floats(source, values.length).put(values);
            rearranging.execute(queue, source, bound);
            queue._wait();
        }
        arguments.put(argument, bound);
    }

    private static FloatPointer floats(memory of, long count) {
        return new FloatPointer(of.get_data_handle()).capacity(count);
    }

    @Override
    public void run() {
        layer.execute(queue, arguments);
        queue._wait();
    }

    @Override
    public float[] output() {
        float[] out = new float[shape.time() * shape.batch() * shape.hidden()];
        floats(y, out.length).get(out);
        return out;
    }

    @Override
    public void close() {
        owned.forEach(Pointer::close);
    }
}
