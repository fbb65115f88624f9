package dev.unroll.bench;

import java.time.Duration;

/**
 * How long a comparison takes.
 *
 * @param warmUp of each contender at least; longer while the JIT works
 * @param batch what is timed at once: as many runs as fit
 * @param rounds how often each contender has its turn
 * @param pause between two turns at least, for threads that spin to fall asleep
 */
record Pace(Duration warmUp, Duration batch, int rounds, Duration pause) {
    /** Good enough to publish. */
    static Pace full(int threads) {
        return new Pace(Duration.ofSeconds(1), Duration.ofMillis(30), 11, pause(threads));
    }

    /** Good enough to look at. */
    static Pace quick(int threads) {
        return new Pace(Duration.ofMillis(250), Duration.ofMillis(10), 9, pause(threads));
    }

    /** Idle threads of OpenBLAS spin for 2^26 cycles, those of OpenMP and ONNX Runtime for a millisecond or two. */
    private static Duration pause(int threads) {
        return threads == 1 ? Duration.ofMillis(2) : Duration.ofMillis(40);
    }

    /** With more rounds, for two sides that hardly differ. */
    Pace longer() {
        return new Pace(warmUp, batch, 3 * rounds, pause);
    }
}
