package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.StepTrace;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One stream through a network: y_t = network(x_t), the state a_t, c_t kept from step to step. Made by {@link
 * Network#newSession}.
 *
 * <p>Any thread may use it, one at a time: a second one that comes in meanwhile gets an {@link IllegalStateException}, and
 * the state stays whole. Its memory goes when the session is garbage.
 */
public final class Session {
    private final NetworkWeights weights;
    /** For each layer a step from its first state to its second, and one back. */
    private final StepTrace[][] steps;
    private int way;
    private final Matrix x;
    private final Matrix y;
    private final int[] token = new int[1];
    private final AtomicBoolean busy = new AtomicBoolean();

    Session(NetworkWeights weights) {
        Architecture architecture = weights.architecture();
        Arena arena = Arena.ofAuto();
        this.weights = weights;
        this.x = Matrix.allocate(arena, 1,
                architecture.input() instanceof Input.OneHot ? 0 : architecture.input().width());
        this.y = Matrix.allocate(arena, 1, architecture.head().outputSize());
        this.steps = architecture.layers().stream().map(cell -> thereAndBack(cell, arena)).toArray(StepTrace[][]::new);
    }

    private static StepTrace[] thereAndBack(Cell cell, Arena arena) {
        Matrix z = Matrix.allocate(arena, 1, cell.gates() * cell.hiddenSize());
        Matrix saved = Matrix.allocate(arena, 1, cell.savedSize());
        Matrix a = Matrix.allocate(arena, 1, cell.hiddenSize());
        Matrix b = Matrix.allocate(arena, 1, cell.hiddenSize());
        Matrix c = Matrix.allocate(arena, 1, cell.memorySize());
        Matrix d = Matrix.allocate(arena, 1, cell.memorySize());
        return new StepTrace[]{new StepTrace(cell, z, saved, a, c, b, d), new StepTrace(cell, z, saved, b, d, a, c)};
    }

    /**
     * One step with a token.
     *
     * @param id index of the token, 0 to the network's inputSize
     * @param probabilities of the classes, length outputSize, written
     * @throws IndexOutOfBoundsException for another index
     * @throws IllegalArgumentException where the array has another length, or the network reads features
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void step(int id, float[] probabilities) {
        Sizes.checkLength("step", "probabilities", probabilities, y.cols());
        Input input = weights.architecture().input();
        if (input instanceof Input.Features) {
            throw new IllegalArgumentException("step: a token for a network that reads features; wanted a float[]");
        }
        if (id < 0 || id >= input.size()) {
            throw new IndexOutOfBoundsException("step: token %d; wanted 0 to %d".formatted(id, input.size() - 1));
        }
        enter();
        try {
            token[0] = id;
            if (input instanceof Input.OneHot) {
                weights.layer(0).input(token, 0, steps[0][way].z());
            } else {
                weights.kernels().gatherRows(weights.parameters().get(Input.EMBEDDING), token, 0, x);
            }
            run(probabilities);
        } finally {
            busy.set(false);
        }
    }

    /**
     * One step with features.
     *
     * @param features length inputSize
     * @param probabilities of the classes, length outputSize, written
     * @throws IllegalArgumentException where an array has another length, or the network reads tokens
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void step(float[] features, float[] probabilities) {
        Sizes.checkLength("step", "probabilities", probabilities, y.cols());
        if (!(weights.architecture().input() instanceof Input.Features)) {
            throw new IllegalArgumentException("step: features for a network that reads tokens; wanted an index");
        }
        Sizes.checkLength("step", "features", features, x.cols());
        enter();
        try {
            x.copyFrom(features);
            run(probabilities);
        } finally {
            busy.set(false);
        }
    }

    private void run(float[] probabilities) {
        Kernels kernels = weights.kernels();
        for (int i = 0; i < steps.length; i++) {
            StepTrace step = steps[i][way];
            CellWeights layer = weights.layer(i);
            if (i > 0) {
                layer.cell().forward(kernels, layer, steps[i - 1][way].aNext(), step);
            } else if (weights.architecture().input() instanceof Input.OneHot) {
                layer.cell().forward(kernels, layer, step);
            } else {
                layer.cell().forward(kernels, layer, x, step);
            }
        }
        weights.head(steps[steps.length - 1][way].aNext(), y);
        kernels.softmax(y, y);
        way = 1 - way;
        y.copyTo(probabilities);
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("session: another thread is in it; wanted one at a time");
        }
    }

    /**
     * Sets the state to zero.
     *
     * @throws IllegalStateException where another thread is in the session
     */
    public void reset() {
        enter();
        try {
            for (StepTrace[] step : steps) {
                step[way].a().fill(0);
                step[way].c().fill(0);
            }
        } finally {
            busy.set(false);
        }
    }
}
