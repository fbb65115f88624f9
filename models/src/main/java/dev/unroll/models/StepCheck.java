package dev.unroll.models;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a step of one stream may read and write, checked before anything is touched. */
final class StepCheck {
    private final Input input;
    private final List<Input> parts;
    /** How many tokens there are, where the network reads one a step and nothing else; else 0. */
    private final int alone;
    private final int outputSize;

    StepCheck(Architecture architecture) {
        this.input = architecture.input();
        this.parts = input.parts();
        this.alone = input.channels() == 1 && input.features() == 0 ? input.tokens(0) : 0;
        this.outputSize = architecture.head().outputSize();
    }

    /** Checks where the output of a step goes. */
    void checkOutput(float[] output) {
        Sizes.checkLength("step", "output", output, outputSize);
    }

    /** Checks where the outputs of some steps go, one after the other. */
    void checkOutputs(String operation, MemorySegment outputs, int steps) {
        long wanted = (long) steps * outputSize * Float.BYTES;
        if (outputs.byteSize() != wanted || outputs.isReadOnly()) {
            throw new IllegalArgumentException("%s: a %s segment of %d bytes for the output; wanted %d".formatted(
                    operation, outputs.isReadOnly() ? "read-only" : "writable", outputs.byteSize(), wanted));
        }
    }

    /** Checks tokens, one a channel, and features. */
    void check(int[] tokens, float... features) {
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

    /** Checks a sequence of tokens, one a step. */
    void checkTokens(String operation, int... tokens) {
        if (alone == 0) {
            throw new IllegalArgumentException("%s: tokens for a network that reads %s".formatted(operation, input));
        }
        for (int id : tokens) {
            Sizes.checkToken(operation, id, alone);
        }
    }
}
