package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.training.Evaluation;
import dev.unroll.training.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./unroll evaluate}: how well a network predicts a text. */
@Command(name = "evaluate", description = "Measures how well a trained network predicts a text.", mixinStandardHelpOptions = true, sortOptions = false, footerHeading = "%nExample:%n", footer = "  ./unroll evaluate --model book.safetensors --text other.txt")
final class EvaluateCommand implements Callable<Integer> {
    private static final int BATCH = 32;

    @Option(names = "--model", paramLabel = "FILE", required = true, description = "What train wrote.")
    private Path model;

    @Option(names = "--text", paramLabel = "FILE", required = true, description = "A text in UTF-8.")
    private Path text;

    @Mixin
    private BackendOptions backend;

    @Override
    public Integer call() throws IOException {
        TextFile file = TextFile.read(text);
        try (Kernels kernels = backend.open(); Network network = Models.loadCharacterModel(model, kernels)) {
            int[] tokens = encode(network, file);
            if (tokens.length < 2) {
                throw new UserException(text + " has one character; wanted two or more");
            }
            try (Evaluation evaluation = Evaluation.of(network.weights(), Tokens.of(tokens), BATCH)) {
                System.out.println(LossLine.of(evaluation.loss()));
            }
        }
        return 0;
    }

    private static int[] encode(Network network, TextFile file) {
        try {
            return network.vocabulary().orElseThrow().encode(file.text());
        } catch (IllegalArgumentException e) {
            throw new UserException("%s: %s".formatted(file.name(), e.getMessage()), e);
        }
    }
}
