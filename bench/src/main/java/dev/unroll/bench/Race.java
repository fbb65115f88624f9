package dev.unroll.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Contenders timed side by side. The machine's speed drifts by more than the sides differ, so the sides take turns: in
 * each round each of them runs one batch, in an order that rotates, and the medians over the rounds are compared.
 */
final class Race {
    private static final int MOST_RUNS = 1_000_000;
    private static final int STRETCHES = 8;
    /** Of a pause, what threads may compute for it to be one. */
    private static final double REST = 0.25;
    private static final int MOST_PAUSES = 10;

    private final OperatingSystemMXBean process = ManagementFactory
            .getPlatformMXBean(OperatingSystemMXBean.class);

    private final Pace pace;

    Race(Pace pace) {
        this.pace = pace;
    }

    /** Warms all of them up, then times them; by name, in the given order. */
    SequencedMap<String, Timing> run(SequencedMap<String, ? extends Contender> contenders) {
        double[][] times = rounds(List.copyOf(contenders.values()));
        SequencedMap<String, Timing> timings = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(contenders.keySet());
        for (int i = 0; i < times.length; i++) {
            timings.put(names.get(i), Timing.of(times[i]));
        }
        return timings;
    }

    /**
     * How many times faster one is than another, as the median of the ratios round by round: for two that differ by less than
     * the machine drifts.
     */
    double speedup(Contender one, Contender other) {
        double[][] times = rounds(List.of(one, other));
        return Timing.of(IntStream.range(0, pace.rounds()).mapToDouble(i -> times[1][i] / times[0][i]).toArray())
                .median();
    }

    /** Nanoseconds a run, of each side in each round. */
    private double[][] rounds(List<Contender> sides) {
        int[] runs = new int[sides.size()];
        double[][] times = new double[sides.size()][pace.rounds()];
        WarmUp warmUp = new WarmUp(pace.warmUp(), sides.size());
        double[] best = new double[sides.size()];
        do {
            for (int i = 0; i < runs.length; i++) {
                best[i] = best(sides.get(i), warmUp.pass());
                runs[i] = (int) Math.clamp(pace.batch().toNanos() / best[i], 1, MOST_RUNS);
            }
        } while (!warmUp.isOver(best));
        for (int round = 0; round < pace.rounds(); round++) {
            for (int turn = 0; turn < runs.length; turn++) {
                int i = (round + turn) % runs.length;
                rest();
                // Cold caches after the pause are nobody's fault.
                sides.get(i).run();
                times[i][round] = time(sides.get(i), runs[i]) / (double) runs[i];
            }
        }
        return times;
    }

    /** Pauses until the process rests: threads of the side before spin, some of them for a tenth of a second. */
    private void rest() {
        long pause = pace.pause().toNanos();
        for (int i = 0; i < MOST_PAUSES; i++) {
            long before = process.getProcessCpuTime();
            LockSupport.parkNanos(pause);
            if (process.getProcessCpuTime() - before <= REST * pause) {
                return;
            }
        }
    }

    /** Runs for a time, and returns what a run took in the best of some stretches of it. */
    private static double best(Contender contender, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        double best = Double.POSITIVE_INFINITY;
        do {
            int runs = (int) Math.clamp(time.dividedBy(STRETCHES).toNanos() / best, 1, MOST_RUNS);
            best = Math.min(best, Math.max(1, time(contender, runs)) / (double) runs);
        } while (System.nanoTime() < end);
        return best;
    }

    private static long time(Contender contender, int runs) {
        long begin = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            contender.run();
        }
        return System.nanoTime() - begin;
    }
}
