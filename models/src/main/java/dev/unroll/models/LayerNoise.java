package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellStep;
import dev.unroll.cells.StepTrace;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What a layer's steps are disturbed with in training, see {@link Regularization}: masks, and the memory they ask for. */
final class LayerNoise {
    private final Cell cell;
    private final Regularization regularization;
    private final Optional<Matrix> mask;
    /** m*a of each row. */
    private final Optional<Matrix> dropped;
    private final Optional<Zoneout> zoneout;

    LayerNoise(Layer layer, Arena arena, int rows, int batch) {
        this.cell = layer.cell();
        this.regularization = layer.regularization();
        boolean drops = regularization.recurrentDropout() > 0;
        this.mask = allocate(drops, arena, batch);
        this.dropped = allocate(drops, arena, rows);
        this.zoneout = Zoneout.of(layer, arena, rows);
        takeMean();
    }

    private Optional<Matrix> allocate(boolean isWanted, Arena arena, int rows) {
        return isWanted ? Optional.of(Matrix.allocate(arena, rows, cell.hiddenSize())) : Optional.empty();
    }

    boolean dropsRecurrent() {
        return mask.isPresent();
    }

    /** Draws for the rows of a schedule, of which the first is row {@code first} of its window. */
    void draw(Schedule schedule, RandomGenerator seeds, long first) {
        mask.ifPresent(m -> {
            m.fill(1);
            Masks.multiplyDropout(seeds.nextLong(), 0, schedule.order(), regularization.recurrentDropout(), m);
        });
        zoneout.ifPresent(z -> z.rows(0, schedule.size()).draw(seeds, first, schedule.padded()));
    }

    void takeMean() {
        mask.ifPresent(m -> m.fill(1));
        zoneout.ifPresent(Zoneout::takeMean);
    }

    /** What the cell reads and writes at rows from {@code row} on, of one step or of all. */
    StepTrace trace(Matrix z, Matrix saved, int row, LayerState before, LayerState after) {
        Matrix recurrent = dropped.map(d -> d.rows(row, z.rows())).orElse(before.hidden());
        LayerState own = zoneout.map(zone -> zone.rows(row, z.rows()).proposed()).orElse(after);
        return new StepTrace(cell, z, saved, recurrent, before.hidden(), before.memory(), own.hidden(), own.memory());
    }

    /** One step at rows from {@code row} on, of sequences from {@code place} on. */
    CellStep step(Matrix z, Matrix saved, int row, int place, LayerState before, LayerState after) {
        StepTrace trace = trace(z, saved, row, before, after);
        Optional<Matrix> rows = mask.map(m -> m.rows(place, z.rows()));
        return zoneout.map(zone -> zone.rows(row, z.rows()).step(trace, rows, before, after))
                .orElseGet(() -> new CellStep(trace, rows, Optional.empty(), Optional.empty()));
    }
}
