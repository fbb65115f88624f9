package dev.unroll.models;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
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
    private final StepPool pool;
    private final Kernels kernels;
    private final Ownership ownership;

    /** Whether closing the network closes the kernels. */
    enum Ownership {
        OWN, BORROWED
    }

    /** What sets a new network's weights. */
    interface Filler {
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
            this.pool = new StepPool(weights, arena);
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
    public static NetworkBuilder builder(int size) {
        return builder(new Input.OneHot(size));
    }

    /**
     * Starts a network.
     *
     * @param input what it reads at each step
     * @return a builder
     */
    public static NetworkBuilder builder(Input input) {
        return new NetworkBuilder(input);
    }

    /**
     * A network with a copy of given weights.
     *
     * @param architecture what it is made of
     * @param vocabulary what its tokens mean, if that is known
     * @param parameters the architecture's; copied
     * @param kernels who computes; stays the caller's to close, after the network
     * @return the network
     * @throws IllegalArgumentException where the parameters are not the architecture's
     */
    public static Network of(Architecture architecture, Optional<Vocabulary> vocabulary, Parameters parameters,
            Kernels kernels) {
        return of(architecture, Vocabularies.ofInput(vocabulary), parameters, kernels);
    }

    /**
     * A network with a copy of given weights.
     *
     * @param architecture what it is made of
     * @param vocabularies what the numbers that it reads and writes mean
     * @param parameters the architecture's; copied
     * @param kernels who computes; stays the caller's to close, after the network
     * @return the network
     * @throws IllegalArgumentException where the parameters are not the architecture's, or a vocabulary does not fit it
     */
    public static Network of(Architecture architecture, Vocabularies vocabularies, Parameters parameters,
            Kernels kernels) {
        return filled(new NetworkMetadata(architecture, vocabularies), kernels, Ownership.BORROWED,
                own -> own.copyFrom(parameters));
    }

    /**
     * A network whose weights are drawn, U(-1/sqrt(H), 1/sqrt(H)).
     *
     * @param architecture what it is made of
     * @param vocabulary what its tokens mean, if that is known
     * @param seed of the weights; the same seed gives the same weights everywhere
     * @param kernels who computes; stays the caller's to close, after the network
     * @return the network
     */
    public static Network initialized(Architecture architecture, Optional<Vocabulary> vocabulary, long seed,
            Kernels kernels) {
        return filled(new NetworkMetadata(architecture, Vocabularies.ofInput(vocabulary)), kernels, Ownership.BORROWED,
                own -> Initialization.uniformByUnits().initialize(architecture, seed, own));
    }

    static Network filled(NetworkMetadata metadata, Kernels kernels, Ownership ownership, Filler filler) {
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
        boolean done = false;
        try {
            if (start == Start.WARM) {
                network.warmUp();
            }
            done = true;
            return network;
        } finally {
            if (!done) {
                network.close();
            }
        }
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
        Optional<LoadEvent> event = FlightRecording.begin(LoadEvent::new);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NetworkMetadata metadata = NetworkMetadata.read(file, reader.metadata());
            checkTensors(reader, metadata.architecture().parameterShapes());
            Network network = new Network(metadata, kernels, ownership, parameters -> read(reader, parameters));
            done = true;
            event.ifPresent(e -> e.end(file, kernels));
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
     * Writes the network to a file: weights, architecture and vocabularies. The file is whole or not there at all.
     *
     * @param file where to; replaced if it is there
     * @throws IOException where it cannot be written
     */
    public void save(Path file) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.toMap().forEach(writer::metadata);
        parameters.asMap().forEach(writer::add);
        writer.write(file);
    }

    /**
     * A new stream, its state zero.
     *
     * @return a session, to be used by one thread at a time
     * @throws IllegalStateException where the network is closed
     * @throws UnsupportedOperationException where a layer goes backward, so that there are no steps one after the other
     */
    public Session newSession() {
        if (!architecture().stack().isCausal()) {
            throw new UnsupportedOperationException("newSession: a layer goes backward in time, from a sequence's end;"
                    + " wanted layers that go forward, or whole sequences by a StackRun");
        }
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("newSession: the network is closed");
        }
        return new Session(pool);
    }

    /**
     * The outputs over whole sequences of tokens, of different lengths and each from a state of zero.
     *
     * @param tokens [m][T_i]
     * @return y, [m][T_i][n_y], for a softmax head the probabilities of the classes; [m][1][n_y] where the head reads the
     *     last step alone
     * @throws IndexOutOfBoundsException for a token that is none of the network's
     * @throws IllegalArgumentException where the network reads features, or the head the last step of a sequence that has
     *     none
     * @throws IllegalStateException where the network is closed
     */
    public float[][][] outputs(int[][] tokens) {
        return Outputs.ofTokens(weights, tokens);
    }

    /**
     * The outputs over whole sequences of features, of different lengths and each from a state of zero.
     *
     * @param features [m][T_i][n_x]
     * @return y, [m][T_i][n_y], as {@link #outputs(int[][])}
     * @throws IllegalArgumentException where the network reads tokens, a step has another number of features, or the head
     *     reads the last step of a sequence that has none
     * @throws IllegalStateException where the network is closed
     */
    public float[][][] outputs(float[][][] features) {
        return Outputs.ofFeatures(weights, features);
    }

    /**
     * The outputs over whole sequences of tokens and features side by side, see {@link Input.Joined}, of different lengths
     * and each from a state of zero.
     *
     * @param tokens [channels][m][T_i]
     * @param features [m][T_i][n], or an empty array where the network reads none
     * @return y, [m][T_i][n_y], as {@link #outputs(int[][])}
     * @throws IndexOutOfBoundsException for a token that is none of its part's
     * @throws IllegalArgumentException where the arrays are not of one shape or not what the network reads, or the head
     *     reads the last step of a sequence that has none
     * @throws IllegalStateException where the network is closed
     */
    public float[][][] outputs(int[][][] tokens, float[][][] features) {
        return Outputs.of(weights, tokens, features);
    }

    /**
     * The outputs over one sequence of tokens from a state of zero.
     *
     * @param tokens [T]
     * @return y, [T][n_y], or [1][n_y] where the head reads the last step alone
     * @throws IndexOutOfBoundsException for a token that is none of the network's
     * @throws IllegalArgumentException as {@link #outputs(int[][])}
     * @throws IllegalStateException where the network is closed
     */
    public float[][] outputs(int[] tokens) {
        return outputs(new int[][]{tokens})[0];
    }

    /**
     * The outputs over one sequence of features from a state of zero.
     *
     * @param features [T][n_x]
     * @return y, [T][n_y], or [1][n_y] where the head reads the last step alone
     * @throws IllegalArgumentException as {@link #outputs(float[][][])}
     * @throws IllegalStateException where the network is closed
     */
    public float[][] outputs(float[][] features) {
        return outputs(new float[][][]{features})[0];
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
     * @return the vocabulary of what it reads, where that is known
     */
    public Optional<Vocabulary> vocabulary() {
        return vocabularies().input();
    }

    /**
     * What its classes mean, where these are something else than the tokens that it reads: tags, for one.
     *
     * @return the vocabulary of what it writes, where that is known
     */
    public Optional<Vocabulary> labels() {
        return vocabularies().labels();
    }

    /**
     * What all its numbers mean.
     *
     * @return its vocabularies
     */
    public Vocabularies vocabularies() {
        return metadata.vocabularies();
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
     * Number of classes or numbers it writes.
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
}
