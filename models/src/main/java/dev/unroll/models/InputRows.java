package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/** What a network reads at one step of streams side by side, and their x, as {@link InputSteps}; writing it allocates nothing. */
final class InputRows {
    private final Input[] parts;
    /** The tokens of each part, if it has one, a row each. */
    private final int[][] tokens;
    private final Matrix x;
    private final Matrix[] xs;
    private final Matrix[] tables;

    InputRows(Input input, Parameters parameters, Arena arena, int rows) {
        this(input.parts().toArray(Input[]::new), new int[input.parts().size()][rows],
                Matrix.allocate(arena, rows, input instanceof Input.OneHot ? 0 : input.width()),
                new Matrix[input.parts().size()]);
        for (int i = 0; i < parts.length; i++) {
            tables[i] = parts[i] instanceof Input.Embedding ? parameters.get(input.table(i)) : x;
        }
    }

    private InputRows(Input[] parts, int[][] tokens, Matrix x, Matrix[] tables) {
        this.parts = parts;
        this.tokens = tokens;
        this.x = x;
        this.xs = new Matrix[parts.length];
        this.tables = tables;
        int col = 0;
        for (int i = 0; i < parts.length; i++) {
            int width = x.cols() == 0 ? 0 : parts[i].width();
            xs[i] = x.cols(col, width);
            col += width;
        }
    }

    /** The first rows, in the same memory. */
    InputRows rows(int count) {
        return new InputRows(parts, tokens, x.rows(0, count), tables);
    }

    /** Takes what has been checked as what one stream reads. */
    void set(int row, int[] ids, float[] features) {
        int k = 0;
        int feature = 0;
        for (int i = 0; i < parts.length; i++) {
            switch (parts[i]) {
                case Input.Features(int size) -> {
                    for (int j = 0; j < size; j++) {
                        xs[i].set(row, j, features[feature + j]);
                    }
                    feature += size;
                }
                case Input.Embedding _,Input.OneHot _ -> tokens[i][row] = ids[k++];
                case Input.Joined _ -> throw new AssertionError("a part has no parts");
            }
        }
    }

    /** Writes the x of all streams. */
    void forward(Kernels kernels) {
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] instanceof Input.Embedding) {
                kernels.gatherRows(tables[i], tokens[i], 0, xs[i]);
            } else if (parts[i] instanceof Input.OneHot && xs[i].cols() > 0) {
                xs[i].fill(0);
                for (int row = 0; row < xs[i].rows(); row++) {
                    xs[i].set(row, tokens[i][row], 1);
                }
            }
        }
    }

    /** The tokens of the only part, a row each. */
    int[] tokens() {
        return tokens[0];
    }

    Matrix x() {
        return x;
    }
}
