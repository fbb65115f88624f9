package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.kernels.Backend;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompareBackendsTest {
    @Test
    void allBackendsComeToTheSameProbabilities() {
        Map<Backend, float[]> outputs = CompareBackends.outputs();
        assertEquals(EnumSet.allOf(Backend.class), outputs.keySet());
        outputs.forEach((backend, y) -> assertArrayEquals(outputs.get(Backend.SCALAR), y, 1e-6f, backend.toString()));
    }
}
