package dev.unroll.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.Result;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unroll.bench.LayerCase;
import dev.unroll.bench.LayerContender;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.OnnxLayer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A layer as a session over one operator. Inputs and outputs are tensors over direct buffers, made once, so that a run
 * neither copies nor allocates them.
 */
final class OnnxRuntimeLayer implements LayerContender {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    private final OrtSession session;
    private final FloatBuffer y;

    OnnxRuntimeLayer(LayerOperands operands, int threads) throws OrtException {
        LayerCase shape = operands.shape();
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(OnnxLayer.model(shape, operands.weights()), options);
        }
        long time = shape.time();
        long batch = shape.batch();
        long h = shape.hidden();
        tensor(inputs, OnnxLayer.X, operands.x(), time, batch, h);
        tensor(inputs, OnnxLayer.INITIAL_H, operands.a0(), 1, batch, h);
        float[] state = new float[operands.a0().length];
        y = tensor(outputs, OnnxLayer.Y, new float[operands.x().length], time, 1, batch, h);
        tensor(outputs, OnnxLayer.Y_H, state, 1, batch, h);
        if (operands.c0().length > 0) {
            tensor(inputs, OnnxLayer.INITIAL_C, operands.c0(), 1, batch, h);
            tensor(outputs, OnnxLayer.Y_C, state, 1, batch, h);
        }
    }

    private FloatBuffer tensor(Map<String, OnnxTensor> among, String name, float[] values, long... shape)
            throws OrtException {
        FloatBuffer buffer = ByteBuffer.allocateDirect(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.nativeOrder()).asFloatBuffer();
        buffer.put(0, values);
        among.put(name, OnnxTensor.createTensor(environment, buffer, shape));
        return buffer;
    }

    @Override
    public void run() {
        try (Result _ = session.run(inputs, outputs)) {
            // The outputs are ours, and written.
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public float[] output() {
        float[] out = new float[y.capacity()];
        y.get(0, out);
        return out;
    }

    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
