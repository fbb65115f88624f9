package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorInfoTest {
    private static void refused(String message, List<Long> shape, long begin, long end) {
        assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> new TensorInfo("t", DType.F32, shape, begin, end)).getMessage());
    }

    @Test
    void countIsTheProductOfTheDimensions() {
        assertEquals(24, new TensorInfo("t", DType.F32, List.of(2L, 3L, 4L), 8, 104).count());
        assertEquals(1, new TensorInfo("t", DType.F32, List.of(), 0, 4).count());
        assertEquals(0, new TensorInfo("t", DType.F32, List.of(Long.MAX_VALUE, 0L), 4, 4).count());
        assertEquals(1L << 40, new TensorInfo("t", DType.BF16, List.of(1L << 20, 1L << 20), 0, 1L << 41).count());
    }

    @Test
    void theShapeIsACopy() {
        List<Long> shape = new ArrayList<>(List.of(2L));
        TensorInfo info = new TensorInfo("t", DType.F32, shape, 0, 8);
        shape.set(0, 9L);
        assertEquals(List.of(2L), info.shape());
        assertThrows(UnsupportedOperationException.class, () -> info.shape().set(0, 9L));
    }

    @Test
    void whatDoesNotAgreeIsRefused() {
        refused("tensor 't' has shape [-1]; wanted no negative dimension", List.of(-1L), 0, 4);
        refused("tensor 't', F32 of shape [2305843009213693952], is past 2^63 bytes", List.of(1L << 61), 0, 4);
        refused("tensor 't', F32 of shape [4294967296, 4294967296], is past 2^63 bytes", List.of(1L << 32, 1L << 32), 0,
                0);
        refused("tensor 't' has data_offsets [-4, 0]; wanted 0 <= begin <= end", List.of(1L), -4, 0);
        refused("tensor 't' has data_offsets [8, 4]; wanted 0 <= begin <= end", List.of(1L), 8, 4);
        refused("tensor 't', F32 of shape [1], takes 4 bytes; its data_offsets [0, 5] span 5", List.of(1L), 0, 5);
        refused("tensor 't' has data_offsets [0, -9223372036854775808]; wanted 0 <= begin <= end", List.of(1L), 0,
                Long.MIN_VALUE);
    }
}
