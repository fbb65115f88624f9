package dev.unroll.bench;

import dev.unroll.cells.Cell;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.Head;
import java.util.SplittableRandom;

/**
 * What a training begins from, the same in every run: the weights of a fresh network and a text that can be learned.
 *
 * @param shape the training
 * @param layer initial weights of the LSTM
 * @param headWeight W_y, {@value TrainingCase#VOCABULARY} x H
 * @param headBias b_y
 * @param text indices of characters; stream i begins at {@code i * (text.length - 1) / batch}
 */
// Read by all and compared by nobody: copies would cost memory for nothing.
@SuppressWarnings("ArrayRecordComponent")
public record TrainingOperands(TrainingCase shape, LayerWeights layer, float[] headWeight, float[] headBias,
        int[] text) {
    /** Windows from the begin of the streams to their end; then the state is cleared and the text begins anew. */
    public static final int WINDOWS = 8;

    private static final long SEED = 1;

    /**
     * Draws weights and text.
     *
     * @param shape the training
     * @return the operands
     */
    public static TrainingOperands random(TrainingCase shape) {
        try (Kernels kernels = Backend.SCALAR.open(1); Network network = network(shape, kernels)) {
            Cell cell = network.architecture().layers().getFirst().cell();
            return new TrainingOperands(shape, LayerWeights.of(cell, network.parameters().under("layer0.")),
                    network.parameters().get(Head.WEIGHT).toArray(),
                    network.parameters().get(Head.BIAS).toArray(), text(shape));
        }
    }

    /** The fresh network, the same on every backend. */
    static Network network(TrainingCase shape, Kernels kernels) {
        return Network.builder(TrainingCase.VOCABULARY).lstm(shape.hidden()).softmax(TrainingCase.VOCABULARY)
                .build(SEED, kernels);
    }

    /** Each character follows from the one before it, but for one in eight. */
    private static int[] text(TrainingCase shape) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] text = new int[shape.characters() * WINDOWS + 1];
        for (int i = 1; i < text.length; i++) {
            text[i] = random.nextInt(8) == 0
                    ? random.nextInt(TrainingCase.VOCABULARY)
                    : (text[i - 1] * 3 + 1) % TrainingCase.VOCABULARY;
        }
        return text;
    }

    /**
     * A window, in the order in which a time-major layer reads it.
     *
     * @param window its number, from 0 to {@link #WINDOWS}
     * @param ahead 0 for the inputs, 1 for the targets
     * @return the character of stream i at time t at {@code t*batch + i}
     */
    public int[] window(int window, int ahead) {
        int length = (text.length - 1) / shape.batch();
        int[] out = new int[shape.characters()];
        for (int t = 0; t < shape.time(); t++) {
            for (int i = 0; i < shape.batch(); i++) {
                out[t * shape.batch() + i] = text[i * length + window * shape.time() + t + ahead];
            }
        }
        return out;
    }
}
