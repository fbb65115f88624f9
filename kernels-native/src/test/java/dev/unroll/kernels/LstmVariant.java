package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A form of the LSTM as equations in double precision on the numbers of one hidden unit. First come the gates, z_f, z_u, z_o,
 * z_c, or z_u, z_o, z_c where they are coupled, then the peepholes in the same order if there are any.
 *
 * @param gates 4, or 3 where they are coupled
 * @param hasPeepholes whether gates see the memory cell
 * @param clip what the memory cell is held to, infinite for none
 */
record LstmVariant(int gates, boolean hasPeepholes, float clip) {
    static final LstmVariant PLAIN = new LstmVariant(4, false, Float.POSITIVE_INFINITY);
    /** With everything that there is. */
    static final LstmVariant FULL = new LstmVariant(3, true, 1.5f);
    static final List<LstmVariant> ALL = all();

    private static List<LstmVariant> all() {
        List<LstmVariant> variants = new ArrayList<>();
        for (float clip : new float[]{Float.POSITIVE_INFINITY, 1.5f}) {
            for (int gates = 4; gates >= 3; gates--) {
                variants.add(new LstmVariant(gates, false, clip));
                variants.add(new LstmVariant(gates, true, clip));
            }
        }
        return variants;
    }

    /** With the first of these for peepholes, where there are any. */
    LstmForm form(Matrix peepholes) {
        return new LstmForm(hasPeepholes ? Optional.of(peepholes) : Optional.empty(), clip);
    }

    /** How many numbers stand before c: gates and peepholes. */
    int numbers() {
        return hasPeepholes ? 2 * gates - 1 : gates;
    }

    /** The text where there are peepholes, else nothing. */
    String ifPeepholes(String text) {
        return hasPeepholes ? text : "";
    }

    private double seen(double[] s, int gate, double x) {
        return hasPeepholes ? s[gates + gate] * x : 0;
    }

    private boolean isCoupled() {
        return gates == 3;
    }

    /** Numbers: gates; peepholes; c; c'; tanh(c'); a'. */
    void forward(double[] s) {
        int c = numbers();
        int o = gates - 2;
        double u = Oracle.sigmoid(s[o - 1] + seen(s, o - 1, s[c]));
        double f = isCoupled() ? 1 - u : Oracle.sigmoid(s[0] + seen(s, 0, s[c]));
        double k = Math.tanh(s[o + 1]);
        double next = Math.min(Math.max(f * s[c] + u * k, -clip), clip);
        s[0] = f;
        s[o - 1] = u;
        s[o] = Oracle.sigmoid(s[o] + seen(s, o, next));
        s[o + 1] = k;
        s[c + 1] = next;
        s[c + 2] = Math.tanh(next);
        s[c + 3] = s[o] * Math.tanh(next);
    }

    /** Numbers: gates; peepholes; c; c'; tanh(c'); da'; dc'. */
    void backward(double[] s) {
        int c = numbers();
        int o = gates - 2;
        double u = s[o - 1];
        double f = isCoupled() ? 1 - u : s[0];
        double k = s[o + 1];
        double t = s[c + 2];
        double dzo = s[c + 3] * t * s[o] * (1 - s[o]);
        double dcNext = s[c + 4] + s[c + 3] * s[o] * (1 - t * t) + seen(s, o, dzo);
        if (clip < Float.POSITIVE_INFINITY && Math.abs(s[c + 1]) >= clip) {
            dcNext = 0;
        }
        double dzf = isCoupled() ? 0 : dcNext * s[c] * f * (1 - f);
        double dzu = dcNext * (isCoupled() ? k - s[c] : k) * u * (1 - u);
        s[0] = dzf;
        s[o - 1] = dzu;
        s[o] = dzo;
        s[o + 1] = dcNext * u * (1 - k * k);
        s[c + 4] = dcNext * f + (isCoupled() ? 0 : seen(s, 0, dzf)) + seen(s, o - 1, dzu);
    }

    /** Nothing for the plain form; else a space before each word. */
    @Override
    public String toString() {
        return (isCoupled() ? " coupled" : "") + ifPeepholes(" peephole")
                + (clip < Float.POSITIVE_INFINITY ? " clipped" : "");
    }
}
