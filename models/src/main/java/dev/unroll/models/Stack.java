package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Recurrent layers one on the other: y = layer_L(... layer_1(x)), each a sequence in and a sequence out.
 *
 * @param layers from the input up
 */
public record Stack(List<Layer> layers) {
    /**
     * Checks that each layer fits the one below.
     *
     * @throws IllegalArgumentException for no layer, or a size that does not fit
     */
    public Stack {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("stack: no layer; wanted one or more");
        }
        for (int i = 1; i < layers.size(); i++) {
            if (layers.get(i).inputSize() != layers.get(i - 1).outputSize()) {
                throw new IllegalArgumentException("stack: layer %d has inputSize %d, and what is below it gives %d"
                        .formatted(i, layers.get(i).inputSize(), layers.get(i - 1).outputSize()));
            }
        }
    }

    /**
     * A stack of these layers.
     *
     * @param layers from the input up
     * @return the stack
     */
    public static Stack of(Layer... layers) {
        return new Stack(List.of(layers));
    }

    /**
     * A stack of layers that go forward and are left alone.
     *
     * @param cells of the layers, from the input up
     * @return the stack
     */
    public static Stack forward(Cell... cells) {
        return new Stack(Arrays.stream(cells).map(Layer::of).toList());
    }

    /**
     * Length of x.
     *
     * @return n_x
     */
    public int inputSize() {
        return layers.getFirst().inputSize();
    }

    /**
     * Length of y.
     *
     * @return the last layer's output size
     */
    public int outputSize() {
        return layers.getLast().outputSize();
    }

    /**
     * Whether y_t depends on nothing behind time t, so that it can be had step by step.
     *
     * @return whether all layers go forward
     */
    public boolean isCausal() {
        return layers.stream().allMatch(layer -> layer.direction() == Direction.FORWARD);
    }

    /**
     * What the parameters of a layer are called: this and the layer's own name for them.
     *
     * @param layer its number, from the input up
     * @return for example {@code layer0.}
     */
    public static String prefix(int layer) {
        return "layer" + layer + ".";
    }

    /**
     * What the parameters of one way of a layer are called: this and the cell's own name for them.
     *
     * @param layer its number, from the input up
     * @param way which of its ways
     * @return for example {@code layer0.reverse.}
     */
    public static String prefix(int layer, Way way) {
        return prefix(layer) + way.prefix();
    }

    /**
     * Names and shapes of all weights.
     *
     * @return each layer's
     */
    public List<Parameters.Shape> parameterShapes() {
        return IntStream.range(0, layers.size()).boxed()
                .flatMap(i -> layers.get(i).parameterShapes().stream().map(shape -> shape.under(prefix(i))))
                .toList();
    }
}
