package dev.unroll.kernels;

import dev.unroll.kernels.Tuning.Entry;
import dev.unroll.kernels.Tuning.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which products go to OpenBLAS: a bit for each kind of product and each size of its rows, depth and columns, these rounded
 * to powers of two. What was not measured itself is served as the nearest that was, distances being counted in powers of
 * two.
 */
final class Routes {
    /** Powers of two: rows 2^0 to 2^10, depth and columns 2^6 to 2^12. */
    static final int MOST_ROWS = 10;
    static final int LEAST_SIDE = 6;
    static final int MOST_SIDE = 12;

    private static final int SIDES = MOST_SIDE - LEAST_SIDE + 1;
    private static final int ROWS = MOST_ROWS + 1;
    /** What a power of two of rows counts against one of depth or columns: rows decide which tiles and kernels there are. */
    private static final int ROWS_WEIGHT = 8;

    private final Map<Kind, boolean[]> openblas = new EnumMap<>(Kind.class);

    Routes(List<Entry> entries) {
        for (Kind kind : Kind.values()) {
            List<Entry> measured = entries.stream().filter(e -> e.kind() == kind).toList();
            boolean[] routes = new boolean[ROWS * SIDES * SIDES];
            for (int i = 0; i < routes.length && !measured.isEmpty(); i++) {
                routes[i] = nearest(measured, i / (SIDES * SIDES), LEAST_SIDE + i / SIDES % SIDES,
                        LEAST_SIDE + i % SIDES).best() == Backend.OPENBLAS;
            }
            openblas.put(kind, routes);
        }
    }

    private static Entry nearest(List<Entry> entries, int rows, int depth, int cols) {
        Entry nearest = entries.getFirst();
        for (Entry entry : entries) {
            if (distance(entry, rows, depth, cols) < distance(nearest, rows, depth, cols)) {
                nearest = entry;
            }
        }
        return nearest;
    }

    private static int distance(Entry entry, int rows, int depth, int cols) {
        int r = power(entry.rows()) - rows;
        int d = power(entry.depth()) - depth;
        int c = power(entry.cols()) - cols;
        return ROWS_WEIGHT * r * r + d * d + c * c;
    }

    /** The power of two nearest to n, 0 for n = 0. */
    static int power(long n) {
        return (Long.SIZE - Long.numberOfLeadingZeros(n * n)) / 2;
    }

    /** Whether OpenBLAS serves it; what is smaller than all that is measured stays in vectors, where a call is cheaper. */
    boolean leadToOpenblas(Kind kind, int rows, long depth, long cols) {
        int d = power(depth) - LEAST_SIDE;
        int c = power(cols) - LEAST_SIDE;
        if (rows == 0 || d < 0 || c < 0) {
            return false;
        }
        int r = Math.min(power(rows), MOST_ROWS);
        return openblas.get(kind)[(r * SIDES + Math.min(d, SIDES - 1)) * SIDES + Math.min(c, SIDES - 1)];
    }
}
