package dev.unroll.training;

import static dev.unroll.training.CellEquations.sigmoid;

import dev.unroll.cells.LayerNormLstmCell;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** The LSTM with layer normalisation: N takes the row of all four gates f, u, o, c at once. */
final class LayerNormLstmEquations implements CellEquations {
    private static final double VARIANCE_FLOOR = 1e-5;

    private final int h;
    private final StackedWeights w;
    private final Kinks kinks;
    private final double[] recurrentGain;
    private final double[] inputGain;
    private final double[] memoryGain;
    private final double[] memoryBias;

    LayerNormLstmEquations(LayerNormLstmCell cell, Map<String, double[]> weights, Kinks kinks) {
        this.h = cell.hiddenSize();
        this.w = new StackedWeights(cell, weights);
        this.kinks = kinks;
        this.recurrentGain = weights.get(LayerNormLstmCell.RECURRENT_GAIN);
        this.inputGain = weights.get(LayerNormLstmCell.INPUT_GAIN);
        this.memoryGain = weights.get(LayerNormLstmCell.MEMORY_GAIN);
        this.memoryBias = weights.get(LayerNormLstmCell.MEMORY_BIAS);
    }

    /** N(v) = (v - mean(v)) / sqrt(var(v) + 1e-5). */
    static double[] normalized(int n, IntToDoubleFunction element) {
        double[] v = new double[n];
        Arrays.setAll(v, element);
        double mean = Arrays.stream(v).sum() / n;
        double variance = Arrays.stream(v).map(e -> (e - mean) * (e - mean)).sum() / n;
        Arrays.setAll(v, j -> (v[j] - mean) / Math.sqrt(variance + VARIANCE_FLOOR));
        return v;
    }

    @Override
    public void step(double[] a, double[] heard, double[] c, double[] x, double[] aNext, double[] cNext) {
        kinks.passNormalized(heard);
        double[] ofA = normalized(4 * h, row -> w.recurrent(row, heard));
        double[] ofX = normalized(4 * h, row -> w.input(row, x));
        double[] o = new double[h];
        for (int j = 0; j < h; j++) {
            double f = sigmoid(z(j, ofA, ofX));
            double u = sigmoid(z(h + j, ofA, ofX));
            double k = Math.tanh(z(3 * h + j, ofA, ofX));
            o[j] = sigmoid(z(2 * h + j, ofA, ofX));
            cNext[j] = f * c[j] + u * k;
        }
        double[] memory = normalized(h, j -> cNext[j]);
        for (int j = 0; j < h; j++) {
            aNext[j] = o[j] * Math.tanh(memoryGain[j] * memory[j] + memoryBias[j]);
        }
    }

    private double z(int row, double[] ofA, double[] ofX) {
        return recurrentGain[row] * ofA[row] + inputGain[row] * ofX[row] + w.bias(row);
    }
}
