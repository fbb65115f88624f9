package dev.unroll.cli;

import dev.unroll.models.Detokenizer;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./unroll sample}: a trained network writes. */
@Command(name = "sample", description = "Lets a trained network write.", mixinStandardHelpOptions = true, sortOptions = false, footerHeading = "%nExamples:%n", footer = {
        "  ./unroll sample --model book.safetensors",
        "  ./unroll sample --model book.safetensors --prompt \"ROMEO:\" --length 300 --temperature 0.5 --seed 7"})
final class SampleCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "FILE", required = true, description = "What train wrote.")
    private Path model;

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "", description = "How the text begins.")
    private String prompt;

    @Option(names = "--length", paramLabel = "N", defaultValue = "500", description = "Characters or words to write after the prompt (default: ${DEFAULT-VALUE}).")
    private int length;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0.8", description = "Below 1 more probable, above 1 more varied, 0 always the most probable one"
            + " (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats a text (default: another one each time).")
    private Long seed;

    @Override
    public Integer call() throws IOException {
        if (length < 0) {
            throw new UserException("--length is %d; wanted 0 or more".formatted(length));
        }
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new UserException("--temperature is %s; wanted 0 or more".formatted(temperature));
        }
        try (Network network = Models.loadLanguageModel(model)) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            write(network, prompt, length,
                    new Sampler(temperature, seed == null ? ThreadLocalRandom.current().nextLong() : seed), out);
            out.println();
        }
        return 0;
    }

    /** Writes the prompt and then what the network makes of it, token by token; never what stands for no text. */
    static void write(Network network, String prompt, int length, Sampler sampler, PrintStream out) {
        Vocabulary vocabulary = network.vocabulary().orElseThrow();
        Session session = network.newSession();
        float[] next = new float[network.outputSize()];
        Detokenizer text = new Detokenizer(vocabulary);
        for (int token : beginning(vocabulary, prompt)) {
            text.add(token);
            session.step(token, next);
        }
        out.print(Unit.of(vocabulary) == Unit.WORD ? prompt.stripTrailing() : prompt);
        for (int i = 0; i < length; i++) {
            vocabulary.padding().ifPresent(padding -> next[padding] = 0);
            vocabulary.unknown().ifPresent(unknown -> next[unknown] = 0);
            int token = sampler.sample(next);
            out.print(text.add(token));
            out.flush();
            session.step(token, next);
        }
    }

    /** Without a prompt a text begins as a line does. */
    private static int[] beginning(Vocabulary vocabulary, String prompt) {
        try {
            int[] tokens = vocabulary.encode(prompt);
            return tokens.length > 0
                    ? tokens
                    : new int[]{vocabulary.end().orElse(Math.max(0, vocabulary.indexOf('\n')))};
        } catch (IllegalArgumentException e) {
            throw new UserException("--prompt: " + e.getMessage(), e);
        }
    }
}
