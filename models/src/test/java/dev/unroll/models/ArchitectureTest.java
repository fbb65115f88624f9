package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.Parameters.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void parametersAreTheInputsThenEachLayersThenTheHeads() {
        Architecture architecture = new Architecture(new Input.Embedding(10, 4),
                Stack.forward(CellKind.GRU.cell(4, 5), CellKind.RNN.cell(5, 6)), new Head(Head.Kind.SOFTMAX, 6, 7));
        assertEquals(List.of(new Shape("embedding.weight", 10, 4), new Shape("layer0.weight", 15, 9),
                new Shape("layer0.bias", 1, 15), new Shape("layer0.recurrent_bias", 1, 5),
                new Shape("layer1.weight", 6, 11), new Shape("layer1.bias", 1, 6), new Shape("head.weight", 7, 6),
                new Shape("head.bias", 1, 7)), architecture.parameterShapes());
    }

    @Test
    void tokensAndFeaturesHaveNoParameters() {
        assertEquals(List.of(), new Input.OneHot(3).parameterShapes());
        assertEquals(List.of(), new Input.Features(3).parameterShapes());
    }

    private static String refusal(Input input, Head head, int... sizes) {
        return assertThrows(IllegalArgumentException.class, () -> new Architecture(input, Stack.forward(
                CellKind.LSTM.cell(sizes[0], sizes[1]), CellKind.LSTM.cell(sizes[2], sizes[3])), head)).getMessage();
    }

    @Test
    void aPartThatDoesNotFitTheOneBelowIsNamed() {
        assertEquals("architecture: layer 0 has inputSize 4, and what is below it gives 3",
                refusal(new Input.OneHot(3), new Head(Head.Kind.SOFTMAX, 5, 3), 4, 5, 5, 5));
        assertEquals("architecture: layer 0 has inputSize 10, and what is below it gives 3",
                refusal(new Input.Embedding(10, 3), new Head(Head.Kind.SOFTMAX, 5, 3), 10, 5, 5, 5));
        assertEquals("stack: layer 1 has inputSize 6, and what is below it gives 5",
                refusal(new Input.OneHot(3), new Head(Head.Kind.SOFTMAX, 5, 3), 3, 5, 6, 5));
        assertEquals("architecture: head has inputSize 4, and what is below it gives 5",
                refusal(new Input.OneHot(3), new Head(Head.Kind.SOFTMAX, 4, 3), 3, 5, 5, 5));
    }

    @Test
    void noLayerIsRefused() {
        assertEquals("stack: no layer; wanted one or more", assertThrows(IllegalArgumentException.class,
                () -> new Stack(List.of())).getMessage());
    }

    @Test
    void layersAreCopied() {
        List<Layer> layers = new ArrayList<>(List.of(Layer.of(CellKind.RNN.cell(3, 4))));
        Stack stack = new Stack(layers);
        layers.clear();
        assertEquals(List.of(Layer.of(CellKind.RNN.cell(3, 4))), stack.layers());
    }
}
