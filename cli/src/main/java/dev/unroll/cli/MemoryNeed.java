package dev.unroll.cli;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Architecture;
import dev.unroll.models.Layer;
import dev.unroll.training.TruncatedBptt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A look at the options before any memory is taken: a network that this machine cannot hold is a sentence, not a crash. */
final class MemoryNeed {
    /** Weights, gradient, two means, packed forward and backward, and the network it begins from, packed again. */
    private static final int COPIES = 8;

    /** Rows that are run as one, see {@link TruncatedBptt}. */
    private static final int BLOCK_ROWS = 2048;

    private MemoryNeed() {}

    static void check(TrainSettings settings, Architecture architecture) {
        double bytes = bytes(settings, architecture);
        if (bytes > machineBytes()) {
            throw new UserException(String.format(Locale.ROOT,
                    "this training wants about %.1f GB of memory and the machine has %.1f; take fewer --hidden, --layers,"
                            + " --time, --back, --batch or --replicas, or --checkpoint-time",
                    bytes / 1e9, machineBytes() / 1e9));
        }
    }

    /** What a training takes, by and large. */
    static double bytes(TrainSettings settings, Architecture architecture) {
        double weights = (double) architecture.head().inputSize() * architecture.head().outputSize();
        for (Parameters.Shape shape : architecture.input().parameterShapes()) {
            weights += (double) shape.rows() * shape.cols();
        }
        double kept = 0;
        double state = 0;
        double worked = 2.0 * architecture.head().outputSize();
        for (Layer layer : architecture.layers()) {
            Cell cell = layer.cell();
            double gates = (double) cell.gates() * cell.units();
            weights += gates * (cell.hiddenSize() + (double) cell.inputSize());
            kept += gates + cell.hiddenSize() + cell.memorySize() + cell.savedSize();
            state += cell.hiddenSize() + cell.memorySize();
            worked += cell.hiddenSize();
        }
        int copies = COPIES + settings.replicas() - 1;
        double floats = copies * weights + rows(settings, kept, state, worked);
        if (settings.report().isPresent()) {
            // The probe's own gradient and window.
            double window = Math.min(500.0, settings.time()) * settings.batch();
            floats += weights + window * (kept + worked);
        }
        return Float.BYTES * floats;
    }

    /**
     * What the replicas keep of steps, see {@link TruncatedBptt}.
     *
     * @param kept floats of a step of a sequence
     * @param state floats of a sequence's state
     * @param worked floats that a step of a sequence wants when gradients go back through it
     */
    private static double rows(TrainSettings settings, double kept, double state, double worked) {
        TruncatedBptt bptt = settings.bptt();
        double sequences = Math.ceil((double) settings.batch() / settings.replicas());
        double block = Math.min(bptt.k2(), Math.ceil(BLOCK_ROWS / sequences));
        double all = Math.ceil(bptt.k2() / block);
        double blocks = bptt.checkpointEvery() == 0 ? all : Math.min(all, Math.ceil(bptt.checkpointEvery() / block));
        double segments = Math.ceil(all / blocks);
        return settings.replicas() * sequences * (blocks * block * kept + segments * state + block * worked);
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
