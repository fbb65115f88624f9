package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Operation.Operand;
import dev.unroll.kernels.Operation.Sizes;
import dev.unroll.tensor.Layout;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the public door: what is refused, with which message, and that nothing is written before. */
class CheckedKernelsTest {
    private static final long SEED = 20260106;
    private static final Sizes SIZES = new Sizes(3, 4, 5);

    private static Stream<Arguments> backendsAndOperations() {
        return Stream.of(Backend.values())
                .flatMap(backend -> Operation.ALL.stream().map(operation -> Arguments.of(backend, operation)));
    }

    /** Wants a refusal of this type that begins with the operation, and every bit as it was. */
    private static String refusal(Class<? extends Exception> type, Operation operation, Views views, Runnable call) {
        views.remember();
        String message = assertThrows(type, call::run, operation::name).getMessage();
        assertTrue(message.startsWith(operation.name() + ": "), message);
        views.assertOnlyWritten(operation.name());
        return message;
    }

    private static void assertContains(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message + "\nlacks: " + part);
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void aWrongShapeIsRefusedWithTheShapesGivenAndWanted(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(1)) {
            for (int i = 0; i < operation.operands().size(); i++) {
                for (int[] change : new int[][]{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
                    try (Views views = new Views(SEED)) {
                        List<Matrix> matrices = operation.draw(views, SIZES);
                        Matrix right = matrices.get(i);
                        matrices.set(i, views.random(right.rows() + change[0], right.cols() + change[1]));
                        if (!operation.fits(matrices)) {
                            String message = refusal(IllegalArgumentException.class, operation, views,
                                    operation.call(kernels, views.arena(), matrices));
                            assertTrue(message.matches("\\w+: .*\\d+x\\d+.*\\d+x\\d+.*"), message);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void anOutputThatOverlapsAnotherOperandIsRefused(Backend backend, Operation operation) {
        List<Operand> operands = operation.operands();
        try (Kernels kernels = backend.open(1)) {
            for (int out = 0; out < operands.size(); out++) {
                for (int other = 0; other < operands.size(); other++) {
                    if (out != other && operands.get(out).isWritten()) {
                        try (Views views = new Views(SEED)) {
                            List<Matrix> matrices = operation.draw(views, SIZES);
                            Matrix shared = views.random(1, 100);
                            matrices.set(other, over(shared, 1, 1, matrices.get(other)));
                            matrices.set(out, over(shared, 2, 0, matrices.get(out)));
                            String message = refusal(IllegalArgumentException.class, operation, views,
                                    operation.call(kernels, views.arena(), matrices));
                            assertContains(message, "overlaps", "wanted memory of its own");
                        }
                    }
                }
            }
        }
    }

    /** A view of another's shape, {@code shift} floats into a row; with one {@code gap} two columns would never meet. */
    private static Matrix over(Matrix row, int shift, int gap, Matrix shape) {
        return Matrix.of(row.segment(),
                new Layout(row.offset() + shift, shape.rows(), shape.cols(), shape.cols() + gap));
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void readOnlyMemoryIsRefusedAsAnOutputAndTakenAsAnInput(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(1)) {
            for (int i = 0; i < operation.operands().size(); i++) {
                try (Views views = new Views(SEED)) {
                    List<Matrix> matrices = operation.draw(views, SIZES);
                    Matrix operand = matrices.get(i);
                    matrices.set(i, Matrix.of(operand.segment().asReadOnly(), operand.layout()));
                    Runnable call = operation.call(kernels, views.arena(), matrices);
                    if (operation.operands().get(i).isWritten()) {
                        String message = refusal(IllegalArgumentException.class, operation, views, call);
                        assertContains(message, "read-only", operation.operands().get(i).name());
                    } else {
                        call.run();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void closedMemoryIsAnIllegalState(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(1)) {
            for (int i = 0; i < operation.operands().size(); i++) {
                try (Views views = new Views(SEED); Arena arena = Arena.ofShared()) {
                    List<Matrix> matrices = operation.draw(views, SIZES);
                    Runnable call;
                    try (Arena closed = Arena.ofConfined()) {
                        matrices.set(i, Matrix.allocate(closed, matrices.get(i).rows(), matrices.get(i).cols()));
                        call = operation.call(kernels, arena, matrices);
                    }
                    assertContains(refusal(IllegalStateException.class, operation, views, call), "closed");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void memoryOfAnotherThreadIsRefused(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(1); OtherThread other = new OtherThread()) {
            for (int i = 0; i < operation.operands().size(); i++) {
                int operand = i;
                try (Views views = new Views(SEED)) {
                    List<Matrix> matrices = operation.draw(views, SIZES);
                    Runnable call = other.call(() -> {
                        Matrix shape = matrices.get(operand);
                        matrices.set(operand, Matrix.allocate(other.arena(), shape.rows(), shape.cols()));
                        return operation.call(kernels, views.arena(), matrices);
                    });
                    assertContains(refusal(WrongThreadException.class, operation, views, call), "another thread");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void memoryOfOneThreadIsRefusedByKernelsOfTwo(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(2)) {
            for (int i = 0; i < operation.operands().size(); i++) {
                try (Views views = new Views(SEED); Arena confined = Arena.ofConfined()) {
                    List<Matrix> matrices = operation.draw(views, SIZES);
                    matrices.set(i, Matrix.allocate(confined, matrices.get(i).rows(), matrices.get(i).cols()));
                    views.remember();
                    String message = assertThrows(WrongThreadException.class,
                            () -> operation.call(kernels, views.arena(), matrices).run()).getMessage();
                    assertContains(message, ": ", "belongs to one thread", "have 2", "wanted memory of a shared");
                    views.assertOnlyWritten(operation.name());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void memoryOfOneThreadIsTakenByKernelsOfOne(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED); Arena confined = Arena.ofConfined()) {
            List<Matrix> matrices = operation.draw(views, SIZES);
            matrices.replaceAll(shape -> Matrix.allocate(confined, shape.rows(), shape.cols()));
            operation.call(kernels, confined, matrices).run();
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void closedKernelsAreAnIllegalState(Backend backend, Operation operation) {
        for (int threads = 1; threads <= 2; threads++) {
            try (Views views = new Views(SEED)) {
                Runnable call;
                try (Kernels kernels = backend.open(threads)) {
                    call = operation.call(kernels, views.arena(), operation.draw(views, SIZES));
                }
                assertContains(refusal(IllegalStateException.class, operation, views, call),
                        "the kernels are closed");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingTwiceIsClosing(Backend backend) {
        Kernels kernels = backend.open(2);
        kernels.close();
        kernels.close();
    }

    @ParameterizedTest
    @EnumSource
    void aMatrixThatOtherKernelsPackedIsRefused(Backend backend) {
        try (Kernels kernels = backend.open(1);
                Kernels others = Backend.SCALAR.open(1);
                Views views = new Views(SEED)) {
            PackedMatrix b = others.pack(views.arena(), views.random(5, 4));
            Matrix a = views.random(3, 5);
            Matrix out = views.random(3, 4);
            String[] parts = {"5x4", "packed by other kernels", "scalar"};
            assertContains(refusal(IllegalArgumentException.class, Operation.named("multiply"), views,
                    () -> kernels.multiply(a, b, out)), parts);
            assertContains(refusal(IllegalArgumentException.class, Operation.named("addMultiply"), views,
                    () -> kernels.addMultiply(a, b, out)), parts);
            assertContains(refusal(IllegalArgumentException.class, Operation.named("repack"), views,
                    () -> kernels.repack(b)), parts);
        }
    }

    /** OpenBLAS packs nothing, and so needs no memory for it. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENBLAS")
    void closedMemoryOfAPackedMatrixIsAnIllegalState(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix w = views.random(5, 4);
            PackedMatrix b;
            try (Arena closed = Arena.ofShared()) {
                b = kernels.pack(closed, w);
            }
            Matrix a = views.random(3, 5);
            Matrix out = views.random(3, 4);
            assertContains(refusal(IllegalStateException.class, Operation.named("multiply"), views,
                    () -> kernels.multiply(a, b, out)), "closed");
            assertContains(refusal(IllegalStateException.class, Operation.named("repack"), views,
                    () -> kernels.repack(b)), "closed");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENBLAS")
    void packedMemoryOfAnotherThreadIsRefusedBeforeAnythingIsWritten(Backend backend) {
        try (Kernels kernels = backend.open(1);
                Views views = new Views(SEED);
                OtherThread other = new OtherThread()) {
            Matrix w = views.random(5, 4);
            PackedMatrix b = other.call(() -> kernels.pack(other.arena(), w));
            Matrix a = views.random(3, 5);
            Matrix out = views.random(3, 4);
            refusal(WrongThreadException.class, Operation.named("multiply"), views,
                    () -> kernels.multiply(a, b, out));
        }
    }

    /** Large enough that the helper would take its share. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENBLAS")
    void packedMemoryOfOneThreadIsRefusedByKernelsOfTwo(Backend backend) {
        try (Kernels kernels = backend.open(2); Views views = new Views(SEED); Arena confined = Arena.ofConfined()) {
            Matrix a = views.random(64, 64);
            Matrix w = views.random(64, 64);
            Matrix out = views.random(64, 64);
            views.remember();
            assertThrows(WrongThreadException.class, () -> kernels.multiply(a, kernels.pack(confined, w), out));
            views.assertOnlyWritten(backend + ", seed " + SEED);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1", "5", "2147483647", "-2147483648"})
    void anIdThatIsNoRowIsOutOfBoundsAndNothingIsWritten(int id) {
        int[] ids = {0, 1, 2, id};
        for (Backend backend : Backend.values()) {
            try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
                Matrix table = views.random(5, 4);
                Matrix rows = views.random(3, 4);
                Matrix losses = views.random(4, 1);
                Matrix weights = views.random(4, 1);
                Matrix logits = views.random(4, 5);
                String[] parts = {"index " + id + " at position 3", "wanted 0 to 4"};
                assertContains(refusal(IndexOutOfBoundsException.class, Operation.named("gatherRows"), views,
                        () -> kernels.gatherRows(table, ids, 1, rows)), parts);
                assertContains(refusal(IndexOutOfBoundsException.class, Operation.named("scatterAddRows"), views,
                        () -> kernels.scatterAddRows(rows, ids, 1, table)), parts);
                assertContains(refusal(IndexOutOfBoundsException.class, Operation.named("softmaxCrossEntropy"),
                        views, () -> kernels.softmaxCrossEntropy(logits, ids, 0, weights, 0, losses)), parts);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-1", "2", "4", "2147483647"})
    void fewerIdsThanRowsAreOutOfBoundsAndNothingIsWritten(int from) {
        int[] ids = {0, 1, 2, 0};
        for (Backend backend : Backend.values()) {
            try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
                Matrix table = views.random(5, 4);
                Matrix rows = views.random(3, 4);
                Matrix weights = views.random(3, 1);
                Matrix losses = views.random(3, 1);
                refusal(IndexOutOfBoundsException.class, Operation.named("gatherRows"), views,
                        () -> kernels.gatherRows(table, ids, from, rows));
                refusal(IndexOutOfBoundsException.class, Operation.named("scatterAddRows"), views,
                        () -> kernels.scatterAddRows(rows, ids, from, table));
                refusal(IndexOutOfBoundsException.class, Operation.named("softmaxCrossEntropy"), views,
                        () -> kernels.softmaxCrossEntropy(rows, ids, from, weights, 0, losses));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmaxOfNoClassesIsRefused(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.nan(3, 0);
            Matrix weights = views.nan(3, 1);
            Matrix losses = views.nan(3, 1);
            assertContains(refusal(IllegalArgumentException.class, Operation.named("softmax"), views,
                    () -> kernels.softmax(z, z)), "3x0", "wanted at least one column");
            assertContains(refusal(IllegalArgumentException.class, Operation.named("softmaxCrossEntropy"), views,
                    () -> kernels.softmaxCrossEntropy(z, new int[3], 0, weights, 0, losses)), "3x0",
                    "wanted at least one");
        }
    }

    /** What such a view needs of its memory is nothing: {@link Layout#end}. */
    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void operandsWithoutColumnsMayLieAnywhere(Backend backend, Operation operation) {
        boolean wantsColumns = operation.name().startsWith("softmax") || operation.name().startsWith("normalize");
        Sizes sizes = new Sizes(3, wantsColumns ? 1 : 0, 5);
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            List<Matrix> matrices = operation.draw(views, sizes);
            matrices.replaceAll(matrix -> matrix.cols() > 0
                    ? matrix
                    : Matrix.of(views.arena().allocate(0), new Layout(0, matrix.rows(), 0, 100)));
            operation.call(kernels, views.arena(), matrices).run();
        }
    }

    @ParameterizedTest
    @EnumSource
    void gatesOfMoreColumnsThanAnIntCountsAreRefused(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix wide = views.nan(0, 1).rows(0, 0);
            Matrix c = Matrix.of(wide.segment(), Layout.rowMajor(0, 1 << 30));
            assertContains(refusal(IllegalArgumentException.class, Operation.named("lstm"), views,
                    () -> kernels.lstm(LstmForm.PLAIN, c, c, c, c, c)), "0x1073741824");
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1025"})
    void threadsOutsideOfOneTo1024AreRefused(int threads) {
        for (Backend backend : Backend.values()) {
            String message = assertThrows(IllegalArgumentException.class, () -> backend.open(threads)).getMessage();
            assertContains(message, "open " + backend, threads + " threads", "wanted 1 to 1024");
        }
    }

    @Test
    void kernelsSayWhichTheyAreAndHowManyThreadsTheyHave() {
        for (Opening opening : Opening.all()) {
            try (Kernels kernels = opening.open()) {
                assertEquals(opening.backend(), kernels.backend());
                assertEquals(opening.threads(), kernels.threads());
                assertContains(kernels.toString(), opening.backend().toString(), opening.threads() + " thread");
            }
        }
    }
}
