package dev.unroll.training;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkBuilder;
import java.util.Random;

/** Texts and networks small enough to train in a test. */
final class ToyText {
    static final int TOKENS = 5;

    private ToyText() {}

    static int[] random(long seed, int count) {
        return new Random(seed).ints(count, 0, TOKENS).toArray();
    }

    /** 0, 1, 2, 3, 4, 0, 1 and so on. */
    static int[] repeating(int count) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = i % TOKENS;
        }
        return tokens;
    }

    static Network network(CellKind kind, long seed, Kernels kernels, int... hiddenSizes) {
        return network(new Input.OneHot(TOKENS), kind, seed, kernels, hiddenSizes);
    }

    static Network network(Input input, CellKind kind, long seed, Kernels kernels, int... hiddenSizes) {
        NetworkBuilder builder = Network.builder(input);
        for (int hiddenSize : hiddenSizes) {
            builder.layer(kind, hiddenSize);
        }
        return builder.softmax(TOKENS).build(seed, kernels);
    }
}
