package dev.unroll.models;

import dev.unroll.cells.Bias;
import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Head.Table;
import dev.unroll.tensor.Matrix;
import java.util.Collection;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * How the weights of a network begin. A part without an {@link Initializer} is w ~ U(-1/sqrt(H), 1/sqrt(H)), H being the
 * hidden size of the layer, for the head the length of its input, for an embedding its dimension: what PyTorch does for
 * its recurrent and linear layers. The gains of layer normalisation are 1.
 *
 * <p>Each gate's block of W_aa and of W_ax is filled on its own, H x H and H x I. What one part begins with does not depend
 * on what is chosen for the others.
 *
 * @param recurrentWeights W_aa of every layer
 * @param inputWeights W_ax of every layer
 * @param biases every bias, the head's too
 * @param head W_y, unless it is the embedding's table
 * @param embedding the input's table, if it has one
 * @param forgetBias added to the bias of gates named f. Source of a forget bias of 1: Jozefowicz, Zaremba and Sutskever,
 *        "An empirical exploration of recurrent network architectures", 2015
 */
public record Initialization(Optional<Initializer> recurrentWeights, Optional<Initializer> inputWeights,
        Optional<Initializer> biases, Optional<Initializer> head, Optional<Initializer> embedding, double forgetBias) {
    private static final String FORGET_GATE = "f";

    /**
     * Checks the forget bias.
     *
     * @throws IllegalArgumentException where it is NaN or no finite float
     */
    public Initialization {
        Draws.checkFinite("initialization", "forgetBias", forgetBias);
    }

    /**
     * w ~ U(-1/sqrt(H), 1/sqrt(H)) everywhere: what a network begins with where nothing else is said.
     *
     * @return the initialisation
     */
    public static Initialization uniformByUnits() {
        return new Initialization(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), 0);
    }

    /**
     * The same, but for W_aa.
     *
     * @param initializer of each gate's H x H
     * @return the initialisation
     */
    public Initialization withRecurrentWeights(Initializer initializer) {
        return new Initialization(Optional.of(initializer), inputWeights, biases, head, embedding, forgetBias);
    }

    /**
     * The same, but for W_ax.
     *
     * @param initializer of each gate's H x I
     * @return the initialisation
     */
    public Initialization withInputWeights(Initializer initializer) {
        return new Initialization(recurrentWeights, Optional.of(initializer), biases, head, embedding, forgetBias);
    }

    /**
     * The same, but for the biases.
     *
     * @param initializer of each bias, 1 x n
     * @return the initialisation
     */
    public Initialization withBiases(Initializer initializer) {
        return new Initialization(recurrentWeights, inputWeights, Optional.of(initializer), head, embedding,
                forgetBias);
    }

    /**
     * The same, but for W_y.
     *
     * @param initializer of n_y x n_a
     * @return the initialisation
     */
    public Initialization withHead(Initializer initializer) {
        return new Initialization(recurrentWeights, inputWeights, biases, Optional.of(initializer), embedding,
                forgetBias);
    }

    /**
     * The same, but for the embedding.
     *
     * @param initializer of its table, tokens x dimension
     * @return the initialisation
     */
    public Initialization withEmbedding(Initializer initializer) {
        return new Initialization(recurrentWeights, inputWeights, biases, head, Optional.of(initializer), forgetBias);
    }

    /**
     * The same, but for what is added to the bias of gates named f.
     *
     * @param value for example 1
     * @return the initialisation
     * @throws IllegalArgumentException where the value is NaN or no finite float
     */
    public Initialization withForgetBias(double value) {
        return new Initialization(recurrentWeights, inputWeights, biases, head, embedding, value);
    }

    /**
     * Writes every weight of a network.
     *
     * @param architecture what the network is made of
     * @param seed of the draws; the same seed gives the same bits everywhere
     * @param parameters the architecture's, written
     * @throws IllegalArgumentException where the parameters are not the architecture's
     */
    public void initialize(Architecture architecture, long seed, Parameters parameters) {
        if (!parameters.shapes().equals(architecture.parameterShapes())) {
            throw new IllegalArgumentException("initialize: the parameters are %s; wanted %s"
                    .formatted(parameters.shapes(), architecture.parameterShapes()));
        }
        SplittableRandom random = new SplittableRandom(seed);
        fillByUnits(architecture, random, parameters);
        tables(parameters).forEach(table -> fill(embedding, table, random));
        fillCells(architecture.stack(), parameters, random);
        if (architecture.head().table() == Table.OWN) {
            fill(head, parameters.get(Head.WEIGHT), random);
        }
        fill(biases, parameters.get(Head.BIAS), random);
        architecture.encoder().ifPresent(encoder -> initialize(encoder, parameters, random));
    }

    /** An encoder and the attention to it: W_ã as a head's W_y. */
    private void initialize(Encoder encoder, Parameters parameters, SplittableRandom random) {
        Parameters own = parameters.under(Encoder.PREFIX);
        fillTables(own, random);
        for (int i = 0; i < encoder.stack().layers().size(); i++) {
            fillByUnits(own.under(Stack.prefix(i)), encoder.stack().layers().get(i).cell().units(), random);
        }
        fillByUnits(parameters.under("attention."), 2 * encoder.stack().outputSize(), random);
        tables(own).forEach(table -> fill(embedding, table, random));
        fillCells(encoder.stack(), own, random);
    }

    /** The draws of all parts come from one generator, one after the other: that is what seeds have always meant. */
    private static void fillByUnits(Architecture architecture, SplittableRandom random, Parameters parameters) {
        fillTables(parameters, random);
        for (int i = 0; i < architecture.layers().size(); i++) {
            fillByUnits(parameters.under(Stack.prefix(i)), architecture.layers().get(i).cell().units(), random);
        }
        fillByUnits(parameters.under("head."), architecture.head().inputSize(), random);
    }

    private static void fillTables(Parameters parameters, SplittableRandom random) {
        tables(parameters).forEach(table -> Initializer.uniform(1 / Math.sqrt(table.cols())).fill(table, random));
    }

    /** Those of all embeddings that are read side by side. */
    private static Collection<Matrix> tables(Parameters parameters) {
        return parameters.under("embedding").asMap().values();
    }

    private static void fillByUnits(Parameters parameters, int units, SplittableRandom random) {
        Initializer initializer = Initializer.uniform(1 / Math.sqrt(units));
        parameters.asMap().forEach((name, matrix) -> {
            if (isGain(name)) {
                matrix.fill(1);
            } else {
                initializer.fill(matrix, random);
            }
        });
    }

    /** Whether it multiplies what layer normalisation gives: it begins with 1. */
    private static boolean isGain(String name) {
        return name.endsWith("gain");
    }

    private void fillCells(Stack stack, Parameters parameters, SplittableRandom random) {
        for (int i = 0; i < stack.layers().size(); i++) {
            Cell cell = stack.layers().get(i).cell();
            for (Way way : stack.layers().get(i).direction().ways()) {
                fillCell(cell, parameters.under(Stack.prefix(i, way), cell.parameterShapes()), random);
            }
        }
    }

    private void fillCell(Cell cell, Parameters parameters, SplittableRandom random) {
        int units = cell.units();
        Matrix weight = parameters.get(Cell.WEIGHT);
        for (int group = 0; group < cell.gateGroups().size(); group++) {
            fillGates(recurrentWeights, cell.recurrentWeight(weight, group), units, random);
        }
        fillGates(inputWeights, cell.inputWeight(weight), units, random);
        parameters.asMap().forEach((name, matrix) -> {
            if (name.endsWith("bias")) {
                fill(biases, matrix, random);
            }
        });
        int forget = cell.gateNames().indexOf(FORGET_GATE);
        if (forget >= 0 && forgetBias != 0 && cell.bias() == Bias.LEARNED) {
            add((float) forgetBias, parameters.get(Cell.BIAS).cols(forget * units, units));
        }
    }

    private static void fillGates(Optional<Initializer> initializer, Matrix gates, int units,
            SplittableRandom random) {
        for (int row = 0; row < gates.rows(); row += units) {
            fill(initializer, gates.rows(row, units), random);
        }
    }

    /** Each block has a generator of its own, whether it draws from it or not. */
    private static void fill(Optional<Initializer> initializer, Matrix block, SplittableRandom random) {
        SplittableRandom own = random.split();
        initializer.ifPresent(i -> i.fill(block, own));
    }

    private static void add(float value, Matrix bias) {
        for (int j = 0; j < bias.cols(); j++) {
            bias.set(0, j, bias.get(0, j) + value);
        }
    }
}
