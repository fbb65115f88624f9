package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellStep;
import dev.unroll.cells.StepTrace;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What one way of a layer reads and writes over a window of time: its states before, between and behind the steps, and of
 * each step its activations and what its cell saves. Made once for (cell, time, batch) and used at every window.
 */
public final class LayerTrace extends LayerMemory {
    private final Cell cell;
    private final int batch;
    /** States before any step, a row a place, then those after each step, a row a row of the schedule. */
    private final LayerState states;
    private final LayerState last;
    private final Matrix z;
    private final Matrix saved;
    private final LayerNoise noise;
    private final Arena arena;
    private Optional<StatesBefore> before = Optional.empty();
    private Schedule schedule;
    /** By band and time. */
    private final List<List<CellStep>> steps = new ArrayList<>();

    /** The states before each row's step, brought together where they do not lie in the order of the rows. */
    private static final class StatesBefore {
        private final LayerState states;
        /** Which of the trace's states each is. */
        private final int[] from;

        StatesBefore(Cell cell, Arena arena, int rows) {
            states = LayerState.allocate(cell, arena, rows);
            from = new int[rows];
        }
    }

    /**
     * Takes the memory.
     *
     * @param layer whose cell and regularisation
     * @param arena owner of the memory
     * @param time most steps of a window
     * @param batch sequences side by side
     */
    public LayerTrace(Layer layer, Arena arena, int time, int batch) {
        int rows = Math.multiplyExact(time, batch);
        this.cell = layer.cell();
        this.batch = batch;
        this.states = LayerState.allocate(cell, arena, Math.addExact(rows, batch));
        this.last = LayerState.allocate(cell, arena, batch);
        this.z = Matrix.allocate(arena, rows, cell.gateSize());
        this.saved = Matrix.allocate(arena, rows, cell.savedSize());
        this.noise = new LayerNoise(layer, arena, rows, batch);
        this.arena = arena;
        this.schedule = Schedule.forward(Lengths.full(0, batch), 1);
    }

    /** Draws what the next run drops and keeps, whose first row is row {@code first} of its window. */
    void draw(RandomGenerator seeds, long first) {
        noise.draw(schedule, seeds, first);
    }

    /** Lets the next runs have the mean of what is drawn. */
    void takeMean() {
        noise.takeMean();
    }

    @Override
    void bind(Schedule rows) {
        schedule = rows;
        steps.clear();
        for (int band = 0; band < rows.bands(); band++) {
            steps.add(new ArrayList<>());
        }
        if (rows.isInOrder()) {
            return;
        }
        if (before.isEmpty()) {
            before = Optional.of(new StatesBefore(cell, arena, z.rows()));
        }
        int[] from = before.get().from;
        for (int band = 0; band < rows.bands(); band++) {
            for (int t = 0; t < rows.time(band); t++) {
                int first = t == 0 ? rows.begin(band) : batch + rows.row(band, t - 1);
                for (int i = 0; i < rows.count(band, t); i++) {
                    from[rows.row(band, t) + i] = first + i;
                }
            }
        }
    }

    @Override
    Matrix z(int band, int row, int rows) {
        return z.rows(row, rows);
    }

    @Override
    Optional<Matrix> inputs(int band, int rows) {
        return Optional.empty();
    }

    @Override
    CellStep step(int band, int t, Matrix zRows) {
        int row = schedule.row(band, t);
        int count = schedule.count(band, t);
        LayerState old = t == 0
                ? states.rows(schedule.begin(band), count)
                : states.rows(batch + schedule.row(band, t - 1), count);
        CellStep step = noise.step(zRows, saved.rows(row, count), row, schedule.begin(band), old,
                states.rows(batch + row, count));
        steps.get(band).add(step);
        return step;
    }

    /**
     * One step of one band.
     *
     * @param band number of the band
     * @param t its time, from 0
     * @return its views
     */
    public CellStep step(int band, int t) {
        return steps.get(band).get(t);
    }

    /**
     * All steps as one, for work on all their rows at once.
     *
     * @param kernels who brings the states before the steps into the order of the rows
     * @return views of a row a step of a sequence
     */
    public StepTrace steps(Kernels kernels) {
        int rows = schedule.size();
        return noise.trace(z.rows(0, rows), saved.rows(0, rows), 0,
                schedule.isInOrder() ? states.rows(0, rows) : statesBefore(kernels, rows), states.rows(batch, rows));
    }

    private LayerState statesBefore(Kernels kernels, int rows) {
        StatesBefore together = before.orElseThrow();
        kernels.gatherRows(states.hidden(), together.from, 0, together.states.hidden().rows(0, rows));
        kernels.gatherRows(states.memory(), together.from, 0, together.states.memory().rows(0, rows));
        return together.states.rows(0, rows);
    }

    @Override
    LayerState ended(int band, int t, int going, int count) {
        return states.rows(batch + schedule.row(band, t) + going, count);
    }

    @Override
    Matrix output() {
        return states.hidden().rows(batch, states.hidden().rows() - batch);
    }

    @Override
    LayerState first() {
        return states.rows(0, batch);
    }

    @Override
    LayerState last() {
        return last;
    }

    /**
     * Where the rows of the last run lie.
     *
     * @return its schedule
     */
    public Schedule schedule() {
        return schedule;
    }

    /**
     * The equations of the layer.
     *
     * @return its cell
     */
    public Cell cell() {
        return cell;
    }

    /**
     * Whether what W_aa acts on is apart from a, see {@link Regularization#recurrentDropout}.
     *
     * @return whether units are dropped
     */
    public boolean dropsRecurrent() {
        return noise.dropsRecurrent();
    }

    /**
     * Gives the state that each sequence has after some steps, or after its last if it has fewer.
     *
     * @param kernels who copies
     * @param steps 0 to time
     * @param to a row a sequence, written
     */
    public void copyState(Kernels kernels, int steps, LayerState to) {
        int[] from = new int[batch];
        for (int band = 0; band < schedule.bands(); band++) {
            int first = schedule.begin(band);
            for (int place = first; place < schedule.begin(band + 1); place++) {
                int sequence = schedule.order()[place];
                int made = Math.min(steps, schedule.lengths().length(sequence));
                from[sequence] = made == 0 ? place : batch + schedule.row(band, made - 1) + place - first;
            }
        }
        kernels.gatherRows(states.hidden(), from, 0, to.hidden());
        kernels.gatherRows(states.memory(), from, 0, to.memory());
    }
}
