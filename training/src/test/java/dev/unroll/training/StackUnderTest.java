package dev.unroll.training;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LayerState;
import dev.unroll.models.Lengths;
import dev.unroll.models.Noise;
import dev.unroll.models.Stack;
import dev.unroll.models.StackState;
import dev.unroll.models.StackTrace;
import dev.unroll.models.StackWeights;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A stack forward and backward by the library, over the numbers of a case, from memory in which an earlier run over longer
 * sequences has left its own. NaN stands in x and dy behind each sequence's end.
 */
final class StackUnderTest {
    private static final int RUNS = 2;

    private final StackCase run;
    private final StackTrace trace;
    private final StackBackward backward;
    private final Parameters gradient;
    private final Sequence x;
    private final Sequence dy;
    private final Sequence dx;

    StackUnderTest(StackCase run, Kernels kernels, Arena arena) {
        Stack stack = run.stack();
        int time = run.lengths().time();
        int batch = run.lengths().batch();
        Parameters parameters = Parameters.allocate(arena, stack.parameterShapes());
        parameters.asMap().forEach((name, matrix) -> matrix.copyFrom(run.numbers().given(name)));
        this.run = run;
        this.trace = new StackTrace(StackWeights.pack(stack, kernels, arena, parameters, Use.TRAINING, InputKind.DENSE),
                arena, time + 1, batch);
        this.gradient = Parameters.allocate(arena, parameters.shapes());
        this.backward = new StackBackward(trace, arena, gradient, StackBackward.Reach.INPUT);
        this.x = Sequence.allocate(arena, time, batch, stack.inputSize());
        this.dy = Sequence.allocate(arena, time, batch, stack.outputSize());
        this.dx = Sequence.allocate(arena, time, batch, stack.inputSize());
        fillToTheEnds(x, run.numbers().given(StackNumbers.X));
        fillToTheEnds(dy, run.numbers().slope(StackNumbers.Y));
        runOverLongerSequences(arena);
        for (int i = 0; i < RUNS; i++) {
            run();
        }
    }

    private void fillToTheEnds(Sequence sequence, float[] numbers) {
        int n = sequence.feature();
        sequence.asMatrix().fill(Float.NaN);
        for (int i = 0; i < run.lengths().batch(); i++) {
            for (int t = 0; t < run.lengths().length(i); t++) {
                for (int j = 0; j < n; j++) {
                    sequence.at(t).set(i, j, numbers[run.row(t, i) * n + j]);
                }
            }
        }
    }

    private void runOverLongerSequences(Arena arena) {
        Sequence longer = Sequence.allocate(arena, run.lengths().time() + 1, run.lengths().batch(), x.feature());
        longer.asMatrix().fill(0.5f);
        forEachState(trace.state(), (_, matrix) -> matrix.fill(0.5f));
        forEachState(backward.dState(), (_, matrix) -> matrix.fill(0.5f));
        trace.forward(longer, Lengths.full(longer.time(), longer.batch()), new Noise(run.noise(), 0));
        backward.dy().fill(0.5f);
        backward.backward();
        gradient.clear();
    }

    private void run() {
        forEachState(trace.state(), (name, matrix) -> matrix.copyFrom(run.numbers().given(name)));
        trace.forward(x, run.lengths(), new Noise(run.noise(), 0));
        backward.setDy(dy);
        forEachState(backward.dState(), (name, matrix) -> matrix.copyFrom(run.numbers().slope(name)));
        backward.backward();
        backward.getDx(dx);
    }

    private void forEachState(StackState state, BiConsumer<String, Matrix> action) {
        for (int i = 0; i < run.stack().layers().size(); i++) {
            for (Way way : run.stack().layers().get(i).direction().ways()) {
                LayerState layer = state.at(i, way);
                action.accept(StackNumbers.hidden(i, way), layer.hidden());
                action.accept(StackNumbers.memory(i, way), layer.memory());
            }
        }
    }

    /** As {@link StackOracle#values}. */
    Map<String, double[]> values() {
        Map<String, double[]> values = new LinkedHashMap<>();
        values.put(StackNumbers.Y, StackNumbers.doubles(trace.output().asMatrix().toArray()));
        forEachState(trace.state(), (name, matrix) -> values.put(name, StackNumbers.doubles(matrix.toArray())));
        return values;
    }

    /** As {@link StackOracle#gradients}; those of the weights are of one run, of the sum that they were added to. */
    Map<String, double[]> gradients() {
        Map<String, double[]> gradients = new LinkedHashMap<>();
        gradients.put(StackNumbers.X, StackNumbers.doubles(dx.asMatrix().toArray()));
        forEachState(backward.dState(), (name, matrix) -> gradients.put(name, StackNumbers.doubles(matrix.toArray())));
        gradient.asMap().forEach((name, matrix) -> {
            double[] sum = StackNumbers.doubles(matrix.toArray());
            Arrays.setAll(sum, i -> sum[i] / RUNS);
            gradients.put(name, sum);
        });
        return gradients;
    }
}
