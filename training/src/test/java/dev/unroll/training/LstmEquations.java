package dev.unroll.training;

import static dev.unroll.training.CellEquations.sigmoid;

import dev.unroll.cells.LstmCell;
import dev.unroll.cells.LstmCell.Option;
import java.util.Map;

/** The LSTM with its options; gates f, u, o, c in this order, or u, o, c where f = 1 - u. */
final class LstmEquations implements CellEquations {
    private final LstmCell cell;
    private final StackedWeights w;
    /** A row for each gate but the candidate; zeros where there are none. */
    private final double[] peepholes;
    /** W_hr, or null. */
    private final double[] projection;
    private final Kinks kinks;

    LstmEquations(LstmCell cell, Map<String, double[]> weights, Kinks kinks) {
        this.cell = cell;
        this.w = new StackedWeights(cell, weights);
        this.peepholes = weights.getOrDefault(LstmCell.PEEPHOLE, new double[(cell.gates() - 1) * cell.units()]);
        this.projection = weights.get(LstmCell.PROJECTION);
        this.kinks = kinks;
    }

    @Override
    public void step(double[] a, double[] heard, double[] c, double[] x, double[] aNext, double[] cNext) {
        int n = cell.units();
        int output = cell.gates() - 2;
        double[] h = new double[n];
        for (int j = 0; j < n; j++) {
            double u = sigmoid(gate(output - 1, j, heard, x, c[j]));
            double f = cell.options().contains(Option.COUPLED) ? 1 - u : sigmoid(gate(0, j, heard, x, c[j]));
            double k = Math.tanh(w.z((output + 1) * n + j, heard, x));
            cNext[j] = clip(f * c[j] + u * k);
            double o = sigmoid(gate(output, j, heard, x, cNext[j]));
            h[j] = o * Math.tanh(cNext[j]);
        }
        for (int i = 0; i < aNext.length; i++) {
            aNext[i] = projection == null ? h[i] : projected(i, h);
        }
    }

    /** z of a gate, and what the gate sees of the memory cell. */
    private double gate(int gate, int j, double[] a, double[] x, double seen) {
        int row = gate * cell.units() + j;
        return w.z(row, a, x) + peepholes[row] * seen;
    }

    private double clip(double c) {
        if (cell.clip() == Float.POSITIVE_INFINITY) {
            return c;
        }
        kinks.pass(Math.abs(c) - cell.clip());
        return Math.max(-cell.clip(), Math.min(c, cell.clip()));
    }

    private double projected(int i, double[] h) {
        double sum = 0;
        for (int j = 0; j < h.length; j++) {
            sum += projection[i * h.length + j] * h[j];
        }
        return sum;
    }
}
