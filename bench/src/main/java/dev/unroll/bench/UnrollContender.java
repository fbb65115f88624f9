package dev.unroll.bench;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LayerRun;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/** A layer of Unroll over a whole sequence, from the same state each time. */
final class UnrollContender implements LayerContender {
    private final Arena arena = Arena.ofShared();
    private final Kernels kernels;
    private final LayerRun layer;
    private final Matrix a0;
    private final Matrix c0;
    private final Sequence y;

    UnrollContender(LayerOperands operands, Kernels kernels) {
        LayerCase shape = operands.shape();
        this.kernels = kernels;
        Cell cell = shape.cell().cell(shape.hidden(), shape.hidden());
        CellWeights weights = CellWeights.pack(cell, kernels, arena, operands.weights().toParameters(arena),
                Use.INFERENCE, InputKind.DENSE);
        Sequence x = Sequence.allocate(arena, shape.time(), shape.batch(), cell.inputSize());
        x.asMatrix().copyFrom(operands.x());
        this.y = Sequence.allocate(arena, shape.time(), shape.batch(), cell.hiddenSize());
        this.layer = new LayerRun(weights, arena, x, y);
        this.a0 = Matrix.allocate(arena, shape.batch(), cell.hiddenSize());
        this.c0 = Matrix.allocate(arena, shape.batch(), cell.memorySize());
        a0.copyFrom(operands.a0());
        c0.copyFrom(operands.c0());
        kernels.warmUp(shape.batch(), shape.hidden());
    }

    @Override
    public void run() {
        layer.hidden().copyFrom(a0);
        layer.memory().copyFrom(c0);
        layer.forward();
    }

    @Override
    public float[] output() {
        return y.asMatrix().toArray();
    }

    @Override
    public void close() {
        kernels.close();
        arena.close();
    }
}
