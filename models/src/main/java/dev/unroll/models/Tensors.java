package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.util.List;

/** Tensors of files that others write, as matrices: one of a single dimension is a row. */
final class Tensors {
    private Tensors() {}

    /** Rows and columns of a tensor of two dimensions. */
    static int[] matrixShape(SafetensorsReader file, String name) throws IOException {
        List<Long> shape = file.info(name).shape();
        if (shape.size() != 2 || shape.stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)) {
            throw new SafetensorsException(file.file(),
                    "tensor '%s' has shape %s; wanted two dimensions of 1 or more".formatted(name, shape));
        }
        return shape.stream().mapToInt(Long::intValue).toArray();
    }

    /** Reads a tensor of the matrix's shape; F32 to the bit. */
    static void read(SafetensorsReader file, String name, Matrix matrix) throws IOException {
        List<Long> shape = file.info(name).shape();
        List<Long> wanted = List.of((long) matrix.rows(), (long) matrix.cols());
        boolean isRow = matrix.rows() == 1 && shape.equals(wanted.subList(1, 2));
        if (!isRow && !shape.equals(wanted)) {
            throw new SafetensorsException(file.file(), "tensor '%s' has shape %s; wanted %s".formatted(name, shape,
                    matrix.rows() == 1 ? wanted.subList(1, 2) : wanted));
        }
        matrix.copyFrom(file.floats(name));
    }

    /** Adds a matrix, a row as a tensor of a single dimension. */
    static void add(SafetensorsWriter file, String name, Matrix matrix) {
        if (matrix.rows() == 1) {
            file.add(name, matrix.toArray(), matrix.cols());
        } else {
            file.add(name, matrix.toArray(), matrix.rows(), matrix.cols());
        }
    }
}
