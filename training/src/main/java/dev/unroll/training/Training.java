package dev.unroll.training;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkMetadata;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A training under way: weights, optimiser, place in the text and the state carried from window to window. One thread
 * steps it; {@link #save} writes all of it, and {@link #restore} goes on as if never stopped, to the bit on the same
 * backend and number of threads.
 *
 * <p>The text is read as streams side by side, from begin to end and again; each time it begins again the state is zero.
 */
public final class Training implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final NetworkMetadata metadata;
    private final Trainer settings;
    private final Kernels kernels;
    private final Parameters parameters;
    private final Parameters gradient;
    private final NetworkWeights weights;
    private final NetworkTrace trace;
    private final BackwardPass backward;
    private final OptimizerState optimizer;
    private final TokenStreams streams;
    private final int[] inputs;
    private final int[] targets;
    private long steps;
    private int window;
    /** Steps of the trace that an older window has filled, and that the next one goes back through. */
    private int kept;

    Training(Trainer settings, int[] tokens) {
        Network network = settings.network();
        if (network.architecture().input() instanceof Input.Features) {
            throw new IllegalArgumentException("training: the network reads features; wanted one that reads tokens");
        }
        if (!network.architecture().stack().isCausal()) {
            throw new IllegalArgumentException("training: a layer goes backward and so sees the tokens that are to be"
                    + " predicted; wanted layers that go forward");
        }
        int batch = settings.batch();
        TruncatedBptt bptt = settings.bptt();
        this.streams = new TokenStreams(tokens, batch, bptt.k1());
        this.settings = settings;
        this.metadata = new NetworkMetadata(network.architecture(), network.vocabulary());
        this.kernels = network.kernels();
        this.parameters = Parameters.allocate(arena, network.architecture().parameterShapes());
        this.parameters.copyFrom(network.parameters());
        this.gradient = Parameters.allocate(arena, parameters.shapes());
        this.weights = new NetworkWeights(network.architecture(), kernels, arena, parameters, Use.TRAINING);
        this.trace = new NetworkTrace(weights, arena, bptt.k2(), batch);
        this.backward = new BackwardPass(trace, arena, gradient);
        this.optimizer = new OptimizerState(settings.optimizer(), arena, parameters.shapes());
        this.inputs = new int[bptt.k1() * batch];
        this.targets = new int[bptt.k1() * batch];
    }

    /**
     * One window forward and backward, clipping, one step of the optimiser.
     *
     * @return what it was
     * @throws IndexOutOfBoundsException where the text has a token that the network does not
     */
    public TrainingStep step() {
        int batch = streams.batch();
        int count = streams.steps(window);
        streams.read(window, inputs, targets);
        trace.setTokens(inputs, 0, kept, count);
        kept += count;
        trace.forward(kept, OptionalLong.of(settings.seed() + steps));
        gradient.clear();
        int tokens = count * batch;
        double loss = backward.backward(targets, 0, kept - count, kept, 1f / tokens);
        double norm = Clipping.globalNorm(kernels, gradient, settings.clipNorm());
        optimizer.step(kernels, gradient, parameters);
        weights.repack();
        steps++;
        moveOn();
        return new TrainingStep(steps, loss / tokens, norm, tokens);
    }

    /** Leaves the trace as the next window wants it: that window fits behind what is kept. */
    private void moveOn() {
        window++;
        if (window == streams.windows()) {
            window = 0;
            kept = 0;
            trace.clearState();
            return;
        }
        int carried = Math.max(0, kept + streams.steps(window) - trace.time());
        trace.carry(carried);
        kept -= carried;
    }

    /**
     * Number of steps made.
     *
     * @return steps
     */
    public long steps() {
        return steps;
    }

    /**
     * An evaluation of the weights of the moment on another text.
     *
     * @param tokens the text
     * @return the evaluation, for use between steps; the caller closes it before the training
     */
    public Evaluation evaluation(int[] tokens) {
        return new Evaluation(weights, tokens, streams.batch(), streams.time());
    }

    /**
     * The network with the weights of the moment.
     *
     * @return a copy, on the same kernels; the caller closes it
     */
    public Network network() {
        return Network.of(metadata.architecture(), metadata.vocabulary(), parameters, kernels);
    }

    /**
     * Writes everything that {@link #restore} needs: a network's file with the training's own tensors beside the weights.
     * The file is whole or not there at all.
     *
     * @param file where to; replaced if it is there
     * @param notes the caller's own, kept in the file's metadata
     * @throws IOException where it cannot be written
     */
    public void save(Path file, Map<String, String> notes) throws IOException {
        Checkpoint.write(file, this, notes);
    }

    /**
     * Takes the state that {@link #save} wrote. This training must have been begun with the same settings and text.
     *
     * @param file what was written
     * @throws IOException where it cannot be read, is damaged, or is of other settings; this training is of no use then
     */
    public void restore(Path file) throws IOException {
        Checkpoint.read(file, this);
        weights.repack();
    }

    NetworkMetadata metadata() {
        return metadata;
    }

    Trainer settings() {
        return settings;
    }

    Parameters parameters() {
        return parameters;
    }

    OptimizerState optimizer() {
        return optimizer;
    }

    NetworkTrace trace() {
        return trace;
    }

    TokenStreams streams() {
        return streams;
    }

    /** Steps made, number of the next window, steps of the trace that it goes back through beside its own. */
    record Position(long steps, int window, int kept) {}

    Position position() {
        return new Position(steps, window, kept);
    }

    void setPosition(Position position) {
        steps = position.steps();
        window = position.window();
        kept = position.kept();
    }

    /** Frees the memory. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
