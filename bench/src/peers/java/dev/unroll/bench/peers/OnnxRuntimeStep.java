package dev.unroll.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.Result;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unroll.bench.LayerCase;
import dev.unroll.bench.LayerOperands;
import dev.unroll.bench.OnnxLayer;
import dev.unroll.bench.StepContender;
import java.util.Map;

/** Steps by a session over one operator, which knows no state: it goes in and comes out at each. */
abstract class OnnxRuntimeStep implements StepContender {
    final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    final OrtSession session;
    final boolean hasMemory;
    final long[] stateShape;
    final long[] inputShape;
    /** The state that the last step left. */
    final float[] state;
    private final float[][] x;
    private int t;

    OnnxRuntimeStep(LayerOperands operands, int threads) throws OrtException {
        LayerCase shape = operands.shape();
        LayerCase step = new LayerCase(shape.cell(), 1, 1, shape.hidden());
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(OnnxLayer.model(step, operands.weights()), options);
        }
        hasMemory = operands.c0().length > 0;
        stateShape = new long[]{1, 1, shape.hidden()};
        inputShape = new long[]{1, 1, shape.hidden()};
        state = new float[shape.hidden()];
        x = operands.steps();
    }

    /** One step, whose state goes into {@link #state}. */
    abstract void step(float[] input) throws OrtException;

    @Override
    public final void run() {
        try {
            step(x[t]);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
        t = t + 1 == x.length ? 0 : t + 1;
    }

    @Override
    public final double sum() {
        double sum = 0;
        for (float a : state) {
            sum += a;
        }
        return sum;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Closes tensors. */
    static void close(Iterable<OnnxTensor> tensors) {
        tensors.forEach(OnnxTensor::close);
    }

    /** Runs and lets go of the result, whose tensors are the caller's. */
    final void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
            throws OrtException {
        try (Result _ = session.run(inputs, outputs)) {
            // The outputs are ours, and written.
        }
    }
}
