package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import java.util.List;

/**
 * One layer of a stack: a cell, the ways it goes through time, and what it is disturbed with in training.
 *
 * @param cell the equations of a step
 * @param direction which ways it goes
 * @param regularization dropout and zoneout
 */
public record Layer(Cell cell, Direction direction, Regularization regularization) {
    /**
     * A layer that goes forward and is left alone.
     *
     * @param cell the equations of a step
     * @return the layer
     */
    public static Layer of(Cell cell) {
        return new Layer(cell, Direction.FORWARD, Regularization.NONE);
    }

    /**
     * A layer that goes other ways.
     *
     * @param ways which
     * @return a new layer
     */
    public Layer direction(Direction ways) {
        return new Layer(cell, ways, regularization);
    }

    /**
     * A layer with other dropout and zoneout.
     *
     * @param settings which
     * @return a new layer
     */
    public Layer regularization(Regularization settings) {
        return new Layer(cell, direction, settings);
    }

    /**
     * I, the length of x.
     *
     * @return n_x
     */
    public int inputSize() {
        return cell.inputSize();
    }

    /**
     * Length of y.
     *
     * @return H, or 2H where two directions are side by side
     */
    public int outputSize() {
        return direction.outputSize(cell.hiddenSize());
    }

    /**
     * Names and shapes of its weights.
     *
     * @return the cell's, for each way under its prefix
     */
    public List<Parameters.Shape> parameterShapes() {
        return direction.ways().stream()
                .flatMap(way -> cell.parameterShapes().stream().map(shape -> shape.under(way.prefix())))
                .toList();
    }
}
