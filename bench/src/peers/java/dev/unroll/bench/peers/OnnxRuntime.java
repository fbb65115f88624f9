package dev.unroll.bench.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unroll.bench.LayerContender;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.OnnxLayer;
import dev.unroll.bench.PeerRuntime;
import dev.unroll.bench.Startup;
import dev.unroll.bench.StepContender;
import dev.unroll.bench.TrainingContender;
import dev.unroll.bench.TrainingOperands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** ONNX Runtime on its default CPU provider. Runs models, does not train. */
public final class OnnxRuntime implements PeerRuntime {
    /** For {@link java.util.ServiceLoader}. */
    public OnnxRuntime() {}

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public Optional<String> obstacle() {
        return NativeLibrary.obstacle(OrtEnvironment::getEnvironment);
    }

    @Override
    public String description() {
        return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public LayerContender open(LayerOperands operands, int threads) {
        try {
            return new OnnxRuntimeLayer(operands, threads);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<TrainingContender> openTraining(TrainingOperands operands, int threads) {
        return Optional.empty();
    }

    @Override
    public Map<String, StepContender> openSteps(LayerOperands operands, int threads) {
        try {
            Map<String, StepContender> sides = new LinkedHashMap<>();
            sides.put(name() + " pinned", new OnnxRuntimePinnedStep(operands, threads));
            sides.put(name() + " fresh", new OnnxRuntimeFreshStep(operands, threads));
            return sides;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<Startup> startup(LayerOperands operands, Path folder) {
        Path file = folder.resolve("layer.onnx");
        try {
            Files.write(file, OnnxLayer.model(operands.shape(), operands.weights()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.of(new Startup("ONNX Runtime", List.of("--enable-native-access=ALL-UNNAMED"),
                Startup.jars("onnxruntime"), OnnxFirstStep.class.getName(),
                List.of(file.toString(), String.valueOf(operands.shape().hidden()))));
    }
}
