package dev.unroll.kernels;

import dev.unroll.kernels.Operation.Operand;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The gate operations as equations in double precision on the numbers of one hidden unit: one number for each block of H
 * columns, in the order of the operands; of a row that all rows see, one for each row of its matrix.
 *
 * @param operation whose equations these are
 * @param kinds a letter for each block: r any real, s the value of a sigmoid, t of a tanh, - nothing, NaN stands there; a
 *        capital, or o for what only is written, says that the operation writes the block
 * @param step turns the numbers before into the numbers after
 */
record GateEquations(Operation operation, String kinds, Step step) {
    /** Equations on the numbers of one hidden unit, in place. */
    interface Step {
        void apply(double[] s);
    }

    /** The operands of one call. */
    record Operands(List<Matrix> matrices, List<Matrix> blocks, List<Matrix> written) {}

    /** Numbers: z_u, z_r, z_c; q; b; a; a'. */
    static final GateEquations GRU_RESET_AFTER = of("gruResetAfter", "RRR R r r o", s -> {
        s[0] = Oracle.sigmoid(s[0]);
        s[1] = Oracle.sigmoid(s[1]);
        s[3] = s[3] + s[4];
        s[2] = Math.tanh(s[2] + s[1] * s[3]);
        s[6] = s[0] * s[2] + (1 - s[0]) * s[5];
    });

    /** Numbers: u, r, k; q; a; da'; da. */
    static final GateEquations GRU_RESET_AFTER_BACKWARD = of("gruResetAfterBackward", "SST R r r o", s -> {
        double u = s[0];
        double r = s[1];
        double k = s[2];
        double q = s[3];
        s[2] = s[5] * u * (1 - k * k);
        s[3] = s[2] * r;
        s[1] = s[2] * q * r * (1 - r);
        s[0] = s[5] * (k - s[4]) * u * (1 - u);
        s[6] = s[5] * (1 - u);
    });

    /** Numbers: z_u, z_r, z_c; a; p. */
    static final GateEquations GRU_RESET = of("gruReset", "RR- r o", s -> {
        s[0] = Oracle.sigmoid(s[0]);
        s[1] = Oracle.sigmoid(s[1]);
        s[4] = s[1] * s[3];
    });

    /** Numbers: dz_u, r, dz_c; a; dp; da. */
    static final GateEquations GRU_RESET_BACKWARD = of("gruResetBackward", "-S- r r R", s -> {
        double r = s[1];
        s[1] = s[4] * s[3] * r * (1 - r);
        s[5] = s[5] + s[4] * r;
    });

    /** Numbers: u, r, z_c; a; a'. */
    static final GateEquations GRU_UPDATE = of("gruUpdate", "s-R r o", s -> {
        s[2] = Math.tanh(s[2]);
        s[4] = s[0] * s[2] + (1 - s[0]) * s[3];
    });

    /** Numbers: u, r, k; a; da'; da. */
    static final GateEquations GRU_UPDATE_BACKWARD = of("gruUpdateBackward", "S-T r r o", s -> {
        double u = s[0];
        double k = s[2];
        s[2] = s[4] * u * (1 - k * k);
        s[0] = s[4] * (k - s[3]) * u * (1 - u);
        s[5] = s[4] * (1 - u);
    });

    /** Numbers: z_u, z_c; a; a'. */
    static final GateEquations GRU_SIMPLIFIED = of("gruSimplified", "RR r o", s -> {
        s[0] = Oracle.sigmoid(s[0]);
        s[1] = Math.tanh(s[1]);
        s[3] = s[0] * s[1] + (1 - s[0]) * s[2];
    });

    /** Numbers: u, k; a; da'; da. */
    static final GateEquations GRU_SIMPLIFIED_BACKWARD = of("gruSimplifiedBackward", "ST r r o", s -> {
        double u = s[0];
        double k = s[1];
        s[1] = s[3] * u * (1 - k * k);
        s[0] = s[3] * (k - s[2]) * u * (1 - u);
        s[4] = s[3] * (1 - u);
    });

    static final List<GateEquations> FORWARD = Stream
            .of(Arrays.stream(Activation.values()).map(GateEquations::activate),
                    LstmVariant.ALL.stream().map(GateEquations::lstm),
                    Stream.of(GRU_RESET_AFTER, GRU_RESET, GRU_UPDATE, GRU_SIMPLIFIED))
            .flatMap(Function.identity()).toList();

    static final List<GateEquations> BACKWARD = Stream.of(
            Arrays.stream(Activation.values()).map(GateEquations::activateBackward),
            LstmVariant.ALL.stream().map(GateEquations::lstmBackward),
            Stream.of(GRU_RESET_AFTER_BACKWARD, GRU_RESET_BACKWARD, GRU_UPDATE_BACKWARD, GRU_SIMPLIFIED_BACKWARD))
            .flatMap(Function.identity()).toList();

    static final List<GateEquations> ALL = Stream.concat(FORWARD.stream(), BACKWARD.stream()).toList();

    /** Numbers: z; a'. */
    static GateEquations activate(Activation g) {
        return of("activate " + g, "r o", s -> s[1] = Oracle.activate(g, s[0]));
    }

    /** Numbers: a'; da'; dz. */
    static GateEquations activateBackward(Activation g) {
        return of("activateBackward " + g, g == Activation.SIGMOID ? "s r o" : "t r o", s -> s[2] = switch (g) {
            case TANH -> s[1] * (1 - s[0] * s[0]);
            case RELU -> s[0] <= 0 ? 0 : s[1];
            case IDENTITY -> s[1];
            case SIGMOID -> s[1] * s[0] * (1 - s[0]);
        });
    }

    static GateEquations lstm(LstmVariant v) {
        return of("lstm" + v, "R".repeat(v.gates()) + v.ifPeepholes("t".repeat(v.gates() - 1)) + "r o o o", v::forward);
    }

    static GateEquations lstmBackward(LstmVariant v) {
        return of("lstmBackward" + v,
                "S".repeat(v.gates() - 1) + "T" + v.ifPeepholes("t".repeat(v.gates() - 1)) + "r r t r R", v::backward);
    }

    private static GateEquations of(String label, String kinds, Step step) {
        return new GateEquations(Operation.named(label), kinds.replace(" ", ""), step);
    }

    /** Fresh operands, filled according to their kinds. */
    Operands draw(Views views, int m, int h) {
        Operation.Sizes sizes = new Operation.Sizes(m, h, 0);
        List<Matrix> matrices = new ArrayList<>();
        for (Operand operand : operation.operands()) {
            matrices.add(views.nan(operand.rows(sizes), operand.cols(sizes)));
        }
        Operands operands = operands(matrices, h);
        for (int block = 0; block < kinds.length(); block++) {
            switch (Character.toLowerCase(kinds.charAt(block))) {
                case 'r' -> views.fill(operands.blocks.get(block), -3, 3);
                case 's' -> views.fill(operands.blocks.get(block), 0, 1);
                case 't' -> views.fill(operands.blocks.get(block), -1, 1);
                default -> {
                    // NaN stands there.
                }
            }
        }
        return operands;
    }

    /** These matrices as operands. */
    Operands operands(List<Matrix> matrices, int h) {
        List<Matrix> blocks = new ArrayList<>();
        for (int i = 0; i < matrices.size(); i++) {
            Operand operand = operation.operands().get(i);
            for (int gate = 0; gate < operand.count(); gate++) {
                Matrix block = matrices.get(i).cols(gate * h, h);
                if (Character.isDigit(operand.rows())) {
                    IntStream.range(0, block.rows()).mapToObj(block::row).forEach(blocks::add);
                } else {
                    blocks.add(block);
                }
            }
        }
        List<Matrix> written = new ArrayList<>();
        for (int block = 0; block < blocks.size(); block++) {
            if (isWritten(block)) {
                written.add(blocks.get(block));
            }
        }
        return new Operands(matrices, blocks, written);
    }

    private boolean isWritten(int block) {
        return Character.isUpperCase(kinds.charAt(block)) || kinds.charAt(block) == 'o';
    }

    /** Numbers after the step for element (i, j), from what the operands hold now. */
    double[] after(Operands operands, int i, int j) {
        double[] s = operands.blocks.stream().mapToDouble(b -> b.get(b.rows() == 1 ? 0 : i, j)).toArray();
        step.apply(s);
        return s;
    }

    /** Runs the operation and wants of every written block what the equations say, and of all else its bits. */
    void check(String context, Kernels kernels, Views views, Operands operands) {
        check(context, kernels, views, operands, 2e-6);
    }

    /** Within {@code tolerance} times the larger of 1 and what the equations say. */
    void check(String context, Kernels kernels, Views views, Operands operands, double tolerance) {
        int m = operands.matrices.getLast().rows();
        int h = operands.matrices.getLast().cols();
        double[][][] expected = new double[m][h][];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < h; j++) {
                expected[i][j] = after(operands, i, j);
            }
        }
        views.remember();
        operation.call(kernels, views.arena(), operands.matrices).run();
        for (int block = 0; block < kinds.length(); block++) {
            int number = block;
            if (isWritten(block)) {
                Oracle.assertClose(context + ", block " + block, operands.blocks.get(block),
                        (i, j) -> expected[i][j][number], tolerance);
            }
        }
        views.assertOnlyWritten(context, operands.written.toArray(Matrix[]::new));
    }

    @Override
    public String toString() {
        return operation.label();
    }
}
