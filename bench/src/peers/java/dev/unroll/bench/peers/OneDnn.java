package dev.unroll.bench.peers;

import dev.unroll.bench.LayerContender;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.PeerRuntime;
import dev.unroll.bench.TrainingContender;
import dev.unroll.bench.TrainingOperands;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** oneDNN, called directly: its RNN primitives, forward. It has no optimiser and so does not train. */
public final class OneDnn implements PeerRuntime {
    /** For {@link java.util.ServiceLoader}. */
    public OneDnn() {}

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public Optional<String> obstacle() {
        return NativeLibrary.obstacle(() -> Loader.load(dnnl.class));
    }

    @Override
    public String description() {
        dnnl_version_t version = dnnl.dnnl_version();
        return "oneDNN %d.%d.%d".formatted(version.major(), version.minor(), version.patch());
    }

    @Override
    public LayerContender open(LayerOperands operands, int threads) {
        NativeThreads.setOpenMp(threads);
        return new OneDnnLayer(operands);
    }

    @Override
    public Optional<TrainingContender> openTraining(TrainingOperands operands, int threads) {
        return Optional.empty();
    }
}
