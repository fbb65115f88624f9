package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellStep;
import dev.unroll.cells.StepTrace;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;

/** The memory of a layer that is only run forward: each step writes over what the one before has left, but its output. */
final class WorkingMemory extends LayerMemory {
    private final Cell cell;
    private final Matrix output;
    private final LayerState state;
    private final Matrix z;
    private final Matrix inputs;
    private final Matrix saved;
    private final Optional<Zoneout> zoneout;
    private Schedule schedule;
    /** First row of each band in z and in inputs. */
    private int[] begin = {};

    /** For as many rows as the output has, of so many sequences, in that many bands at most. */
    WorkingMemory(Layer layer, Arena arena, Matrix output, int batch, int bands) {
        this.cell = layer.cell();
        this.output = output;
        this.state = LayerState.allocate(cell, arena, batch);
        int rows = (int) Math.min(output.rows(), (long) batch + (long) bands * LayerBand.ROWS);
        this.z = Matrix.allocate(arena, rows, cell.gateSize());
        this.inputs = Matrix.allocate(arena, bands > 1 ? rows : 0, cell.inputSize());
        this.saved = Matrix.allocate(arena, batch, cell.savedSize());
        this.zoneout = Zoneout.of(layer, arena, batch);
    }

    @Override
    void bind(Schedule rows) {
        schedule = rows;
        begin = new int[rows.bands()];
        int from = 0;
        for (int band = 0; band < begin.length; band++) {
            begin[band] = from;
            int all = 0;
            for (int t = 0; t < rows.time(band); t++) {
                all += rows.count(band, t);
            }
            from += Math.min(all, Math.max(rows.count(band, 0), LayerBand.ROWS));
        }
    }

    @Override
    Matrix z(int band, int row, int rows) {
        return z.rows(begin[band], rows);
    }

    @Override
    Optional<Matrix> inputs(int band, int rows) {
        return Optional.of(inputs.rows(begin[band], rows));
    }

    @Override
    CellStep step(int band, int t, Matrix zRows) {
        int place = schedule.begin(band);
        int count = schedule.count(band, t);
        LayerState before = state.rows(place, count);
        Matrix a = t == 0 ? before.hidden() : output.rows(schedule.row(band, t - 1), count);
        Matrix aNext = output.rows(schedule.row(band, t), count);
        Matrix savedRows = saved.rows(place, count);
        if (zoneout.isEmpty()) {
            return CellStep.plain(new StepTrace(cell, zRows, savedRows, a, before.memory(), aNext, before.memory()));
        }
        Zoneout zone = zoneout.get().rows(place, count);
        LayerState proposed = zone.proposed();
        return zone.step(
                new StepTrace(cell, zRows, savedRows, a, before.memory(), proposed.hidden(), proposed.memory()),
                Optional.empty(), new LayerState(a, before.memory()), new LayerState(aNext, before.memory()));
    }

    @Override
    LayerState ended(int band, int t, int going, int count) {
        return new LayerState(output.rows(schedule.row(band, t) + going, count),
                state.memory().rows(schedule.begin(band) + going, count));
    }

    @Override
    Matrix output() {
        return output;
    }

    @Override
    LayerState first() {
        return state;
    }

    @Override
    LayerState last() {
        return state;
    }
}
