package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import java.util.ArrayList;
import java.util.List;

/**
 * What makes a network a decoder: a stack that reads a whole source, and whose states behind it are those that the network
 * begins from, (a_0, c_0) = encoder(source). Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural
 * networks", 2014.
 *
 * @param input what is read at each step of the source
 * @param stack the encoder's layers, as many as the decoder's; the states of a layer's ways, side by side, are as long as
 *        those of the decoder's layer
 * @param attention whether the decoder looks back at the source at each step
 */
public record Encoder(Input input, Stack stack, Attention attention) {
    /** What the names of an encoder's parameters begin with. */
    public static final String PREFIX = "encoder.";
    /** Name of W_ã, n_a x 2n_a, among a network's parameters. */
    public static final String ATTENTION = "attention.weight";

    /** How a decoder looks at its source. */
    public enum Attention {
        /** Not at all: it has the state that it began with. */
        NONE,
        /**
         * α_t = softmax_s(a_t·m_s), ã_t = tanh(W_ã·[Σ_s α_ts*m_s, a_t]), where m_s is the encoder's output at step s of the
         * source; the head reads ã. Source: Luong, Pham and Manning, "Effective approaches to attention-based neural machine
         * translation", 2015, the global attention with dot products.
         */
        DOT
    }

    /**
     * Checks that the layers fit the input.
     *
     * @throws IllegalArgumentException for a size that does not fit, or two ways that are summed, whose states are not
     */
    public Encoder {
        if (stack.inputSize() != input.width()) {
            throw new IllegalArgumentException("encoder: layer 0 has inputSize %d, and the input gives %d"
                    .formatted(stack.inputSize(), input.width()));
        }
        if (stack.layers().stream().anyMatch(layer -> layer.direction() == Direction.SUM)) {
            throw new IllegalArgumentException(
                    "encoder: two ways that are summed; wanted them side by side, Direction.CONCAT");
        }
    }

    /** Checks that a decoder can begin from the states, and look at the outputs. */
    void checkDecoder(Stack decoder) {
        if (!decoder.isCausal()) {
            throw new IllegalArgumentException("decoder: a layer goes backward in time; wanted layers that go forward");
        }
        if (stack.layers().size() != decoder.layers().size()) {
            throw new IllegalArgumentException("decoder: %d layers over an encoder of %d; wanted as many"
                    .formatted(decoder.layers().size(), stack.layers().size()));
        }
        for (int i = 0; i < stack.layers().size(); i++) {
            Layer layer = stack.layers().get(i);
            Cell cell = decoder.layers().get(i).cell();
            int ways = layer.direction().ways().size();
            int hidden = ways * layer.cell().hiddenSize();
            int memory = ways * layer.cell().memorySize();
            if (cell.hiddenSize() != hidden || cell.memorySize() != memory) {
                throw new IllegalArgumentException(
                        "decoder: layer %d has a state of %d and %d, the encoder's layer one of %d and %d; wanted the same"
                                .formatted(i, cell.hiddenSize(), cell.memorySize(), hidden, memory));
            }
        }
        if (attention == Attention.DOT && stack.outputSize() != decoder.outputSize()) {
            throw new IllegalArgumentException(
                    "attention: an encoder's output of %d and a decoder's of %d; wanted the same"
                            .formatted(stack.outputSize(), decoder.outputSize()));
        }
    }

    /** Names and shapes of all weights, for a decoder's output of so many. */
    List<Parameters.Shape> parameterShapes(int outputSize) {
        List<Parameters.Shape> shapes = new ArrayList<>();
        input.parameterShapes().forEach(shape -> shapes.add(shape.under(PREFIX)));
        stack.parameterShapes().forEach(shape -> shapes.add(shape.under(PREFIX)));
        if (attention == Attention.DOT) {
            shapes.add(new Parameters.Shape(ATTENTION, outputSize, Math.multiplyExact(2, outputSize)));
        }
        return shapes;
    }
}
