package dev.unroll.kernels;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every operation of the contract with the shapes of its operands, for tests that say the same of all of them.
 *
 * @param name the method
 * @param label the method, and which of its forms where it has several
 * @param operands its matrices, in order
 * @param preparation what has to happen before the call, and the call
 */
record Operation(String name, String label, List<Operand> operands, Preparation preparation) {
    private static final Pattern OPERAND = Pattern.compile("(\\w+) ([mnkp123])x([234]?)([mnkp1])(!?)");

    static final AdamStep ADAM = new AdamStep(1e-3f, 0.9f, 0.999f, 31.6f, 1e-8f);
    static final RmsPropStep RMS_PROP = new RmsPropStep(1e-3f, 0.99f, 1e-8f);

    private static final List<Operation> OTHERS = List.of(
            of("pack: w kxn", c -> () -> c.kernels.pack(c.arena, c.at(0))),
            of("packTransposed: w nxk", c -> () -> c.kernels.packTransposed(c.arena, c.at(0))),
            of("repack: source kxn", c -> {
                PackedMatrix b = c.kernels.pack(c.arena, c.at(0));
                return () -> c.kernels.repack(b);
            }),
            of("multiply: a mxk, w kxn, out mxn!", c -> {
                PackedMatrix b = c.kernels.pack(c.arena, c.at(1));
                return () -> c.kernels.multiply(c.at(0), b, c.at(2));
            }),
            of("addMultiply: a mxk, w nxk, out mxn!", c -> {
                PackedMatrix b = c.kernels.packTransposed(c.arena, c.at(1));
                return () -> c.kernels.addMultiply(c.at(0), b, c.at(2));
            }),
            of("addMultiplyTransA: a kxm, b kxn, out mxn!",
                    c -> () -> c.kernels.addMultiplyTransA(c.at(0), c.at(1), c.at(2))),
            of("rnnStep: x mxk, a mxn, z mxn!, aNext mxn!", c -> {
                PackedMatrix wx = c.weights(1, c.at(0));
                PackedMatrix wa = c.weights(1, c.at(1));
                return () -> c.kernels.rnnStep(Activation.TANH, c.at(0), wx, c.at(1), wa, c.at(2), c.at(3));
            }),
            of("rnnStep: a mxn, z mxn!, aNext mxn!", c -> {
                PackedMatrix wa = c.weights(1, c.at(0));
                return () -> c.kernels.rnnStep(Activation.TANH, c.at(0), wa, c.at(1), c.at(2));
            }),
            of("gruSimplifiedStep: x mxk, p mxn, z mx2n!, a mxn, aNext mxn!", c -> {
                PackedMatrix wx = c.weights(2, c.at(0));
                PackedMatrix wa = c.weights(2, c.at(1));
                return () -> c.kernels.gruSimplifiedStep(c.at(0), wx, c.at(1), wa, c.at(2), c.at(3), c.at(4));
            }),
            of("gruSimplifiedStep: p mxn, z mx2n!, a mxn, aNext mxn!", c -> {
                PackedMatrix wa = c.weights(2, c.at(0));
                return () -> c.kernels.gruSimplifiedStep(c.at(0), wa, c.at(1), c.at(2), c.at(3));
            }),
            of("gruResetAfterStep: x mxk, p mxn, z mx3n!, q mxn!, b 1xn, a mxn, aNext mxn!", c -> {
                PackedMatrix wx = c.weights(3, c.at(0));
                PackedMatrix wa = c.weights(3, c.at(1));
                return () -> c.kernels.gruResetAfterStep(c.at(0), wx, c.at(1), wa, c.at(2), c.at(3), c.at(4), c.at(5),
                        c.at(6));
            }),
            of("gruResetAfterStep: p mxn, z mx3n!, q mxn!, b 1xn, a mxn, aNext mxn!", c -> {
                PackedMatrix wa = c.weights(3, c.at(0));
                return () -> c.kernels.gruResetAfterStep(c.at(0), wa, c.at(1), c.at(2), c.at(3), c.at(4), c.at(5));
            }),
            of("gruSimplified: z mx2n!, a mxn, aNext mxn!",
                    c -> () -> c.kernels.gruSimplified(c.at(0), c.at(1), c.at(2))),
            of("gruSimplifiedBackward: gates mx2n!, a mxn, daNext mxn, da mxn!",
                    c -> () -> c.kernels.gruSimplifiedBackward(c.at(0), c.at(1), c.at(2), c.at(3))),
            of("gruResetAfter: z mx3n!, q mxn!, b 1xn, a mxn, aNext mxn!",
                    c -> () -> c.kernels.gruResetAfter(c.at(0), c.at(1), c.at(2), c.at(3), c.at(4))),
            of("gruResetAfterBackward: gates mx3n!, q mxn!, a mxn, daNext mxn, da mxn!",
                    c -> () -> c.kernels.gruResetAfterBackward(c.at(0), c.at(1), c.at(2), c.at(3), c.at(4))),
            of("gruReset: z mx3n!, a mxn, p mxn!", c -> () -> c.kernels.gruReset(c.at(0), c.at(1), c.at(2))),
            of("gruResetBackward: gates mx3n!, a mxn, dp mxn, da mxn!",
                    c -> () -> c.kernels.gruResetBackward(c.at(0), c.at(1), c.at(2), c.at(3))),
            of("gruUpdate: z mx3n!, a mxn, aNext mxn!", c -> () -> c.kernels.gruUpdate(c.at(0), c.at(1), c.at(2))),
            of("gruUpdateBackward: gates mx3n!, a mxn, daNext mxn, da mxn!",
                    c -> () -> c.kernels.gruUpdateBackward(c.at(0), c.at(1), c.at(2), c.at(3))),
            of("multiplyElementwise: a mxn, b mxn, out mxn!",
                    c -> () -> c.kernels.multiplyElementwise(c.at(0), c.at(1), c.at(2))),
            of("addMultiplyElementwise: a mxn, b mxn, out mxn!",
                    c -> () -> c.kernels.addMultiplyElementwise(c.at(0), c.at(1), c.at(2))),
            of("interpolate: m mxn, a mxn, b mxn, out mxn!",
                    c -> () -> c.kernels.interpolate(c.at(0), c.at(1), c.at(2), c.at(3))),
            of("multiplyRow: row 1xn, a mxn, out mxn!",
                    c -> () -> c.kernels.multiplyRow(c.at(0), c.at(1), c.at(2))),
            of("addMultiplyRow: row 1xn, a mxn, out mxn!",
                    c -> () -> c.kernels.addMultiplyRow(c.at(0), c.at(1), c.at(2))),
            of("addSumOfProducts: a mxn, b mxn, out 1xn!",
                    c -> () -> c.kernels.addSumOfProducts(c.at(0), c.at(1), c.at(2))),
            of("normalizeRows: x mxn!, scale mx1!", c -> () -> c.kernels.normalizeRows(c.at(0), c.at(1))),
            of("normalizeRowsBackward: normalized mxn, scale mx1, d mxn!",
                    c -> () -> c.kernels.normalizeRowsBackward(c.at(0), c.at(1), c.at(2))),
            of("fillRows: row 1xn, out mxn!", c -> () -> c.kernels.fillRows(c.at(0), c.at(1))),
            of("addRow: row 1xn, out mxn!", c -> () -> c.kernels.addRow(c.at(0), c.at(1))),
            of("addSumOfRows: a mxn, out 1xn!", c -> () -> c.kernels.addSumOfRows(c.at(0), c.at(1))),
            of("gatherRows: table kxn, out mxn!",
                    c -> () -> c.kernels.gatherRows(c.at(0), c.ids(), c.from, c.at(1))),
            of("scatterAddRows: a mxn, table kxn!",
                    c -> () -> c.kernels.scatterAddRows(c.at(0), c.ids(), c.from, c.at(1))),
            of("transpose: a mxn, out nxm!", c -> () -> c.kernels.transpose(c.at(0), c.at(1))),
            of("addTransposed: a mxn, out nxm!", c -> () -> c.kernels.addTransposed(c.at(0), c.at(1))),
            of("softmax: z mxn, p mxn!", c -> () -> c.kernels.softmax(c.at(0), c.at(1))),
            of("softmaxCrossEntropy: z mxn!, weights mx1, losses mx1!",
                    c -> () -> c.kernels.softmaxCrossEntropy(c.at(0), c.ids(), c.from, c.at(1), 0, c.at(2))),
            of("softmaxCrossEntropy smoothed: z mxn!, weights mx1, losses mx1!",
                    c -> () -> c.kernels.softmaxCrossEntropy(c.at(0), c.ids(), c.from, c.at(1), 0.1f, c.at(2))),
            of("sigmoidCrossEntropy: z mxn!, targets mxn, weights mx1, losses mx1!",
                    c -> () -> c.kernels.sigmoidCrossEntropy(c.at(0), c.at(1), c.at(2), c.at(3))),
            of("squaredError: y mxn!, targets mxn, weights mx1, losses mx1!",
                    c -> () -> c.kernels.squaredError(c.at(0), c.at(1), c.at(2), c.at(3))),
            of("sumOfSquares: a mxn", c -> () -> c.kernels.sumOfSquares(c.at(0))),
            of("scale: out mxn!", c -> () -> c.kernels.scale(0.5f, c.at(0))),
            of("addScaled: a mxn, out mxn!", c -> () -> c.kernels.addScaled(0.5f, c.at(0), c.at(1))),
            of("clamp: out mxn!", c -> () -> c.kernels.clamp(0.5f, c.at(0))),
            of("adam: g mxn, m mxn!, v mxn!, w mxn!",
                    c -> () -> c.kernels.adam(ADAM, c.at(0), c.at(1), c.at(2), c.at(3))),
            of("rmsProp: g mxn, v mxn!, w mxn!",
                    c -> () -> c.kernels.rmsProp(RMS_PROP, c.at(0), c.at(1), c.at(2))));

    static final List<Operation> ALL = Stream.of(OTHERS, activations(), lstms()).flatMap(List::stream).toList();

    private static List<Operation> activations() {
        List<Operation> operations = new ArrayList<>();
        for (Activation g : Activation.values()) {
            operations.add(of("activate %s: z mxn, aNext mxn!".formatted(g),
                    c -> () -> c.kernels.activate(g, c.at(0), c.at(1))));
            operations.add(of("activateBackward %s: aNext mxn, daNext mxn, dz mxn!".formatted(g),
                    c -> () -> c.kernels.activateBackward(g, c.at(0), c.at(1), c.at(2))));
        }
        return operations;
    }

    private static List<Operation> lstms() {
        List<Operation> operations = new ArrayList<>();
        for (LstmVariant v : LstmVariant.ALL) {
            String gates = "mx%dn!, %s".formatted(v.gates(),
                    v.ifPeepholes("peepholes %dxn, ".formatted(v.gates() - 1)));
            int more = v.hasPeepholes() ? 1 : 0;
            operations.add(of("lstm%s: z %sc mxn, cNext mxn!, tanhC mxn!, aNext mxn!".formatted(v, gates),
                    c -> () -> c.kernels.lstm(v.form(c.at(1)), c.at(0), c.at(more + 1), c.at(more + 2), c.at(more + 3),
                            c.at(more + 4))));
            operations.add(of("lstmBackward%s: gates %sc mxn, cNext mxn, tanhC mxn, daNext mxn, dc mxn!".formatted(v,
                    gates),
                    c -> () -> c.kernels.lstmBackward(v.form(c.at(1)), c.at(0), c.at(more + 1), c.at(more + 2),
                            c.at(more + 3), c.at(more + 4), c.at(more + 5))));
            operations.add(of("lstmStep%s: a mxp, z %sc mxn, cNext mxn!, tanhC mxn!, aNext mxn!".formatted(v, gates),
                    c -> {
                        PackedMatrix wa = c.weights(v.gates(), c.at(0));
                        return () -> c.kernels.lstmStep(v.form(c.at(2)), c.at(0), wa, c.at(1), c.at(more + 2),
                                c.at(more + 3), c.at(more + 4), c.at(more + 5));
                    }));
            operations.add(of("lstmStep%s: x mxk, a mxp, z %sc mxn, cNext mxn!, tanhC mxn!, aNext mxn!".formatted(v,
                    gates), c -> {
                        PackedMatrix wx = c.weights(v.gates(), c.at(0));
                        PackedMatrix wa = c.weights(v.gates(), c.at(1));
                        return () -> c.kernels.lstmStep(v.form(c.at(3)), c.at(0), wx, c.at(1), wa, c.at(2),
                                c.at(more + 3), c.at(more + 4), c.at(more + 5), c.at(more + 6));
                    }));
        }
        return operations;
    }

    /** What an operation is called with; {@code indices} and {@code from} only where it takes row numbers. */
    record Call(Kernels kernels, Arena arena, List<Matrix> matrices, List<Integer> indices, int from) {
        int[] ids() {
            return indices.stream().mapToInt(Integer::intValue).toArray();
        }

        Matrix at(int operand) {
            return matrices.get(operand);
        }

        /** Weights from a to all gates of as many units as the last operand, a', has columns. */
        PackedMatrix weights(int gates, Matrix a) {
            int units = matrices.getLast().cols();
            Matrix w = Matrix.allocate(arena, gates * units, a.cols());
            for (int i = 0; i < w.rows(); i++) {
                for (int j = 0; j < w.cols(); j++) {
                    w.set(i, j, (float) Math.sin(i + 0.7 * j));
                }
            }
            return kernels.packTransposed(arena, w, gates);
        }
    }

    /** Packs what has to be packed and returns the call. */
    interface Preparation {
        Runnable of(Call call);
    }

    /** Values of the letters that stand for sizes; p is one more than k, so that it differs. */
    record Sizes(int m, int n, int k) {
        int of(char letter) {
            return switch (letter) {
                case 'm' -> m;
                case 'n' -> n;
                case 'k' -> k;
                case 'p' -> k + 1;
                default -> letter - '0';
            };
        }
    }

    /** A matrix of {@code rows} x {@code count*cols}, where rows and cols are letters of {@link Sizes} or digits. */
    record Operand(String name, char rows, int count, char cols, boolean isWritten) {
        int rows(Sizes sizes) {
            return sizes.of(rows);
        }

        int cols(Sizes sizes) {
            return count * sizes.of(cols);
        }
    }

    private static Operation of(String text, Preparation preparation) {
        List<Operand> operands = new ArrayList<>();
        String label = text.substring(0, text.indexOf(':'));
        Matcher matcher = OPERAND.matcher(text.substring(label.length()));
        while (matcher.find()) {
            int count = matcher.group(3).isEmpty() ? 1 : Integer.parseInt(matcher.group(3));
            operands.add(new Operand(matcher.group(1), matcher.group(2).charAt(0), count, matcher.group(4).charAt(0),
                    !matcher.group(5).isEmpty()));
        }
        return new Operation(label.replaceFirst(" .*", ""), label, operands, preparation);
    }

    static Operation named(String label) {
        return ALL.stream().filter(operation -> operation.label.equals(label)).findFirst().orElseThrow();
    }

    static List<Operation> all() {
        return ALL;
    }

    /** Operands of the right shapes, from -2 to 2; but a mean of squares is never negative. */
    List<Matrix> draw(Views views, Sizes sizes) {
        List<Matrix> drawn = new ArrayList<>();
        for (Operand operand : operands) {
            double low = operand.name.equals("v") ? 0 : -2;
            drawn.add(views.random(operand.rows(sizes), operand.cols(sizes), low, 2));
        }
        return drawn;
    }

    /** The call, with 0 for every row number. */
    Runnable call(Kernels kernels, Arena arena, List<Matrix> matrices) {
        int rows = matrices.stream().mapToInt(Matrix::rows).max().orElseThrow();
        return preparation.of(new Call(kernels, arena, matrices, Collections.nCopies(rows, 0), 0));
    }

    /** Whether sizes exist for which these are the operands. */
    boolean fits(List<Matrix> matrices) {
        int[] sizes = new int[128];
        Arrays.fill(sizes, -1);
        for (char digit = '1'; digit <= '3'; digit++) {
            sizes[digit] = digit - '0';
        }
        for (int i = 0; i < operands.size(); i++) {
            Operand operand = operands.get(i);
            if (matrices.get(i).cols() % operand.count != 0
                    || !agrees(sizes, operand.rows, matrices.get(i).rows())
                    || !agrees(sizes, operand.cols, matrices.get(i).cols() / operand.count)) {
                return false;
            }
        }
        return true;
    }

    private static boolean agrees(int[] sizes, char letter, int size) {
        if (sizes[letter] < 0) {
            sizes[letter] = size;
        }
        return sizes[letter] == size;
    }

    @Override
    public String toString() {
        return label;
    }
}
