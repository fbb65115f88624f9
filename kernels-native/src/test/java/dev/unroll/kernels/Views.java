package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Operands that are cut out of larger matrices full of NaN, each NaN another, so that reading outside shows in the result
 * and writing outside shows in the bits.
 */
final class Views implements AutoCloseable {
    private static final int NAN_BITS = 0x7fc00000;

    private final Arena arena = Arena.ofShared();
    private final List<Matrix> outers = new ArrayList<>();
    private final List<int[]> snapshot = new ArrayList<>();
    private final SplittableRandom random;
    private int nans;

    Views(long seed) {
        random = new SplittableRandom(seed);
    }

    Arena arena() {
        return arena;
    }

    SplittableRandom random() {
        return random;
    }

    /** A view full of NaN, at a random offset, with a random gap between its rows. */
    Matrix nan(int rows, int cols) {
        int top = random.nextInt(3);
        int left = random.nextInt(4);
        Matrix outer = Matrix.allocate(arena, top + rows + random.nextInt(3), left + cols + random.nextInt(4));
        for (long i = 0; i < outer.layout().size(); i++) {
            outer.segment().setAtIndex(ValueLayout.JAVA_INT, i, NAN_BITS | (++nans & 0xfffff));
        }
        outers.add(outer);
        return outer.rows(top, rows).cols(left, cols);
    }

    /** A view of numbers from {@code low} to {@code high}. */
    Matrix random(int rows, int cols, double low, double high) {
        Matrix view = nan(rows, cols);
        fill(view, low, high);
        return view;
    }

    /** A view of numbers from -2 to 2. */
    Matrix random(int rows, int cols) {
        return random(rows, cols, -2, 2);
    }

    void fill(Matrix view, double low, double high) {
        for (int i = 0; i < view.rows(); i++) {
            for (int j = 0; j < view.cols(); j++) {
                view.set(i, j, (float) random.nextDouble(low, high));
            }
        }
    }

    /** Remembers every bit of every view and what lies around it. */
    void remember() {
        snapshot.clear();
        outers.forEach(outer -> snapshot.add(outer.segment().toArray(ValueLayout.JAVA_INT)));
    }

    /** Wants what {@link #remember} saw, save inside of {@code written}. */
    void assertOnlyWritten(String context, Matrix... written) {
        for (int o = 0; o < snapshot.size(); o++) {
            Matrix outer = outers.get(o);
            BitSet allowed = new BitSet();
            for (Matrix w : written) {
                for (int i = 0; i < w.rows() && w.segment().equals(outer.segment()); i++) {
                    int row = (int) (w.offset() + i * w.rowStride());
                    allowed.set(row, row + w.cols());
                }
            }
            int[] bits = snapshot.get(o);
            for (int i = allowed.nextClearBit(0); i < bits.length; i = allowed.nextClearBit(i + 1)) {
                int now = outer.segment().getAtIndex(ValueLayout.JAVA_INT, i);
                if (now != bits[i]) {
                    assertEquals(Integer.toHexString(bits[i]), Integer.toHexString(now), "%s: float %d of view %d (%s)"
                            .formatted(context, i, o, outer) + " was not to be written; its bits");
                }
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
