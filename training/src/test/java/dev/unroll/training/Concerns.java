package dev.unroll.training;

import dev.unroll.cells.Bias;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.Regularization;
import java.util.List;
import java.util.function.Predicate;

/** Which cases may show a fault: those that have what the fault is in. */
final class Concerns {
    static final Predicate<StackCase> ALL = _ -> true;
    static final Predicate<StackCase> RNN = kind(CellKind.RNN);
    static final Predicate<StackCase> GRU_SIMPLIFIED = kind(CellKind.GRU_SIMPLIFIED);
    static final Predicate<StackCase> GRU_RESET_BEFORE = kind(CellKind.GRU_RESET_BEFORE);
    static final Predicate<StackCase> GRU = kind(CellKind.GRU);
    static final Predicate<StackCase> GRU_LAYER_NORM = kind(CellKind.GRU_LAYER_NORM);
    static final Predicate<StackCase> LSTM_LAYER_NORM = kind(CellKind.LSTM_LAYER_NORM);
    static final Predicate<StackCase> LSTM = kind(CellKind.LSTM);
    static final Predicate<StackCase> PEEPHOLE = lstm(cell -> cell.options().contains(LstmCell.Option.PEEPHOLE));
    static final Predicate<StackCase> COUPLED = lstm(cell -> cell.options().contains(LstmCell.Option.COUPLED));
    static final Predicate<StackCase> CLIP = lstm(cell -> cell.clip() < Float.POSITIVE_INFINITY);
    static final Predicate<StackCase> PROJECTION = lstm(cell -> cell.projection() > 0);
    static final Predicate<StackCase> DROPOUT = noise(r -> r.dropout() > 0 || r.variationalDropout() > 0);
    static final Predicate<StackCase> RECURRENT_DROPOUT = noise(r -> r.recurrentDropout() > 0);
    static final Predicate<StackCase> ZONEOUT = run -> run.stack().layers().stream()
            .anyMatch(layer -> layer.regularization().zoneoutHidden() > 0);
    static final Predicate<StackCase> MEMORY_ZONEOUT = run -> run.stack().layers().stream()
            .anyMatch(layer -> layer.regularization().zoneoutMemory() > 0 && layer.cell().memorySize() > 0);
    static final Predicate<StackCase> BACKWARD = direction(Direction.BACKWARD);
    static final Predicate<StackCase> SUM = direction(Direction.SUM);
    static final Predicate<StackCase> CONCAT = direction(Direction.CONCAT);
    static final Predicate<StackCase> MIXED = run -> run.lengths().batch() > 2 && !run.lengths().isFull();

    private Concerns() {}

    static Predicate<StackCase> layer(Predicate<Layer> condition) {
        return run -> run.stack().layers().stream().anyMatch(condition);
    }

    private static Predicate<StackCase> kind(CellKind kind) {
        return layer(layer -> CellKind.of(layer.cell()) == kind);
    }

    static Predicate<StackCase> biased(CellKind... kinds) {
        return layer(
                layer -> List.of(kinds).contains(CellKind.of(layer.cell())) && layer.cell().bias() == Bias.LEARNED);
    }

    static Predicate<StackCase> rnn(Activation g) {
        return layer(layer -> layer.cell() instanceof RnnCell rnn && rnn.activation() == g);
    }

    private static Predicate<StackCase> lstm(Predicate<LstmCell> condition) {
        return layer(layer -> layer.cell() instanceof LstmCell lstm && condition.test(lstm));
    }

    /** What is drawn: the mean of dropout changes nothing. */
    private static Predicate<StackCase> noise(Predicate<Regularization> condition) {
        return run -> run.noise().isPresent() && layer(layer -> condition.test(layer.regularization())).test(run);
    }

    private static Predicate<StackCase> direction(Direction direction) {
        return layer(layer -> layer.direction() == direction);
    }
}
