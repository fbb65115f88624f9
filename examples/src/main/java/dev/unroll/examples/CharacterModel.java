package dev.unroll.examples;

import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.models.Vocabulary;
import dev.unroll.training.Adam;
import dev.unroll.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Trains a network on a text, saves it, loads it and lets it write: what README shows. */
public final class CharacterModel {
    private CharacterModel() {}

    /**
     * Trains on a text and prints what the network writes.
     *
     * @param arguments a text file, and where to save the network
     * @throws IOException where a file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[1]);
        train(Files.readString(Path.of(arguments[0])), 1000, file);
        System.out.println(write(file, 500));
    }

    /** Trains an LSTM to predict the next character, and saves it. */
    static void train(String text, int steps, Path file) throws IOException {
        Vocabulary vocabulary = Vocabulary.ofCharacters(text);
        int size = vocabulary.size();
        try (Network network = Network.builder(size).lstm(128).softmax(size).vocabulary(vocabulary).build(1);
                Network trained = Trainer.of(network).optimizer(Adam.of(2e-3)).truncatedBptt(50).batch(32).clipNorm(5)
                        .fit(vocabulary.encode(text), steps, (_, step) -> {
                            if (step.number() % 100 == 0) {
                                System.out.printf("step %d  loss %.3f%n", step.number(), step.loss());
                            }
                        })) {
            trained.save(file);
        }
    }

    /** Loads a network and lets it write. */
    static String write(Path file, int length) throws IOException {
        try (Network network = Network.load(file)) {
            Vocabulary vocabulary = network.vocabulary().orElseThrow();
            Session session = network.newSession();
            Sampler sampler = new Sampler(0.7, 1);
            float[] next = new float[network.outputSize()];
            StringBuilder text = new StringBuilder();
            int token = 0;
            for (int i = 0; i < length; i++) {
                session.step(token, next);
                token = sampler.sample(next);
                text.append(vocabulary.token(token));
            }
            return text.toString();
        }
    }
}
