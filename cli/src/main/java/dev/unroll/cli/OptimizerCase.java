package dev.unroll.cli;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Noise;
import dev.unroll.training.Adam;
import dev.unroll.training.Clipping;
import dev.unroll.training.Momentum;
import dev.unroll.training.Optimizer;
import dev.unroll.training.OptimizerState;
import dev.unroll.training.RmsProp;
import dev.unroll.training.Sgd;
import dev.unroll.training.TruncatedBptt;
import dev.unroll.training.Window;
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
        float[] losses = new float[reference.doubles("loss").length];
        try (Arena arena = Arena.ofShared()) {
            TorchModel model = new TorchModel(reference, kernels, arena, new TruncatedBptt(time, time));
            OptimizerState optimizer = new OptimizerState(optimizer(reference), arena, model.weights().shapes());
            Window window = model.unrolled().newWindow(arena);
            System.arraycopy(ids, 0, window.tokens(), 0, time * batch);
            System.arraycopy(ids, batch, window.classes(), 0, time * batch);
            Arrays.fill(window.weights(), 1f / (time * batch));
            for (int step = 0; step < losses.length; step++) {
                model.clearGradient();
                losses[step] = (float) model.unrolled().backward(window, 0, Noise.MEAN).value();
                Parameters gradient = model.gradient();
                Clipping.norm(clip).clip(kernels, gradient);
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
            case "adamw" -> Adam.of(1e-2).weightDecay(0.01);
            default -> throw reference
                    .fault("its optimizer is '%s'; wanted sgd, momentum, rmsprop, adam or adamw".formatted(name));
        };
    }
}
