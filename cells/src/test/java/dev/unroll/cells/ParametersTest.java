package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.Parameters.Shape;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParametersTest {
    private static final List<Shape> SHAPES = List.of(new Shape("layer1.weight", 2, 3),
            new Shape("layer10.weight", 1, 1),
            new Shape("bias", 1, 4));

    private final Arena arena = Arena.ofAuto();
    private final Parameters parameters = Parameters.allocate(arena, SHAPES);

    @Test
    void newOnesAreZeroAndInTheOrderGiven() {
        assertEquals(SHAPES, parameters.shapes());
        assertEquals(List.of("layer1.weight", "layer10.weight", "bias"), List.copyOf(parameters.asMap().keySet()));
        assertEquals(11, parameters.size());
        assertArrayEquals(new float[6], parameters.get("layer1.weight").toArray());
    }

    @Test
    void aNameComesOnce() {
        List<Shape> twice = List.of(new Shape("w", 1, 1), new Shape("w", 2, 2));
        assertEquals("parameters: the name w comes twice",
                assertThrows(IllegalArgumentException.class, () -> Parameters.allocate(arena, twice)).getMessage());
    }

    @Test
    void anUnknownNameIsAnErrorThatListsTheKnownOnes() {
        assertEquals("parameters: no 'wight' among [layer1.weight, layer10.weight, bias]",
                assertThrows(IllegalArgumentException.class, () -> parameters.get("wight")).getMessage());
    }

    @Test
    void underAPrefixLieItsMatricesAndNoOthers() {
        Parameters layer = parameters.under("layer1.");
        assertEquals(List.of(new Shape("weight", 2, 3)), layer.shapes());
        layer.get("weight").set(1, 2, 7);
        assertEquals(7, parameters.get("layer1.weight").get(1, 2));
    }

    @Test
    void readOnlyOnesRefuseToBeWritten() {
        Matrix bias = parameters.readOnly().get("bias");
        parameters.get("bias").set(0, 3, 5);
        assertEquals(5, bias.get(0, 3));
        assertThrows(IllegalArgumentException.class, () -> bias.set(0, 3, 6));
        assertThrows(IllegalArgumentException.class, () -> bias.fill(0));
        assertThrows(UnsupportedOperationException.class, () -> parameters.asMap().remove("bias"));
        assertEquals(5, bias.get(0, 3));
    }

    @Test
    void copyTakesEveryElement() {
        Parameters copy = Parameters.allocate(arena, SHAPES);
        parameters.get("bias").copyFrom(new float[]{1, -0f, Float.NaN, 4});
        copy.copyFrom(parameters);
        assertArrayEquals(new float[]{1, -0f, Float.NaN, 4}, copy.get("bias").toArray());
    }

    @Test
    void copyWantsTheSameNamesAndShapesInTheSameOrder() {
        for (List<Shape> others : List.of(SHAPES.reversed(), SHAPES.subList(0, 2),
                List.of(SHAPES.get(0), SHAPES.get(1), new Shape("bias", 4, 1)))) {
            Parameters other = Parameters.allocate(arena, others);
            assertThrows(IllegalArgumentException.class, () -> parameters.copyFrom(other), others.toString());
        }
    }

    @Test
    void clearSetsEveryElementToZero() {
        parameters.asMap().values().forEach(m -> m.fill(3));
        parameters.clear();
        parameters.asMap().values().forEach(m -> assertArrayEquals(new float[m.rows() * m.cols()], m.toArray()));
    }
}
