package dev.unroll.training;

import static dev.unroll.training.CellEquations.sigmoid;
import static dev.unroll.training.LayerNormLstmEquations.normalized;

import dev.unroll.cells.LayerNormGruCell;
import java.util.Map;

/** The GRU with layer normalisation: N takes the row of both gates, and that of the candidate, each by itself. */
final class LayerNormGruEquations implements CellEquations {
    private final int h;
    private final StackedWeights w;
    private final Kinks kinks;
    private final double[] recurrentGain;
    private final double[] inputGain;
    private final double[] recurrentBias;

    LayerNormGruEquations(LayerNormGruCell cell, Map<String, double[]> weights, Kinks kinks) {
        this.h = cell.hiddenSize();
        this.w = new StackedWeights(cell, weights);
        this.kinks = kinks;
        this.recurrentGain = weights.get(LayerNormGruCell.RECURRENT_GAIN);
        this.inputGain = weights.get(LayerNormGruCell.INPUT_GAIN);
        this.recurrentBias = weights.get(LayerNormGruCell.RECURRENT_BIAS);
    }

    @Override
    public void step(double[] a, double[] heard, double[] c, double[] x, double[] aNext, double[] cNext) {
        kinks.passNormalized(heard);
        double[] gatesOfA = normalized(2 * h, row -> w.recurrent(row, heard));
        double[] gatesOfX = normalized(2 * h, row -> w.input(row, x));
        double[] candidateOfA = normalized(h, row -> w.recurrent(2 * h + row, heard));
        double[] candidateOfX = normalized(h, row -> w.input(2 * h + row, x));
        for (int j = 0; j < h; j++) {
            double u = sigmoid(gate(j, gatesOfA, gatesOfX));
            double r = sigmoid(gate(h + j, gatesOfA, gatesOfX));
            double q = recurrentGain[2 * h + j] * candidateOfA[j] + recurrentBias[j];
            double k = Math.tanh(inputGain[2 * h + j] * candidateOfX[j] + w.bias(2 * h + j) + r * q);
            aNext[j] = GruEquations.update(u, k, a[j]);
        }
    }

    private double gate(int row, double[] ofA, double[] ofX) {
        return recurrentGain[row] * ofA[row] + inputGain[row] * ofX[row] + w.bias(row);
    }
}
