package dev.unroll.examples;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkTrace;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import dev.unroll.tensor.SequenceLayout;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A forward pass by hand beside the library's: x of the textbook's shape (n_x, m, T_x), that is features, sequences, steps,
 * goes through an RNN or LSTM and a softmax, once with loops over arrays, straight from the equations, and once by {@link
 * Network}.
 */
public final class ForwardPass {
    private static final int N_X = 3;
    private static final int N_A = 5;
    private static final int N_Y = 2;
    /** Sequences, m. */
    private static final int BATCH = 8;
    /** T_x. */
    private static final int TIME = 6;

    private static final double TARGET = 1e-6;

    private ForwardPass() {}

    /** What comes out of a network. */
    static final class Pass {
        /** (n_a, m, T_x). */
        final float[][][] a;
        /** Probabilities, (n_y, m, T_x). */
        final float[][][] y;

        Pass(float[][][] a, float[][][] y) {
            this.a = a;
            this.y = y;
        }
    }

    /**
     * Prints shapes, some numbers, and the largest differences.
     *
     * @param arguments the seed of weights and x, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        float[][][] x = draw(seed);
        for (CellKind kind : List.of(CellKind.RNN, CellKind.LSTM)) {
            try (Network network = network(kind, seed)) {
                Pass hand = byHand(kind, network, x);
                Pass library = byLibrary(network, x);
                System.out.printf("%s: x (%d, %d, %d)  a (%d, %d, %d)  y (%d, %d, %d)%n", kind, N_X, BATCH, TIME,
                        N_A, BATCH, TIME, N_Y, BATCH, TIME);
                System.out.printf("  y of sequence 0 at step 0: by hand %.7f %.7f, library %.7f %.7f%n",
                        hand.y[0][0][0], hand.y[1][0][0], library.y[0][0][0], library.y[1][0][0]);
                System.out.printf("  largest difference: a %.1e, y %.1e; target %.0e%n",
                        difference(hand.a, library.a), difference(hand.y, library.y), TARGET);
            }
        }
    }

    static Network network(CellKind kind, long seed) {
        return Network.builder(new Input.Features(N_X)).layer(kind, N_A).softmax(N_Y).build(seed, 1);
    }

    /** x_jit, (n_x, m, T_x). */
    static float[][][] draw(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][][] x = new float[N_X][BATCH][TIME];
        for (float[][] feature : x) {
            for (float[] sequence : feature) {
                for (int t = 0; t < TIME; t++) {
                    sequence[t] = (float) random.nextGaussian();
                }
            }
        }
        return x;
    }

    /** From (n_x, m, T_x) into the library's [time][batch][feature], through the network, and back. */
    static Pass byLibrary(Network network, float[][][] x) {
        try (Arena arena = Arena.ofConfined()) {
            NetworkTrace trace = new NetworkTrace(network.weights(), arena, TIME, BATCH);
            SequenceLayout.FEATURE_BATCH_TIME.read(x, trace.input().features());
            trace.forward(TIME);
            Matrix y = trace.logits(0, TIME);
            network.kernels().softmax(y, y);
            return new Pass(textbook(trace.stack().output()), textbook(Sequence.of(y, TIME, BATCH)));
        }
    }

    private static float[][][] textbook(Sequence sequence) {
        float[][][] numbers = new float[sequence.feature()][BATCH][TIME];
        SequenceLayout.FEATURE_BATCH_TIME.write(sequence, numbers);
        return numbers;
    }

    /** Sequence by sequence, step by step and unit by unit, a and c zero before the first step. */
    static Pass byHand(CellKind kind, Network network, float[][][] x) {
        Matrix w = network.parameters().get("layer0.weight");
        Matrix b = network.parameters().get("layer0.bias");
        Matrix wy = network.parameters().get(Head.WEIGHT);
        Matrix by = network.parameters().get(Head.BIAS);
        Pass pass = new Pass(new float[N_A][BATCH][TIME], new float[N_Y][BATCH][TIME]);
        for (int i = 0; i < BATCH; i++) {
            double[] a = new double[N_A];
            double[] c = new double[N_A];
            for (int t = 0; t < TIME; t++) {
                double[] z = product(w, stacked(a, x, i, t), b);
                for (int j = 0; j < N_A; j++) {
                    if (kind == CellKind.RNN) {
                        // a' = tanh(W_a[a, x] + b_a)
                        a[j] = Math.tanh(z[j]);
                    } else {
                        // f, u, o = σ(W_f[a, x] + b_f), σ(W_u[a, x] + b_u), σ(W_o[a, x] + b_o)
                        double f = sigmoid(z[j]);
                        double u = sigmoid(z[N_A + j]);
                        double o = sigmoid(z[2 * N_A + j]);
                        // k = tanh(W_c[a, x] + b_c); c' = f*c + u*k; a' = o*tanh(c')
                        double k = Math.tanh(z[3 * N_A + j]);
                        c[j] = f * c[j] + u * k;
                        a[j] = o * Math.tanh(c[j]);
                    }
                    pass.a[j][i][t] = (float) a[j];
                }
                // y = softmax(W_y·a + b_y)
                double[] exp = product(wy, a, by);
                double sum = 0;
                for (int j = 0; j < N_Y; j++) {
                    exp[j] = Math.exp(exp[j]);
                    sum += exp[j];
                }
                for (int j = 0; j < N_Y; j++) {
                    pass.y[j][i][t] = (float) (exp[j] / sum);
                }
            }
        }
        return pass;
    }

    /** [a, x]: a first. */
    private static double[] stacked(double[] a, float[][][] x, int i, int t) {
        double[] stacked = new double[N_A + N_X];
        System.arraycopy(a, 0, stacked, 0, N_A);
        for (int j = 0; j < N_X; j++) {
            stacked[N_A + j] = x[j][i][t];
        }
        return stacked;
    }

    /** W·v + b. */
    private static double[] product(Matrix w, double[] v, Matrix b) {
        double[] z = new double[w.rows()];
        for (int j = 0; j < z.length; j++) {
            z[j] = b.get(0, j);
            for (int k = 0; k < v.length; k++) {
                z[j] += w.get(j, k) * v[k];
            }
        }
        return z;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    static double difference(float[][][] one, float[][][] other) {
        double largest = 0;
        for (int j = 0; j < one.length; j++) {
            for (int i = 0; i < BATCH; i++) {
                for (int t = 0; t < TIME; t++) {
                    largest = Math.max(largest, Math.abs(one[j][i][t] - other[j][i][t]));
                }
            }
        }
        return largest;
    }
}
