package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.StepGradient;
import dev.unroll.cells.StepTrace;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.LayerState;
import dev.unroll.models.Lengths;
import dev.unroll.models.Schedule;
import dev.unroll.models.Stack;
import dev.unroll.models.StackState;
import dev.unroll.models.StackTrace;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Backpropagation through time of a stack, layer after layer from the top, under a loss whose gradients by the output and by
 * the last state are given; gradients of weights are added to {@link Parameters}.
 *
 * <p>Belongs to a {@link StackTrace}, or to several of one shape, one at a time. What lies behind a sequence's end is not read, and its gradient is 0.
 */
public final class StackBackward {
    private StackTrace trace;
    private final Kernels kernels;
    private final List<LayerPart> layers = new ArrayList<>();
    private final StackState state;
    private final Matrix dx;
    private StateWatcher watcher = StateWatcher.NONE;
    /** The gradient of one-hot input's W_axᵀ. */
    private final Matrix table;

    /** How far down the gradients are wanted. */
    public enum Reach {
        /** To the weights. */
        WEIGHTS,
        /** To the weights and to x. */
        INPUT
    }

    /** One layer's memory. */
    private final class LayerPart {
        private final int number;
        private final Layer layer;
        private final Map<Way, LayerBackward> ways = new EnumMap<>(Way.class);
        private final Map<Way, Parameters> gradients = new EnumMap<>(Way.class);
        private final Matrix dy;
        /** dy and dx in the order of what goes backward. */
        private final Matrix reversedDy;
        private final Matrix reversedDx;

        LayerPart(int number, Arena arena, int rows, int batch, Parameters gradient) {
            this.number = number;
            this.layer = trace.weights().stack().layers().get(number);
            this.dy = Matrix.allocate(arena, rows, layer.outputSize());
            for (Way way : layer.direction().ways()) {
                ways.put(way, new LayerBackward(trace.layer(number, way), arena, batch));
                gradients.put(way,
                        gradient.under(Stack.prefix(number, way), layer.cell().parameterShapes()));
            }
            int reversed = ways.containsKey(Way.BACKWARD) ? rows : 0;
            boolean hasInput = number > 0 || dx.rows() > 0;
            this.reversedDy = Matrix.allocate(arena, reversed, layer.cell().hiddenSize());
            this.reversedDx = Matrix.allocate(arena, hasInput ? reversed : 0, layer.inputSize());
        }

        /** From dy to the gradients of the weights, and to what is below if it is to be had. */
        void backward(Matrix below) {
            int rows = trace.schedule().size();
            Matrix all = dy.rows(0, rows);
            trace.dropBackward(number, all);
            if (below.rows() > 0 && !ways.containsKey(Way.FORWARD)) {
                below.fill(0);
            }
            for (Map.Entry<Way, LayerBackward> entry : ways.entrySet()) {
                Way way = entry.getKey();
                CellWeights weights = trace.weights().cell(number, way);
                begin(way);
                StepTrace steps = entry.getValue().backward(weights, dyOf(way, all), gradients.get(way),
                        (t, da) -> watcher.onState(number, way, t, da));
                end(way);
                Matrix dz = layer.cell().inputGradient(steps);
                addInputWeightGradient(way, dz);
                if (below.rows() > 0) {
                    sendDown(way, weights, dz, below);
                }
            }
        }

        /** dy in the order of the rows of one of the ways. */
        private Matrix dyOf(Way way, Matrix all) {
            int h = layer.cell().hiddenSize();
            if (way == Way.FORWARD) {
                return all.cols(0, h);
            }
            Matrix own = reversedDy.rows(0, all.rows());
            Matrix half = layer.direction() == Direction.CONCAT ? all.cols(h, h) : all;
            kernels.gatherRows(half, trace.layer(number, way).schedule().source(), 0, own);
            return own;
        }

        private void begin(Way way) {
            StepGradient to = ways.get(way).state();
            LayerState from = state.at(number, way);
            kernels.gatherRows(from.hidden(), trace.schedule().order(), 0, to.a());
            kernels.gatherRows(from.memory(), trace.schedule().order(), 0, to.c());
        }

        private void end(Way way) {
            StepGradient from = ways.get(way).state();
            LayerState to = state.at(number, way);
            kernels.gatherRows(from.a(), trace.schedule().places(), 0, to.hidden());
            kernels.gatherRows(from.c(), trace.schedule().places(), 0, to.memory());
        }

        private void addInputWeightGradient(Way way, Matrix dz) {
            Matrix gradient = layer.cell().inputWeight(gradients.get(way).get(Cell.WEIGHT));
            if (number == 0 && trace.weights().kind() == InputKind.ONE_HOT) {
                table.fill(0);
                kernels.scatterAddRows(dz, trace.ids(way), 0, table);
                kernels.addTransposed(table, gradient);
            } else {
                kernels.addMultiplyTransA(dz, trace.input(number, way).rows(0, dz.rows()), gradient);
            }
        }

        private void sendDown(Way way, CellWeights weights, Matrix dz, Matrix below) {
            if (way == Way.FORWARD) {
                weights.inputBackward(dz, below);
                return;
            }
            Matrix own = reversedDx.rows(0, dz.rows());
            weights.inputBackward(dz, own);
            kernels.scatterAddRows(own, trace.layer(number, way).schedule().source(), 0, below);
        }
    }

    /**
     * Takes the memory.
     *
     * @param trace the stack's forward run
     * @param arena owner of the memory
     * @param gradient of the stack's parameters, by their names, which {@link #backward} adds to
     * @param reach how far down
     * @throws IllegalArgumentException where a gradient is missing or of another shape
     */
    public StackBackward(StackTrace trace, Arena arena, Parameters gradient, Reach reach) {
        Stack stack = trace.weights().stack();
        int batch = trace.batch();
        int rows = trace.time() * batch;
        boolean isOneHot = trace.weights().kind() == InputKind.ONE_HOT;
        Cell first = stack.layers().getFirst().cell();
        this.trace = trace;
        this.kernels = trace.weights().kernels();
        this.state = StackState.allocate(stack, arena, batch);
        this.dx = Matrix.allocate(arena, reach == Reach.INPUT && !isOneHot ? rows : 0, stack.inputSize());
        this.table = Matrix.allocate(arena, isOneHot ? first.inputSize() : 0, first.gateSize());
        for (int i = 0; i < stack.layers().size(); i++) {
            layers.add(new LayerPart(i, arena, rows, batch, gradient));
        }
    }

    /**
     * Goes back through another trace from now on.
     *
     * @param other of the same weights, time and batch
     * @throws IllegalArgumentException where it is of others
     */
    public void bind(StackTrace other) {
        if (!other.weights().stack().equals(trace.weights().stack()) || other.time() != trace.time()
                || other.batch() != trace.batch()) {
            throw new IllegalArgumentException(
                    "bind: the trace is of time %d, batch %d, %s; wanted time %d, batch %d, %s"
                            .formatted(other.time(), other.batch(), other.weights().stack(), trace.time(),
                                    trace.batch(),
                                    trace.weights().stack()));
        }
        trace = other;
        for (LayerPart layer : layers) {
            layer.ways.forEach((way, part) -> part.bind(other.layer(layer.number, way)));
        }
    }

    /** Has each da_t shown to a watcher from now on. */
    void watch(StateWatcher other) {
        watcher = other;
    }

    /**
     * The gradient of the output, for the caller to fill.
     *
     * @return dy, in the order of the rows of {@link StackTrace#schedule}, with room for the longest run
     */
    public Matrix dy() {
        return layers.getLast().dy;
    }

    /**
     * Takes the gradient of the output.
     *
     * @param gradient [time][batch][n_y] of the trace's last run, not read behind a sequence's end
     * @throws IllegalArgumentException where it has another shape
     * @throws IllegalStateException where the trace has not been run
     */
    public void setDy(Sequence gradient) {
        Schedule schedule = trace.schedule();
        checkShape("setDy", gradient, dy().cols());
        kernels.gatherRows(gradient.asMatrix(), schedule.padded(), 0, dy().rows(0, schedule.size()));
    }

    /**
     * The gradient of the state: in, of that behind each sequence's last step by way of what follows; out, after {@link
     * #backward}, of that before its first. The caller clears it where nothing follows.
     *
     * @return the gradients themselves
     */
    public StackState dState() {
        return state;
    }

    /**
     * Goes back through the trace's last run, from {@link #dy} and {@link #dState}, and adds the gradients. The trace holds
     * dz afterwards, and {@link #dy} is overwritten.
     *
     * @throws IllegalStateException where nothing has been run since the last time
     */
    public void backward() {
        trace.takeRun();
        for (int i = layers.size() - 1; i >= 0; i--) {
            Matrix below = i > 0 ? layers.get(i - 1).dy : dx;
            layers.get(i).backward(below.rows(0, Math.min(below.rows(), trace.schedule().size())));
        }
    }

    private void checkShape(String operation, Sequence gradient, int feature) {
        Lengths lengths = trace.schedule().lengths();
        if (gradient.time() != lengths.time() || gradient.batch() != lengths.batch() || gradient.feature() != feature) {
            throw new IllegalArgumentException("%s: the gradient is %s; wanted [%d][%d][%d]".formatted(operation,
                    gradient.shape(), lengths.time(), lengths.batch(), feature));
        }
    }

    /**
     * The gradient of the input.
     *
     * @return dx, in the order of the rows of {@link StackTrace#schedule}, of the last {@link #backward}; no rows where it
     *     was not asked for
     */
    public Matrix dx() {
        return dx.rows(0, Math.min(dx.rows(), trace.schedule().size()));
    }

    /**
     * Gives the gradient of the input.
     *
     * @param gradient [time][batch][n_x] of the trace's last run, written; 0 behind a sequence's end
     * @throws IllegalArgumentException where it has another shape
     * @throws IllegalStateException where it was not asked for, or the trace has not been run
     */
    public void getDx(Sequence gradient) {
        if (dx.rows() == 0) {
            throw new IllegalStateException("getDx: gradients were asked for down to the weights; wanted Reach.INPUT");
        }
        checkShape("getDx", gradient, dx.cols());
        gradient.asMatrix().fill(0);
        kernels.scatterAddRows(dx(), trace.schedule().padded(), 0, gradient.asMatrix());
    }
}
