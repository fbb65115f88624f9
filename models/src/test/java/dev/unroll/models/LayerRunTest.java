package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies a layer over sequences: the steps of its cell one after the other, whatever is computed at once. */
class LayerRunTest extends OnBackendUnderTest {
    private static final int I = 5;
    private static final int H = 19;

    private SplittableRandom random = new SplittableRandom(20261122);

    private Matrix random(int rows, int cols) {
        Matrix matrix = Matrix.allocate(arena, rows, cols);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                matrix.set(i, j, (float) random.nextDouble(-1, 1));
            }
        }
        return matrix;
    }

    private CellWeights weights(CellKind kind) {
        return weights(kind, kernels);
    }

    private CellWeights weights(CellKind kind, Kernels who) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = Parameters.allocate(arena, cell.parameterShapes());
        parameters.asMap().values().forEach(p -> p.copyFrom(random(p.rows(), p.cols())));
        return CellWeights.pack(cell, who, arena, parameters, Use.INFERENCE, InputKind.DENSE);
    }

    private LayerRun run(CellWeights weights, Sequence x, Sequence y) {
        return new LayerRun(weights, arena, x, y);
    }

    private Sequence output(int time, int batch) {
        return Sequence.allocate(arena, time, batch, H);
    }

    /** One step at a time, each a run of its own that goes on from the state of the one before. */
    private Sequence stepByStep(CellWeights weights, Sequence x) {
        Sequence y = output(x.time(), x.batch());
        Sequence now = Sequence.allocate(arena, 1, x.batch(), I);
        Sequence out = output(1, x.batch());
        LayerRun run = run(weights, now, out);
        for (int t = 0; t < x.time(); t++) {
            now.at(0).copyFrom(x.at(t));
            run.forward();
            y.at(t).copyFrom(out.at(0));
        }
        return y;
    }

    @ParameterizedTest
    @EnumSource
    void aSequenceIsItsStepsOneAfterTheOther(CellKind kind) {
        CellWeights weights = weights(kind);
        for (int batch : new int[]{1, 3, 17, 130}) {
            int time = batch == 1 ? 150 : 9; // past what is computed at once
            Sequence x = Sequence.of(random(time * batch, I), time, batch);
            Sequence y = output(time, batch);
            run(weights, x, y).forward();
            assertArrayEquals(stepByStep(weights, x).asMatrix().toArray(), y.asMatrix().toArray(), 2e-5f,
                    kind + ", batch " + batch);
        }
    }

    /** OpenBLAS may add in another order where it has other rows at a time. */
    @ParameterizedTest
    @EnumSource
    void bandsForThreadsGiveWhatTheWholeBatchGives(CellKind kind) {
        float tolerance = kernels.backend() == Backend.OPENBLAS ? 2e-5f : 0;
        try (Kernels three = kernels.backend().open(3)) {
            for (int batch : new int[]{1, 11, 12, 50, 130}) {
                Sequence x = Sequence.of(random(21 * batch, I), 21, batch);
                Sequence whole = output(21, batch);
                Sequence banded = output(21, batch);
                Matrix a = random(batch, H);
                List<LayerRun> runs = new ArrayList<>();
                for (Kernels who : List.of(kernels, three)) {
                    random = new SplittableRandom(batch);
                    LayerRun run = run(weights(kind, who), x, runs.isEmpty() ? whole : banded);
                    run.hidden().copyFrom(a);
                    run.forward();
                    runs.add(run);
                }
                String context = kind + ", batch " + batch;
                assertArrayEquals(whole.asMatrix().toArray(), banded.asMatrix().toArray(), tolerance, context);
                assertArrayEquals(runs.get(0).hidden().toArray(), runs.get(1).hidden().toArray(), tolerance, context);
                assertArrayEquals(runs.get(0).memory().toArray(), runs.get(1).memory().toArray(), tolerance, context);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStateIsCarriedFromRunToRun(CellKind kind) {
        CellWeights weights = weights(kind);
        Sequence x = Sequence.of(random(8 * 2, I), 8, 2);
        Sequence y = output(8, 2);
        run(weights, x, y).forward();
        Sequence half = Sequence.allocate(arena, 4, 2, I);
        Sequence halfY = output(4, 2);
        LayerRun run = run(weights, half, halfY);
        half.asMatrix().copyFrom(x.slice(0, 4).asMatrix());
        run.forward();
        half.asMatrix().copyFrom(x.slice(4, 4).asMatrix());
        run.forward();
        assertArrayEquals(y.slice(4, 4).asMatrix().toArray(), halfY.asMatrix().toArray(), 2e-6f);
        assertArrayEquals(halfY.at(3).toArray(), run.hidden().toArray(), 0);
    }

    @Test
    void anInitialStateIsReadWhereItIsGiven() {
        CellWeights weights = weights(CellKind.LSTM);
        Sequence x = Sequence.of(random(3, I), 3, 1);
        Sequence y = output(3, 1);
        LayerRun run = run(weights, x, y);
        run.forward();
        float[] fromZero = y.asMatrix().toArray();
        run.hidden().fill(0);
        run.memory().fill(2);
        run.forward();
        assertTrue(Math.abs(fromZero[0] - y.at(0).get(0, 0)) > 1e-3, "c_0 = 2 changed nothing");
        run.hidden().fill(0);
        run.memory().fill(0);
        run.forward();
        assertArrayEquals(fromZero, y.asMatrix().toArray(), 0);
    }

    @Test
    void noStepsLeaveTheStateAsItIs() {
        CellWeights weights = weights(CellKind.GRU);
        LayerRun run = run(weights, Sequence.of(random(0, I), 0, 2), output(0, 2));
        run.hidden().fill(0.5f);
        run.forward();
        assertArrayEquals(new float[]{0.5f, 0.5f}, new float[]{run.hidden().get(0, 0), run.hidden().get(1, H - 1)});
    }

    @ParameterizedTest
    @CsvSource({"3,2,5,4,2,19", "3,2,5,3,1,19", "3,2,5,3,2,18", "3,2,4,3,2,19"})
    void shapesThatDoNotFitAreNamed(int time, int batch, int feature, int outTime, int outBatch, int outFeature) {
        CellWeights weights = weights(CellKind.LSTM);
        Sequence x = Sequence.allocate(arena, time, batch, feature);
        Sequence y = Sequence.allocate(arena, outTime, outBatch, outFeature);
        String message = assertThrows(IllegalArgumentException.class, () -> run(weights, x, y)).getMessage();
        assertTrue(message.contains(x.shape()) && message.contains(y.shape()), message);
    }
}
