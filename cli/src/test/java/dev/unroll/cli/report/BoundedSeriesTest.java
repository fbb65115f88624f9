package dev.unroll.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cli.report.BoundedSeries.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BoundedSeriesTest {
    private static final int BOUND = 16;

    @Test
    void neverHoldsMoreThanItsBoundAndForgetsNoExtreme() {
        BoundedSeries series = new BoundedSeries(BOUND);
        SplittableRandom random = new SplittableRandom(1);
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 1; i <= 10_000; i++) {
            double y = random.nextDouble() * random.nextInt(1, 1000);
            series.add(i, y);
            sum += y;
            least = Math.min(least, y);
            most = Math.max(most, y);
            List<Point> points = series.points();
            assertTrue(points.size() <= BOUND, "after " + i);
            assertEquals(i, points.stream().mapToLong(Point::count).sum());
            assertEquals(least, points.stream().mapToDouble(Point::least).min().orElseThrow());
            assertEquals(most, points.stream().mapToDouble(Point::most).max().orElseThrow());
        }
        double mean = series.points().stream().mapToDouble(p -> p.mean() * p.count()).sum() / 10_000;
        assertEquals(sum / 10_000, mean, 1e-9 * mean);
    }

    @Test
    void pointsStandForEquallyManyAndLieInTheirMiddle() {
        BoundedSeries series = new BoundedSeries(4);
        List<Point> wanted = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            series.add(i, 10 * i);
        }
        wanted.add(new Point(1.5, 15, 0, 30, 4));
        wanted.add(new Point(5.5, 55, 40, 70, 4));
        wanted.add(new Point(9, 90, 80, 100, 3));
        assertEquals(wanted, series.points());
    }

    @Test
    void whatIsNotFiniteIsLeftOut() {
        BoundedSeries series = new BoundedSeries(4);
        series.add(1, Double.NaN);
        series.add(2, Double.POSITIVE_INFINITY);
        assertTrue(series.isEmpty());
    }

    @Test
    void wantsAnEvenBound() {
        assertThrows(IllegalArgumentException.class, () -> new BoundedSeries(7));
    }
}
