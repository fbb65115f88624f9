package dev.unroll.bench;

import java.util.List;

/**
 * An ONNX model of one layer: the operator LSTM, GRU (with linear_before_reset = 1) or RNN, its weights as initializers.
 * Field numbers are those of onnx.proto3; operators those of opset 14.
 */
public final class OnnxLayer {
    /** Name of the input x, [T][N][I]. */
    public static final String X = "X";
    /** Name of the input a_0, [1][N][H]. */
    public static final String INITIAL_H = "initial_h";
    /** Name of the input c_0, [1][N][H], of an LSTM. */
    public static final String INITIAL_C = "initial_c";
    /** Name of the output of all hidden states, [T][1][N][H]. */
    public static final String Y = "Y";
    /** Name of the output a_T, [1][N][H]. */
    public static final String Y_H = "Y_h";
    /** Name of the output c_T, [1][N][H], of an LSTM. */
    public static final String Y_C = "Y_c";

    private static final int IR_VERSION = 8;
    private static final int OPSET = 14;
    private static final int FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;

    private OnnxLayer() {}

    /**
     * The model.
     *
     * @param shape T, N and H
     * @param weights of a cell that ONNX has
     * @return the bytes of a .onnx file
     */
    public static byte[] model(LayerCase shape, LayerWeights weights) {
        return new Protobuf().integer(1, IR_VERSION).string(2, "unroll")
                .message(7, graph(shape, weights))
                .message(8, new Protobuf().string(1, "").integer(2, OPSET)).toBytes();
    }

    /** ONNX's order of gates: LSTM i, o, f, c; GRU z, r, h with z = 1 - u. */
    private static GateOrder order(LayerCase shape) {
        return switch (shape.cell()) {
            case LSTM -> GateOrder.of("u", "o", "f", "c");
            case GRU -> GateOrder.of("-u", "r", "c");
            case RNN -> GateOrder.of("a");
            case GRU_RESET_BEFORE, GRU_SIMPLIFIED, GRU_LAYER_NORM, LSTM_LAYER_NORM ->
                throw new IllegalArgumentException("onnx: wanted lstm, gru or rnn");
        };
    }

    private static Protobuf graph(LayerCase shape, LayerWeights weights) {
        GateOrder order = order(shape);
        int rows = shape.gates() * shape.hidden();
        long time = shape.time();
        long batch = shape.batch();
        long h = shape.hidden();
        boolean hasMemory = shape.cell().cell(1, 1).memorySize() > 0;
        Protobuf graph = new Protobuf().message(1, node(shape, hasMemory)).string(2, "layer")
                .message(5, tensor("W", weights.input(order), 1, rows, weights.inputSize()))
                .message(5, tensor("R", weights.recurrent(order), 1, rows, h))
                .message(5, tensor("B", concat(weights.bias(order), weights.recurrentBias(order)), 1, 2L * rows))
                .message(11, value(X, time, batch, weights.inputSize()))
                .message(11, value(INITIAL_H, 1, batch, h));
        if (hasMemory) {
            graph.message(11, value(INITIAL_C, 1, batch, h));
        }
        graph.message(12, value(Y, time, 1, batch, h)).message(12, value(Y_H, 1, batch, h));
        if (hasMemory) {
            graph.message(12, value(Y_C, 1, batch, h));
        }
        return graph;
    }

    private static Protobuf node(LayerCase shape, boolean hasMemory) {
        Protobuf node = new Protobuf();
        // The empty name stands for sequence_lens, which is left out.
        List.of(X, "W", "R", "B", "", INITIAL_H).forEach(name -> node.string(1, name));
        if (hasMemory) {
            node.string(1, INITIAL_C);
        }
        node.string(2, Y).string(2, Y_H);
        if (hasMemory) {
            node.string(2, Y_C);
        }
        node.string(4, shape.cell().name()).message(5, attribute("hidden_size", shape.hidden()));
        return switch (shape.cell()) {
            case GRU -> node.message(5, attribute("linear_before_reset", 1));
            default -> node;
        };
    }

    private static Protobuf attribute(String name, long value) {
        return new Protobuf().string(1, name).integer(3, value).integer(20, ATTRIBUTE_INT);
    }

    private static Protobuf tensor(String name, float[] values, long... dims) {
        Protobuf tensor = new Protobuf();
        for (long dim : dims) {
            tensor.integer(1, dim);
        }
        return tensor.integer(2, FLOAT).string(8, name).floats(9, values);
    }

    private static Protobuf value(String name, long... dims) {
        Protobuf shape = new Protobuf();
        for (long dim : dims) {
            shape.message(1, new Protobuf().integer(1, dim));
        }
        return new Protobuf().string(1, name)
                .message(2, new Protobuf().message(1, new Protobuf().integer(1, FLOAT).message(2, shape)));
    }

    private static float[] concat(float[] a, float[] b) {
        float[] out = new float[a.length + b.length];
        System.arraycopy(a, 0, out, 0, a.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }
}
