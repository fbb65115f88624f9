package dev.unroll.models;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Kernels of the backend that {@code -Dunroll.backend} names, and memory that goes after each test. */
abstract class OnBackendUnderTest {
    static Kernels kernels;

    final Arena arena = Arena.ofShared();

    @BeforeAll
    static void openKernels() {
        kernels = Backend.auto(1);
    }

    @AfterAll
    static void closeKernels() {
        kernels.close();
    }

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    /** Layers of one kind of cell under a softmax. */
    static Network network(Input input, CellKind kind, int classes, int... hiddenSizes) {
        NetworkBuilder builder = Network.builder(input);
        for (int hiddenSize : hiddenSizes) {
            builder.layer(kind, hiddenSize);
        }
        return builder.softmax(classes).build(7, kernels);
    }
}
