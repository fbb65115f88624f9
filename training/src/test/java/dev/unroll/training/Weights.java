package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;

/** Weights of a moment, by name. */
record Weights(Map<String, float[]> values) {
    static Weights of(Parameters parameters) {
        Map<String, float[]> values = new LinkedHashMap<>();
        parameters.asMap().forEach((name, matrix) -> values.put(name, matrix.toArray()));
        return new Weights(values);
    }

    /** Compares every bit. */
    void assertSame(Parameters parameters) {
        assertEquals(values.keySet(), parameters.asMap().keySet());
        parameters.asMap().forEach((name, matrix) -> assertArrayEquals(values.get(name), matrix.toArray(), name));
    }
}
