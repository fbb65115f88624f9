package dev.unroll.models;

import dev.unroll.cells.CellStep;
import dev.unroll.tensor.Matrix;
import java.util.Optional;

/** Where one way of a layer has its states and activations: whether they are kept, or written over at the next step. */
abstract sealed class LayerMemory permits WorkingMemory, LayerTrace {
    /** Takes the places of rows that the calls below speak of. */
    abstract void bind(Schedule schedule);

    /** z of some steps whose rows lie together, or are brought together, the first of them {@code row}. */
    abstract Matrix z(int band, int row, int rows);

    /** Where inputs that lie apart are brought together, rows x I; nothing where each step had better take its own. */
    abstract Optional<Matrix> inputs(int band, int rows);

    /** The views of a band's step. */
    abstract CellStep step(int band, int t, Matrix z);

    /** What a band's sequences that end with a step leave: of {@code count} behind the first {@code going}. */
    abstract LayerState ended(int band, int t, int going, int count);

    /** The hidden states after each step, a row a step of a sequence. */
    abstract Matrix output();

    /** The state before the first steps, a row a place. */
    abstract LayerState first();

    /** The state behind each sequence's last step; {@link #first} itself where that is not kept. */
    abstract LayerState last();
}
