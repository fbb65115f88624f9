package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Noise;
import dev.unroll.training.TruncatedBptt;
import dev.unroll.training.Window;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Gradients of truncated BPTT: every k1 steps the losses of the newest k1 steps flow back through k2 steps at most. */
record TruncatedCase() implements ReplayCase {
    @Override
    public Figures run(ReplayFile reference, Kernels kernels) throws IOException {
        int time = reference.size("time");
        int batch = reference.size("batch");
        int k1 = reference.size("k1");
        int k2 = reference.size("k2");
        if (k2 < k1) {
            throw reference.fault("its k1 is %d and its k2 %d; wanted k2 no less than k1".formatted(k1, k2));
        }
        int[] ids = reference.whole("ids", (time + 1L) * batch, reference.size("vocabulary") - 1);
        try (Arena arena = Arena.ofShared()) {
            TorchModel model = new TorchModel(reference, kernels, arena, new TruncatedBptt(k1, k2));
            Window window = model.unrolled().newWindow(arena);
            double loss = 0;
            for (int from = 0; from < time; from += k1) {
                int steps = Math.min(k1, time - from);
                window.begin(steps);
                System.arraycopy(ids, from * batch, window.tokens(), 0, steps * batch);
                System.arraycopy(ids, (from + 1) * batch, window.classes(), 0, steps * batch);
                Arrays.fill(window.weights(), 1f / batch);
                loss += model.unrolled().backward(window, Math.min(k1, time - from - steps), Noise.MEAN).value();
            }
            Deviation outputs = new Deviation();
            outputs.add(reference, "loss", new float[]{(float) loss});
            Deviation gradients = new Deviation();
            gradients.add(reference, "grad.", model.gradient());
            return Figures.of(outputs, gradients);
        }
    }
}
