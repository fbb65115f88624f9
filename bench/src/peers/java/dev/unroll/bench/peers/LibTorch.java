package dev.unroll.bench.peers;

import dev.unroll.bench.LayerContender;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.PeerRuntime;
import dev.unroll.bench.TrainingContender;
import dev.unroll.bench.TrainingOperands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** libtorch: PyTorch's own C++ modules, without Python. */
public final class LibTorch implements PeerRuntime {
    /** For {@link java.util.ServiceLoader}. */
    public LibTorch() {}

    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public Optional<String> obstacle() {
        return NativeLibrary.obstacle(() -> Loader.load(torch.class));
    }

    @Override
    public String description() {
        try {
            return "libtorch " + Loader.getVersion("org.bytedeco", "pytorch");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public LayerContender open(LayerOperands operands, int threads) {
        torch.set_num_threads(threads);
        return new LibTorchLayer(operands, threads);
    }

    @Override
    public Optional<TrainingContender> openTraining(TrainingOperands operands, int threads) {
        torch.set_num_threads(threads);
        return Optional.of(new LibTorchTraining(operands, threads));
    }
}
