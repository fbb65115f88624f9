package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/** The memory in which steps of streams run side by side; a run allocates nothing once it has seen as many streams. One user at a time. */
final class StepBatch {
    /**
     * Rows of each product where a row's bits may depend on how many there are: always as many, some of them idle. OpenBLAS
     * has its kernels for small matrices at so few, and with them the bits of a single row.
     */
    private static final int FIXED_ROWS = 8;

    private final Head.Kind headKind;
    private final StackStep whole;
    /** Those of the first rows, by their number, made when they are wanted; none where the number is fixed. */
    private final StackStep[] ofSize;

    /** For so many streams at a time. */
    StepBatch(Network network, Arena arena, int most) {
        boolean isFree = network.kernels().rowsAreIndependent();
        this.headKind = network.architecture().head().kind();
        this.whole = new StackStep(network.weights(), arena, isFree ? most : FIXED_ROWS);
        this.ofSize = new StackStep[isFree ? most + 1 : 0];
    }

    /** Most streams that one run takes. */
    int most() {
        return ofSize.length > 0 ? ofSize.length - 1 : FIXED_ROWS;
    }

    /** One step of each from {@code from} to {@code to}; none of them has changed where this throws. */
    void run(BatchedSteps[] streams, int from, int to) {
        StackStep step = step(to - from);
        boolean says = false;
        for (int i = from; i < to; i++) {
            streams[i].load(step, i - from);
            says |= streams[i].says();
        }
        Matrix top = step.run();
        Matrix y = says ? head(step, top, streams, from, to) : top;
        for (int i = from; i < to; i++) {
            streams[i].store(step, i - from, y);
        }
    }

    private Matrix head(StackStep step, Matrix top, BatchedSteps[] streams, int from, int to) {
        for (int i = from; i < to; i++) {
            var lookBack = streams[i].session().lookBack();
            if (streams[i].says() && lookBack.isPresent()) {
                step.look(lookBack.get(), top, i - from);
            }
        }
        return step.head(step.attended().orElse(top), headKind);
    }

    private StackStep step(int rows) {
        if (ofSize.length == 0) {
            return whole;
        }
        if (ofSize[rows] == null) {
            ofSize[rows] = whole.rows(rows);
        }
        return ofSize[rows];
    }
}
