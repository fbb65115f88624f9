package dev.unroll.cli;

import dev.unroll.cells.Cell;
import dev.unroll.models.Architecture;
import dev.unroll.models.Layer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A look at the options before any memory is taken: a network that this machine cannot hold is a sentence, not a crash. */
final class MemoryNeed {
    /** Weights, gradient, two means, packed forward and backward, and the network it begins from, packed again. */
    private static final int COPIES = 8;

    private MemoryNeed() {}

    static void check(TrainSettings settings, Architecture architecture) {
        double weights = 0;
        double perRow = 2.0 * architecture.head().outputSize();
        for (Layer layer : architecture.layers()) {
            Cell cell = layer.cell();
            double gates = (double) cell.gates() * cell.units();
            weights += gates * (cell.hiddenSize() + (double) cell.inputSize());
            perRow += gates + 5.0 * cell.units();
        }
        weights += (double) architecture.head().inputSize() * architecture.head().outputSize();
        double activations = (double) settings.time() * settings.batch() * perRow;
        double bytes = Float.BYTES * (COPIES * weights + activations);
        if (bytes > machineBytes()) {
            throw new UserException(String.format(Locale.ROOT,
                    "this training wants about %.1f GB of memory and the machine has %.1f; take fewer --hidden, --layers,"
                            + " --time or --batch",
                    bytes / 1e9, machineBytes() / 1e9));
        }
    }

    private static double machineBytes() {
        Path meminfo = Path.of("/proc/meminfo");
        if (!Files.isReadable(meminfo)) {
            return Double.POSITIVE_INFINITY;
        }
        try {
            return Files.readAllLines(meminfo).stream()
                    .filter(line -> line.startsWith("MemTotal:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst().orElse(Double.POSITIVE_INFINITY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
