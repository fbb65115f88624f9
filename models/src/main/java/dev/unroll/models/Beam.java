package dev.unroll.models;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** A {@link BeamSearch} at work: a session is stepped from states that it has saved. */
final class Beam {
    /** w_1 to w_n, the end token too, as a list that shares its beginning with others. */
    private record Path(Path before, int token, int n, double logProbability) {
        int[] tokens() {
            int[] tokens = new int[n];
            Path path = this;
            for (int t = n - 1; t >= 0; t--) {
                tokens[t] = path.token;
                path = path.before;
            }
            return tokens;
        }
    }

    /** A path and the state in which its last token is to be read. */
    private record Live(Path path, StackState state) {}

    /** A path and the token that continues it; paths are counted in lexicographic order. */
    private record Candidate(int parent, int token, double logProbability) {}

    /** A path that is not continued. */
    private record Finished(Path path, double score, boolean ended) {
        Hypothesis hypothesis() {
            IntStream tokens = Arrays.stream(path.tokens()).limit(ended ? path.n - 1 : path.n);
            return new Hypothesis(tokens.boxed().toList(), path.logProbability, score, ended);
        }
    }

    private static final Comparator<Candidate> LEXICOGRAPHIC = Comparator.comparingInt(Candidate::parent)
            .thenComparingInt(Candidate::token);
    private static final Comparator<Candidate> WORST_FIRST = Comparator.comparingDouble(Candidate::logProbability)
            .thenComparing(LEXICOGRAPHIC.reversed());
    private static final Comparator<Finished> BEST_FIRST = Comparator.comparingDouble(Finished::score).reversed()
            .thenComparingInt(one -> one.path().n())
            .thenComparing((one, other) -> Arrays.compare(one.path().tokens(), other.path().tokens()));

    private final BeamSearch settings;
    private final Session session;
    private final float[] logits;
    private final BitSet never = new BitSet();
    private final Arena arena = Arena.ofAuto();
    /** Of the paths at hand and of those to come, in turns. */
    private final List<List<StackState>> states = List.of(new ArrayList<>(), new ArrayList<>());
    /** The best first. */
    private List<Finished> finished = List.of();

    Beam(BeamSearch settings, Session session, float[] logits) {
        this.settings = settings;
        this.session = session;
        this.logits = logits;
        settings.end().ifPresent(end -> LanguageModel.check("search: end", logits.length, end));
        for (int token : settings.never()) {
            LanguageModel.check("search: never", logits.length, token);
            never.set(token);
        }
        if (never.cardinality() == logits.length) {
            throw new IllegalArgumentException("search: all %d tokens are never to be taken".formatted(logits.length));
        }
    }

    /** From a state and the token to read there. */
    List<Hypothesis> search(StackState start, int first) {
        List<Live> live = List.of(new Live(new Path(null, first, 0, 0), start));
        for (int n = 1; n <= settings.length() && !isOver(live); n++) {
            live = next(live, states.get(n % 2));
        }
        finish(live.stream().map(Live::path).toList(), false);
        if (finished.isEmpty()) {
            throw new IllegalArgumentException("search: nothing but what is never taken has a probability above 0");
        }
        return finished.stream().map(Finished::hypothesis).toList();
    }

    /** Whether nothing that comes of these paths can be among the best: at most they are as probable, and as long as may be. */
    private boolean isOver(List<Live> live) {
        return finished.size() == settings.width() && live.stream().allMatch(one -> settings
                .score(one.path().logProbability(), settings.length()) <= finished.getLast().score());
    }

    /** The paths, in lexicographic order, by one token longer. */
    private List<Live> next(List<Live> live, List<StackState> after) {
        PriorityQueue<Candidate> best = new PriorityQueue<>(WORST_FIRST);
        for (int i = 0; i < live.size(); i++) {
            Path path = live.get(i).path();
            session.restore(live.get(i).state());
            session.stepToLogits(path.token(), logits);
            if (i == after.size()) {
                after.add(StackState.allocate(session.architecture().stack(), arena, 1));
            }
            session.save(after.get(i));
            offer(i, path, best);
        }
        List<Path> ended = new ArrayList<>();
        List<Live> longer = new ArrayList<>();
        for (Candidate candidate : best.stream().sorted(LEXICOGRAPHIC).toList()) {
            Path parent = live.get(candidate.parent()).path();
            Path path = new Path(parent, candidate.token(), parent.n() + 1, candidate.logProbability());
            if (settings.end().isPresent() && settings.end().getAsInt() == candidate.token()) {
                ended.add(path);
            } else {
                longer.add(new Live(path, after.get(candidate.parent())));
            }
        }
        finish(ended, true);
        return longer;
    }

    /** In lexicographic order, so that of equals the later one loses. */
    private void offer(int parent, Path path, PriorityQueue<Candidate> best) {
        double logSum = Logits.logSumOfExponentials(logits);
        if (!Double.isFinite(logSum)) {
            throw new ArithmeticException("search: a logit after token %d is NaN or infinite".formatted(path.token()));
        }
        for (int token = 0; token < logits.length; token++) {
            double logProbability = path.logProbability() + (logits[token] - logSum);
            if (never.get(token) || logits[token] == Float.NEGATIVE_INFINITY) {
                continue;
            }
            if (best.size() == settings.width()) {
                if (logProbability <= best.element().logProbability()) {
                    continue;
                }
                best.remove();
            }
            best.add(new Candidate(parent, token, logProbability));
        }
    }

    private void finish(List<Path> paths, boolean ended) {
        List<Finished> all = new ArrayList<>(finished);
        for (Path path : paths) {
            all.add(new Finished(path, settings.score(path.logProbability(), path.n()), ended));
        }
        all.sort(BEST_FIRST);
        finished = List.copyOf(all.subList(0, Math.min(all.size(), settings.width())));
    }
}
