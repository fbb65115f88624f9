package dev.unroll.cli;

import dev.unroll.models.BeamSearch;
import dev.unroll.models.Continuation;
import dev.unroll.models.Detokenizer;
import dev.unroll.models.LanguageModel;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./unroll sample}: a trained network writes. */
@Command(name = "sample", description = "Lets a trained network write.", mixinStandardHelpOptions = true, sortOptions = false, footerHeading = "%nExamples:%n", footer = {
        "  ./unroll sample --model book.safetensors",
        "  ./unroll sample --model book.safetensors --prompt \"ROMEO:\" --length 300 --temperature 0.5 --seed 7",
        "  ./unroll sample --model book.safetensors --temperature 1 --top-k 20 --top-p 0.9",
        "  ./unroll sample --model book.safetensors --prompt \"ROMEO:\" --length 100 --beam 8"})
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

    @Option(names = "--top-k", paramLabel = "K", description = "Draws among the K most probable characters alone (default: all).")
    private Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Draws among the fewest most probable characters alone whose probability reaches P; of those that"
            + " --top-k leaves (default: all).")
    private Double topP;

    @Option(names = "--beam", paramLabel = "WIDTH", description = "Draws nothing, but looks for the most probable text with a beam search of this width.")
    private Integer beam;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats a text (default: another one each time).")
    private Long seed;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        if (length < 0) {
            throw new UserException("--length is %d; wanted 0 or more".formatted(length));
        }
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new UserException("--temperature is %s; wanted 0 or more".formatted(temperature));
        }
        if (topK != null && topK < 1) {
            throw new UserException("--top-k is %d; wanted 1 or more".formatted(topK));
        }
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw new UserException("--top-p is %s; wanted above 0, up to 1".formatted(topP));
        }
        checkBeam();
        try (Network network = Models.loadLanguageModel(model)) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            if (beam == null) {
                write(network, prompt, length, sampler(), out);
            } else {
                writeMostProbable(network, out);
            }
            out.println();
        }
        return 0;
    }

    private void checkBeam() {
        if (beam == null) {
            return;
        }
        if (beam < 1) {
            throw new UserException("--beam is %d; wanted 1 or more".formatted(beam));
        }
        for (String drawing : List.of("--temperature", "--top-k", "--top-p", "--seed")) {
            if (command.commandLine().getParseResult().hasMatchedOption(drawing)) {
                throw new UserException("%s and --beam; wanted one of them, since a beam search draws nothing"
                        .formatted(drawing));
            }
        }
    }

    private Sampler sampler() {
        Sampler sampler = new Sampler(temperature, seed == null ? ThreadLocalRandom.current().nextLong() : seed);
        sampler = topK == null ? sampler : sampler.topK(topK);
        return topP == null ? sampler : sampler.topP(topP);
    }

    /** Writes the prompt and then the most probable text of the length that a beam search finds. */
    private void writeMostProbable(Network network, PrintStream out) {
        Vocabulary vocabulary = network.vocabulary().orElseThrow();
        int[] beginning = beginning(vocabulary, prompt);
        Continuation continuation = LanguageModel.of(network).after(beginning);
        Detokenizer text = new Detokenizer(vocabulary);
        IntStream.of(beginning).forEach(text::add);
        out.print(asWritten(vocabulary, prompt));
        if (length > 0) {
            BeamSearch search = BeamSearch.of(beam, length).never(unwritten(vocabulary));
            for (int token : continuation.search(search).getFirst().tokens()) {
                out.print(text.add(token));
            }
        }
    }

    /** What stands for no text. */
    private static int[] unwritten(Vocabulary vocabulary) {
        return IntStream.concat(vocabulary.padding().stream(), vocabulary.unknown().stream()).toArray();
    }

    /** Writes the prompt and then what the network makes of it, token by token; never what stands for no text. */
    static void write(Network network, String prompt, int length, Sampler sampler, PrintStream out) {
        Vocabulary vocabulary = network.vocabulary().orElseThrow();
        Session session = network.newSession();
        float[] next = new float[network.outputSize()];
        Sampler written = sampler.never(unwritten(vocabulary));
        Detokenizer text = new Detokenizer(vocabulary);
        for (int token : beginning(vocabulary, prompt)) {
            text.add(token);
            session.step(token, next);
        }
        out.print(asWritten(vocabulary, prompt));
        for (int i = 0; i < length; i++) {
            int token = written.sample(next);
            out.print(text.add(token));
            out.flush();
            session.step(token, next);
        }
    }

    /** A prompt of words: the space that belongs before the next comes with that. */
    private static String asWritten(Vocabulary vocabulary, String prompt) {
        return Unit.of(vocabulary) == Unit.WORD ? prompt.stripTrailing() : prompt;
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
