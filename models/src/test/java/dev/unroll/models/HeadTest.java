package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.unroll.tensor.Matrix;
import org.junit.jupiter.api.Test;

/** Specifies what each kind of head makes of its logits. */
class HeadTest extends OnBackendUnderTest {
    private static final float[] LOGITS = {-1, 0, 2};

    private float[] of(Head.Kind kind) {
        Matrix y = Matrix.allocate(arena, 1, LOGITS.length);
        y.copyFrom(LOGITS);
        kind.apply(kernels, y);
        return y.toArray();
    }

    @Test
    void softmaxIsADistribution() {
        assertArrayEquals(new float[]{0.04201006f, 0.11419519f, 0.8437947f}, of(Head.Kind.SOFTMAX), 1e-6f);
    }

    @Test
    void sigmoidTakesEachForItself() {
        assertArrayEquals(new float[]{0.26894143f, 0.5f, 0.8807971f}, of(Head.Kind.SIGMOID), 1e-6f);
    }

    @Test
    void linearLeavesThem() {
        assertArrayEquals(LOGITS, of(Head.Kind.LINEAR));
    }

    @Test
    void aSessionGivesWhatItsHeadMakes() {
        try (Network network = Network.builder(new Input.Features(2)).rnn(3).linear(2).build(1, kernels);
                Network sigmoid = Network.of(new Architecture(network.architecture().input(),
                        network.architecture().stack(), new Head(Head.Kind.SIGMOID, 3, 2)), network.vocabulary(),
                        network.parameters(), kernels)) {
            float[] y = new float[2];
            float[] answers = new float[2];
            network.newSession().step(new float[]{1, -2}, y);
            sigmoid.newSession().step(new float[]{1, -2}, answers);
            assertArrayEquals(new float[]{(float) (1 / (1 + Math.exp(-y[0]))), (float) (1 / (1 + Math.exp(-y[1])))},
                    answers, 1e-6f);
        }
    }
}
