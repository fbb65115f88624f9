package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the tiles that are written at run time: each shape adds its product, and the JVM can compile each. */
class TilesTest {
    private static final int DEPTH = 37;

    /** A shape, and how the tile reads its rows. */
    record Shape(int rows, int vectors, boolean forProducts) {
        Tile tile() {
            return forProducts ? VectorTiles.tile(rows, vectors) : VectorTiles.strip(rows, vectors);
        }

        int index(int row, int step) {
            int floats = forProducts ? VectorTiles.step(rows) : Lanes.LENGTH;
            return floats == 1 ? row * VectorTiles.ROW + step : step * floats + row;
        }
    }

    private static Stream<Shape> shapes() {
        return IntStream.rangeClosed(1, VectorTiles.MOST_ROWS).boxed()
                .flatMap(rows -> IntStream.rangeClosed(1, VectorTiles.vectors(rows)).boxed()
                        .flatMap(vectors -> Stream.of(true, false).map(by -> new Shape(rows, vectors, by))));
    }

    private static float number(SplittableRandom random) {
        return (float) random.nextDouble(-1, 1);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aTileAddsTheProductOfItsRowsAndPanels(Shape shape) {
        SplittableRandom random = new SplittableRandom(shape.hashCode());
        int lanes = Lanes.LENGTH;
        int width = shape.vectors * lanes;
        float[] a = new float[5 + VectorTiles.MOST_ROWS * VectorTiles.ROW];
        for (int i = 0; i < a.length; i++) {
            a[i] = number(random);
        }
        try (Arena arena = Arena.ofConfined()) {
            int panel = DEPTH * lanes + 16;
            MemorySegment b = floats(arena, random, 16 + shape.vectors * panel);
            MemorySegment out = floats(arena, random, 3 + shape.rows * (width + 7));
            float[] before = out.toArray(ValueLayout.JAVA_FLOAT);
            shape.tile().run(a, 5, b, 64, panel * 4L, DEPTH, out, 12, (width + 7) * 4L);
            float[] after = out.toArray(ValueLayout.JAVA_FLOAT);
            for (int i = 0; i < shape.rows; i++) {
                for (int j = 0; j < width + 7; j++) {
                    int at = 3 + i * (width + 7) + j;
                    double sum = before[at];
                    for (int k = 0; k < DEPTH && j < width; k++) {
                        sum += (double) a[5 + shape.index(i, k)]
                                * b.getAtIndex(ValueLayout.JAVA_FLOAT, 16 + j / lanes * panel + k * lanes + j % lanes);
                    }
                    assertEquals(sum, after[at], 1e-5, "row %d, column %d".formatted(i, j));
                }
            }
        }
    }

    private static MemorySegment floats(Arena arena, SplittableRandom random, int count) {
        MemorySegment segment = arena.allocate(count * 4L, 64);
        for (int i = 0; i < count; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, number(random));
        }
        return segment;
    }

    /** What C1 gives up on stays interpreted for good, a thousand times slower: a larger tile did. */
    @Test
    void theJvmGivesUpOnNoTile() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xbatch", "-XX:+PrintCompilation", "-XX:+IgnoreUnrecognizedVMOptions", "--add-modules",
                "jdk.incubator.vector",
                "-cp", System.getProperty("java.class.path"),
                EveryTile.class.getName()).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> line.contains("Tile") && line.contains("::run")).toList();
        assertEquals(0, process.waitFor());
        assertTrue(lines.size() >= shapes().count(), "compilations seen: " + lines.size());
        lines.forEach(line -> assertFalse(line.contains("COMPILE SKIPPED"), line));
    }

    /** Runs every tile often enough for the first compiler. */
    static final class EveryTile {
        private EveryTile() {}

        static void main() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(1 << 16, 64);
                float[] a = new float[VectorTiles.MOST_ROWS * VectorTiles.ROW];
                shapes().forEach(shape -> {
                    for (int i = 0; i < 1_500; i++) {
                        shape.tile().run(a, 0, memory, 0, 4096, 20, memory, 1 << 15, 512);
                    }
                });
            }
        }
    }
}
