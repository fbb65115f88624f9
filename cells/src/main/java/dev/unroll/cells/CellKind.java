package dev.unroll.cells;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The cells by name, as files and command lines call them; their options are {@link CellText}'s. */
public enum CellKind {
    /** {@code rnn}: {@link RnnCell}. */
    RNN,
    /** {@code gru}: {@link GruResetAfterCell}, what PyTorch and Keras mean by it. */
    GRU,
    /** {@code gru-reset-before}: {@link GruResetBeforeCell}. */
    GRU_RESET_BEFORE,
    /** {@code gru-simplified}: {@link GruSimplifiedCell}. */
    GRU_SIMPLIFIED,
    /** {@code gru-layer-norm}: {@link LayerNormGruCell}. */
    GRU_LAYER_NORM,
    /** {@code lstm}: {@link LstmCell}. */
    LSTM,
    /** {@code lstm-layer-norm}: {@link LayerNormLstmCell}. */
    LSTM_LAYER_NORM;

    /**
     * A cell of this kind, without options.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @return the cell
     * @throws IllegalArgumentException where a size is below 1
     */
    public Cell cell(int inputSize, int hiddenSize) {
        return switch (this) {
            case RNN -> new RnnCell(inputSize, hiddenSize);
            case GRU -> new GruResetAfterCell(inputSize, hiddenSize);
            case GRU_RESET_BEFORE -> new GruResetBeforeCell(inputSize, hiddenSize);
            case GRU_SIMPLIFIED -> new GruSimplifiedCell(inputSize, hiddenSize);
            case GRU_LAYER_NORM -> new LayerNormGruCell(inputSize, hiddenSize);
            case LSTM -> new LstmCell(inputSize, hiddenSize);
            case LSTM_LAYER_NORM -> new LayerNormLstmCell(inputSize, hiddenSize);
        };
    }

    /**
     * The kind of a cell.
     *
     * @param cell any cell
     * @return its kind
     */
    public static CellKind of(Cell cell) {
        return switch (cell) {
            case RnnCell _ -> RNN;
            case GruResetAfterCell _ -> GRU;
            case GruResetBeforeCell _ -> GRU_RESET_BEFORE;
            case GruSimplifiedCell _ -> GRU_SIMPLIFIED;
            case LayerNormGruCell _ -> GRU_LAYER_NORM;
            case LstmCell _ -> LSTM;
            case LayerNormLstmCell _ -> LSTM_LAYER_NORM;
        };
    }

    /**
     * The kind of a name.
     *
     * @param name for example {@code lstm}
     * @return the kind, or nothing where no kind is called so
     */
    public static Optional<CellKind> named(String name) {
        return Arrays.stream(values()).filter(kind -> kind.toString().equals(name)).findFirst();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
