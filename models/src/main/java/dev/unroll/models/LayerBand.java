package dev.unroll.models;

import dev.unroll.cells.CellStep;
import dev.unroll.cells.CellWeights;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sequences of one band through a layer: the input part W_ax·x + b is one product for several steps, the recurrent part
 * goes step by step.
 */
final class LayerBand {
    /** Rows that make a product of the input weights as fast as it gets; more would only push z out of the caches. */
    static final int ROWS = 128;

    /**
     * Steps whose input part is computed at once.
     *
     * @param inputs x of each step, to be copied to {@code copies}; none where they lie together
     * @param copies where they are brought together
     * @param input x of all steps
     * @param z of all steps
     * @param steps the steps
     */
    private record Chunk(List<Matrix> inputs, List<Matrix> copies, Matrix input, Matrix z, List<CellStep> steps) {}

    /** What is copied when all steps are done. */
    private record Copy(Matrix from, Matrix to) {}

    private final CellWeights weights;
    private final Schedule schedule;
    private final int band;
    private final LayerMemory memory;
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<Copy> ends = new ArrayList<>();

    LayerBand(CellWeights weights, Schedule schedule, int band, Matrix x, LayerMemory memory) {
        this.weights = weights;
        this.schedule = schedule;
        this.band = band;
        this.memory = memory;
        int time = schedule.time(band);
        for (int t = 0; t < time;) {
            int from = t;
            int rows = 0;
            do {
                rows += schedule.count(band, t);
                t++;
            } while (t < time && rows + schedule.count(band, t) <= ROWS);
            addChunk(from, t, rows, x);
        }
        int first = schedule.begin(band);
        int places = schedule.begin(band + 1) - first;
        LayerState last = memory.last().rows(first, places);
        int begun = schedule.count(band, 0);
        LayerState unmoved = memory.first().rows(first + begun, places - begun);
        addEnd(unmoved.hidden(), last.hidden().rows(begun, places - begun));
        addEnd(unmoved.memory(), last.memory().rows(begun, places - begun));
        for (int t = 0; t < time; t++) {
            int going = schedule.count(band, t + 1);
            int over = schedule.count(band, t) - going;
            LayerState ended = memory.ended(band, t, going, over);
            addEnd(ended.hidden(), last.hidden().rows(going, over));
            addEnd(ended.memory(), last.memory().rows(going, over));
        }
    }

    private void addEnd(Matrix from, Matrix to) {
        if (from.rows() > 0 && from.cols() > 0 && !from.segment().equals(to.segment())) {
            ends.add(new Copy(from, to));
        }
    }

    /** Steps {@code from} to {@code to}, which have so many rows. */
    private void addChunk(int from, int to, int rows, Matrix x) {
        int row = schedule.row(band, from);
        boolean isTogether = schedule.row(band, to - 1) + schedule.count(band, to - 1) - row == rows;
        Optional<Matrix> copy = isTogether ? Optional.empty() : memory.inputs(band, rows);
        if (!isTogether && copy.isEmpty()) {
            for (int t = from; t < to; t++) {
                addChunk(t, t + 1, schedule.count(band, t), x);
            }
            return;
        }
        Matrix z = memory.z(band, row, rows);
        List<Matrix> inputs = new ArrayList<>();
        List<Matrix> copies = new ArrayList<>();
        List<CellStep> steps = new ArrayList<>();
        int at = 0;
        for (int t = from; t < to; t++) {
            int count = schedule.count(band, t);
            steps.add(memory.step(band, t, z.rows(at, count)));
            if (copy.isPresent()) {
                inputs.add(x.rows(schedule.row(band, t), count));
                copies.add(copy.get().rows(at, count));
            }
            at += count;
        }
        chunks.add(new Chunk(inputs, copies, copy.isPresent() ? copy.get() : x.rows(row, rows), z, steps));
    }

    /** From the state before the first steps to that behind each sequence's last. */
    void forward() {
        Kernels kernels = weights.kernels();
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            if (chunk.steps.size() == 1) {
                chunk.steps.getFirst().forward(kernels, weights, chunk.input);
                continue;
            }
            for (int t = 0; t < chunk.copies.size(); t++) {
                chunk.copies.get(t).copyFrom(chunk.inputs.get(t));
            }
            weights.input(chunk.input, chunk.z);
            for (int t = 0; t < chunk.steps.size(); t++) {
                chunk.steps.get(t).forward(kernels, weights);
            }
        }
        end();
    }

    /** The same for one-hot input, given as the index of the one of each row of the schedule. */
    void forward(int[] ids) {
        Kernels kernels = weights.kernels();
        int t = 0;
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            for (int j = 0; j < chunk.steps.size(); j++) {
                CellStep step = chunk.steps.get(j);
                weights.input(ids, schedule.row(band, t), step.trace().z());
                step.forward(kernels, weights);
                t++;
            }
        }
        end();
    }

    private void end() {
        for (int i = 0; i < ends.size(); i++) {
            ends.get(i).to.copyFrom(ends.get(i).from);
        }
    }

    /** The steps, in their order. */
    List<CellStep> steps() {
        return chunks.stream().flatMap(chunk -> chunk.steps.stream()).toList();
    }
}
