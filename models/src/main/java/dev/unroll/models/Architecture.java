package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.models.Head.Reading;
import dev.unroll.models.Head.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a network is made of, without its weights: an input, recurrent layers one on the other, a head; and, of a decoder, the
 * encoder before it.
 *
 * @param input what is read at each step
 * @param stack the layers
 * @param head what is written at each step
 * @param encoder what reads a source first, if there is one
 */
public record Architecture(Input input, Stack stack, Head head, Optional<Encoder> encoder) {
    /**
     * Checks that each part fits the one below.
     *
     * @throws IllegalArgumentException for a size that does not fit
     */
    public Architecture {
        fits("layer 0", stack.inputSize(), input.width());
        fits("head", head.inputSize(), stack.outputSize());
        if (head.reading() == Reading.LAST_STEP && stack.layers().getLast().direction() == Direction.SUM) {
            throw new IllegalArgumentException(
                    "architecture: a head that reads the last step, over a layer whose two ways"
                            + " are summed; wanted them side by side, Direction.CONCAT");
        }
        if (head.table() == Table.EMBEDDING) {
            checkTied(input, head);
        }
        encoder.ifPresent(e -> e.checkDecoder(stack));
    }

    /**
     * Without an encoder.
     *
     * @param input what is read at each step
     * @param stack the layers
     * @param head what is written at each step
     */
    public Architecture(Input input, Stack stack, Head head) {
        this(input, stack, head, Optional.empty());
    }

    private static void checkTied(Input input, Head head) {
        if (!(input instanceof Input.Embedding embedding)) {
            throw new IllegalArgumentException(
                    "architecture: a head tied to the embedding, and the input is %s; wanted an embedding"
                            .formatted(input));
        }
        if (embedding.size() != head.outputSize() || embedding.dimension() != head.inputSize()) {
            throw new IllegalArgumentException(
                    "architecture: a head of %dx%d tied to an embedding of %dx%d; wanted the same"
                            .formatted(head.outputSize(), head.inputSize(), embedding.size(), embedding.dimension()));
        }
    }

    private static void fits(String part, int inputSize, int width) {
        if (inputSize != width) {
            throw new IllegalArgumentException("architecture: %s has inputSize %d, and what is below it gives %d"
                    .formatted(part, inputSize, width));
        }
    }

    /**
     * The recurrent layers.
     *
     * @return from the input up
     */
    public List<Layer> layers() {
        return stack.layers();
    }

    /**
     * Names and shapes of all weights.
     *
     * @return the input's, each layer's, the head's, the encoder's
     */
    public List<Parameters.Shape> parameterShapes() {
        List<Parameters.Shape> shapes = new ArrayList<>(input.parameterShapes());
        shapes.addAll(stack.parameterShapes());
        shapes.addAll(head.parameterShapes());
        encoder.ifPresent(e -> shapes.addAll(e.parameterShapes(stack.outputSize())));
        return List.copyOf(shapes);
    }
}
