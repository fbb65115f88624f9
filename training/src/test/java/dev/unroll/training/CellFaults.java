package dev.unroll.training;

import dev.unroll.cells.CellKind;
import dev.unroll.training.PlantedFault.Source;
import java.util.List;

/** Faults of the cells backward, and of what stands around a step. */
final class CellFaults {
    private CellFaults() {}

    private static Source cells(String name) {
        return new Source("cells", "dev.unroll.cells." + name);
    }

    static List<PlantedFault> everyCell() {
        Source cell = cells("Cell");
        return List.of(
                cell.without("there is no gradient of the bias", "addBiasGradient(kernels, steps, gradient);",
                        Concerns.biased(CellKind.RNN, CellKind.GRU_SIMPLIFIED, CellKind.LSTM)),
                cell.fault("the gradient of W_aa reads a' for a",
                        "kernels.addMultiplyTransA(steps.z(), steps.recurrent(), ",
                        "kernels.addMultiplyTransA(steps.z(), steps.aNext(), ", Concerns.RNN),
                cell.fault("the gradient of W_aa reads what was dropped",
                        "kernels.addMultiplyTransA(steps.z(), steps.recurrent(), ",
                        "kernels.addMultiplyTransA(steps.z(), steps.a(), ", Concerns.RECURRENT_DROPOUT),
                cell.without("da' goes past the cell where units are dropped", "back.a().fill(0);",
                        Concerns.RECURRENT_DROPOUT));
    }

    static List<PlantedFault> rnn() {
        Source rnn = cells("RnnCell");
        return List.of(
                rnn.fault("dz reads a for a'", "kernels.activateBackward(activation, step.aNext(), ",
                        "kernels.activateBackward(activation, step.a(), ", Concerns.RNN),
                rnn.without("da is da'",
                        "Cell.backThroughProduct(kernels, step.z(), weights.recurrentBackward(0), back);",
                        Concerns.RNN));
    }

    static List<PlantedFault> gru() {
        Source simplified = cells("GruSimplifiedCell");
        Source before = cells("GruResetBeforeCell");
        Source after = cells("GruResetAfterCell");
        return List.of(
                simplified.fault("dz reads a' for a", "gruSimplifiedBackward(step.z(), step.a(), ",
                        "gruSimplifiedBackward(step.z(), step.aNext(), ", Concerns.GRU_SIMPLIFIED),
                simplified.without("da has nothing by way of W_aa",
                        "kernels.addMultiply(step.z(), weights.recurrentBackward(0), back.recurrent());",
                        Concerns.GRU_SIMPLIFIED),
                before.without("da has nothing by way of the gates",
                        "kernels.addMultiply(step.z(0), weights.recurrentBackward(0), back.recurrent());",
                        Concerns.GRU_RESET_BEFORE),
                before.fault("dz_r reads a with units that were dropped",
                        "gruResetBackward(step.z(), step.recurrent(), ", "gruResetBackward(step.z(), step.a(), ",
                        Concerns.RECURRENT_DROPOUT.and(Concerns.GRU_RESET_BEFORE)),
                before.fault("the gradient of W_ca reads a for r*a",
                        "steps.z(1), steps.saved(0), ", "steps.z(1), steps.recurrent(), ", Concerns.GRU_RESET_BEFORE),
                before.without("there is no gradient of the bias", "addBiasGradient(kernels, steps, gradient);",
                        Concerns.biased(CellKind.GRU_RESET_BEFORE)),
                after.fault("da comes by dz_c for dq", "kernels.addMultiply(step.saved(0), ",
                        "kernels.addMultiply(step.z(1), ", Concerns.GRU),
                after.fault("the gradient of b_ca is that of b_c", "kernels.addSumOfRows(steps.saved(0), ",
                        "kernels.addSumOfRows(steps.z(1), ", Concerns.biased(CellKind.GRU)),
                after.fault("the gradient of W_ca reads dz_c for dq",
                        "kernels.addMultiplyTransA(steps.saved(0), steps.recurrent(), ",
                        "kernels.addMultiplyTransA(steps.z(1), steps.recurrent(), ", Concerns.GRU));
    }

    static List<PlantedFault> lstm() {
        Source lstm = cells("LstmCell");
        return List.of(
                lstm.fault("the gates read c' for c",
                        "kernels.lstmBackward(weights.lstmForm(), step.z(), step.c(), step.cNext(), ",
                        "kernels.lstmBackward(weights.lstmForm(), step.z(), step.cNext(), step.cNext(), ",
                        Concerns.LSTM),
                lstm.without("the gradient of W_hr reads what was there before",
                        "step.saved(PROJECTED_GRADIENT).copyFrom(da);", Concerns.PROJECTION),
                lstm.fault("the gradient of W_hr lacks o", "steps.saved(UNPROJECTED),", "steps.saved(TANH_C),",
                        Concerns.PROJECTION),
                lstm.fault("the gradient of the output gate's peephole reads c for c'",
                        "gate == output ? steps.cNext() : steps.c()", "steps.c()", Concerns.PEEPHOLE),
                lstm.fault("the gradients of the peepholes are the other way round", "gradient.row(gate)",
                        "gradient.row(output - gate)", Concerns.PEEPHOLE),
                lstm.without("there is no gradient of the peepholes",
                        "addPeepholeGradient(kernels, steps, gradient.get(PEEPHOLE));", Concerns.PEEPHOLE));
    }

    static List<PlantedFault> layerNormGru() {
        Source gru = cells("LayerNormGruCell");
        return List.of(
                gru.fault("dz_c goes by way of W_ca for dq", "RECURRENT_GAIN, group), recurrentPart(step, group), ",
                        "RECURRENT_GAIN, group), step.z(group), ", Concerns.GRU_LAYER_NORM),
                gru.fault("N of W_aa·a goes back by the scale of W_ax·x",
                        "step.saved(RECURRENT_SCALE + group), recurrent);\n            kernels.addMultiply(",
                        "step.saved(INPUT_SCALE + group), recurrent);\n            kernels.addMultiply(",
                        Concerns.GRU_LAYER_NORM),
                gru.without("N of W_ax·x does not go back",
                        "kernels.normalizeRowsBackward(step.saved(INPUT + group), step.saved(INPUT_SCALE + group), input);",
                        Concerns.GRU_LAYER_NORM),
                gru.fault("the gradient of g_x reads N(W_aa·a)", "(steps.z(group), steps.saved(INPUT + group),",
                        "(steps.z(group), steps.saved(RECURRENT + group),", Concerns.GRU_LAYER_NORM),
                gru.fault("the candidate's gradients of g_a and g_x go to the reset gate",
                        "int from = group * 2 * hiddenSize;", "int from = group * hiddenSize;",
                        Concerns.GRU_LAYER_NORM),
                gru.without("there is no gradient of b_ca",
                        "kernels.addSumOfRows(steps.saved(Q), gradient.get(RECURRENT_BIAS));", Concerns.GRU_LAYER_NORM),
                gru.fault("x is sent dz, not the gradient of W_ax·x",
                        "return steps.saved(INPUT_GRADIENT, INPUT_GRADIENT + 1);", "return steps.z();",
                        Concerns.GRU_LAYER_NORM));
    }

    static List<PlantedFault> layerNormLstm() {
        Source lstm = cells("LayerNormLstmCell");
        return List.of(
                lstm.without("da' does not reach c'", "kernels.addScaled(1, product, back.c());",
                        Concerns.LSTM_LAYER_NORM),
                lstm.fault("dz_o reads o for the tanh", "kernels.multiplyElementwise(back.a(), tanh, back.scratch());",
                        "kernels.multiplyElementwise(back.a(), o, back.scratch());", Concerns.LSTM_LAYER_NORM),
                lstm.without("dc lacks f", "kernels.multiplyElementwise(back.c(), f, back.c());",
                        Concerns.LSTM_LAYER_NORM),
                lstm.fault("dz_f reads c' for c", "kernels.multiplyElementwise(back.c(), step.c(), product);",
                        "kernels.multiplyElementwise(back.c(), step.cNext(), product);", Concerns.LSTM_LAYER_NORM),
                lstm.fault("W_aa·a goes back by g_x",
                        "kernels.multiplyRow(weights.parameter(RECURRENT_GAIN), step.z(), product);",
                        "kernels.multiplyRow(weights.parameter(INPUT_GAIN), step.z(), product);",
                        Concerns.LSTM_LAYER_NORM),
                lstm.fault("the gradient of g_c reads c' for N(c')", "steps.saved(TANH), steps.saved(MEMORY), ",
                        "steps.saved(TANH), steps.cNext(), ", Concerns.LSTM_LAYER_NORM),
                lstm.without("there is no gradient of b_c",
                        "kernels.addSumOfRows(steps.saved(TANH), gradient.get(MEMORY_BIAS));",
                        Concerns.LSTM_LAYER_NORM),
                lstm.without("there is no gradient of b", "addBiasGradient(kernels, steps, gradient);",
                        Concerns.LSTM_LAYER_NORM));
    }

    static List<PlantedFault> step() {
        Source step = cells("CellStep");
        return List.of(
                step.without("zoneout lacks 1 - z", "kernels.addScaled(-1, kept, d);", Concerns.ZONEOUT),
                step.without("what a keeps does not go back", "kernels.addScaled(1, back.keptHidden(), back.a());",
                        Concerns.ZONEOUT),
                step.without("what c keeps does not go back", "kernels.addScaled(1, back.keptMemory(), back.c());",
                        Concerns.MEMORY_ZONEOUT),
                step.without("zoneout of c does not go back",
                        "memory.get().backward(kernels, back.c(), back.keptMemory());", Concerns.MEMORY_ZONEOUT),
                step.without("what went by way of W_aa at a later step stays", "back.recurrent().fill(0);",
                        Concerns.RECURRENT_DROPOUT),
                step.fault("the mask of recurrent dropout is missing",
                        "kernels.addMultiplyElementwise(mask.get(), back.recurrent(), back.a());",
                        "kernels.addScaled(1, back.recurrent(), back.a());", Concerns.RECURRENT_DROPOUT));
    }
}
