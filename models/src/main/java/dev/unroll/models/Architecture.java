package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import java.util.ArrayList;
import java.util.List;

/**
 * What a network is made of, without its weights: an input, layers of cells one on the other, a head.
 *
 * @param input what is read at each step
 * @param layers the cells, from the input up
 * @param head what is written at each step
 */
public record Architecture(Input input, List<Cell> layers, SoftmaxHead head) {
    /**
     * Checks that each part fits the one below.
     *
     * @throws IllegalArgumentException for no layer, or a size that does not fit
     */
    public Architecture {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("architecture: no layer; wanted one or more");
        }
        int width = input.width();
        for (int i = 0; i < layers.size(); i++) {
            fits("layer " + i, layers.get(i).inputSize(), width);
            width = layers.get(i).hiddenSize();
        }
        fits("head", head.inputSize(), width);
    }

    private static void fits(String part, int inputSize, int width) {
        if (inputSize != width) {
            throw new IllegalArgumentException("architecture: %s has inputSize %d, and what is below it gives %d"
                    .formatted(part, inputSize, width));
        }
    }

    /**
     * What the parameters of a layer's cell are called: this and the cell's own name for them.
     *
     * @param layer its number, from the input up
     * @return for example {@code layer0.}
     */
    public static String prefix(int layer) {
        return "layer" + layer + ".";
    }

    /**
     * Names and shapes of all weights.
     *
     * @return the input's, each layer's, the head's
     */
    public List<Parameters.Shape> parameterShapes() {
        List<Parameters.Shape> shapes = new ArrayList<>(input.parameterShapes());
        for (int i = 0; i < layers.size(); i++) {
            String prefix = prefix(i);
            layers.get(i).parameterShapes().forEach(shape -> shapes.add(shape.under(prefix)));
        }
        shapes.addAll(head.parameterShapes());
        return List.copyOf(shapes);
    }
}
