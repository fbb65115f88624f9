package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class RaceTest {
    private static final Pace PACE = new Pace(Duration.ofMillis(4), Duration.ofMillis(1), 5, Duration.ZERO);

    /** Counts its runs. */
    private static final class Counting implements Contender {
        /** So many: the JIT turns a loop of such runs into one addition. */
        private long runs;

        @Override
        public void run() {
            runs++;
        }

        @Override
        public void close() {
            // Owns nothing.
        }
    }

    @Test
    void everyContenderRunsAndHasATiming() {
        SequencedMap<String, Counting> contenders = new LinkedHashMap<>();
        contenders.put("a", new Counting());
        contenders.put("b", new Counting());
        SequencedMap<String, Timing> timings = new Race(PACE).run(contenders);
        assertEquals(List.of("a", "b"), List.copyOf(timings.keySet()));
        contenders.forEach((name, contender) -> {
            assertTrue(contender.runs > 2L * PACE.rounds(), name);
            Timing timing = timings.get(name);
            assertTrue(timing.least() <= timing.median() && timing.median() <= timing.most(), name);
        });
    }

    @Test
    void speedupOfTwoIsThatOfTheirRounds() {
        Counting one = new Counting();
        Counting other = new Counting();
        double speedup = new Race(PACE.longer()).speedup(one, other);
        assertTrue(speedup > 0 && Double.isFinite(speedup), () -> "speedup " + speedup);
        assertTrue(Math.min(one.runs, other.runs) > 3L * PACE.rounds());
    }

    @Test
    void nobodyRacesAlone() {
        assertEquals(0, new Race(PACE).run(new LinkedHashMap<String, Contender>()).size());
    }

    @Test
    void medianIsTheMiddleOrTheMeanOfTheMiddle() {
        assertEquals(new Timing(3, 1, 9), Timing.of(9, 1, 3));
        assertEquals(new Timing(2.5, 1, 9), Timing.of(9, 1, 3, 2));
        assertEquals(4e6, new Timing(500, 400, 600).rate(2), 1e-6);
    }

    @Test
    void geometricMeanIsTheMeanOfRatios() {
        assertEquals(1, GeometricMean.of(List.of(4.0, 0.25)), 1e-12);
        assertEquals(2, GeometricMean.of(List.of(1.0, 2.0, 4.0)), 1e-12);
        assertTrue(Double.isNaN(GeometricMean.of(List.of())));
    }

    @Test
    void theFastestAndItsLead() {
        SequencedMap<String, Timing> timings = new LinkedHashMap<>();
        timings.put("ours", new Timing(10, 9, 12));
        timings.put("x", new Timing(30, 29, 31));
        timings.put("y", new Timing(15, 14, 16));
        Entry<String> entry = new Entry<>("shape", timings);
        assertEquals("y", entry.fastest(List.of("x", "y", "z")).orElseThrow());
        assertEquals(1.5, entry.speedup("ours", "y"));
        assertTrue(entry.fastest(List.of("z")).isEmpty());
        assertTrue(Double.isNaN(entry.speedup("ours", "z")));
    }

    @Test
    void whoComputesSomethingElseIsNotTimed() {
        Report report = new Report(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        try (Lineup<Counting> lineup = new Lineup<>(report, "shape")) {
            lineup.enter("vector", Counting::new, _ -> 1e-3);
            assertEquals(0, lineup.contenders().size());
            lineup.enter("vector", () -> {
                throw new IllegalStateException("no memory");
            }, _ -> 0);
            assertEquals(0, lineup.contenders().size());
            lineup.enter("vector", Counting::new, _ -> 1e-6);
            assertEquals(1, lineup.contenders().size());
        }
        assertTrue(report.markdown().contains("WRONG: vector, shape: off by 1.0e-03"), report.markdown());
        assertTrue(report.markdown().contains("FAILED: vector, shape: java.lang.IllegalStateException: no memory"));
    }
}
