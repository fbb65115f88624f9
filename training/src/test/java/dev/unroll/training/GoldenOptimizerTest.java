package dev.unroll.training;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.NetworkTrace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Twenty steps of clipping and optimiser on PyTorch's own parameters, against libtorch in double precision. */
class GoldenOptimizerTest {
    private static final int STEPS = 20;
    private static final double CLIP = 0.25;

    static Stream<Arguments> files() {
        return GoldenFile.onEveryBackend("train_lstm_sgd", "train_lstm_adam", "train_gru_adam", "train_rnn_sgd");
    }

    @ParameterizedTest
    @MethodSource("files")
    void lossesNormsAndWeights(String name, Backend backend) throws IOException {
        try (GoldenFile golden = new GoldenFile(name);
                Kernels kernels = backend.open(1);
                Arena arena = Arena.ofShared()) {
            int time = golden.size("time");
            int batch = golden.size("batch");
            int[] ids = golden.ids();
            int[] targets = Arrays.copyOfRange(ids, batch, ids.length);
            TorchNetwork network = new TorchNetwork(golden, kernels, arena, time);
            NetworkTrace trace = network.trace();
            Optimizer settings = golden.text("optimizer").equals("adam") ? Adam.of(1e-2) : Sgd.of(0.5);
            OptimizerState optimizer = new OptimizerState(settings, arena, network.weights().shapes());
            double[] losses = new double[STEPS];
            double[] norms = new double[STEPS];
            for (int step = 0; step < STEPS; step++) {
                trace.setTokens(ids, 0, 0, time);
                trace.forward(time);
                network.clearGradient();
                losses[step] = network.backward().backward(targets, 0, 0, time, 1f / (time * batch)) / (time * batch);
                var gradient = network.gradient();
                norms[step] = Clipping.globalNorm(kernels, gradient, CLIP);
                optimizer.step(kernels, gradient, network.weights());
                network.weightsChanged();
            }
            Deviation.check(1e-4, "loss", golden.doubles("loss"), losses);
            Deviation.check(2e-3, "norm", golden.doubles("grad_norm_before_clip"), norms);
            golden.compare(2e-3, "final.", network.weights());
        }
    }
}
