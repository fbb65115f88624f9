package dev.unroll.models;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Head.Reading;
import dev.unroll.tensor.Matrix;

/**
 * What a head reads of a run: for each row that it is to answer the output of the last layer there, or, of what goes
 * backward under {@link Reading#LAST_STEP}, the output at the first step of that row's sequence.
 */
public final class HeadRows {
    private final Kernels kernels;
    private final Direction direction;
    private final boolean readsFirst;
    private Schedule schedule;
    private int[] firstRows = {};

    /**
     * For the head of a network.
     *
     * @param architecture what the network is made of
     * @param kernels who copies
     */
    public HeadRows(Architecture architecture, Kernels kernels) {
        this.kernels = kernels;
        this.direction = architecture.layers().getLast().direction();
        this.readsFirst = architecture.head().reading() == Reading.LAST_STEP
                && direction.ways().contains(Way.BACKWARD);
    }

    /**
     * Whether what is read may be rows of the output as they lie there.
     *
     * @return false where one answer is made of several rows
     */
    public boolean areOutputs() {
        return !readsFirst;
    }

    /**
     * Brings together what the head reads.
     *
     * @param run where the rows of the output lie
     * @param outputs of the last layer, a row a row of the run
     * @param rows the answers', of the run
     * @param read as many rows of n_a as are to be answered, written
     */
    public void gather(Schedule run, Matrix outputs, int[] rows, Matrix read) {
        if (!readsFirst) {
            kernels.gatherRows(outputs, rows, 0, read);
            return;
        }
        int forward = forwardSize(read);
        if (forward > 0) {
            kernels.gatherRows(outputs.cols(0, forward), rows, 0, read.cols(0, forward));
        }
        int backward = read.cols() - forward;
        kernels.gatherRows(outputs.cols(forward, backward), firsts(run, rows, read.rows()), 0,
                read.cols(forward, backward));
    }

    /**
     * The gradient of {@link #gather}.
     *
     * @param run where the rows of the output lie
     * @param dread the gradient of what was read
     * @param rows the answers', of the run
     * @param doutputs the gradient of the outputs, added to
     */
    public void scatterAdd(Schedule run, Matrix dread, int[] rows, Matrix doutputs) {
        if (!readsFirst) {
            kernels.scatterAddRows(dread, rows, 0, doutputs);
            return;
        }
        int forward = forwardSize(dread);
        if (forward > 0) {
            kernels.scatterAddRows(dread.cols(0, forward), rows, 0, doutputs.cols(0, forward));
        }
        int backward = dread.cols() - forward;
        kernels.scatterAddRows(dread.cols(forward, backward), firsts(run, rows, dread.rows()), 0,
                doutputs.cols(forward, backward));
    }

    /** Length of what goes forward, which stands in front. */
    private int forwardSize(Matrix read) {
        return direction == Direction.CONCAT ? read.cols() / 2 : 0;
    }

    /** The row of the first step of each row's sequence. */
    private int[] firsts(Schedule run, int[] rows, int count) {
        int batch = run.lengths().batch();
        if (schedule != run) {
            firstRows = new int[batch];
            for (int row = 0; row < run.size(); row++) {
                if (run.padded()[row] < batch) {
                    firstRows[run.padded()[row]] = row;
                }
            }
            schedule = run;
        }
        int[] firsts = new int[count];
        for (int i = 0; i < count; i++) {
            firsts[i] = firstRows[run.padded()[rows[i]] % batch];
        }
        return firsts;
    }
}
