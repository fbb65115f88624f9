package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.StepTrace;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.function.IntConsumer;

/**
 * A batch cut into bands of sequences, sizes that differ by one at most. A sequence has nothing of another's, so threads go
 * through the whole of time each with a band of its own, and need not meet at every step; nor does one read what another
 * wrote.
 *
 * @param batch number of sequences, m
 * @param count number of bands
 */
public record Bands(int batch, int count) {
    /** Fewer sequences than this leave a tile of rows half empty. */
    private static final int LEAST = 4;
    /** More bands than threads let a faster core do more, and each reads all weights; of so many sequences, that costs little. */
    private static final int AMPLE = 32;

    /**
     * Bands for so many threads.
     *
     * @param batch number of sequences, m
     * @param threads that share the work
     * @return one band where the threads had better share each step, as with a single sequence
     */
    public static Bands of(int batch, int threads) {
        return new Bands(batch, threads == 1 || batch < threads * LEAST ? 1 : Math.max(threads, batch / AMPLE));
    }

    /**
     * Where a band begins.
     *
     * @param band its number; that of the last plus one has its begin at the end
     * @return number of its first sequence
     */
    public int begin(int band) {
        return (int) ((long) batch * band / count);
    }

    /**
     * The sequences of a band.
     *
     * @param band its number
     * @param whole a row a sequence of the batch
     * @return a view of the band's rows
     */
    public Matrix of(int band, Matrix whole) {
        return count == 1 ? whole : whole.rows(begin(band), begin(band + 1) - begin(band));
    }

    /**
     * Runs work for each band, on the threads of the kernels.
     *
     * @param kernels whose threads, see {@link Kernels#share}
     * @param work called with the number of a band
     */
    public void share(Kernels kernels, IntConsumer work) {
        kernels.share(count, (from, to) -> {
            for (int band = from; band < to; band++) {
                work.accept(band);
            }
        });
    }

    /** A band's rows of what a step reads and writes. */
    StepTrace of(int band, Cell cell, StepTrace step) {
        return count == 1
                ? step
                : new StepTrace(cell, of(band, step.z()), of(band, step.saved()), of(band, step.a()),
                        of(band, step.c()), of(band, step.aNext()), of(band, step.cNext()));
    }
}
