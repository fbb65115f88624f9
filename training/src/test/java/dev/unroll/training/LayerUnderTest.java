package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Bands;
import dev.unroll.models.LayerTrace;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/** One layer forward and backward over a whole sequence, under a loss sum(y*dy) + sum(a_T*da) + sum(c_T*dc). */
final class LayerUnderTest {
    private final Cell cell;
    private final Kernels kernels;
    private final int time;
    private final CellWeights weights;
    private final LayerTrace trace;
    private final LayerBackward backward;
    private final Matrix x;
    private final Matrix dx;
    private final Parameters gradient;

    LayerUnderTest(Cell cell, Kernels kernels, Arena arena, Parameters parameters, Matrix x, int time) {
        int batch = x.rows() / time;
        this.cell = cell;
        this.kernels = kernels;
        this.time = time;
        this.weights = CellWeights.pack(cell, kernels, arena, parameters, Use.TRAINING, InputKind.DENSE);
        this.trace = new LayerTrace(cell, arena, time, Bands.of(batch, kernels.threads()));
        this.backward = new LayerBackward(trace, arena, time);
        this.x = x;
        this.dx = Matrix.allocate(arena, x.rows(), x.cols());
        this.gradient = Parameters.allocate(arena, cell.parameterShapes());
    }

    /** The state before the first step, to be filled. */
    Matrix a0() {
        return trace.hidden(0);
    }

    Matrix c0() {
        return trace.memory(0);
    }

    void forward() {
        trace.forward(weights, Sequence.of(x, time, x.rows() / time));
    }

    Matrix y() {
        return trace.steps(0, time).aNext();
    }

    Matrix aT() {
        return trace.hidden(time);
    }

    Matrix cT() {
        return trace.memory(time);
    }

    /** The gradients of the outputs, to be filled; after {@link #backward}, da and dc are those of a_0 and c_0. */
    Matrix dy() {
        return backward.dy().asMatrix();
    }

    Matrix da() {
        return backward.da();
    }

    Matrix dc() {
        return backward.dc();
    }

    void backward() {
        backward.backward(kernels, weights, time, gradient);
        Matrix dz = trace.steps(0, time).z();
        kernels.addMultiplyTransA(dz, x, cell.inputWeight(gradient.get(Cell.WEIGHT)));
        weights.inputBackward(dz, dx);
    }

    Matrix dx() {
        return dx;
    }

    Parameters gradient() {
        return gradient;
    }
}
