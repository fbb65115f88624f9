package dev.unroll.cells;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** The cells by name, as files and command lines call them. */
public enum CellKind {
    /** {@code rnn}: {@link RnnCell}. */
    RNN(RnnCell.class, RnnCell::new),
    /** {@code gru}: {@link GruResetAfterCell}, what PyTorch and Keras mean by it. */
    GRU(GruResetAfterCell.class, GruResetAfterCell::new),
    /** {@code gru-reset-before}: {@link GruResetBeforeCell}. */
    GRU_RESET_BEFORE(GruResetBeforeCell.class, GruResetBeforeCell::new),
    /** {@code lstm}: {@link LstmCell}. */
    LSTM(LstmCell.class, LstmCell::new);

    private final Class<? extends Cell> type;
    private final BiFunction<Integer, Integer, Cell> maker;

    CellKind(Class<? extends Cell> type, BiFunction<Integer, Integer, Cell> maker) {
        this.type = type;
        this.maker = maker;
    }

    /**
     * A cell of this kind.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @return the cell
     * @throws IllegalArgumentException where a size is below 1
     */
    public Cell cell(int inputSize, int hiddenSize) {
        return maker.apply(inputSize, hiddenSize);
    }

    /**
     * The kind of a cell.
     *
     * @param cell any cell
     * @return its kind
     */
    public static CellKind of(Cell cell) {
        return Arrays.stream(values()).filter(kind -> kind.type.isInstance(cell)).findFirst().orElseThrow();
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
