package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Layer;
import dev.unroll.models.Noise;
import dev.unroll.models.Direction;
import dev.unroll.models.Lengths;
import dev.unroll.models.Network;
import dev.unroll.models.Stack;
import dev.unroll.models.StackTrace;
import dev.unroll.models.StackWeights;
import dev.unroll.tensor.Sequence;
import dev.unroll.training.StackBackward.Reach;
import java.util.List;

import org.junit.jupiter.api.Test;

/** Specifies how a stack's backward pass is called. */
class StackBackwardTest extends OnBackendUnderTest {
    private static final int TIME = 4;
    private static final int BATCH = 2;
    private static final Stack STACK = Stack.of(Layer.of(new LstmCell(3, 5)).direction(Direction.CONCAT));

    private final Parameters gradient = Parameters.allocate(arena, STACK.parameterShapes());

    private StackTrace trace(InputKind kind) {
        Parameters parameters = Parameters.allocate(arena, STACK.parameterShapes());
        parameters.asMap().values().forEach(matrix -> matrix.fill(0.1f));
        return new StackTrace(StackWeights.pack(STACK, kernels, arena, parameters, Use.TRAINING, kind), arena, TIME,
                BATCH);
    }

    private StackTrace run() {
        StackTrace trace = trace(InputKind.DENSE);
        trace.forward(sequence(3), Lengths.of(TIME, 3, 4));
        return trace;
    }

    private Sequence sequence(int feature) {
        Sequence sequence = Sequence.allocate(arena, TIME, BATCH, feature);
        sequence.asMatrix().fill(0.5f);
        return sequence;
    }

    private StackBackward backward(StackTrace trace, Reach reach) {
        return new StackBackward(trace, arena, gradient, reach);
    }

    private static <E extends Exception> String refusal(Class<E> type, org.junit.jupiter.api.function.Executable call) {
        return assertThrows(type, call).getMessage();
    }

    @Test
    void oneRunIsGoneBackThroughOnce() {
        StackTrace trace = run();
        StackBackward backward = backward(trace, Reach.WEIGHTS);
        backward.backward();
        String message = "backward: nothing has been run forward, or it has been gone back through; wanted a run for each";
        assertEquals(message, refusal(IllegalStateException.class, backward::backward));
        trace.forward(sequence(3), Lengths.full(TIME, BATCH));
        backward.backward();
        assertEquals(message, refusal(IllegalStateException.class,
                () -> backward(trace(InputKind.DENSE), Reach.WEIGHTS).backward()));
    }

    @Test
    void aGradientOfAnotherShapeIsRefused() {
        StackBackward backward = backward(run(), Reach.INPUT);
        assertEquals("setDy: the gradient is [4][2][5]; wanted [4][2][10]",
                refusal(IllegalArgumentException.class, () -> backward.setDy(sequence(5))));
        assertEquals("setDy: the gradient is [3][2][10]; wanted [4][2][10]", refusal(IllegalArgumentException.class,
                () -> backward.setDy(Sequence.allocate(arena, 3, BATCH, 10))));
        backward.setDy(sequence(10));
        backward.backward();
        assertEquals("getDx: the gradient is [4][2][10]; wanted [4][2][3]",
                refusal(IllegalArgumentException.class, () -> backward.getDx(sequence(10))));
    }

    @Test
    void theGradientOfTheInputIsHadWhereItWasAskedFor() {
        StackTrace trace = run();
        StackBackward backward = backward(trace, Reach.WEIGHTS);
        backward.setDy(sequence(10));
        backward.backward();
        assertEquals(0, backward.dx().rows());
        assertEquals("getDx: gradients were asked for down to the weights; wanted Reach.INPUT",
                refusal(IllegalStateException.class, () -> backward.getDx(sequence(3))));
    }

    @Test
    void beforeAnyRunThereIsNothingToGoBackThrough() {
        StackBackward backward = backward(trace(InputKind.DENSE), Reach.INPUT);
        assertEquals("stack: nothing has been run yet",
                refusal(IllegalStateException.class, () -> backward.setDy(sequence(10))));
    }

    @Test
    void gradientsOfOtherLayersAreRefused() {
        Parameters others = Parameters.allocate(arena, Stack.forward(new LstmCell(3, 5)).parameterShapes());
        assertEquals("parameters: no 'layer0.reverse.weight' among [layer0.weight, layer0.bias]",
                refusal(IllegalArgumentException.class,
                        () -> new StackBackward(trace(InputKind.DENSE), arena, others, Reach.WEIGHTS)));
    }

    /** The same as dense x with ones, to the rounding of a product. */
    @Test
    void indicesHaveTheGradientOfTheirOneHotVectors() {
        int[] ids = {2, 0, 1, 1, 0, 2, 2, 1};
        Lengths lengths = Lengths.of(TIME, 4, 2);
        Sequence dense = Sequence.allocate(arena, TIME, BATCH, 3);
        for (int row = 0; row < ids.length; row++) {
            dense.asMatrix().set(row, ids[row], 1);
        }
        Sequence dy = sequence(10);
        StackTrace oneHot = trace(InputKind.ONE_HOT);
        oneHot.forward(ids, lengths, Noise.MEAN);
        StackBackward byIndex = backward(oneHot, Reach.WEIGHTS);
        byIndex.setDy(dy);
        byIndex.backward();
        Parameters wanted = Parameters.allocate(arena, STACK.parameterShapes());
        StackTrace trace = trace(InputKind.DENSE);
        trace.forward(dense, lengths);
        StackBackward byVector = new StackBackward(trace, arena, wanted, Reach.WEIGHTS);
        byVector.setDy(dy);
        byVector.backward();
        wanted.asMap().forEach(
                (name, matrix) -> assertArrayEquals(matrix.toArray(), gradient.get(name).toArray(), 1e-5f, name));
    }

    @Test
    void aLanguageModelThatReadsAheadIsRefused() {
        try (Network network = Network.builder(3).lstm(4).bidirectional().softmax(3).build(1, kernels)) {
            String message = refusal(IllegalArgumentException.class,
                    () -> Trainer.of(network).batch(1).truncatedBptt(2).start(new int[]{0, 1, 2, 0, 1, 2}));
            assertEquals(List.of("training: a layer goes backward and so sees the tokens that are to be predicted;"
                    + " wanted layers that go forward"), List.of(message));
        }
    }
}
