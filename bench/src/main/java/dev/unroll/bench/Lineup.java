package dev.unroll.bench;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The contenders of one entry, open at the same time. Only who computes what it should is let in.
 *
 * @param <C> their kind
 */
final class Lineup<C extends Contender> implements AutoCloseable {
    /** A contender that takes longer for a run is not worth the wait, if it is only a reference. */
    private static final double LONGEST_NANOS = 200e6;

    private final SequencedMap<String, C> contenders = new LinkedHashMap<>();
    private final Report report;
    private final Object shape;

    Lineup(Report report, Object shape) {
        this.report = report;
        this.shape = shape;
    }

    /** How a runtime makes a contender. */
    interface Opening<C> {
        C open();
    }

    /** How far a contender's result is off, relative to the largest number, after it has run. */
    interface Check<C> {
        double deviation(C contender);
    }

    /** Opens, runs and checks one; lets it in or reports why not. */
    void enter(String name, Opening<C> opening, Check<C> check) {
        C contender = null;
        boolean isIn = false;
        try {
            contender = opening.open();
            contender.run();
            double deviation = check.deviation(contender);
            if (!(deviation <= LayerReference.TOLERANCE)) {
                report.say("WRONG: %s, %s: off by %.1e; not timed".formatted(name, shape, deviation));
            } else if (!Field.isScalar(name) || isQuick(contender)) {
                contenders.put(name, contender);
                isIn = true;
            }
        } catch (RuntimeException e) {
            // A peer's failure is a finding; the others' figures are still worth having.
            report.say("FAILED: %s, %s: %s".formatted(name, shape, e));
        } finally {
            if (contender != null && !isIn) {
                contender.close();
            }
        }
    }

    private static boolean isQuick(Contender contender) {
        long begin = System.nanoTime();
        contender.run();
        return System.nanoTime() - begin <= LONGEST_NANOS;
    }

    SequencedMap<String, C> contenders() {
        return contenders;
    }

    @Override
    public void close() {
        contenders.values().forEach(Contender::close);
    }
}
