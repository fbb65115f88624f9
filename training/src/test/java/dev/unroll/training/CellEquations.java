package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.GruResetBeforeCell;
import dev.unroll.cells.GruSimplifiedCell;
import dev.unroll.cells.LayerNormGruCell;
import dev.unroll.cells.LayerNormLstmCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import java.util.Map;

/** The design's equations of a step in double precision, for one sequence and one unit at a time. */
interface CellEquations {
    /**
     * One step.
     *
     * @param a the hidden state
     * @param heard what W_aa acts on: a, or a with some units dropped
     * @param c the memory cell, of no length where there is none
     * @param x the input
     * @param aNext a', written
     * @param cNext c', written
     */
    void step(double[] a, double[] heard, double[] c, double[] x, double[] aNext, double[] cNext);

    /** The equations of a cell with the weights that the map holds, by their names, now and later. */
    static CellEquations of(Cell cell, Map<String, double[]> weights, Kinks kinks) {
        StackedWeights w = new StackedWeights(cell, weights);
        return switch (cell) {
            case RnnCell rnn -> rnn(rnn.activation(), w, kinks);
            case GruSimplifiedCell gru -> GruEquations.simplified(gru.hiddenSize(), w);
            case GruResetBeforeCell gru -> GruEquations.resetBefore(gru.hiddenSize(), w);
            case GruResetAfterCell gru -> GruEquations.resetAfter(gru.hiddenSize(), w,
                    weights.getOrDefault(GruResetAfterCell.RECURRENT_BIAS, new double[gru.hiddenSize()]));
            case LstmCell lstm -> new LstmEquations(lstm, weights, kinks);
            case LayerNormGruCell gru -> new LayerNormGruEquations(gru, weights, kinks);
            case LayerNormLstmCell lstm -> new LayerNormLstmEquations(lstm, weights, kinks);
        };
    }

    private static CellEquations rnn(Activation g, StackedWeights w, Kinks kinks) {
        return (a, heard, c, x, aNext, cNext) -> {
            for (int j = 0; j < a.length; j++) {
                double z = w.z(j, heard, x);
                aNext[j] = switch (g) {
                    case TANH -> Math.tanh(z);
                    case IDENTITY -> z;
                    case SIGMOID -> sigmoid(z);
                    case RELU -> {
                        kinks.pass(z);
                        yield Math.max(0, z);
                    }
                };
            }
        };
    }

    static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
