package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network.Ownership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * A network to be: layers from the input up, each with what is said of it next, then a head ({@link #softmax}, {@link
 * #sigmoid} or {@link #linear}), then {@link #build}.
 *
 * <pre>{@code
 * Network.builder(65).lstm(256).dropout(0.3).layer(inputSize -> new LstmCell(inputSize, 256).peephole()).softmax(65).build(1);
 * }</pre>
 */
public final class NetworkBuilder {
    private final Input input;
    private final List<Layer> layers = new ArrayList<>();
    private Optional<Head> head = Optional.empty();
    private Optional<Encoder> encoder = Optional.empty();
    private Vocabularies vocabularies = Vocabularies.NONE;
    private Initialization initialization = Initialization.uniformByUnits();

    NetworkBuilder(Input input) {
        this.input = input;
    }

    /**
     * Makes what has been said so far the encoder of a network that comes now: its input, then layer by layer, and its head. A
     * vocabulary that was given is that of the source.
     *
     * <pre>{@code
     * Network.builder(new Input.Embedding(60, 32)).lstm(64).bidirectional()
     *         .decoder(new Input.Embedding(20, 32), Attention.DOT).lstm(128).softmax(20).build(1);
     * }</pre>
     *
     * @param target what the decoder reads at each step
     * @param attention whether it looks back at the source at each step
     * @return a builder of the decoder
     * @throws IllegalStateException where there is no layer yet, or a head or an encoder
     */
    public NetworkBuilder decoder(Input target, Encoder.Attention attention) {
        if (layers.isEmpty() || head.isPresent() || encoder.isPresent()) {
            throw new IllegalStateException("builder: a decoder %s; wanted it after the encoder's layers".formatted(
                    layers.isEmpty() ? "before any layer" : head.isPresent() ? "after a head" : "after another"));
        }
        NetworkBuilder decoder = new NetworkBuilder(target);
        decoder.encoder = Optional.of(new Encoder(input, new Stack(layers), attention));
        decoder.initialization = initialization;
        decoder.vocabularies = Vocabularies.NONE.withSource(vocabularies.input());
        return decoder;
    }

    private int width() {
        return layers.isEmpty() ? input.width() : layers.getLast().outputSize();
    }

    /**
     * Adds a layer.
     *
     * @param cell its cell for a given inputSize, the width of what is below
     * @return this
     * @throws IllegalArgumentException where the cell is for another inputSize, or a size is below 1
     * @throws IllegalStateException after a head
     */
    public NetworkBuilder layer(IntFunction<Cell> cell) {
        if (head.isPresent()) {
            throw new IllegalStateException("builder: a layer after the head; wanted every layer before it");
        }
        Cell added = cell.apply(width());
        if (added.inputSize() != width()) {
            throw new IllegalArgumentException("builder: %s, and what is below it gives %d".formatted(added, width()));
        }
        layers.add(Layer.of(added));
        return this;
    }

    /**
     * Adds a layer.
     *
     * @param kind of its cell, without options
     * @param hiddenSize H
     * @return this
     * @throws IllegalArgumentException where the size is below 1
     * @throws IllegalStateException after a head
     */
    public NetworkBuilder layer(CellKind kind, int hiddenSize) {
        return layer(inputSize -> kind.cell(inputSize, hiddenSize));
    }

    /**
     * Adds a layer of LSTM cells.
     *
     * @param hiddenSize H
     * @return this
     */
    public NetworkBuilder lstm(int hiddenSize) {
        return layer(CellKind.LSTM, hiddenSize);
    }

    /**
     * Adds a layer of GRU cells that reset after the product.
     *
     * @param hiddenSize H
     * @return this
     */
    public NetworkBuilder gru(int hiddenSize) {
        return layer(CellKind.GRU, hiddenSize);
    }

    /**
     * Adds a layer of tanh RNN cells.
     *
     * @param hiddenSize H
     * @return this
     */
    public NetworkBuilder rnn(int hiddenSize) {
        return layer(CellKind.RNN, hiddenSize);
    }

    private NetworkBuilder last(UnaryOperator<Layer> change) {
        if (layers.isEmpty() || head.isPresent()) {
            throw new IllegalStateException("builder: an option of a layer, and none was added just before");
        }
        layers.add(change.apply(layers.removeLast()));
        return this;
    }

    private NetworkBuilder regularization(UnaryOperator<Regularization> change) {
        return last(layer -> layer.regularization(change.apply(layer.regularization())));
    }

    /**
     * Has the last layer go other ways through time.
     *
     * @param direction which
     * @return this
     * @throws IllegalStateException where there is no layer yet, or after a head
     */
    public NetworkBuilder direction(Direction direction) {
        return last(layer -> layer.direction(direction));
    }

    /**
     * Has the last layer go both ways, its outputs side by side.
     *
     * @return this
     * @throws IllegalStateException where there is no layer yet, or after a head
     */
    public NetworkBuilder bidirectional() {
        return direction(Direction.CONCAT);
    }

    /**
     * Has units of the last layer's output dropped in training, others at each step.
     *
     * @param probability of each unit
     * @return this
     * @throws IllegalArgumentException where it is not in [0, 1)
     * @throws IllegalStateException where there is no layer yet, or after a head
     */
    public NetworkBuilder dropout(double probability) {
        return regularization(r -> r.dropout(probability));
    }

    /**
     * Has units of the last layer's output dropped in training, the same at all steps of a sequence.
     *
     * @param probability of each unit
     * @return this
     * @throws IllegalArgumentException where it is not in [0, 1)
     * @throws IllegalStateException where there is no layer yet, or after a head
     */
    public NetworkBuilder variationalDropout(double probability) {
        return regularization(r -> r.variationalDropout(probability));
    }

    /**
     * Has units of the last layer's hidden state dropped on their way into the next step's products in training, the same at
     * all steps of a sequence.
     *
     * @param probability of each unit
     * @return this
     * @throws IllegalArgumentException where it is not in [0, 1)
     * @throws IllegalStateException where there is no layer yet, or after a head
     */
    public NetworkBuilder recurrentDropout(double probability) {
        return regularization(r -> r.recurrentDropout(probability));
    }

    /**
     * Has units of the last layer keep their state in training.
     *
     * @param hidden probability of each unit of the hidden state
     * @param memory probability of each unit of the memory cell, if there is one
     * @return this
     * @throws IllegalArgumentException where one is not in [0, 1)
     * @throws IllegalStateException where there is no layer yet, or after a head
     */
    public NetworkBuilder zoneout(double hidden, double memory) {
        return regularization(r -> r.zoneout(hidden, memory));
    }

    /**
     * Adds the head of a classifier, y = softmax(W_y·a + b_y).
     *
     * @param outputSize number of classes
     * @return this
     */
    public NetworkBuilder softmax(int outputSize) {
        return head(Head.Kind.SOFTMAX, outputSize);
    }

    /**
     * Adds a head of answers of yes or no, y = σ(W_y·a + b_y).
     *
     * @param outputSize number of answers
     * @return this
     */
    public NetworkBuilder sigmoid(int outputSize) {
        return head(Head.Kind.SIGMOID, outputSize);
    }

    /**
     * Adds a head of numbers, y = W_y·a + b_y.
     *
     * @param outputSize how many
     * @return this
     */
    public NetworkBuilder linear(int outputSize) {
        return head(Head.Kind.LINEAR, outputSize);
    }

    private NetworkBuilder head(Head.Kind kind, int outputSize) {
        head = Optional.of(new Head(kind, width(), outputSize));
        return this;
    }

    private NetworkBuilder top(String option, UnaryOperator<Head> change) {
        head = Optional.of(change.apply(head.orElseThrow(
                () -> new IllegalStateException("builder: %s before the head; wanted it after".formatted(option)))));
        return this;
    }

    /**
     * Has the head read the last step alone, one output a sequence; see {@link Head.Reading#LAST_STEP}.
     *
     * @return this
     * @throws IllegalStateException before a head
     */
    public NetworkBuilder lastStep() {
        return top("lastStep",
                h -> new Head(h.kind(), h.inputSize(), h.outputSize(), Head.Reading.LAST_STEP, h.table()));
    }

    /**
     * Has the head use the embedding's table for its W_y; see {@link Head.Table#EMBEDDING}.
     *
     * @return this
     * @throws IllegalStateException before a head
     */
    public NetworkBuilder tied() {
        return top("tied",
                h -> new Head(h.kind(), h.inputSize(), h.outputSize(), h.reading(), Head.Table.EMBEDDING));
    }

    /**
     * Says what the tokens mean, to be saved with the network.
     *
     * @param tokens as many as the input has
     * @return this
     */
    public NetworkBuilder vocabulary(Vocabulary tokens) {
        vocabularies = vocabularies.withInput(Optional.of(tokens));
        return this;
    }

    /**
     * Says what the classes mean, where these are something else than the tokens; to be saved with the network.
     *
     * @param classes as many as the head has
     * @return this
     */
    public NetworkBuilder labels(Vocabulary classes) {
        vocabularies = vocabularies.withLabels(Optional.of(classes));
        return this;
    }

    /**
     * Says how the weights begin, where that is not {@link Initialization#uniformByUnits}.
     *
     * @param weights how each part of them is drawn
     * @return this
     */
    public NetworkBuilder initialize(Initialization weights) {
        initialization = weights;
        return this;
    }

    /**
     * Draws the weights, U(-1/sqrt(H), 1/sqrt(H)) or what {@link #initialize} says, and computes with {@link Backend#auto}
     * on all processors.
     *
     * @param seed of the weights; the same seed gives the same weights everywhere
     * @return the network, which owns its kernels
     * @throws IllegalStateException where layers or head are missing
     */
    public Network build(long seed) {
        return build(seed, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Draws the weights, U(-1/sqrt(H), 1/sqrt(H)) or what {@link #initialize} says, for kernels of this network alone: those of
     * the backend that is best here.
     *
     * @param seed of the weights; the same seed gives the same weights everywhere
     * @param threads of the kernels, 1 or more
     * @return the network, whose close closes the kernels
     * @throws IllegalStateException where layers or head are missing
     * @throws IllegalArgumentException where there is no thread
     */
    public Network build(long seed, int threads) {
        NetworkMetadata checked = metadata();
        return build(checked, seed, Backend.auto(threads), Ownership.OWN);
    }

    /**
     * Draws the weights, U(-1/sqrt(H), 1/sqrt(H)) or what {@link #initialize} says.
     *
     * @param seed of the weights; the same seed gives the same weights everywhere
     * @param kernels who computes; stays the caller's to close, after the network
     * @return the network
     * @throws IllegalStateException where layers or head are missing
     */
    public Network build(long seed, Kernels kernels) {
        return build(metadata(), seed, kernels, Ownership.BORROWED);
    }

    private Network build(NetworkMetadata metadata, long seed, Kernels kernels, Ownership ownership) {
        return Network.filled(metadata, kernels, ownership,
                parameters -> initialization.initialize(metadata.architecture(), seed, parameters));
    }

    /** Everything that can be wrong is, before kernels are opened. */
    private NetworkMetadata metadata() {
        if (layers.isEmpty()) {
            throw new IllegalStateException("builder: no layer; wanted one or more");
        }
        Head top = head
                .orElseThrow(() -> new IllegalStateException("builder: no head; wanted softmax, sigmoid or linear"));
        return new NetworkMetadata(new Architecture(input, new Stack(layers), top, encoder), vocabularies);
    }
}
