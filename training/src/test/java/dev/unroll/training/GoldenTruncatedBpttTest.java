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

/** Windows that move over a sequence as {@link Training} moves them, against libtorch in double precision. */
class GoldenTruncatedBpttTest {
    static Stream<Arguments> files() {
        return GoldenFile.onEveryBackend(Stream.of("rnn", "gru", "lstm").flatMap(kind -> Stream
                .of("full", "k1_3_k2_6", "k1_4_k2_4").map(window -> "tbptt_" + kind + "_" + window))
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("files")
    void gradientsAddUpOverTheSequence(String name, Backend backend) throws IOException {
        try (GoldenFile golden = new GoldenFile(name);
                Kernels kernels = backend.open(1);
                Arena arena = Arena.ofShared()) {
            int k1 = golden.size("k1");
            int k2 = golden.size("k2");
            int batch = golden.size("batch");
            int[] ids = golden.ids();
            TorchNetwork network = new TorchNetwork(golden, kernels, arena, k2);
            NetworkTrace trace = network.trace();
            int[] targets = Arrays.copyOfRange(ids, batch, ids.length);
            double loss = 0;
            int kept = 0;
            for (int from = 0; from < golden.size("time"); from += k1) {
                int carried = Math.max(0, kept + k1 - k2);
                trace.carry(carried);
                kept -= carried;
                trace.setTokens(ids, from * batch, kept, k1);
                kept += k1;
                trace.forward(kept);
                loss += network.backward().backward(targets, from * batch, kept - k1, kept, 1f / batch);
            }
            Deviation.check(2e-5, "loss", golden.doubles("loss"), loss / batch);
            golden.compare(1e-4, "grad.", network.gradient());
        }
    }
}
