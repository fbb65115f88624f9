package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import java.io.IOException;
import java.nio.file.Path;

/** Loading of model files, with the errors a user understands. */
final class Models {
    private Models() {}

    /** A network that writes what it reads, on one thread of the best backend. */
    static Network loadLanguageModel(Path file) throws IOException {
        return checked(file, Network.load(file));
    }

    /** A network that writes what it reads: characters or words. */
    static Network loadLanguageModel(Path file, Kernels kernels) throws IOException {
        return checked(file, Network.load(file, kernels, Network.Start.COLD));
    }

    private static Network checked(Path file, Network network) {
        if (network.vocabulary().isEmpty() || network.outputSize() != network.inputSize()) {
            network.close();
            throw new UserException(
                    file + " is a network, but no language model: it has no vocabulary of what it reads and writes");
        }
        return network;
    }
}
