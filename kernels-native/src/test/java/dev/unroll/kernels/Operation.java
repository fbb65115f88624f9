package dev.unroll.kernels;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every operation of the contract with the shapes of its operands, for tests that say the same of all of them.
 *
 * @param name the method
 * @param operands its matrices, in order
 * @param preparation what has to happen before the call, and the call
 */
record Operation(String name, List<Operand> operands, Preparation preparation) {
    private static final Pattern OPERAND = Pattern.compile("(\\w+) ([mnk1])x([34]?)([mnk1])(!?)");

    static final AdamStep ADAM = new AdamStep(1e-3f, 0.9f, 0.999f, 31.6f, 1e-8f);

    static final List<Operation> ALL = List.of(
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
            of("tanh: z mxn, aNext mxn!", c -> () -> c.kernels.tanh(c.at(0), c.at(1))),
            of("tanhStep: x mxk, a mxn, z mxn!, aNext mxn!", c -> {
                PackedMatrix wx = c.weights(1, c.at(0));
                PackedMatrix wa = c.weights(1, c.at(1));
                return () -> c.kernels.tanhStep(c.at(0), wx, c.at(1), wa, c.at(2), c.at(3));
            }),
            of("tanhStep: a mxn, z mxn!, aNext mxn!", c -> {
                PackedMatrix wa = c.weights(1, c.at(0));
                return () -> c.kernels.tanhStep(c.at(0), wa, c.at(1), c.at(2));
            }),
            of("lstmStep: x mxk, a mxn, z mx4n!, c mxn, cNext mxn!, tanhC mxn!, aNext mxn!", c -> {
                PackedMatrix wx = c.weights(4, c.at(0));
                PackedMatrix wa = c.weights(4, c.at(1));
                return () -> c.kernels.lstmStep(c.at(0), wx, c.at(1), wa, c.at(2), c.at(3), c.at(4), c.at(5), c.at(6));
            }),
            of("lstmStep: a mxn, z mx4n!, c mxn, cNext mxn!, tanhC mxn!, aNext mxn!", c -> {
                PackedMatrix wa = c.weights(4, c.at(0));
                return () -> c.kernels.lstmStep(c.at(0), wa, c.at(1), c.at(2), c.at(3), c.at(4), c.at(5));
            }),
            of("gruResetAfterStep: x mxk, a mxn, z mx3n!, q mxn!, b 1xn, aNext mxn!", c -> {
                PackedMatrix wx = c.weights(3, c.at(0));
                PackedMatrix wa = c.weights(3, c.at(1));
                return () -> c.kernels.gruResetAfterStep(c.at(0), wx, c.at(1), wa, c.at(2), c.at(3), c.at(4), c.at(5));
            }),
            of("gruResetAfterStep: a mxn, z mx3n!, q mxn!, b 1xn, aNext mxn!", c -> {
                PackedMatrix wa = c.weights(3, c.at(0));
                return () -> c.kernels.gruResetAfterStep(c.at(0), wa, c.at(1), c.at(2), c.at(3), c.at(4));
            }),
            of("tanhBackward: aNext mxn, daNext mxn, dz mxn!",
                    c -> () -> c.kernels.tanhBackward(c.at(0), c.at(1), c.at(2))),
            of("lstm: z mx4n!, c mxn, cNext mxn!, tanhC mxn!, aNext mxn!",
                    c -> () -> c.kernels.lstm(c.at(0), c.at(1), c.at(2), c.at(3), c.at(4))),
            of("lstmBackward: gates mx4n!, c mxn, tanhC mxn, daNext mxn, dc mxn!",
                    c -> () -> c.kernels.lstmBackward(c.at(0), c.at(1), c.at(2), c.at(3), c.at(4))),
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
            of("softmaxCrossEntropy: z mxn!, losses mx1!",
                    c -> () -> c.kernels.softmaxCrossEntropy(c.at(0), c.ids(), c.from, 0.5f, c.at(1))),
            of("sumOfSquares: a mxn", c -> () -> c.kernels.sumOfSquares(c.at(0))),
            of("scale: out mxn!", c -> () -> c.kernels.scale(0.5f, c.at(0))),
            of("addScaled: a mxn, out mxn!", c -> () -> c.kernels.addScaled(0.5f, c.at(0), c.at(1))),
            of("adam: g mxn, m mxn!, v mxn!, w mxn!",
                    c -> () -> c.kernels.adam(ADAM, c.at(0), c.at(1), c.at(2), c.at(3))));

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

    /** Values of the letters that stand for sizes. */
    record Sizes(int m, int n, int k) {
        int of(char letter) {
            return switch (letter) {
                case 'm' -> m;
                case 'n' -> n;
                case 'k' -> k;
                default -> 1;
            };
        }
    }

    /** A matrix of {@code rows} x {@code count*cols}, where rows and cols are letters of {@link Sizes} or 1. */
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
        Matcher matcher = OPERAND.matcher(text);
        while (matcher.find()) {
            int count = matcher.group(3).isEmpty() ? 1 : Integer.parseInt(matcher.group(3));
            operands.add(new Operand(matcher.group(1), matcher.group(2).charAt(0), count, matcher.group(4).charAt(0),
                    !matcher.group(5).isEmpty()));
        }
        return new Operation(text.substring(0, text.indexOf(':')), operands, preparation);
    }

    static Operation named(String name) {
        return ALL.stream().filter(operation -> operation.name.equals(name)).findFirst().orElseThrow();
    }

    static List<Operation> all() {
        return ALL;
    }

    /** Operands of the right shapes, from -2 to 2; but Adam's mean of squares is never negative. */
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
        sizes['1'] = 1;
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
        return name;
    }
}
