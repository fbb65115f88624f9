package dev.unroll.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.Result;
import dev.unroll.bench.FirstStep;
import dev.unroll.bench.OnnxLayer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** {@link FirstStep} of ONNX Runtime, in a JVM of its own. */
public final class OnnxFirstStep {
    private OnnxFirstStep() {}

    /**
     * Loads and steps.
     *
     * @param arguments the model's file, and H
     * @throws Exception where it fails
     */
    public static void main(String[] arguments) throws Exception {
        int hidden = Integer.parseInt(arguments[1]);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(arguments[0], options)) {
                Map<String, OnnxTensor> inputs = new HashMap<>();
                for (String name : session.getInputNames()) {
                    inputs.put(name, OnnxTensor.createTensor(environment, FloatBuffer.allocate(hidden),
                            new long[]{1, 1, hidden}));
                }
                float[] state = new float[hidden];
                FirstStep.report(() -> {
                    try (Result result = session.run(inputs)) {
                        ((OnnxTensor) result.get(OnnxLayer.Y_H).orElseThrow()).getFloatBuffer().get(state);
                    }
                });
            }
        }
    }
}
