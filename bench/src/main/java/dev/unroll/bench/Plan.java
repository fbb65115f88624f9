package dev.unroll.bench;

import dev.unroll.cells.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is measured, and how long.
 *
 * @param threads of each contender
 * @param pace how long
 * @param products shapes of products, perhaps none
 * @param layers shapes of layers, perhaps none
 * @param trainings shapes of trainings, perhaps none
 * @param steps cells and sizes of single steps, perhaps none
 * @param services sizes of networks that serve many streams, perhaps none
 * @param starts the cell of the network whose first step is timed, if any
 * @param hasScalar whether plain Java takes part
 */
record Plan(int threads, Pace pace, List<ProductCase> products, List<LayerCase> layers, List<TrainingCase> trainings,
        List<LayerCase> steps, List<ServiceCase> services, List<CellKind> starts, boolean hasScalar) {
    private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 8, 13, 16, 31, 32, 64, 128};
    private static final int[][] WEIGHTS = {{256, 128}, {1024, 512}, {2048, 1024}, {4096, 2048}};
    private static final int[] QUICK_ROWS = {1, 4, 8, 32, 128};
    private static final int[][] QUICK_WEIGHTS = {{256, 128}, {1024, 512}};

    /** T, N, H. */
    private static final List<Shape> LAYERS = List.of(new Shape(1, 1, 64), new Shape(1, 1, 128), new Shape(1, 1, 256),
            new Shape(1, 1, 512), new Shape(1, 1, 1024), new Shape(100, 1, 64), new Shape(100, 1, 256),
            new Shape(100, 1, 512), new Shape(100, 1, 1024), new Shape(64, 8, 256), new Shape(64, 32, 256),
            new Shape(64, 32, 512), new Shape(32, 128, 512), new Shape(64, 32, 1024));
    private static final List<Shape> QUICK_LAYERS = List.of(new Shape(1, 1, 64), new Shape(1, 1, 256),
            new Shape(100, 1, 256), new Shape(64, 32, 256));
    private static final List<Shape> TRAININGS = List.of(new Shape(50, 32, 128), new Shape(50, 32, 256),
            new Shape(50, 32, 512), new Shape(64, 64, 512));
    private static final List<Shape> QUICK_TRAININGS = List.of(new Shape(50, 32, 128), new Shape(50, 32, 256));

    private static final List<Integer> STEPS = List.of(64, 256, 512);
    private static final List<Integer> QUICK_STEPS = List.of(64, 256);
    private static final List<Integer> SERVICES = List.of(256, 1024);
    private static final List<Integer> QUICK_SERVICES = List.of(256);
    private static final int[] STREAMS = {64, 1000};

    /**
     * A window.
     *
     * @param time T
     * @param batch N
     * @param hidden H
     */
    record Shape(int time, int batch, int hidden) {}

    static List<ProductCase> products(boolean isQuick) {
        List<ProductCase> products = new ArrayList<>();
        for (int[] weight : isQuick ? QUICK_WEIGHTS : WEIGHTS) {
            for (int rows : isQuick ? QUICK_ROWS : ROWS) {
                products.add(new ProductCase(rows, weight[0], weight[1]));
            }
        }
        return products;
    }

    static List<Shape> layers(boolean isQuick) {
        return isQuick ? QUICK_LAYERS : LAYERS;
    }

    static List<Shape> trainings(boolean isQuick) {
        return isQuick ? QUICK_TRAININGS : TRAININGS;
    }

    static List<LayerCase> layers(List<CellKind> cells, List<Shape> shapes) {
        return cells.stream().flatMap(
                cell -> shapes.stream().map(s -> new LayerCase(cell, s.time(), s.batch(), s.hidden()))).toList();
    }

    static List<TrainingCase> trainings(List<Shape> shapes) {
        return shapes.stream().map(s -> new TrainingCase(s.time(), s.batch(), s.hidden())).toList();
    }

    static List<LayerCase> steps(List<CellKind> cells, boolean isQuick) {
        return cells.stream().flatMap(
                cell -> (isQuick ? QUICK_STEPS : STEPS).stream().map(hidden -> new LayerCase(cell, 1, 1, hidden)))
                .toList();
    }

    static List<ServiceCase> services(boolean isQuick) {
        return (isQuick ? QUICK_SERVICES : SERVICES).stream()
                .flatMap(hidden -> Arrays.stream(STREAMS).mapToObj(streams -> new ServiceCase(hidden, streams)))
                .toList();
    }
}
