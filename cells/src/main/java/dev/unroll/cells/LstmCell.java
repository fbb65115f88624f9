package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.LstmForm;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The long short-term memory. f, u, o = σ(W_f[a, x] + b_f), σ(W_u[a, x] + b_u), σ(W_o[a, x] + b_o);
 * k = tanh(W_c[a, x] + b_c); c' = f*c + u*k; a' = o*tanh(c').
 *
 * <p>Its options, in any combination: peepholes, p_f*c and p_u*c join f and u before σ, p_o*c' joins o; coupled gates,
 * f = 1 - u, without W_f; a clip, c' held to [-clip, clip]; a projection, a' = W_hr·(o*tanh(c')), so that a is shorter than
 * c.
 *
 * <p>Backward: dc' += da'*o*(1 - tanh(c')^2); dz_f = dc'*c*f*(1 - f); dz_u = dc'*k*u*(1 - u); dz_o = da'*tanh(c')*o*(1 -
 * o); dz_c = dc'*u*(1 - k^2); dc = dc'*f; da = dz·W_aa. Saved: tanh(c'); with a projection o*tanh(c') and da'. Sources:
 * Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate: Gers, Schmidhuber and Cummins, "Learning to
 * forget", 2000; peepholes: Gers and Schmidhuber, "Recurrent nets that time and count", 2000; coupled gates: Greff et al.,
 * "LSTM: a search space odyssey", 2017; projection: Sak, Senior and Beaufays, "Long short-term memory recurrent neural
 * network architectures for large scale acoustic modeling", 2014, whose code also clips the memory cell.
 *
 * @param inputSize I
 * @param memorySize number of units, the length of c; that of a as well unless there is a projection
 * @param options peepholes and coupled gates
 * @param clip largest |c'|, infinite for none
 * @param projection length of a, or 0 for no projection
 * @param bias whether there is a bias
 */
public record LstmCell(int inputSize, int memorySize, Set<Option> options, float clip, int projection, Bias bias)
        implements
            Cell {
    /** Name of the peepholes among the parameters, a row for each gate that has one: p_f, p_u, p_o. */
    public static final String PEEPHOLE = "peephole";
    /** Name of W_hr, H x units, among the parameters. */
    public static final String PROJECTION = "projection";

    private static final List<String> GATES = List.of("f", "u", "o", "c");
    private static final List<String> COUPLED_GATES = List.of("u", "o", "c");
    private static final List<Integer> GROUPS = List.of(4);
    private static final List<Integer> COUPLED_GROUPS = List.of(3);

    // The parts of what is saved.
    private static final int TANH_C = 0;
    private static final int UNPROJECTED = 1;
    private static final int PROJECTED_GRADIENT = 2;

    /** What a cell may have beside the plain equations. */
    public enum Option {
        /** The gates see the memory cell. */
        PEEPHOLE,
        /** What is forgotten is what is updated: f = 1 - u. */
        COUPLED
    }

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1, the projection below 0, or the clip not above 0
     */
    public LstmCell {
        Cell.checkSizes("lstm", 4, inputSize, memorySize);
        if (projection < 0) {
            throw new IllegalArgumentException("lstm: projection %d; wanted 1 or more, or 0 for none"
                    .formatted(projection));
        }
        Cell.checkSizes("lstm", 1, inputSize, Math.max(1, projection));
        if (!(clip > 0)) {
            throw new IllegalArgumentException("lstm: clip %s; wanted above 0".formatted(clip));
        }
        options = Set.copyOf(options);
    }

    /**
     * The plain one, with a bias.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1
     */
    public LstmCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Set.of(), Float.POSITIVE_INFINITY, 0, Bias.LEARNED);
    }

    /**
     * With gates that see the memory cell.
     *
     * @return a new cell
     */
    public LstmCell peephole() {
        return with(Option.PEEPHOLE);
    }

    /**
     * With f = 1 - u.
     *
     * @return a new cell
     */
    public LstmCell coupled() {
        return with(Option.COUPLED);
    }

    private LstmCell with(Option option) {
        Set<Option> more = EnumSet.of(option);
        more.addAll(options);
        return new LstmCell(inputSize, memorySize, more, clip, projection, bias);
    }

    /**
     * With a bound on the memory cell.
     *
     * @param largest the largest |c'|, infinite for none
     * @return a new cell
     */
    public LstmCell clip(float largest) {
        return new LstmCell(inputSize, memorySize, options, largest, projection, bias);
    }

    /**
     * With a hidden state of another length, a' = W_hr·(o*tanh(c')).
     *
     * @param size length of a
     * @return a new cell
     */
    public LstmCell projection(int size) {
        return new LstmCell(inputSize, memorySize, options, clip, size, bias);
    }

    /**
     * Without biases.
     *
     * @return a new cell
     */
    public LstmCell withoutBias() {
        return new LstmCell(inputSize, memorySize, options, clip, projection, Bias.NONE);
    }

    @Override
    public int hiddenSize() {
        return projects() ? projection : memorySize;
    }

    @Override
    public int units() {
        return memorySize;
    }

    private boolean projects() {
        return projection > 0;
    }

    private boolean isCoupled() {
        return options.contains(Option.COUPLED);
    }

    private boolean hasPeepholes() {
        return options.contains(Option.PEEPHOLE);
    }

    @Override
    public List<String> gateNames() {
        return isCoupled() ? COUPLED_GATES : GATES;
    }

    @Override
    public List<Integer> gateGroups() {
        return isCoupled() ? COUPLED_GROUPS : GROUPS;
    }

    @Override
    public List<Integer> savedSizes() {
        return projects() ? List.of(memorySize, memorySize, projection) : List.of(memorySize);
    }

    @Override
    public List<Parameters.Shape> ownShapes() {
        List<Parameters.Shape> shapes = new ArrayList<>();
        if (hasPeepholes()) {
            shapes.add(new Parameters.Shape(PEEPHOLE, gates() - 1, memorySize));
        }
        if (projects()) {
            shapes.add(new Parameters.Shape(PROJECTION, projection, memorySize));
        }
        return shapes;
    }

    /** The gate arithmetic with weights of these parameters. */
    LstmForm form(Parameters parameters) {
        return new LstmForm(hasPeepholes() ? Optional.of(parameters.get(PEEPHOLE)) : Optional.empty(), clip);
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.lstmStep(weights.lstmForm(), step.recurrent(), weights.recurrent(0), step.z(), step.c(), step.cNext(),
                step.saved(TANH_C), unprojected(step));
        project(kernels, weights, step);
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        weights.fillBias(step.z());
        kernels.lstmStep(weights.lstmForm(), x, weights.input(), step.recurrent(), weights.recurrent(0), step.z(),
                step.c(), step.cNext(), step.saved(TANH_C), unprojected(step));
        project(kernels, weights, step);
    }

    /** Where o*tanh(c') goes. */
    private Matrix unprojected(StepTrace step) {
        return projects() ? step.saved(UNPROJECTED) : step.aNext();
    }

    private void project(Kernels kernels, CellWeights weights, StepTrace step) {
        if (projects()) {
            kernels.multiply(step.saved(UNPROJECTED), weights.projection(), step.aNext());
        }
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        Matrix da = back.a();
        if (projects()) {
            step.saved(PROJECTED_GRADIENT).copyFrom(da);
            kernels.multiply(da, weights.projectionBackward(), back.scratch());
            da = back.scratch();
        }
        kernels.lstmBackward(weights.lstmForm(), step.z(), step.c(), step.cNext(), step.saved(TANH_C), da, back.c());
        Cell.backThroughProduct(kernels, step.z(), weights.recurrentBackward(0), back);
    }

    @Override
    public void addGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        Cell.super.addGradient(kernels, steps, gradient);
        if (hasPeepholes()) {
            addPeepholeGradient(kernels, steps, gradient.get(PEEPHOLE));
        }
        if (projects()) {
            kernels.addMultiplyTransA(steps.saved(PROJECTED_GRADIENT), steps.saved(UNPROJECTED),
                    gradient.get(PROJECTION));
        }
    }

    /** dp_f += Σ dz_f*c, dp_u += Σ dz_u*c, dp_o += Σ dz_o*c'. */
    private void addPeepholeGradient(Kernels kernels, StepTrace steps, Matrix gradient) {
        int output = gates() - 2;
        for (int gate = 0; gate <= output; gate++) {
            kernels.addSumOfProducts(steps.z().cols(gate * memorySize, memorySize),
                    gate == output ? steps.cNext() : steps.c(), gradient.row(gate));
        }
    }
}
