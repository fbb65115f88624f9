package dev.unroll.cli.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A curve of any number of points in the memory of a few: when it is full, neighbours become one, with their mean, least and
 * most. Each but the newest so stands for equally many points, and the same points give the same series. What is NaN or
 * infinite is left out.
 */
final class BoundedSeries {
    private final int bound;
    private final List<Point> points = new ArrayList<>();
    /** Points that one of the full ones stands for. */
    private long width = 1;

    /**
     * Some neighbouring points.
     *
     * @param x mean
     * @param mean of the values
     * @param least value
     * @param most largest value
     * @param count how many they are
     */
    record Point(double x, double mean, double least, double most, long count) {
        private Point with(Point other) {
            long sum = count + other.count;
            double share = other.count / (double) sum;
            return new Point(x + (other.x - x) * share, mean + (other.mean - mean) * share,
                    Math.min(least, other.least), Math.max(most, other.most), sum);
        }
    }

    /**
     * An empty one.
     *
     * @param bound most points that are kept, even
     */
    BoundedSeries(int bound) {
        if (bound < 2 || bound % 2 != 0) {
            throw new IllegalArgumentException("series: bound %d; wanted an even number, 2 or more".formatted(bound));
        }
        this.bound = bound;
    }

    /** Adds a point behind all others. */
    void add(long x, double y) {
        if (!Double.isFinite(y)) {
            return;
        }
        Point point = new Point((double) x, y, y, y, 1);
        if (!points.isEmpty() && points.getLast().count < width) {
            points.set(points.size() - 1, points.getLast().with(point));
            return;
        }
        if (points.size() == bound) {
            pair();
        }
        points.add(point);
    }

    private void pair() {
        for (int i = 0; i < bound / 2; i++) {
            points.set(i, points.get(2 * i).with(points.get(2 * i + 1)));
        }
        points.subList(bound / 2, bound).clear();
        width *= 2;
    }

    /** At most as many as the bound, in their order. */
    List<Point> points() {
        return List.copyOf(points);
    }

    boolean isEmpty() {
        return points.isEmpty();
    }
}
