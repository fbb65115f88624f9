package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellStep;
import dev.unroll.cells.CellStep.Zone;
import dev.unroll.cells.StepTrace;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What steps with zoneout want beside a cell's own memory: how much of the old state is kept, z, and what the cell proposes,
 * ã and c̃; see {@link Regularization}.
 */
final class Zoneout {
    private final Cell cell;
    private final Regularization regularization;
    private final LayerState kept;
    private final LayerState proposed;

    private Zoneout(Cell cell, Regularization regularization, LayerState kept, LayerState proposed) {
        this.cell = cell;
        this.regularization = regularization;
        this.kept = kept;
        this.proposed = proposed;
    }

    /** For so many rows, with the mean of z; nothing for a layer without zoneout. */
    static Optional<Zoneout> of(Layer layer, Arena arena, int rows) {
        if (!layer.regularization().zonesOut()) {
            return Optional.empty();
        }
        Zoneout zoneout = new Zoneout(layer.cell(), layer.regularization(),
                LayerState.allocate(layer.cell(), arena, rows), LayerState.allocate(layer.cell(), arena, rows));
        zoneout.takeMean();
        return Optional.of(zoneout);
    }

    Zoneout rows(int from, int count) {
        return new Zoneout(cell, regularization, kept.rows(from, count), proposed.rows(from, count));
    }

    void takeMean() {
        kept.hidden().fill((float) regularization.zoneoutHidden());
        kept.memory().fill((float) regularization.zoneoutMemory());
    }

    /** Draws z of rows of these keys, counted from a first one. */
    void draw(RandomGenerator seeds, long first, int[] keys) {
        Masks.zoneout(seeds.nextLong(), first, keys, regularization.zoneoutHidden(), kept.hidden());
        Masks.zoneout(seeds.nextLong(), first, keys, regularization.zoneoutMemory(), kept.memory());
    }

    /** What the cell writes in place of the state. */
    LayerState proposed() {
        return proposed;
    }

    /** A step of all rows, whose cell proposes what {@code after} gets a part of. */
    CellStep step(StepTrace trace, Optional<Matrix> mask, LayerState before, LayerState after) {
        return new CellStep(trace, mask,
                Optional.of(new Zone(kept.hidden(), before.hidden(), proposed.hidden(), after.hidden())),
                Optional.of(new Zone(kept.memory(), before.memory(), proposed.memory(), after.memory())));
    }
}
