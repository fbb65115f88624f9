package dev.unroll.cli;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.NetworkTrace;
import dev.unroll.training.Adam;
import dev.unroll.training.AdamW;
import dev.unroll.training.Clipping;
import dev.unroll.training.Momentum;
import dev.unroll.training.Optimizer;
import dev.unroll.training.OptimizerState;
import dev.unroll.training.RmsProp;
import dev.unroll.training.Sgd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Steps of an optimiser on one batch, from given weights: its losses count as outputs, its last weights as gradients. */
record OptimizerCase() implements ReplayCase {
    private static final double LOSS_BOUND = 1e-4;
    private static final double WEIGHT_BOUND = 2e-3;

    @Override
    public Figures run(ReplayFile reference, Kernels kernels) throws IOException {
        int time = reference.size("time");
        int batch = reference.size("batch");
        double clip = clip(reference);
        int[] ids = reference.whole("ids", (time + 1L) * batch, reference.size("vocabulary") - 1);
        int[] targets = Arrays.copyOfRange(ids, batch, ids.length);
        float[] losses = new float[reference.doubles("loss").length];
        try (Arena arena = Arena.ofShared()) {
            TorchModel model = new TorchModel(reference, kernels, arena, time);
            NetworkTrace trace = model.trace();
            OptimizerState optimizer = new OptimizerState(optimizer(reference), arena, model.weights().shapes());
            trace.setTokens(ids, 0, 0, time);
            for (int step = 0; step < losses.length; step++) {
                trace.forward(time);
                model.clearGradient();
                double loss = model.backward().backward(targets, 0, 0, time, 1f / (time * batch));
                losses[step] = (float) (loss / (time * batch));
                Parameters gradient = model.gradient();
                Clipping.globalNorm(kernels, gradient, clip);
                optimizer.step(kernels, gradient, model.weights());
                model.takeWeights();
            }
            Deviation outputs = new Deviation();
            outputs.add(reference, "loss", losses);
            Deviation weights = new Deviation();
            weights.add(reference, "final.", model.weights());
            return new Figures(outputs.worst(), LOSS_BOUND, weights.worst(), WEIGHT_BOUND);
        }
    }

    private static double clip(ReplayFile reference) throws IOException {
        String text = reference.reader().metadata().getOrDefault("clip_global_norm", "Infinity");
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("its clip_global_norm is no number: " + text, e);
        }
    }

    /** PyTorch's, with the rates that the reference cases have. */
    private static Optimizer optimizer(ReplayFile reference) throws IOException {
        String name = reference.text("optimizer");
        return switch (name) {
            case "sgd" -> Sgd.of(0.5);
            case "momentum" -> Momentum.of(0.1);
            case "rmsprop" -> RmsProp.of(1e-2);
            case "adam" -> Adam.of(1e-2);
            case "adamw" -> AdamW.of(1e-2);
            default -> throw reference
                    .fault("its optimizer is '%s'; wanted sgd, momentum, rmsprop, adam or adamw".formatted(name));
        };
    }
}
