package dev.unroll.tensor;

import java.lang.foreign.Arena;

/** Sizes of a batch in a test, and where the formula of each layout puts its elements. */
record BatchShape(int time, int batch, int feature) {
    int size() {
        return time * batch * feature;
    }

    /** Where feature j of sequence i at time t lies. */
    int index(SequenceLayout order, int t, int i, int j) {
        return switch (order) {
            case TIME_BATCH_FEATURE -> t * batch * feature + i * feature + j;
            case BATCH_TIME_FEATURE -> i * time * feature + t * feature + j;
            case FEATURE_BATCH_TIME -> j * batch * time + i * time + t;
        };
    }

    /** The sizes in a layout's own order. */
    int[] sizes(SequenceLayout order) {
        return switch (order) {
            case TIME_BATCH_FEATURE -> new int[]{time, batch, feature};
            case BATCH_TIME_FEATURE -> new int[]{batch, time, feature};
            case FEATURE_BATCH_TIME -> new int[]{feature, batch, time};
        };
    }

    /** A sequence whose rows have gaps on both sides, which hold NaN. */
    Sequence strided(Arena arena, int left, int right) {
        Matrix outer = Matrix.allocate(arena, time * batch, left + feature + right);
        outer.fill(Float.NaN);
        return Sequence.of(outer.cols(left, feature), time, batch);
    }

    /** The number of floats around the elements of such a sequence that still are NaN. */
    long nansAround(Sequence strided) {
        Matrix rows = strided.asMatrix();
        Matrix outer = Matrix.of(rows.segment(), Layout.rowMajor(rows.rows(), Math.toIntExact(rows.rowStride())));
        long nans = 0;
        for (int row = 0; row < outer.rows(); row++) {
            for (int j = 0; j < outer.cols(); j++) {
                boolean around = j < rows.offset() || j >= rows.offset() + feature;
                nans += around && Float.isNaN(outer.get(row, j)) ? 1 : 0;
            }
        }
        return nans;
    }
}
