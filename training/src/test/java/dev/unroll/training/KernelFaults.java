package dev.unroll.training;

import dev.unroll.kernels.Activation;
import dev.unroll.training.PlantedFault.Source;
import java.util.List;

/** Faults of the plain kernels backward. */
final class KernelFaults {
    private static final Source GATES = new Source("kernels-native", "dev.unroll.kernels.ScalarGates");
    private static final Source ROWS = new Source("kernels-native", "dev.unroll.kernels.ScalarRows");
    private static final Source ELEMENTS = new Source("kernels-native", "dev.unroll.kernels.ScalarElements");

    private KernelFaults() {}

    static List<PlantedFault> activations() {
        return List.of(
                GATES.fault("tanh has the slope 1 - a", "case TANH -> da * (1 - a * a);", "case TANH -> da * (1 - a);",
                        Concerns.rnn(Activation.TANH)),
                GATES.fault("ReLU has the slope 1 everywhere", "case RELU -> a <= 0 ? 0 : da;", "case RELU -> da;",
                        Concerns.rnn(Activation.RELU)),
                GATES.fault("the identity has no slope", "case IDENTITY -> da;", "case IDENTITY -> 0;",
                        Concerns.rnn(Activation.IDENTITY)),
                GATES.fault("the sigmoid's slope lacks a", "case SIGMOID -> da * a * (1 - a);",
                        "case SIGMOID -> da * (1 - a);", Concerns.rnn(Activation.SIGMOID)));
    }

    static List<PlantedFault> lstm() {
        return List.of(
                GATES.fault("dz_o lacks tanh(c')", "float dzo = da * t * o * (1 - o);", "float dzo = da * o * (1 - o);",
                        Concerns.LSTM),
                GATES.fault("dc' lacks the slope of tanh", "+ da * o * (1 - t * t)", "+ da * o", Concerns.LSTM),
                GATES.fault("da' goes to c' with the wrong sign", "+ da * o * (1 - t * t)", "- da * o * (1 - t * t)",
                        Concerns.LSTM),
                GATES.fault("dc' of later steps is forgotten", "get(dc, i, j) + da * o", "da * o", Concerns.LSTM),
                GATES.without("dc' has nothing by the output gate's peephole", " + seen(form, inner, j, dzo)",
                        Concerns.PEEPHOLE),
                GATES.without("the clip has a slope", "dcNext = 0;", Concerns.CLIP),
                GATES.fault("dz_u of coupled gates forgets what is forgotten", "float byU = k - old;", "float byU = k;",
                        Concerns.COUPLED),
                GATES.fault("dz_f reads k for c", "float dzf = dcNext * old * f * (1 - f);",
                        "float dzf = dcNext * k * f * (1 - f);", Concerns.LSTM),
                GATES.fault("dz_u lacks 1 - u", "dcNext * byU * u * (1 - u);", "dcNext * byU * u;", Concerns.LSTM),
                GATES.fault("dz_c lacks u", "dcNext * u * (1 - k * k)", "dcNext * (1 - k * k)", Concerns.LSTM),
                GATES.fault("dc lacks f", "dcNext * f + dcForget", "dcNext + dcForget", Concerns.LSTM),
                GATES.fault("dc has nothing by the forget gate's peephole", "dcForget = seen(form, 0, j, dzf);",
                        "dcForget = 0;", Concerns.PEEPHOLE),
                GATES.fault("dc comes by the output gate's peephole for the update gate's",
                        "seen(form, inner - 1, j, dzu)", "seen(form, inner, j, dzu)", Concerns.PEEPHOLE));
    }

    static List<PlantedFault> gru() {
        return List.of(
                GATES.fault("dz_u forgets a", "Floats.set(gs, gate, gradient * (k - get(a, i, j)) * u * (1 - u));",
                        "Floats.set(gs, gate, gradient * k * u * (1 - u));", Concerns.GRU),
                GATES.fault("dz_r lacks q", "dzc * get(q, i, j) * r * (1 - r)", "dzc * r * (1 - r)", Concerns.GRU),
                GATES.fault("dq lacks r", "set(q, i, j, dzc * r);", "set(q, i, j, dzc);", Concerns.GRU),
                GATES.fault("dz_r of p = r*a lacks a", "gradient * get(a, i, j) * r * (1 - r)",
                        "gradient * r * (1 - r)", Concerns.GRU_RESET_BEFORE),
                GATES.fault("dp writes over da", "get(da, i, j) + gradient * r", "gradient * r",
                        Concerns.GRU_RESET_BEFORE),
                GATES.fault("dp goes to a without r", "get(da, i, j) + gradient * r", "get(da, i, j) + gradient",
                        Concerns.GRU_RESET_BEFORE),
                GATES.fault("dz_u has the wrong sign",
                        "set(gates, i, j, gradient * (k - get(a, i, j)) * u * (1 - u));",
                        "set(gates, i, j, gradient * (get(a, i, j) - k) * u * (1 - u));", Concerns.GRU_SIMPLIFIED),
                GATES.fault("dz_c reads 1 - u for u", "set(gates, i, candidate + j, gradient * u * (1 - k * k));",
                        "set(gates, i, candidate + j, gradient * (1 - u) * (1 - k * k));", Concerns.GRU_SIMPLIFIED));
    }

    static List<PlantedFault> others() {
        return List.of(
                ROWS.fault("a sum of rows is its last row", "set(out, 0, j, get(out, 0, j) + get(a, i, j));",
                        "set(out, 0, j, get(a, i, j));", Concerns.ALL),
                ROWS.fault("a factor is forgotten", "get(out, i, j) + factor * get(a, i, j)",
                        "get(out, i, j) + get(a, i, j)", Concerns.ZONEOUT),
                ELEMENTS.fault("a sum of products is its last row", "get(out, 0, j) + get(a, i, j) * get(b, i, j)",
                        "get(a, i, j) * get(b, i, j)", Concerns.PEEPHOLE),
                ELEMENTS.without("N sends the mean back", " - sum / n", Concerns.GRU_LAYER_NORM),
                ELEMENTS.without("N sends the variance back", " - get(normalized, i, j) * (products / n)",
                        Concerns.GRU_LAYER_NORM),
                ELEMENTS.fault("N's scale is forgotten", "get(scale, i, 0) * rest", "rest", Concerns.LSTM_LAYER_NORM),
                ELEMENTS.fault("N's scale is the first row's", "get(scale, i, 0) * rest", "get(scale, 0, 0) * rest",
                        Concerns.LSTM_LAYER_NORM));
    }
}
