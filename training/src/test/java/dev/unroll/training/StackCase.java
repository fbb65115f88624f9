package dev.unroll.training;

import dev.unroll.cells.CellText;
import dev.unroll.models.Layer;
import dev.unroll.models.Lengths;
import dev.unroll.models.Regularization;
import dev.unroll.models.Stack;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A stack over a batch of sequences, with all its numbers.
 *
 * @param number of the case, under a seed that gives all cases
 * @param seed what gives all cases
 * @param stack the layers
 * @param lengths of the sequences
 * @param noise seed of what is dropped and kept; without one its mean is taken
 * @param threads of the kernels
 * @param numbers weights, input, states, and the loss
 */
record StackCase(int number, long seed, Stack stack, Lengths lengths, OptionalLong noise, int threads,
        StackNumbers numbers) {
    /** Row of a step in [time][batch]. */
    int row(int t, int i) {
        return t * lengths.batch() + i;
    }

    @Override
    public String toString() {
        return "case %d of -Dunroll.seed=%d: %s, sequences %s, %s, %d threads".formatted(number, seed,
                stack.layers().stream().map(StackCase::text).collect(Collectors.joining(" | ")), lengths,
                noise.isPresent() ? "noise " + noise.getAsLong() : "mean", threads);
    }

    private static String text(Layer layer) {
        String text = layer.inputSize() + " > " + CellText.of(layer.cell()) + " " + layer.direction();
        Regularization r = layer.regularization();
        return r.equals(Regularization.NONE)
                ? text
                : text + " noise %s %s %s %s %s".formatted(r.dropout(), r.variationalDropout(), r.recurrentDropout(),
                        r.zoneoutHidden(), r.zoneoutMemory());
    }
}
