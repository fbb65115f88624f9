package dev.unroll.training;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkMetadata;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.training.RateSchedule.Plateau;
import dev.unroll.training.TrainingStep.Outcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A training under way: weights, optimiser, place in the data and the state carried from window to window. {@link #save}
 * writes all of it, and {@link #restore} goes on as if never stopped, to the bit on the same backend and number of threads.
 *
 * <p>Each batch begins from a state of zero and is gone through in windows of k1 steps; the next window is read on a thread
 * of its own meanwhile. One thread at a time: a second one that comes in gets an {@link IllegalStateException}.
 */
public final class Training implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Trainer settings;
    private final TruncatedBptt bptt;
    private final Batches batches;
    private final NetworkMetadata metadata;
    private final Kernels kernels;
    private final Parameters parameters;
    private final Parameters gradient;
    /** Of what is not frozen. */
    private final Parameters trainedParameters;
    private final Parameters trainedGradient;
    private final NetworkWeights weights;
    private final UnrolledNetwork unrolled;
    private final Optional<ScheduledSampling> sampling;
    private final OptimizerState optimizer;
    private final ReadAhead ahead;
    private final AtomicBoolean busy = new AtomicBoolean();
    private Position position = Position.BEGIN;
    /** The window of the newest step, which the reading thread leaves alone until the next is taken. */
    private Window newest;
    /** Steps of the batch that the next window is of, if it is not that batch's first. */
    private long batchSteps;
    private Plateau plateau = Plateau.NONE;
    private Best best = Best.NONE;
    private List<TrainingListener> listeners = List.of();
    private volatile boolean isStopped;

    /**
     * Where a training is.
     *
     * @param steps made
     * @param batch number of the batch that the next window is of
     * @param from first step of that window
     * @param skipped steps that were skipped
     * @param skippedInRow of these the newest without another between them
     */
    record Position(long steps, long batch, long from, long skipped, int skippedInRow) {
        static final Position BEGIN = new Position(0, 0, 0, 0, 0);
    }

    /**
     * The best evaluation so far.
     *
     * @param loss its loss, infinite before the first
     * @param step after which it was
     * @param since number of evaluations after it
     */
    public record Best(double loss, long step, long since) {
        static final Best NONE = new Best(Double.POSITIVE_INFINITY, 0, 0);

        private Best then(double other, long otherStep) {
            return other < loss ? new Best(other, otherStep, 0) : new Best(loss, step, since + 1);
        }
    }

    Training(Trainer settings, TruncatedBptt asked, Batches batches) {
        Network network = settings.network();
        TruncatedBptt bptt = asked.within(batches.longest());
        if (!network.architecture().stack().isCausal() && bptt.k1() < batches.longest()) {
            throw new IllegalArgumentException(
                    "training: a layer goes backward in time, and sequences of up to %d steps are"
                            .formatted(batches.longest())
                            + " cut into windows of %d; wanted TruncatedBptt.full()".formatted(bptt.k1()));
        }
        if (network.architecture().encoder().isPresent()) {
            if (bptt.k1() < batches.longest()) {
                throw new IllegalArgumentException(
                        "training: sequences of up to %d steps of a decoder are cut into windows of %d; wanted whole ones"
                                .formatted(batches.longest(), bptt.k1()));
            }
            if (batches.longestSource() < 1) {
                throw new IllegalArgumentException("training: batches without sources for a network with an encoder");
            }
        }
        if (!isAlwaysForced(settings)) {
            ScheduledSampling.check(settings.teacherForcing(), network.architecture(), bptt);
        }
        boolean done = false;
        try {
            this.settings = settings;
            this.bptt = bptt;
            this.batches = batches;
            this.metadata = new NetworkMetadata(network.architecture(), network.vocabularies());
            this.kernels = network.kernels();
            this.parameters = Parameters.allocate(arena, network.architecture().parameterShapes());
            this.parameters.copyFrom(network.parameters());
            this.gradient = Parameters.allocate(arena, parameters.shapes());
            this.trainedParameters = settings.trained(parameters);
            this.trainedGradient = settings.trained(gradient);
            this.weights = new NetworkWeights(network.architecture(), kernels, arena, parameters, Use.TRAINING);
            this.unrolled = new UnrolledNetwork(weights, arena, settings.loss(), bptt, batches.batch(),
                    settings.replicas(), batches.longestSource(), gradient);
            this.sampling = isAlwaysForced(settings)
                    ? Optional.empty()
                    : Optional.of(new ScheduledSampling(settings.teacherForcing(), weights, arena, batches.batch(),
                            batches.longestSource()));
            this.optimizer = new OptimizerState(settings.optimizer(), arena, trainedParameters.shapes());
            this.ahead = new ReadAhead(batches, () -> unrolled.newWindow(arena), bptt.k1());
            done = true;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    private static boolean isAlwaysForced(Trainer settings) {
        return settings.teacherForcing() instanceof TeacherForcing.Always;
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("training: another thread is in it; wanted one at a time");
        }
    }

    /**
     * One window forward and backward, clipping, one step of the optimiser. A loss or a gradient that is NaN or infinite
     * changes neither weights nor optimiser; if the state that would be carried on is not finite either, it is set to zero.
     *
     * @return what it was
     * @throws DivergedException where more steps in a row are skipped than the settings allow; the training may be saved still
     * @throws IndexOutOfBoundsException where the data has a token or a class that the network does not
     */
    public TrainingStep step() {
        enter();
        try {
            Window window = ahead.take(position.batch(), position.from());
            long behind = position.from() + window.count();
            newest = window;
            batchSteps = ahead.time();
            boolean goesOn = behind < batchSteps;
            int next = goesOn ? (int) Math.min(bptt.k1(), batchSteps - behind) : 0;
            double rate = settings.optimizer().rate() * settings.schedule().factor(position.steps() + 1, plateau);
            long seed = settings.seed() + position.steps();
            sampling.ifPresent(s -> s.replace(window, unrolled.state(), position.steps(), seed));
            gradient.clear();
            WindowLoss loss = unrolled.backward(window, next, Noise.of(seed));
            GradientNorms norms = GradientNorms.of(kernels, trainedGradient);
            TrainingStep step = new TrainingStep(position.steps() + 1, loss.value(), norms, rate, window.steps(),
                    outcome(loss, norms));
            update(step);
            boolean skips = step.outcome() == Outcome.SKIPPED;
            position = new Position(step.number(), goesOn ? position.batch() : position.batch() + 1,
                    goesOn ? behind : 0,
                    position.skipped() + (skips ? 1 : 0), skips ? position.skippedInRow() + 1 : 0);
            if (position.skippedInRow() > settings.patience()) {
                throw new DivergedException(step, position.skippedInRow());
            }
            return step;
        } finally {
            busy.set(false);
        }
    }

    private static Outcome outcome(WindowLoss loss, GradientNorms norms) {
        if (!Double.isFinite(loss.value()) || norms.notFinite().isPresent()) {
            return Outcome.SKIPPED;
        }
        return loss.weight() == 0 ? Outcome.NO_TARGETS : Outcome.UPDATED;
    }

    private void update(TrainingStep step) {
        if (step.outcome() == Outcome.UPDATED) {
            settings.clipping().clip(kernels, trainedGradient, step.norms());
            optimizer.step(kernels, step.rate(), trainedGradient, trainedParameters);
            weights.repack();
        } else if (step.outcome() == Outcome.SKIPPED) {
            unrolled.clearStateUnlessFinite();
        }
    }

    /**
     * Trains up to a step, or until {@link #stop}.
     *
     * @param until number of the last step, counted from the training's first
     * @param watching told of each step and evaluation, in this order
     * @throws DivergedException as {@link #step}
     */
    public void run(long until, TrainingListener... watching) {
        listeners = List.of(watching);
        try {
            while (position.steps() < until && !isStopped) {
                TrainingStep step = step();
                for (TrainingListener listener : listeners) {
                    listener.onStep(this, step);
                }
            }
            for (TrainingListener listener : listeners) {
                listener.onEnd(this);
            }
        } finally {
            listeners = List.of();
            isStopped = false;
        }
    }

    /** Ends {@link #run} after the step that is under way; before a run, ends it before its first. Any thread may call it. */
    public void stop() {
        isStopped = true;
    }

    /**
     * Takes the loss of an evaluation: for the learning rate's schedule, for {@link #best}, and for the listeners of the run.
     * {@link Evaluations} calls it.
     *
     * @param loss on data that is not trained on
     */
    public void evaluated(double loss) {
        plateau = settings.schedule().observe(plateau, loss);
        best = best.then(loss, position.steps());
        for (TrainingListener listener : listeners) {
            listener.onEvaluation(this, loss);
        }
    }

    /**
     * The best evaluation so far.
     *
     * @return its loss, infinite before the first, and its step
     */
    public Best best() {
        return best;
    }

    /**
     * Number of steps made, those that were skipped counted.
     *
     * @return steps
     */
    public long steps() {
        return position.steps();
    }

    /**
     * Number of steps that were skipped.
     *
     * @return steps
     */
    public long skipped() {
        return position.skipped();
    }

    /**
     * How often the data has been gone through.
     *
     * @return epochs, with a part for the one under way
     */
    public double epochs() {
        double part = position.from() == 0 ? 0 : position.from() / (double) batchSteps;
        return (position.batch() + part) / batches.epoch();
    }

    /**
     * An evaluation of the weights of the moment on other data, with this training's loss.
     *
     * @param data what is read, one epoch of it
     * @return the evaluation, for use between steps; the caller closes it before the training
     */
    public Evaluation evaluation(Batches data) {
        return new Evaluation(weights, settings.loss(), data);
    }

    /**
     * An evaluation of the weights of the moment on another text.
     *
     * @param tokens the text
     * @return the evaluation, for use between steps; the caller closes it before the training
     */
    public Evaluation evaluation(Tokens tokens) {
        return evaluation(Evaluation.streams(tokens, batches.batch()));
    }

    /**
     * An evaluation of the weights of the moment on another text, with another loss: one without label smoothing, say, that
     * can be compared with those of other trainings.
     *
     * @param tokens the text
     * @param loss what is measured
     * @return the evaluation, for use between steps; the caller closes it before the training
     * @throws IllegalArgumentException where the loss is of another head than the network's
     */
    public Evaluation evaluation(Tokens tokens, Loss loss) {
        return new Evaluation(weights, loss, Evaluation.streams(tokens, batches.batch()));
    }

    /**
     * The network with the weights of the moment.
     *
     * @return a copy, on the same kernels; the caller closes it
     */
    public Network network() {
        return Network.of(metadata.architecture(), metadata.vocabularies(), parameters, kernels);
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
        enter();
        try {
            Checkpoint.write(file, this, notes);
        } finally {
            busy.set(false);
        }
    }

    /**
     * Takes the state that {@link #save} wrote. This training must have been begun with the same settings and data.
     *
     * @param file what was written
     * @throws IOException where it cannot be read, is damaged, or is of other settings; this training is as it was then
     */
    public void restore(Path file) throws IOException {
        enter();
        try {
            ahead.rest();
            Checkpoint.read(file, this);
            batchSteps = batches.time(position.batch());
            weights.repack();
        } finally {
            busy.set(false);
        }
    }

    /**
     * The settings.
     *
     * @return what it was begun with
     */
    public Trainer settings() {
        return settings;
    }

    /** How far gradients flow back, no longer than the sequences are. */
    TruncatedBptt bptt() {
        return bptt;
    }

    Batches batches() {
        return batches;
    }

    NetworkMetadata metadata() {
        return metadata;
    }

    Parameters parameters() {
        return parameters;
    }

    NetworkWeights weights() {
        return weights;
    }

    OptimizerState optimizer() {
        return optimizer;
    }

    UnrolledNetwork unrolled() {
        return unrolled;
    }

    /** The window of the newest step. */
    Window window() {
        if (position.steps() == 0 || newest == null) {
            throw new IllegalStateException("training: no step has been made yet; wanted a window to look at");
        }
        return newest;
    }

    /** Steps of a window. */
    long nextSteps(long batch, long from) {
        return Math.min(bptt.k1(), batches.time(batch) - from);
    }

    Position position() {
        return position;
    }

    Plateau plateau() {
        return plateau;
    }

    void goTo(Position where, Plateau seen, Best bestSoFar) {
        position = where;
        plateau = seen;
        best = bestSoFar;
    }

    /** Ends the reading thread and frees the memory. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            ahead.close();
            arena.close();
        }
    }
}
