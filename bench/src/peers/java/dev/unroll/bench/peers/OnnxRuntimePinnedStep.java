package dev.unroll.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.OnnxLayer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps with tensors over direct buffers that are made once: what one step writes as its state, the next one reads, so that the
 * state is never copied. The fastest that the Java API has.
 */
final class OnnxRuntimePinnedStep extends OnnxRuntimeStep {
    private final List<OnnxTensor> tensors = new ArrayList<>();
    private final FloatBuffer input;
    private final FloatBuffer output;
    private final List<Map<String, OnnxTensor>> inputs = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    private final List<Map<String, OnnxTensor>> outputs = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    private int turn;

    OnnxRuntimePinnedStep(LayerOperands operands, int threads) throws OrtException {
        super(operands, threads);
        input = buffer();
        output = buffer();
        OnnxTensor x = tensor(input);
        OnnxTensor y = tensor(output, 1, 1, 1, state.length);
        OnnxTensor[] hidden = {tensor(buffer(), stateShape), tensor(buffer(), stateShape)};
        OnnxTensor[] memory = {tensor(buffer(), stateShape), tensor(buffer(), stateShape)};
        for (int i = 0; i < 2; i++) {
            inputs.get(i).put(OnnxLayer.X, x);
            inputs.get(i).put(OnnxLayer.INITIAL_H, hidden[i]);
            outputs.get(i).put(OnnxLayer.Y, y);
            outputs.get(i).put(OnnxLayer.Y_H, hidden[1 - i]);
            if (hasMemory) {
                inputs.get(i).put(OnnxLayer.INITIAL_C, memory[i]);
                outputs.get(i).put(OnnxLayer.Y_C, memory[1 - i]);
            }
        }
    }

    private FloatBuffer buffer() {
        return ByteBuffer.allocateDirect(state.length * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private OnnxTensor tensor(FloatBuffer buffer, long... shape) throws OrtException {
        OnnxTensor tensor = OnnxTensor.createTensor(environment, buffer, shape.length == 0 ? inputShape : shape);
        tensors.add(tensor);
        return tensor;
    }

    @Override
    void step(float[] x) throws OrtException {
        input.put(0, x);
        run(inputs.get(turn), outputs.get(turn));
        output.get(0, state);
        turn = 1 - turn;
    }

    @Override
    public void close() {
        close(tensors);
        super.close();
    }
}
