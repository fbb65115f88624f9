package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.training.Evaluation;
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
        try (Kernels kernels = backend.open();
                Network network = Models.loadLanguageModel(model, kernels);
                Corpus corpus = read(network)) {
            if (corpus.tokens().count() < 2) {
                throw new UserException(
                        "%s has less than two %s; wanted two or more".formatted(text, corpus.unit().many()));
            }
            try (Evaluation evaluation = Evaluation.of(network.weights(), corpus.tokens(), BATCH)) {
                if (corpus.unit() == Unit.WORD) {
                    System.out.println(corpus.sizeText());
                }
                System.out.println(LossLine.of(corpus.unit(), evaluation.loss()));
            }
        }
        return 0;
    }

    private Corpus read(Network network) throws IOException {
        try {
            return Corpus.read(text, network.vocabulary().orElseThrow(), Corpus.writableBeside(model));
        } catch (IllegalArgumentException e) {
            throw new UserException(e.getMessage(), e);
        }
    }
}
