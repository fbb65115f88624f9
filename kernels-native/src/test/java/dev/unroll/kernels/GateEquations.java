package dev.unroll.kernels;

import dev.unroll.kernels.Operation.Operand;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * The gate operations as equations in double precision on the numbers of one hidden unit: one number for each block of H
 * columns, in the order of the operands.
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

    static final GateEquations TANH = of("tanh", "r o", s -> s[1] = Math.tanh(s[0]));

    static final GateEquations TANH_BACKWARD = of("tanhBackward", "t r o", s -> s[2] = s[1] * (1 - s[0] * s[0]));

    /** Numbers: z_f, z_u, z_o, z_c; c; c'; tanh(c'); a'. */
    static final GateEquations LSTM = of("lstm", "RRRR r o o o", s -> {
        s[0] = Oracle.sigmoid(s[0]);
        s[1] = Oracle.sigmoid(s[1]);
        s[2] = Oracle.sigmoid(s[2]);
        s[3] = Math.tanh(s[3]);
        s[5] = s[0] * s[4] + s[1] * s[3];
        s[6] = Math.tanh(s[5]);
        s[7] = s[2] * s[6];
    });

    /** Numbers: f, u, o, k; c; tanh(c'); da'; dc'. */
    static final GateEquations LSTM_BACKWARD = of("lstmBackward", "SSST r t r R", s -> {
        double f = s[0];
        double u = s[1];
        double o = s[2];
        double k = s[3];
        double dcNext = s[7] + s[6] * o * (1 - s[5] * s[5]);
        s[0] = dcNext * s[4] * f * (1 - f);
        s[1] = dcNext * k * u * (1 - u);
        s[2] = s[6] * s[5] * o * (1 - o);
        s[3] = dcNext * u * (1 - k * k);
        s[7] = dcNext * f;
    });

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

    static final List<GateEquations> ALL = List.of(TANH, TANH_BACKWARD, LSTM, LSTM_BACKWARD, GRU_RESET_AFTER,
            GRU_RESET_AFTER_BACKWARD, GRU_RESET, GRU_RESET_BACKWARD, GRU_UPDATE, GRU_UPDATE_BACKWARD);

    static final List<GateEquations> FORWARD = List.of(TANH, LSTM, GRU_RESET_AFTER, GRU_RESET, GRU_UPDATE);

    private static GateEquations of(String operation, String kinds, Step step) {
        return new GateEquations(Operation.named(operation), kinds.replace(" ", ""), step);
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
            for (int gate = 0; gate < operation.operands().get(i).count(); gate++) {
                blocks.add(matrices.get(i).cols(gate * h, h));
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
                        (i, j) -> expected[i][j][number], 2e-6);
            }
        }
        views.assertOnlyWritten(context, operands.written.toArray(Matrix[]::new));
    }

    @Override
    public String toString() {
        return operation.name();
    }
}
