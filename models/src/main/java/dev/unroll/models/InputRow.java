package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.List;

/** What a network reads at one step of one stream, and its x, as {@link InputSteps}; writing it allocates nothing. */
final class InputRow {
    private final Input[] parts;
    /** The token of each part, if it has one. */
    private final int[][] tokens;
    private final Matrix x;
    private final Matrix[] xs;
    private final Matrix[] tables;

    InputRow(Input input, Parameters parameters, Arena arena) {
        List<Input> all = input.parts();
        this.parts = all.toArray(Input[]::new);
        this.tokens = new int[parts.length][1];
        this.x = Matrix.allocate(arena, 1, input instanceof Input.OneHot ? 0 : input.width());
        this.xs = new Matrix[parts.length];
        this.tables = new Matrix[parts.length];
        int col = 0;
        for (int i = 0; i < parts.length; i++) {
            int width = x.cols() == 0 ? 0 : parts[i].width();
            xs[i] = x.cols(col, width);
            tables[i] = parts[i] instanceof Input.Embedding ? parameters.get(input.table(i)) : x;
            col += width;
        }
    }

    /** Checks tokens, one a channel, and features; writes nothing where they are not the network's. */
    void check(int[] ids, int channels, float[] features) {
        int k = 0;
        int numbers = 0;
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].channels() == 1 && k < channels) {
                Sizes.checkToken("step", ids[k], parts[i].size());
            }
            k += parts[i].channels();
            numbers += parts[i].features();
        }
        if (k != channels) {
            throw new IllegalArgumentException("step: %d tokens; wanted %d".formatted(channels, k));
        }
        Sizes.checkLength("step", "features", features, numbers);
    }

    /** Takes what has been checked. */
    void set(Kernels kernels, int[] ids, float[] features) {
        int k = 0;
        int feature = 0;
        for (int i = 0; i < parts.length; i++) {
            switch (parts[i]) {
                case Input.Features(int size) -> {
                    for (int j = 0; j < size; j++) {
                        xs[i].set(0, j, features[feature + j]);
                    }
                    feature += size;
                }
                case Input.Embedding _ -> {
                    tokens[i][0] = ids[k];
                    kernels.gatherRows(tables[i], tokens[i], 0, xs[i]);
                    k++;
                }
                case Input.OneHot _ -> {
                    tokens[i][0] = ids[k];
                    if (xs[i].cols() > 0) {
                        xs[i].fill(0);
                        xs[i].set(0, ids[k], 1);
                    }
                    k++;
                }
                case Input.Joined _ -> throw new AssertionError("a part has no parts");
            }
        }
    }

    /** The token of the only part. */
    int[] token() {
        return tokens[0];
    }

    Matrix x() {
        return x;
    }
}
