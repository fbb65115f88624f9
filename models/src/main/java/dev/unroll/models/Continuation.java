package dev.unroll.models;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * p(w_1, ..., w_n | a, w_0) = Π_t p(w_t | a, w_0, ..., w_(t-1)): what may follow a session's state a and a first token w_0. It
 * is measured, drawn, or searched for the most probable.
 *
 * <p>The network reads tokens and has a softmax head over the same ones; each w_t is read to find w_(t+1). Whether the state
 * was left by a prompt (see {@link LanguageModel#after}) or is an encoder's, makes no difference here.
 *
 * <p>Each call begins at the state that the session had when this was made, and moves the session, which is to be used for
 * nothing else meanwhile. To be used by one thread at a time.
 */
public final class Continuation {
    private final Session session;
    private final StackState start;
    private final int first;
    private final float[] logits;

    private Continuation(Session session, int first) {
        Architecture architecture = session.architecture();
        LanguageModel.check("continuation", architecture);
        LanguageModel.check("continuation", architecture.input().size(), first);
        this.session = session;
        this.first = first;
        this.start = StackState.allocate(architecture.stack(), Arena.ofAuto(), 1);
        this.logits = new float[architecture.head().outputSize()];
        session.save(start);
    }

    /**
     * What may follow where a session stands.
     *
     * @param session in the state a; of a network that reads tokens under a softmax over as many
     * @param first w_0, the token that is read first: the last one of a prompt, or one that stands for a beginning
     * @return what may follow
     * @throws IllegalArgumentException where the network reads or writes something else
     * @throws IndexOutOfBoundsException where there is no such token
     */
    public static Continuation of(Session session, int first) {
        return new Continuation(session, first);
    }

    /**
     * log p = Σ_t log p(w_t | a, w_0, ..., w_(t-1)), from the logits, in double precision: finite where a probability
     * underflows.
     *
     * @param tokens w_1 to w_n; w_n is the end token, where the sequence is to end there
     * @return natural logarithm, 0 or less; 0 for no tokens; NaN where a logit is
     * @throws IndexOutOfBoundsException where there is no such token
     */
    public double logProbability(int... tokens) {
        LanguageModel.check("logProbability", logits.length, tokens);
        session.restore(start);
        double sum = 0;
        int last = first;
        for (int token : tokens) {
            session.stepToLogits(last, logits);
            sum += logits[token] - Logits.logSumOfExponentials(logits);
            last = token;
        }
        return sum;
    }

    /**
     * exp(-1/n Σ_t log p(w_t | a, w_0, ..., w_(t-1))): the number of tokens, all alike, that the network is in doubt between.
     *
     * @param tokens w_1 to w_n, one or more
     * @return 1 or more
     * @throws IllegalArgumentException where there are no tokens
     * @throws IndexOutOfBoundsException where there is no such token
     */
    public double perplexity(int... tokens) {
        Sizes.check("perplexity", "number of tokens", tokens.length);
        return Math.exp(-logProbability(tokens) / tokens.length);
    }

    /**
     * w_t ~ p(w | a, w_0, ..., w_(t-1)), t = 1, 2, ...: tokens without end, each drawn when it is asked for.
     *
     * <pre>{@code
     * continuation.stream(sampler).limit(500).takeWhile(token -> token != end).forEach(this::send);
     * }</pre>
     *
     * <p>The session has then read w_0 and what was drawn but for the last. A token costs one step and no garbage.
     *
     * @param sampler draws from the logits, see {@link Sampler#sampleLogits}; it goes on from where it is
     * @return the tokens, in order; another call ends this stream's sense
     */
    public IntStream stream(Sampler sampler) {
        session.restore(start);
        PrimitiveIterator.OfInt drawn = new PrimitiveIterator.OfInt() {
            private int token = first;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public int nextInt() {
                session.stepToLogits(token, logits);
                token = sampler.sampleLogits(logits);
                return token;
            }
        };
        return StreamSupport.intStream(Spliterators.spliteratorUnknownSize(drawn, Spliterator.ORDERED), false);
    }

    /**
     * w_t ~ p(w | a, w_0, ..., w_(t-1)), t = 1, ..., n.
     *
     * @param sampler draws; with temperature 0 it is a greedy search
     * @param length n, 0 or more
     * @return the tokens
     * @throws IllegalArgumentException where the length is negative
     */
    public int[] generate(Sampler sampler, int length) {
        return limited(sampler, length).toArray();
    }

    /**
     * w_t ~ p(w | a, w_0, ..., w_(t-1)), t = 1, 2, ..., until the end token is drawn.
     *
     * @param sampler draws; with temperature 0 it is a greedy search
     * @param length number of tokens to stop at, 0 or more
     * @param end the end token
     * @return the tokens before the end token; fewer than {@code length} where it was drawn
     * @throws IllegalArgumentException where the length is negative
     * @throws IndexOutOfBoundsException where there is no such end token
     */
    public int[] generate(Sampler sampler, int length, int end) {
        LanguageModel.check("generate", logits.length, end);
        return limited(sampler, length).takeWhile(token -> token != end).toArray();
    }

    private IntStream limited(Sampler sampler, int length) {
        if (length < 0) {
            throw new IllegalArgumentException("generate: length is %d; wanted 0 or more".formatted(length));
        }
        return stream(sampler).limit(length);
    }

    /**
     * The most probable w_1, ..., w_n that a beam search finds.
     *
     * @param settings of the search
     * @return one to width hypotheses, the best first
     * @throws IndexOutOfBoundsException where the end token or one that is never taken is not the network's
     * @throws IllegalArgumentException where no token may be taken
     * @throws ArithmeticException where a logit is NaN or infinite
     */
    public List<Hypothesis> search(BeamSearch settings) {
        return new Beam(settings, session, logits).search(start, first);
    }
}
