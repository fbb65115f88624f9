package dev.unroll.training;

import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;

/** Whoever watches the gradients on their way back through time. */
@FunctionalInterface
interface StateWatcher {
    /** Nobody. */
    StateWatcher NONE = (_, _, _, _) -> {
    };

    /**
     * Called before each step backward, on the thread that makes it.
     *
     * @param layer its number, from the input up
     * @param way which of its ways
     * @param t the step, in the order in which the way goes
     * @param da dL/da_t of some sequences, all that follows counted in
     */
    void onState(int layer, Way way, int t, Matrix da);
}
