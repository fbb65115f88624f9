package dev.unroll.cli;

import dev.unroll.cells.Parameters;
import dev.unroll.tensor.Matrix;
import java.io.IOException;

/** max|ours - reference| / max|reference| of the worst tensor; of one that is all 0, max|ours|. */
final class Deviation {
    private double worst;

    /** Takes a tensor into account. */
    void add(ReplayFile reference, String name, float[] ours) throws IOException {
        double[] wanted = reference.doubles(name);
        if (wanted.length != ours.length) {
            throw reference.fault("tensor '%s' has %d elements; wanted %d".formatted(name, wanted.length, ours.length));
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < ours.length; i++) {
            largest = Math.max(largest, Math.abs(wanted[i]));
            difference = Math.max(difference, Math.abs(ours[i] - wanted[i]));
        }
        // Math.max keeps NaN.
        worst = Math.max(worst, largest == 0 ? difference : difference / largest);
    }

    /** Takes a matrix into account. */
    void add(ReplayFile reference, String name, Matrix ours) throws IOException {
        add(reference, name, ours.toArray());
    }

    /** Takes all parameters into account, each under its name behind a prefix. */
    void add(ReplayFile reference, String prefix, Parameters ours) throws IOException {
        for (var entry : ours.asMap().entrySet()) {
            add(reference, prefix + entry.getKey(), entry.getValue());
        }
    }

    double worst() {
        return worst;
    }
}
