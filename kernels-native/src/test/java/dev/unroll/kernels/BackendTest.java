package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies which backend opens: all three in this build, the best unforced, the forced one or none. */
class BackendTest {
    @Test
    void vectorRuns() {
        assertTrue(run(Backend.VECTOR).matches("\\d+-bit vectors"));
    }

    @Test
    void openblasRuns() {
        assertTrue(run(Backend.OPENBLAS).contains("OpenBLAS"));
    }

    /** The setting is the process's, and libtorch for one sets it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 33})
    void openblasComputesOnOneThreadWhateverTheProcessHasSet(int rows) {
        try (Arena arena = Arena.ofShared(); Kernels kernels = Backend.OPENBLAS.open(1)) {
            Matrix a = Matrix.allocate(arena, rows, 50);
            PackedMatrix w = kernels.packTransposed(arena, Matrix.allocate(arena, 70, 50));
            Matrix b = Matrix.allocate(arena, rows, 50);
            Matrix gradient = Matrix.allocate(arena, 50, 50);
            OpenBlasLibrary.setThreads().call(2);
            assertEquals(2, OpenBlasLibrary.getThreads().call());
            kernels.multiply(a, w, Matrix.allocate(arena, rows, 70));
            assertEquals(1, OpenBlasLibrary.getThreads().call());
            OpenBlasLibrary.setThreads().call(2);
            kernels.addMultiplyTransA(a, b, gradient);
            assertEquals(1, OpenBlasLibrary.getThreads().call());
        }
    }

    @Test
    void scalarRuns() {
        assertEquals("plain Java", run(Backend.SCALAR));
    }

    /** Multiplies something known and prints that this backend, and no other, did. */
    private static String run(Backend backend) {
        assertEquals(Optional.empty(), backend.obstacle());
        try (Kernels kernels = backend.open(2); Arena arena = Arena.ofShared()) {
            Matrix a = Matrix.allocate(arena, 2, 3);
            a.copyFrom(new float[]{1, 2, 3, 4, 5, 6});
            Matrix w = Matrix.allocate(arena, 3, 2);
            w.copyFrom(new float[]{7, 8, 9, 10, 11, 12});
            Matrix out = Matrix.allocate(arena, 2, 2);
            kernels.multiply(a, kernels.pack(arena, w), out);
            assertArrayEquals(new float[]{58, 64, 139, 154}, out.toArray());
            assertSame(backend, kernels.backend());
        }
        System.out.printf("backend %s ran: %s%n", backend, backend.description());
        return backend.description();
    }

    @ParameterizedTest
    @EnumSource
    void ofFindsABackendByTheNameThatItPrints(Backend backend) {
        assertSame(backend, Backend.of(backend.toString()));
        assertEquals(backend.name(), backend.toString().toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "", "VECTOR", "auto"})
    void ofAnyOtherNameNamesTheChoices(String name) {
        String message = assertThrows(BackendException.class, () -> Backend.of(name)).getMessage();
        assertTrue(message.contains("'" + name + "'")
                && message.contains("wanted auto, vector, openblas or scalar"), message);
    }

    /** Runs with the property set, and puts back what stood there. */
    private static void withProperty(String value, Runnable test) {
        String before = System.getProperty(Backend.PROPERTY);
        try {
            set(value);
            test.run();
        } finally {
            set(before);
        }
    }

    private static void set(String value) {
        if (value == null) {
            System.clearProperty(Backend.PROPERTY);
        } else {
            System.setProperty(Backend.PROPERTY, value);
        }
    }

    private static Backend auto() {
        try (Kernels kernels = Backend.auto(1)) {
            return kernels.backend();
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void autoWithoutThePropertyTakesVector() {
        withProperty(null, () -> assertSame(Backend.VECTOR, auto()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "auto"})
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void autoWithAnEmptyPropertyOrAutoTakesVector(String value) {
        withProperty(value, () -> assertSame(Backend.VECTOR, auto()));
    }

    @ParameterizedTest
    @EnumSource
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void thePropertyForcesABackend(Backend backend) {
        withProperty(backend.toString(), () -> assertSame(backend, auto()));
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void anUnknownForcedBackendIsAnErrorAndNoFallback() {
        withProperty("nonsense", () -> {
            String message = assertThrows(BackendException.class, () -> Backend.auto(1)).getMessage();
            assertTrue(message.contains("'nonsense'") && message.contains("vector, openblas or scalar"), message);
        });
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void autoChecksTheNumberOfThreads() {
        withProperty(null, () -> assertThrows(IllegalArgumentException.class, () -> Backend.auto(0)));
        withProperty("scalar", () -> assertThrows(IllegalArgumentException.class, () -> Backend.auto(1025)));
    }
}
