package dev.unroll.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.Result;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.OnnxLayer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Steps as the tutorials have them: tensors from arrays for each run, and outputs that are copied out of its result. */
final class OnnxRuntimeFreshStep extends OnnxRuntimeStep {
    private float[] memory = new float[state.length];

    OnnxRuntimeFreshStep(LayerOperands operands, int threads) throws OrtException {
        super(operands, threads);
    }

    private OnnxTensor tensor(float[] values, long... shape) throws OrtException {
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
    }

    @Override
    void step(float[] x) throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            inputs.put(OnnxLayer.X, tensor(x, inputShape));
            inputs.put(OnnxLayer.INITIAL_H, tensor(state, stateShape));
            if (hasMemory) {
                inputs.put(OnnxLayer.INITIAL_C, tensor(memory, stateShape));
            }
            try (Result result = session.run(inputs)) {
                floats(result, OnnxLayer.Y_H).get(state);
                if (hasMemory) {
                    floats(result, OnnxLayer.Y_C).get(memory);
                }
            }
        } finally {
            close(inputs.values());
        }
    }

    private static FloatBuffer floats(Result result, String name) {
        return ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
    }
}
