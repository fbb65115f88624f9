package dev.unroll.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;

/**
 * When a warm-up is over: when the JIT rests and nobody gets faster any more. It is done in passes, in each of which every
 * contender runs for the same time. Interpreted, vectors are a hundred times slower, and where the JIT has no core of its
 * own it takes turns with what it compiles; so neither a time nor a number of runs would do.
 */
final class WarmUp {
    private static final int LEAST = 4;
    private static final int MOST = 16;
    /** Of the time of a pass, what the JIT may take for this and that. */
    private static final double IDLE = 0.02;
    /** Of the best time so far, what is no news. */
    private static final double SAME = 0.9;

    private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private final Duration pass;
    private final double[] best;
    private int passes;
    private long compiled;
    private long began;

    /** A warm-up that takes at least a time for each contender. */
    WarmUp(Duration least, int contenders) {
        this.pass = least.dividedBy(LEAST);
        this.best = new double[contenders];
        Arrays.fill(best, Double.POSITIVE_INFINITY);
        begin();
    }

    private void begin() {
        compiled = compilationTime();
        began = System.nanoTime();
    }

    /** Milliseconds of compilations that have ended. */
    private long compilationTime() {
        return compiler == null || !compiler.isCompilationTimeMonitoringSupported()
                ? 0
                : compiler.getTotalCompilationTime();
    }

    /** For how long each contender runs in a pass. */
    Duration pass() {
        return pass;
    }

    /** Asked after each pass, with the best time that each contender took for a run in it. */
    boolean isOver(double... times) {
        passes++;
        boolean isFaster = false;
        for (int i = 0; i < best.length; i++) {
            isFaster |= times[i] < SAME * best[i];
            best[i] = Math.min(best[i], times[i]);
        }
        double share = (compilationTime() - compiled) * 1e6 / (System.nanoTime() - began);
        begin();
        return passes >= MOST || (passes >= LEAST && share < IDLE && !isFaster);
    }
}
