package dev.unroll.training;

import dev.unroll.models.EncoderTrace;
import dev.unroll.models.Lengths;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.models.StackState;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Optional;

/** The sources of some sequences, read before their decoder's first step. */
final class SourceReading {
    /** Other noise than the decoder's. */
    private static final long NOISE = 1L << 60;

    private final EncoderTrace trace;

    private SourceReading(EncoderTrace trace) {
        this.trace = trace;
    }

    /** Of the network's encoder, if it has one. */
    static Optional<SourceReading> of(NetworkWeights weights, Arena arena, int time, int batch, int threads) {
        return weights.encoder().map(_ -> new SourceReading(new EncoderTrace(weights, arena, time, batch, threads)));
    }

    /**
     * Reads the sources of a window.
     *
     * @param first the window's sequence that is the first here
     * @param decoder the state that the decoder begins with, written
     */
    void read(Window window, int first, Noise noise, StackState decoder) {
        Source source = window.source();
        int batch = trace.input().batch();
        trace.input().copyFrom(source.input(), 0, first, 0, source.count());
        int[] lengths = Arrays.copyOfRange(source.lengths(), first, first + batch);
        trace.forward(Lengths.of(source.count(), lengths), noise.seed().isEmpty()
                ? noise
                : Noise.of(noise.seed().getAsLong() + NOISE));
        trace.copyState(decoder);
    }

    EncoderTrace trace() {
        return trace;
    }
}
