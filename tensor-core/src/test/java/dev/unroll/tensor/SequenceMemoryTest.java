package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies that a batch comes from and goes to every kind of memory with every bit as it was, NaN and all. */
class SequenceMemoryTest {
    private static final long SEED = 20260201;
    private static final int[] SIZES = {0, 1, 13, 17, 33};

    /** A tile of a conversion holds 64 x 64 floats, and sizes of 1 may leave the order as it is. */
    private static final List<BatchShape> BEYOND_A_TILE = List.of(new BatchShape(70, 3, 65), new BatchShape(65, 90, 3),
            new BatchShape(3, 70, 67), new BatchShape(2, 150, 1), new BatchShape(4100, 1, 1),
            new BatchShape(1, 4100, 1), new BatchShape(1, 2, 4100), new BatchShape(1400, 1, 3));

    static List<Carrier> carriers() {
        return Carrier.all();
    }

    private static List<BatchShape> shapes() {
        List<BatchShape> shapes = new ArrayList<>(BEYOND_A_TILE);
        for (int time : SIZES) {
            for (int batch : SIZES) {
                for (int feature : SIZES) {
                    shapes.add(new BatchShape(time, batch, feature));
                }
            }
        }
        return shapes;
    }

    /** Floats of any bits. */
    private static float[] random(SplittableRandom random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        return values;
    }

    private static void assertSameBits(float[] expected, float[] actual, String context) {
        assertEquals(-1, MemorySegment.ofArray(expected).mismatch(MemorySegment.ofArray(actual)), context);
    }

    @ParameterizedTest
    @MethodSource("carriers")
    void whatIsReadLiesWhereTheFormulaSaysAndIsWrittenAsItCame(Carrier carrier) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (BatchShape shape : shapes()) {
            for (SequenceLayout order : SequenceLayout.values()) {
                String context = "%s, %s, %s, seed %d".formatted(carrier, order, shape, SEED);
                int left = random.nextInt(3);
                int right = random.nextInt(4);
                float[] values = random(random, shape.size());
                try (Arena arena = Arena.ofConfined()) {
                    Sequence sequence = shape.strided(arena, left, right);
                    carrier.read(order, shape, values, sequence);
                    assertSameBits(inTimeMajorOrder(order, shape, values), sequence.asMatrix().toArray(), context);
                    assertSameBits(values, carrier.write(order, shape, sequence), context);
                    assertEquals((long) shape.time() * shape.batch() * (left + right), shape.nansAround(sequence),
                            context + ": wrote outside");
                }
            }
        }
    }

    private static float[] inTimeMajorOrder(SequenceLayout order, BatchShape shape, float[] values) {
        float[] expected = new float[values.length];
        int next = 0;
        for (int t = 0; t < shape.time(); t++) {
            for (int i = 0; i < shape.batch(); i++) {
                for (int j = 0; j < shape.feature(); j++) {
                    expected[next++] = values[shape.index(order, t, i, j)];
                }
            }
        }
        return expected;
    }

    @ParameterizedTest
    @EnumSource
    void readingInOneOrderAndWritingInAnotherConvertsByTheTwoFormulas(SequenceLayout from) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (BatchShape shape : shapes()) {
            for (SequenceLayout to : SequenceLayout.values()) {
                try (Arena arena = Arena.ofConfined()) {
                    Sequence sequence = Sequence.allocate(arena, shape.time(), shape.batch(), shape.feature());
                    float[] values = random(random, shape.size());
                    from.read(values, sequence);
                    float[] converted = new float[shape.size()];
                    to.write(sequence, converted);
                    assertSameBits(inTimeMajorOrder(from, shape, values), inTimeMajorOrder(to, shape, converted),
                            "%s to %s, %s, seed %d".formatted(from, to, shape, SEED));
                }
            }
        }
    }
}
