package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * How to train: an immutable set of settings, each with a default, for a network to begin from.
 *
 * <pre>{@code
 * Network trained = Trainer.of(network).optimizer(Adam.of(2e-3)).truncatedBptt(50).clipNorm(5).fit(tokens, 1000, (_, step) -> {});
 * }</pre>
 *
 * @param network whose weights it begins from; it stays as it is
 * @param loss what is to be made small
 * @param optimizer how gradients change weights
 * @param schedule how the learning rate changes
 * @param bptt how far gradients flow back; if absent, over windows of {@value #TEXT_WINDOW} tokens of a text, and over whole
 *        sequences otherwise
 * @param clipping bounds on gradients
 * @param batch streams side by side that a text is cut into, {@value #TEXT_BATCH} if absent; batches of sequences say
 *        themselves how many they have
 * @param replicas parts of the batch that go through time each on a thread of its own, see {@link UnrolledNetwork}
 * @param patience how many steps in a row may be skipped, see {@link TrainingStep.Outcome#SKIPPED}
 * @param seed of what dropout, zoneout and scheduled sampling draw, see {@link dev.unroll.models.Regularization}
 * @param teacherForcing how often the network reads the data's tokens rather than its own
 * @param frozen parameters that stay as they are, see {@link #freeze}
 */
public record Trainer(Network network, Loss loss, Optimizer optimizer, RateSchedule schedule,
        Optional<TruncatedBptt> bptt, Clipping clipping, OptionalInt batch, int replicas, int patience, long seed,
        TeacherForcing teacherForcing, Set<String> frozen) {
    private static final int TEXT_WINDOW = 50;
    private static final int TEXT_BATCH = 32;

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where the batch or the number of replicas is below 1, the patience negative, or the
     *     loss of another head than the network's, or what is frozen is none of its parameters or all of them
     */
    public Trainer {
        Settings.atLeast("trainer", "batch", batch.orElse(1), 1);
        Settings.atLeast("trainer", "replicas", replicas, 1);
        Settings.atLeast("trainer", "patience", patience, 0);
        UnrolledNetwork.checkHead("trainer", loss, network.architecture());
        frozen = Collections.unmodifiableSet(new TreeSet<>(frozen));
        Set<String> names = network.parameters().asMap().keySet();
        for (String some : frozen) {
            if (names.stream().noneMatch(name -> isUnder(some, name))) {
                throw new IllegalArgumentException(
                        "trainer: '%s' is to be frozen; wanted one or more of %s".formatted(some, names));
            }
        }
        if (names.stream().noneMatch(trains(frozen))) {
            throw new IllegalArgumentException(
                    "trainer: all of %s are to be frozen; wanted some to train".formatted(names));
        }
    }

    private static boolean isUnder(String some, String name) {
        return name.equals(some) || name.startsWith(some + ".");
    }

    private static Predicate<String> trains(Set<String> frozen) {
        return name -> frozen.stream().noneMatch(some -> isUnder(some, name));
    }

    /** Those of some of the network's parameters, or of what has their shapes, that are trained. */
    Parameters trained(Parameters some) {
        return frozen.isEmpty() ? some : some.filter(trains(frozen));
    }

    /**
     * The defaults: the mean loss of the network's head, Adam at 0.002, clipping at a norm of 5, one replica, no more than
     * 10 skipped steps in a row.
     *
     * @param network whose weights it begins from
     * @return the settings
     */
    public static Trainer of(Network network) {
        return new Trainer(network, Loss.of(network.architecture().head().kind()), Adam.of(0.002),
                new RateSchedule.Constant(), Optional.empty(), Clipping.norm(5), OptionalInt.empty(), 1, 10, 1,
                new TeacherForcing.Always(), Set.of());
    }

    /**
     * With another loss.
     *
     * @param other the loss
     * @return new settings
     */
    public Trainer loss(Loss other) {
        return new Trainer(network, other, optimizer, schedule, bptt, clipping, batch, replicas, patience, seed,
                teacherForcing, frozen);
    }

    /**
     * With another optimiser.
     *
     * @param other the optimiser
     * @return new settings
     */
    public Trainer optimizer(Optimizer other) {
        return new Trainer(network, loss, other, schedule, bptt, clipping, batch, replicas, patience, seed,
                teacherForcing, frozen);
    }

    /**
     * With a learning rate that changes.
     *
     * @param other how
     * @return new settings
     */
    public Trainer schedule(RateSchedule other) {
        return new Trainer(network, loss, optimizer, other, bptt, clipping, batch, replicas, patience, seed,
                teacherForcing, frozen);
    }

    /**
     * With another truncation.
     *
     * @param other k1, k2 and what is kept of them; {@link TruncatedBptt#full} for whole sequences
     * @return new settings
     */
    public Trainer bptt(TruncatedBptt other) {
        return new Trainer(network, loss, optimizer, schedule, Optional.of(other), clipping, batch, replicas, patience,
                seed, teacherForcing, frozen);
    }

    /**
     * With windows of another length, the gradient cut at their begin.
     *
     * @param time k1 = k2
     * @return new settings
     */
    public Trainer truncatedBptt(int time) {
        return truncatedBptt(time, time);
    }

    /**
     * With another truncation.
     *
     * @param k1 steps between two updates
     * @param k2 steps that a loss flows back through at most
     * @return new settings
     */
    public Trainer truncatedBptt(int k1, int k2) {
        return bptt(new TruncatedBptt(k1, k2, bptt.map(TruncatedBptt::checkpointEvery).orElse(0)));
    }

    /**
     * With other bounds on gradients.
     *
     * @param other the bounds
     * @return new settings
     */
    public Trainer clipping(Clipping other) {
        return new Trainer(network, loss, optimizer, schedule, bptt, other, batch, replicas, patience, seed,
                teacherForcing, frozen);
    }

    /**
     * With another bound on the gradient's global norm.
     *
     * @param norm the bound, infinite for none
     * @return new settings
     */
    public Trainer clipNorm(double norm) {
        return clipping(new Clipping(norm, clipping.value()));
    }

    /**
     * With another bound on each element of the gradient.
     *
     * @param value the bound, infinite for none
     * @return new settings
     */
    public Trainer clipValue(double value) {
        return clipping(new Clipping(clipping.norm(), value));
    }

    /**
     * With another number of streams side by side that a text is cut into.
     *
     * @param streams m
     * @return new settings
     */
    public Trainer batch(int streams) {
        return new Trainer(network, loss, optimizer, schedule, bptt, clipping, OptionalInt.of(streams), replicas,
                patience, seed, teacherForcing, frozen);
    }

    /**
     * With the batch cut into parts for threads.
     *
     * @param count how many
     * @return new settings
     */
    public Trainer replicas(int count) {
        return new Trainer(network, loss, optimizer, schedule, bptt, clipping, batch, count, patience, seed,
                teacherForcing, frozen);
    }

    /**
     * With another bound on the steps in a row that may be skipped.
     *
     * @param skips how many
     * @return new settings
     */
    public Trainer patience(int skips) {
        return new Trainer(network, loss, optimizer, schedule, bptt, clipping, batch, replicas, skips, seed,
                teacherForcing, frozen);
    }

    /**
     * With another seed of what dropout and zoneout draw.
     *
     * @param number the seed
     * @return new settings
     */
    public Trainer seed(long number) {
        return new Trainer(network, loss, optimizer, schedule, bptt, clipping, batch, replicas, patience, number,
                teacherForcing, frozen);
    }

    /**
     * With a network that, from a step on, reads tokens of its own rather than the data's.
     *
     * @param other how often which
     * @return new settings
     */
    public Trainer teacherForcing(TeacherForcing other) {
        return new Trainer(network, loss, optimizer, schedule, bptt, clipping, batch, replicas, patience, seed, other,
                frozen);
    }

    /**
     * With parameters that stay as they are to the bit, beside those that were frozen before: neither the optimiser nor its
     * weight decay touches them, and their gradients count in no norm.
     *
     * @param some names of parameters, {@code layer0.weight} say, or what stands before a dot of such a name: {@code embedding},
     *     {@code layer0}, {@code encoder}
     * @return new settings
     * @throws IllegalArgumentException where none of the network's parameters has such a name, or none is left to train
     */
    public Trainer freeze(String... some) {
        Set<String> all = new TreeSet<>(frozen);
        all.addAll(List.of(some));
        return new Trainer(network, loss, optimizer, schedule, bptt, clipping, batch, replicas, patience, seed,
                teacherForcing, all);
    }

    /**
     * Begins a training on batches of sequences, which its caller steps or runs.
     *
     * @param batches what is read
     * @return the training, before its first step; the caller closes it
     * @throws IllegalArgumentException where a layer goes backward and the windows are shorter than the sequences, there
     *     are more replicas than sequences side by side, or {@link #batch} asks for another number of these
     */
    public Training start(Batches batches) {
        if (batch.orElse(batches.batch()) != batches.batch()) {
            throw new IllegalArgumentException(
                    "training: a batch of %d for batches of %d; wanted none, which is for texts"
                            .formatted(batch.getAsInt(), batches.batch()));
        }
        return new Training(this, bptt.orElseGet(TruncatedBptt::full), batches);
    }

    /**
     * Begins a training of a language model on a text: {@link #batch} streams of it side by side, each token the target of the
     * one before it.
     *
     * @param tokens the text, as indices of the network's tokens
     * @return the training, before its first step; the caller closes it
     * @throws IllegalArgumentException where the text is shorter than a window of all streams, the network reads
     *     features, or one of its layers goes backward and so would see what it is to predict
     */
    public Training start(Tokens tokens) {
        Input input = network.architecture().input();
        if (input.features() > 0 || input.channels() != 1) {
            throw new IllegalArgumentException(
                    "training: a text for a network that reads %s; wanted batches of %s".formatted(
                            input.channels() == 0 ? "features" : input, input.channels() == 0 ? "features" : "them"));
        }
        TextStreams streams = new TextStreams(tokens, batch.orElse(TEXT_BATCH));
        TruncatedBptt windows = bptt.orElseGet(() -> new TruncatedBptt(TEXT_WINDOW, TEXT_WINDOW));
        if (streams.longest() < windows.k1() && windows.k1() < Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "training: a text of %d tokens for %d streams of a window of %d; wanted %d or more"
                            .formatted(tokens.count(), streams.batch(), windows.k1(),
                                    (long) streams.batch() * windows.k1() + 1));
        }
        if (!network.architecture().stack().isCausal()) {
            throw new IllegalArgumentException("training: a layer goes backward and so sees the tokens that are to be"
                    + " predicted; wanted layers that go forward");
        }
        return new Training(this, windows, streams);
    }

    /**
     * Begins a training of a language model on a text in memory.
     *
     * @param tokens the text, as indices of the network's tokens
     * @return the training, before its first step; the caller closes it
     * @throws IllegalArgumentException as {@link #start(Tokens)}
     */
    public Training start(int[] tokens) {
        return start(Tokens.of(tokens));
    }

    /**
     * Trains for a number of steps.
     *
     * @param batches what is read
     * @param steps how many
     * @param listeners told of each
     * @return a new network with the trained weights, on the kernels of the old one
     * @throws IllegalArgumentException as {@link #start(Batches)}
     * @throws DivergedException where too many steps in a row are skipped
     */
    public Network fit(Batches batches, long steps, TrainingListener... listeners) {
        try (Training training = start(batches)) {
            training.run(steps, listeners);
            return training.network();
        }
    }

    /**
     * Trains a language model on a text for a number of steps.
     *
     * @param tokens the text, as indices of the network's tokens
     * @param steps how many
     * @param listeners told of each
     * @return a new network with the trained weights, on the kernels of the old one
     * @throws IllegalArgumentException as {@link #start(Tokens)}
     * @throws DivergedException where too many steps in a row are skipped
     */
    public Network fit(int[] tokens, long steps, TrainingListener... listeners) {
        try (Training training = start(tokens)) {
            training.run(steps, listeners);
            return training.network();
        }
    }
}
