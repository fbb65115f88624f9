package dev.unroll.kernels;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;

/**
 * The operation that a team is at: its operands, where all members find them, and how it is parted. There is one for a
 * team, filled by whoever has entered it, so that sharing an operation makes no object.
 */
final class SharedCall implements Part {
    /** What is done with rows {@code from} to {@code to} and columns or units {@code left} to {@code right}. */
    interface Body {
        void run(SharedCall call, int from, int to, int left, int right);
    }

    final LoopSet loops;
    private final Team team;
    Matrix a;
    Matrix b;
    Matrix c;
    Matrix d;
    Matrix e;
    Matrix f;
    Matrix g;
    PackedMatrix w;
    PackedMatrix v;
    int group;
    int groups;
    int[] ids;
    int first;
    float factor;
    Activation activation;
    LstmForm form;
    AdamStep step;
    RmsPropStep rmsProp;
    private Body body;
    private int rows;
    private int cols;
    private boolean byCols;

    SharedCall(Team team, LoopSet loops) {
        this.team = team;
        this.loops = loops;
    }

    /** Takes the team where there is enough to do and it is free. Then one of the methods below runs the call. */
    boolean enter(long work, long least) {
        return work >= least && team.enter();
    }

    SharedCall operands(Matrix first, Matrix second, Matrix third, Matrix fourth, Matrix fifth, Matrix sixth,
            Matrix seventh) {
        a = first;
        b = second;
        c = third;
        d = fourth;
        e = fifth;
        f = sixth;
        g = seventh;
        return this;
    }

    SharedCall operands(Matrix first, Matrix second, Matrix third, Matrix fourth, Matrix fifth, Matrix sixth) {
        return operands(first, second, third, fourth, fifth, sixth, null);
    }

    SharedCall operands(Matrix first, Matrix second, Matrix third, Matrix fourth, Matrix fifth) {
        return operands(first, second, third, fourth, fifth, null, null);
    }

    SharedCall operands(Matrix first, Matrix second, Matrix third, Matrix fourth) {
        return operands(first, second, third, fourth, null, null, null);
    }

    SharedCall operands(Matrix first, Matrix second, Matrix third) {
        return operands(first, second, third, null, null, null, null);
    }

    SharedCall operands(Matrix first, Matrix second) {
        return operands(first, second, null, null, null, null, null);
    }

    SharedCall indices(int[] numbers, int from) {
        ids = numbers;
        first = from;
        return this;
    }

    SharedCall packed(PackedMatrix first, PackedMatrix second) {
        w = first;
        v = second;
        return this;
    }

    /** Parts are ranges of rows. */
    void byRows(int count, int width, Body what) {
        share(count, width, false, what);
    }

    /** Parts are ranges of columns. */
    void byCols(int count, int width, Body what) {
        share(count, width, true, what);
    }

    /** Parts are ranges of what there is more of, so that what both members read is the smaller operand. */
    void byLonger(int count, int width, Body what) {
        share(count, width, width >= count, what);
    }

    private void share(int count, int width, boolean cut, Body what) {
        rows = count;
        cols = width;
        byCols = cut;
        body = what;
        team.share(cut ? Parts.parts(width, Loops.UNITS) : count, this);
    }

    @Override
    public void run(int from, int to) {
        if (byCols) {
            body.run(this, 0, rows, from * Loops.UNITS, Math.min(cols, to * Loops.UNITS));
        } else {
            body.run(this, from, to, 0, cols);
        }
    }
}
