package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network and its weights: y_t = head(layer_L(... layer_1(x_t))). Immutable, and shared by any number of threads; each
 * stream has a {@link Session} of its own.
 *
 * <p>It owns off-heap memory, which {@link #close} frees.
 */
public final class Network implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final NetworkMetadata metadata;
    private final Parameters parameters;
    private final NetworkWeights weights;
    private final Kernels kernels;
    private final Ownership ownership;

    /** Whether closing the network closes the kernels. */
    private enum Ownership {
        OWN, BORROWED
    }

    private interface Filler {
        void fill(Parameters parameters) throws IOException;
    }

    private Network(NetworkMetadata metadata, Kernels kernels, Ownership ownership, Filler filler) throws IOException {
        this.metadata = metadata;
        this.kernels = kernels;
        this.ownership = ownership;
        boolean done = false;
        try {
            Parameters writable = Parameters.allocate(arena, metadata.architecture().parameterShapes());
            filler.fill(writable);
            this.parameters = writable.readOnly();
            this.weights = new NetworkWeights(metadata.architecture(), kernels, arena, parameters, Use.INFERENCE);
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /**
     * Starts a network that reads one of {@code size} tokens a step, as a one-hot vector.
     *
     * @param size number of different tokens
     * @return a builder
     * @throws IllegalArgumentException where the size is below 1
     */
    public static Builder builder(int size) {
        return new Builder(new Input.OneHot(size));
    }

    /**
     * Starts a network.
     *
     * @param input what it reads at each step
     * @return a builder
     */
    public static Builder builder(Input input) {
        return new Builder(input);
    }

    /**
     * A network with a copy of given weights.
     *
     * @param architecture what it is made of
     * @param vocabulary what its tokens mean, if they are characters
     * @param parameters the architecture's; copied
     * @param kernels who computes; stays the caller's to close, after the network
     * @return the network
     * @throws IllegalArgumentException where the parameters are not the architecture's
     */
    public static Network of(Architecture architecture, Optional<Vocabulary> vocabulary, Parameters parameters,
            Kernels kernels) {
        return filled(new NetworkMetadata(architecture, vocabulary), kernels, Ownership.BORROWED,
                own -> own.copyFrom(parameters));
    }

    private static Network filled(NetworkMetadata metadata, Kernels kernels, Ownership ownership, Filler filler) {
        try {
            return new Network(metadata, kernels, ownership, filler);
        } catch (IOException e) {
            throw new AssertionError("nothing is read", e);
        }
    }

    /** Whether a network that is loaded is warmed up first, see {@link #warmUp}. */
    public enum Start {
        /** The first step is as fast as all others. */
        WARM,
        /** The network is there at once, and its first steps are slow. */
        COLD
    }

    /**
     * Reads a network from its file, computes with {@link Backend#auto} on one thread, and warms up.
     *
     * @param file what {@link #save} wrote
     * @return the network
     * @throws IOException where the file cannot be read, is damaged or no network's; the message names it and the fault
     */
    public static Network load(Path file) throws IOException {
        return started(load(file, Backend.auto(1), Ownership.OWN), Start.WARM);
    }

    /**
     * Reads a network from its file and warms up.
     *
     * @param file what {@link #save} wrote
     * @param kernels who computes; stays the caller's to close, after the network
     * @return the network
     * @throws IOException where the file cannot be read, is damaged or no network's; the message names it and the fault
     */
    public static Network load(Path file, Kernels kernels) throws IOException {
        return load(file, kernels, Start.WARM);
    }

    /**
     * Reads a network from its file.
     *
     * @param file what {@link #save} wrote
     * @param kernels who computes; stays the caller's to close, after the network
     * @param start whether to warm up
     * @return the network
     * @throws IOException where the file cannot be read, is damaged or no network's; the message names it and the fault
     */
    public static Network load(Path file, Kernels kernels, Start start) throws IOException {
        return started(load(file, kernels, Ownership.BORROWED), start);
    }

    private static Network started(Network network, Start start) {
        if (start == Start.WARM) {
            network.warmUp();
        }
        return network;
    }

    /**
     * Runs the steps of a session until the JVM has compiled them, so that the first real one is about as fast as all
     * others. The first network of a JVM takes some seconds, the next some tenths.
     */
    public void warmUp() {
        WarmUp.run(this);
    }

    private static Network load(Path file, Kernels kernels, Ownership ownership) throws IOException {
        boolean done = false;
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NetworkMetadata metadata = NetworkMetadata.read(file, reader.metadata());
            checkTensors(reader, metadata.architecture().parameterShapes());
            Network network = new Network(metadata, kernels, ownership, parameters -> read(reader, parameters));
            done = true;
            return network;
        } finally {
            if (!done && ownership == Ownership.OWN) {
                kernels.close();
            }
        }
    }

    /** Before any memory is taken: what the metadata asks for must be what the file holds. */
    private static void checkTensors(SafetensorsReader reader, List<Parameters.Shape> shapes) throws IOException {
        for (Parameters.Shape shape : shapes) {
            TensorInfo info = reader.info(shape.name());
            List<Long> wanted = List.of((long) shape.rows(), (long) shape.cols());
            if (!info.shape().equals(wanted)) {
                throw new SafetensorsException(reader.file(), "tensor '%s' has shape %s; wanted %s"
                        .formatted(shape.name(), info.shape(), wanted));
            }
        }
    }

    private static void read(SafetensorsReader reader, Parameters parameters) throws IOException {
        for (var entry : parameters.asMap().entrySet()) {
            reader.read(entry.getKey(), entry.getValue().segment());
        }
    }

    /**
     * Writes the network to a file: weights, architecture and vocabulary. The file is whole or not there at all.
     *
     * @param file where to; replaced if it is there
     * @throws IOException where it cannot be written
     */
    public void save(Path file) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.writeTo(writer);
        parameters.asMap().forEach(writer::add);
        writer.write(file);
    }

    /**
     * A new stream, its state zero.
     *
     * @return a session, to be used by one thread at a time
     * @throws IllegalStateException where the network is closed
     */
    public Session newSession() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("newSession: the network is closed");
        }
        return new Session(weights);
    }

    /**
     * What the network is made of.
     *
     * @return the architecture
     */
    public Architecture architecture() {
        return metadata.architecture();
    }

    /**
     * What its tokens mean.
     *
     * @return the vocabulary, where the tokens are characters
     */
    public Optional<Vocabulary> vocabulary() {
        return metadata.vocabulary();
    }

    /**
     * Number of tokens or features it reads.
     *
     * @return n_x
     */
    public int inputSize() {
        return architecture().input().size();
    }

    /**
     * Number of classes it writes.
     *
     * @return n_y
     */
    public int outputSize() {
        return architecture().head().outputSize();
    }

    /**
     * The weights.
     *
     * @return matrices that cannot be written
     */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * The weights as they are packed, for whoever runs more than one stream.
     *
     * @return the packed weights
     */
    public NetworkWeights weights() {
        return weights;
    }

    /**
     * Who computes.
     *
     * @return the kernels
     */
    public Kernels kernels() {
        return kernels;
    }

    /**
     * Frees the memory, and the kernels if the network opened them. A session used afterwards throws {@link
     * IllegalStateException}, and so does one in the middle of a step.
     */
    @Override
    public void close() {
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException e) {
                Thread.onSpinWait(); // A native product holds the arena open; it closes before the next.
            }
        }
        if (ownership == Ownership.OWN) {
            kernels.close();
        }
    }

    /** A network to be: layers from the input up, then {@link #softmax}, then {@link #build}. */
    public static final class Builder {
        private final Input input;
        private final List<Cell> layers = new ArrayList<>();
        private Optional<SoftmaxHead> head = Optional.empty();
        private Optional<Vocabulary> vocabulary = Optional.empty();

        private Builder(Input input) {
            this.input = input;
        }

        private int width() {
            return layers.isEmpty() ? input.width() : layers.getLast().hiddenSize();
        }

        /**
         * Adds a layer.
         *
         * @param kind of its cell
         * @param hiddenSize H
         * @return this
         * @throws IllegalArgumentException where the size is below 1
         * @throws IllegalStateException after {@link #softmax}
         */
        public Builder layer(CellKind kind, int hiddenSize) {
            if (head.isPresent()) {
                throw new IllegalStateException("builder: a layer after the head; wanted every layer before it");
            }
            layers.add(kind.cell(width(), hiddenSize));
            return this;
        }

        /**
         * Adds a layer of LSTM cells.
         *
         * @param hiddenSize H
         * @return this
         */
        public Builder lstm(int hiddenSize) {
            return layer(CellKind.LSTM, hiddenSize);
        }

        /**
         * Adds a layer of GRU cells that reset after the product.
         *
         * @param hiddenSize H
         * @return this
         */
        public Builder gru(int hiddenSize) {
            return layer(CellKind.GRU, hiddenSize);
        }

        /**
         * Adds a layer of tanh RNN cells.
         *
         * @param hiddenSize H
         * @return this
         */
        public Builder rnn(int hiddenSize) {
            return layer(CellKind.RNN, hiddenSize);
        }

        /**
         * Adds the head.
         *
         * @param outputSize number of classes
         * @return this
         */
        public Builder softmax(int outputSize) {
            head = Optional.of(new SoftmaxHead(width(), outputSize));
            return this;
        }

        /**
         * Says what the tokens mean, to be saved with the network.
         *
         * @param characters as many as the input has tokens
         * @return this
         */
        public Builder vocabulary(Vocabulary characters) {
            vocabulary = Optional.of(characters);
            return this;
        }

        /**
         * Draws the weights, U(-1/sqrt(H), 1/sqrt(H)), and computes with {@link Backend#auto} on all processors.
         *
         * @param seed of the weights; the same seed gives the same weights everywhere
         * @return the network, which owns its kernels
         * @throws IllegalStateException where layers or head are missing
         */
        public Network build(long seed) {
            NetworkMetadata checked = metadata();
            return build(checked, seed, Backend.auto(Runtime.getRuntime().availableProcessors()), Ownership.OWN);
        }

        /**
         * Draws the weights, U(-1/sqrt(H), 1/sqrt(H)).
         *
         * @param seed of the weights; the same seed gives the same weights everywhere
         * @param kernels who computes; stays the caller's to close, after the network
         * @return the network
         * @throws IllegalStateException where layers or head are missing
         */
        public Network build(long seed, Kernels kernels) {
            return build(metadata(), seed, kernels, Ownership.BORROWED);
        }

        private static Network build(NetworkMetadata metadata, long seed, Kernels kernels, Ownership ownership) {
            return filled(metadata, kernels, ownership,
                    parameters -> UniformInitializer.initialize(metadata.architecture(), seed, parameters));
        }

        /** Everything that can be wrong is, before kernels are opened. */
        private NetworkMetadata metadata() {
            if (layers.isEmpty()) {
                throw new IllegalStateException("builder: no layer; wanted one or more");
            }
            SoftmaxHead top = head
                    .orElseThrow(() -> new IllegalStateException("builder: no head; wanted softmax(classes)"));
            return new NetworkMetadata(new Architecture(input, layers, top), vocabulary);
        }
    }
}
