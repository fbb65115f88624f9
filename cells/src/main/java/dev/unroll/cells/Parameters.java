package dev.unroll.cells;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * Named matrices in a fixed order: the weights of a cell or a network, and whatever has their shapes, such as gradients
 * and the state of an optimiser.
 */
public final class Parameters {
    /**
     * Name and shape of one matrix.
     *
     * @param name its name, unique among its neighbours
     * @param rows number of rows
     * @param cols number of columns
     */
    public record Shape(String name, int rows, int cols) {
        /**
         * The same shape under a longer name.
         *
         * @param prefix what goes before the name
         * @return the shape
         */
        public Shape under(String prefix) {
            return new Shape(prefix + name, rows, cols);
        }
    }

    private final SequencedMap<String, Matrix> matrices;

    private Parameters(SequencedMap<String, Matrix> matrices) {
        this.matrices = Collections.unmodifiableSequencedMap(matrices);
    }

    /**
     * New matrices of zeros.
     *
     * @param arena owner of the memory
     * @param shapes names and shapes, in order
     * @return the matrices
     * @throws IllegalArgumentException for a name that comes twice
     */
    public static Parameters allocate(Arena arena, List<Shape> shapes) {
        SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
        for (Shape shape : shapes) {
            if (matrices.put(shape.name(), Matrix.allocate(arena, shape.rows(), shape.cols())) != null) {
                throw new IllegalArgumentException("parameters: the name " + shape.name() + " comes twice");
            }
        }
        return new Parameters(matrices);
    }

    /**
     * One of the matrices.
     *
     * @param name its name
     * @return the matrix itself
     * @throws IllegalArgumentException where none has that name
     */
    public Matrix get(String name) {
        Matrix matrix = matrices.get(name);
        if (matrix == null) {
            throw new IllegalArgumentException("parameters: no '" + name + "' among " + matrices.keySet());
        }
        return matrix;
    }

    /**
     * The matrices whose names begin with a prefix, named without it.
     *
     * @param prefix for example {@code layer0.}
     * @return a view on the same memory
     */
    public Parameters under(String prefix) {
        SequencedMap<String, Matrix> some = new LinkedHashMap<>();
        matrices.forEach((name, matrix) -> {
            if (name.startsWith(prefix)) {
                some.put(name.substring(prefix.length()), matrix);
            }
        });
        return new Parameters(some);
    }

    /**
     * The matrices of given names behind a prefix, named without it.
     *
     * @param prefix for example {@code layer0.}
     * @param shapes names and shapes without the prefix
     * @return a view on the same memory
     * @throws IllegalArgumentException where one is missing or has another shape
     */
    public Parameters under(String prefix, List<Shape> shapes) {
        SequencedMap<String, Matrix> some = new LinkedHashMap<>();
        for (Shape shape : shapes) {
            Matrix matrix = get(prefix + shape.name());
            if (matrix.rows() != shape.rows() || matrix.cols() != shape.cols()) {
                throw new IllegalArgumentException("parameters: %s is %s; wanted %dx%d".formatted(
                        prefix + shape.name(), matrix.shape(), shape.rows(), shape.cols()));
            }
            some.put(shape.name(), matrix);
        }
        return new Parameters(some);
    }

    /**
     * The matrices whose names have a certain end, named without it.
     *
     * @param suffix for example {@code _l0}
     * @return a view on the same memory
     */
    public Parameters ending(String suffix) {
        SequencedMap<String, Matrix> some = new LinkedHashMap<>();
        matrices.forEach((name, matrix) -> {
            if (name.endsWith(suffix)) {
                some.put(name.substring(0, name.length() - suffix.length()), matrix);
            }
        });
        return new Parameters(some);
    }

    /**
     * The matrices of some names.
     *
     * @param names which
     * @return a view on the same memory
     */
    public Parameters filter(Predicate<String> names) {
        SequencedMap<String, Matrix> some = new LinkedHashMap<>(matrices);
        some.keySet().removeIf(names.negate());
        return new Parameters(some);
    }

    /**
     * The same matrices, for reading only.
     *
     * @return a view whose matrices refuse to be written
     */
    public Parameters readOnly() {
        SequencedMap<String, Matrix> views = new LinkedHashMap<>();
        matrices.forEach((name, m) -> views.put(name, Matrix.of(m.segment().asReadOnly(), m.layout())));
        return new Parameters(views);
    }

    /**
     * All of them, by name, in order.
     *
     * @return an unmodifiable map
     */
    public SequencedMap<String, Matrix> asMap() {
        return matrices;
    }

    /**
     * Names and shapes, in order.
     *
     * @return an unmodifiable list
     */
    public List<Shape> shapes() {
        return matrices.entrySet().stream()
                .map(e -> new Shape(e.getKey(), e.getValue().rows(), e.getValue().cols()))
                .toList();
    }

    /**
     * Number of floats in all.
     *
     * @return the count
     */
    public long size() {
        return matrices.values().stream().mapToLong(m -> m.layout().size()).sum();
    }

    /**
     * Takes every element of others of the same names and shapes.
     *
     * @param source what is copied
     * @throws IllegalArgumentException where a name is missing or a shape differs
     */
    public void copyFrom(Parameters source) {
        if (!source.shapes().equals(shapes())) {
            throw new IllegalArgumentException(
                    "copyFrom: source is %s, destination is %s; wanted the same".formatted(source.shapes(), shapes()));
        }
        matrices.forEach((name, matrix) -> matrix.copyFrom(source.get(name)));
    }

    /** Sets every element to zero. */
    public void clear() {
        matrices.values().forEach(m -> m.fill(0));
    }
}
