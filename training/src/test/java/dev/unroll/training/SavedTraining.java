package dev.unroll.training;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A training whose every step is evaluated. As a process it is saved at every step too and says what is on the disk, a line
 * each: {@code from 7} after its begin, then {@code best 8}, {@code saved 8} and so on. In the test's own process it says
 * what each step must be.
 *
 * <p>The embedding of many tokens that no text has makes the files large (200 KB) and the steps quick, so that most of the
 * time goes into writing; it learns so slowly that almost every step is the best so far.
 */
final class SavedTraining implements AutoCloseable {
    static final int KEEP = 3;
    private static final int[] TOKENS = ToyText.repeating(36);

    private final Kernels kernels = Backend.SCALAR.open(1);
    private final Network network;
    private final Training training;
    private final Evaluation evaluation;
    private final List<Fingerprint> steps = new ArrayList<>();

    SavedTraining(long seed) {
        network = Network.builder(new Input.Embedding(512, 32)).gru(8).softmax(ToyText.TOKENS).build(seed, kernels);
        training = Trainer.of(network).optimizer(Adam.of(1e-5)).truncatedBptt(4, 6).batch(2).start(TOKENS);
        evaluation = training.evaluation(Tokens.of(TOKENS));
    }

    private void run(long until, TrainingListener... others) {
        training.run(until, Stream.concat(Stream.of(new Evaluations(1, evaluation)), Stream.of(others))
                .toArray(TrainingListener[]::new));
    }

    /** What a training that is never stopped is after a step. */
    Fingerprint after(long step) {
        while (steps.size() <= step) {
            run(steps.size());
            steps.add(Fingerprint.of(training));
        }
        return steps.get((int) step);
    }

    /** What a file holds. This is no more what it was. */
    Fingerprint of(Path file) throws IOException {
        training.restore(file);
        return Fingerprint.of(training);
    }

    @Override
    public void close() {
        evaluation.close();
        training.close();
        network.close();
        kernels.close();
    }

    /**
     * Starts a process of it.
     *
     * @param err the file for what it says of its failure
     * @param isResumed whether it goes on from the newest checkpoint
     */
    static Process start(Path directory, long seed, long until, boolean isResumed, Path err) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), SavedTraining.class.getName(), directory.toString(),
                Long.toString(seed), Long.toString(until), Boolean.toString(isResumed))
                .redirectError(err.toFile()).start();
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        // Written at once, which no kill can part.
        try (SavedTraining saved = new SavedTraining(Long.parseLong(arguments[1]));
                FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            Checkpoints checkpoints = new Checkpoints(directory, 1, KEEP);
            if (Boolean.parseBoolean(arguments[3])) {
                Checkpoints.resume(saved.training, directory);
            }
            say(out, "from", saved.training);
            saved.run(Long.parseLong(arguments[2]), checkpoints, new TrainingListener() {
                @Override
                public void onStep(Training training, TrainingStep step) {
                    say(out, "saved", training);
                }

                @Override
                public void onEvaluation(Training training, double loss) {
                    if (training.best().since() == 0) {
                        say(out, "best", training);
                    }
                }
            });
        }
    }

    private static void say(FileOutputStream out, String what, Training training) {
        try {
            out.write("%s %d%n".formatted(what, training.steps()).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
