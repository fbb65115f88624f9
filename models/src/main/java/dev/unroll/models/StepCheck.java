package dev.unroll.models;

import java.util.List;

/** What a step of one stream may read and write, checked before anything is touched. */
final class StepCheck {
    private final List<Input> parts;
    private final int outputSize;

    StepCheck(Architecture architecture) {
        this.parts = architecture.input().parts();
        this.outputSize = architecture.head().outputSize();
    }

    /** Checks tokens, one a channel, features, and where the outputs go. */
    void check(int[] tokens, float[] features, float[] output) {
        Sizes.checkLength("step", "output", output, outputSize);
        int k = 0;
        int numbers = 0;
        for (int i = 0; i < parts.size(); i++) {
            Input part = parts.get(i);
            if (part.channels() == 1 && k < tokens.length) {
                Sizes.checkToken("step", tokens[k], part.size());
            }
            k += part.channels();
            numbers += part.features();
        }
        if (k != tokens.length) {
            throw new IllegalArgumentException("step: %d tokens; wanted %d".formatted(tokens.length, k));
        }
        Sizes.checkLength("step", "features", features, numbers);
    }
}
