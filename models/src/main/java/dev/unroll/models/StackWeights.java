package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a stack's cells, packed for a backend; see {@link CellWeights}. Read by any number of threads, as long as
 * none repacks.
 */
public final class StackWeights {
    private final Stack stack;
    private final Kernels kernels;
    private final InputKind kind;
    private final List<Map<Way, CellWeights>> layers = new ArrayList<>();

    private StackWeights(Stack stack, Kernels kernels, InputKind kind) {
        this.stack = stack;
        this.kernels = kernels;
        this.kind = kind;
    }

    /**
     * Packs the weights.
     *
     * @param stack the layers
     * @param kernels who will compute
     * @param arena owner of the packed copies
     * @param parameters the stack's, by the names of {@link Stack#parameterShapes}; others may be among them
     * @param use what they are packed for
     * @param kind what the first layer's x is
     * @return the packed weights
     * @throws IllegalArgumentException where a parameter is missing or of another shape
     */
    public static StackWeights pack(Stack stack, Kernels kernels, Arena arena, Parameters parameters, Use use,
            InputKind kind) {
        StackWeights weights = new StackWeights(stack, kernels, kind);
        for (int i = 0; i < stack.layers().size(); i++) {
            Cell cell = stack.layers().get(i).cell();
            Map<Way, CellWeights> ways = new EnumMap<>(Way.class);
            for (Way way : stack.layers().get(i).direction().ways()) {
                ways.put(way, CellWeights.pack(cell, kernels, arena,
                        parameters.under(Stack.prefix(i, way), cell.parameterShapes()), use,
                        i == 0 ? kind : InputKind.DENSE));
            }
            weights.layers.add(ways);
        }
        return weights;
    }

    /** Takes the parameters again, after they have changed. */
    public void repack() {
        layers.forEach(ways -> ways.values().forEach(CellWeights::repack));
    }

    /**
     * The layers.
     *
     * @return the stack
     */
    public Stack stack() {
        return stack;
    }

    /**
     * Who computes.
     *
     * @return the kernels that the weights are packed for
     */
    public Kernels kernels() {
        return kernels;
    }

    /**
     * What the first layer's x is.
     *
     * @return dense numbers, or the index of a one-hot vector
     */
    public InputKind kind() {
        return kind;
    }

    /**
     * One cell's weights.
     *
     * @param layer its number, from the input up
     * @param way which of the layer's ways
     * @return its packed weights
     * @throws IllegalArgumentException where the layer does not go that way
     */
    public CellWeights cell(int layer, Way way) {
        CellWeights weights = layers.get(layer).get(way);
        if (weights == null) {
            throw new IllegalArgumentException("weights: layer %d goes %s, not %s".formatted(layer,
                    stack.layers().get(layer).direction(), way));
        }
        return weights;
    }
}
