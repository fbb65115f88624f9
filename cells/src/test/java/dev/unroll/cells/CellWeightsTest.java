package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.tensor.Matrix;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CellWeightsTest extends OnBackendUnderTest {
    private static final int I = 7;
    private static final int H = 13;

    private final Random random = new Random(5);

    private CellWeights pack(Cell cell, Parameters parameters, InputKind kind) {
        return CellWeights.pack(cell, kernels, arena, parameters, Use.TRAINING, kind);
    }

    private Matrix oneHot(int... ids) {
        Matrix rows = Matrix.allocate(arena, ids.length, I);
        for (int i = 0; i < ids.length; i++) {
            rows.set(i, ids[i], 1);
        }
        return rows;
    }

    /** W_ax·x + b of one row, by the definition: a's columns come first in W. */
    private static float[] inputPart(Cell cell, Parameters parameters, float[] x) {
        float[] z = new float[cell.gates() * H];
        for (int row = 0; row < z.length; row++) {
            int i = row;
            double sum = cell.inputBias().map(name -> (double) parameters.get(name).get(0, i)).orElse(0.0);
            for (int j = 0; j < I; j++) {
                sum += (double) parameters.get(Cell.WEIGHT).get(i, H + j) * x[j];
            }
            z[i] = (float) sum;
        }
        return z;
    }

    @ParameterizedTest
    @EnumSource
    void inputIsTheLastColumnsOfTheStackedWeightsTimesXPlusBias(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        Matrix x = random(random, 3, I);
        Matrix z = Matrix.allocate(arena, 3, cell.gates() * H);
        z.fill(Float.NaN);
        pack(cell, parameters, InputKind.DENSE).input(x, z);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(inputPart(cell, parameters, x.row(i).toArray()), z.row(i).toArray(), 1e-5f, "row " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIndexIsTheOneHotVectorOfItsOne(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        int[] ids = {-1, 6, 0, 3, 3};
        Matrix dense = Matrix.allocate(arena, 4, cell.gates() * H);
        Matrix byIndex = Matrix.allocate(arena, 4, cell.gates() * H);
        pack(cell, parameters, InputKind.DENSE).input(oneHot(6, 0, 3, 3), dense);
        pack(cell, parameters, InputKind.ONE_HOT).input(ids, 1, byIndex);
        assertArrayEquals(dense.toArray(), byIndex.toArray(), 1e-6f);
    }

    @ParameterizedTest
    @EnumSource(InputKind.class)
    void repackTakesTheWeightsOfTheMoment(InputKind kind) {
        Cell cell = CellKind.GRU.cell(I, H);
        Parameters parameters = random(random, cell);
        CellWeights weights = pack(cell, parameters, kind);
        parameters.copyFrom(random(random, cell));
        weights.repack();
        CellWeights fresh = pack(cell, parameters, kind);
        assertArrayEquals(stepAndBack(cell, fresh, kind), stepAndBack(cell, weights, kind), 0);
    }

    /** A step forward and backward, which meets every packed matrix. */
    private float[] stepAndBack(Cell cell, CellWeights weights, InputKind kind) {
        Random numbers = new Random(6);
        StepTrace step = new StepTrace(cell, Matrix.allocate(arena, 1, cell.gates() * H),
                Matrix.allocate(arena, 1, cell.savedSize()), random(numbers, 1, H), random(numbers, 1, 0),
                Matrix.allocate(arena, 1, H), random(numbers, 1, 0));
        if (kind == InputKind.DENSE) {
            weights.input(random(numbers, 1, I), step.z());
        } else {
            weights.input(new int[]{2}, 0, step.z());
        }
        cell.forward(kernels, weights, step);
        StepGradient back = StepGradient.whole(cell, arena, 1);
        Matrix da = back.a();
        da.copyFrom(random(numbers, 1, H));
        cell.backward(kernels, weights, step, back);
        Matrix dx = Matrix.allocate(arena, 1, I);
        if (kind == InputKind.DENSE) {
            weights.inputBackward(step.z(), dx);
        }
        Matrix all = Matrix.allocate(arena, 1, 2 * H + I);
        all.cols(0, H).copyFrom(step.aNext());
        all.cols(H, H).copyFrom(da);
        all.cols(2 * H, I).copyFrom(dx);
        return all.toArray();
    }

    @Test
    void inputBackwardIsDzTimesTheInputColumns() {
        Cell cell = CellKind.LSTM.cell(I, H);
        Parameters parameters = random(random, cell);
        Matrix dz = random(random, 2, 4 * H);
        Matrix dx = Matrix.allocate(arena, 2, I);
        dx.fill(Float.NaN);
        pack(cell, parameters, InputKind.DENSE).inputBackward(dz, dx);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < I; j++) {
                double sum = 0;
                for (int k = 0; k < 4 * H; k++) {
                    sum += (double) dz.get(i, k) * parameters.get(Cell.WEIGHT).get(k, H + j);
                }
                assertEquals(sum, dx.get(i, j), 1e-5, i + ", " + j);
            }
        }
    }

    @Test
    void anIndexThatIsNoInputIsRefused() {
        Cell cell = CellKind.RNN.cell(I, H);
        CellWeights weights = pack(cell, random(random, cell), InputKind.ONE_HOT);
        Matrix z = Matrix.allocate(arena, 1, H);
        assertThrows(IndexOutOfBoundsException.class, () -> weights.input(new int[]{I}, 0, z));
        assertThrows(IndexOutOfBoundsException.class, () -> weights.input(new int[]{-1}, 0, z));
        assertThrows(IndexOutOfBoundsException.class, () -> weights.input(new int[]{0}, 1, z));
    }

    @Test
    void parametersOfAnotherCellAreRefused() {
        Parameters parameters = random(random, CellKind.LSTM.cell(I, H));
        Cell wider = CellKind.LSTM.cell(I, H + 1);
        String message = assertThrows(IllegalArgumentException.class, () -> pack(wider, parameters, InputKind.DENSE))
                .getMessage();
        assertEquals(
                "pack LstmCell[inputSize=7, memorySize=14, options=[], clip=Infinity, projection=0, bias=LEARNED]: "
                        + "the parameters are "
                        + "[Shape[name=weight, rows=52, cols=20], Shape[name=bias, rows=1, cols=52]]; wanted "
                        + "[Shape[name=weight, rows=56, cols=21], Shape[name=bias, rows=1, cols=56]]",
                message);
    }

    @ParameterizedTest
    @EnumSource
    void weightViewsTileTheStackedMatrix(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        Matrix weight = parameters.get(Cell.WEIGHT);
        cell.inputWeight(weight).set(0, 0, 100);
        assertEquals(100, weight.get(0, H));
        int row = 0;
        for (int group = 0; group < cell.gateGroups().size(); group++) {
            Matrix view = cell.recurrentWeight(weight, group);
            assertEquals(H, view.cols());
            view.set(view.rows() - 1, H - 1, 200 + group);
            row += view.rows();
            assertEquals(200 + group, weight.get(row - 1, H - 1));
        }
        assertEquals(weight.rows(), row);
    }
}
