package dev.unroll.models;

import java.util.Arrays;

/**
 * p(w_1, ..., w_n) = Π_t p(w_t | w_1, ..., w_(t-1)), by a network that reads tokens and has a softmax head over the same ones.
 *
 * <pre>{@code
 * LanguageModel model = LanguageModel.of(network);
 * double surprise = model.perplexity(vocabulary.encode(text));
 * int[] more = model.after(vocabulary.encode("Once")).generate(Sampler.of(seed).topP(0.9), 200);
 * }</pre>
 *
 * <p>Any number of threads may share it: each call has a session of its own.
 */
public final class LanguageModel {
    private final Network network;

    private LanguageModel(Network network) {
        check("language model", network.architecture());
        this.network = network;
    }

    /**
     * A network as a language model.
     *
     * @param network stays the caller's to close
     * @return the model
     * @throws IllegalArgumentException where the network does not read tokens, or has no softmax head over as many
     */
    public static LanguageModel of(Network network) {
        return new LanguageModel(network);
    }

    static void check(String operation, Architecture architecture) {
        Input input = architecture.input();
        Head head = architecture.head();
        boolean isToken = input instanceof Input.OneHot || input instanceof Input.Embedding;
        if (!isToken || head.kind() != Head.Kind.SOFTMAX || input.size() != head.outputSize()) {
            throw new IllegalArgumentException(("%s: the network reads %s under a %s head of %d; wanted one"
                    + " token under a softmax over as many")
                    .formatted(operation, input, head.kind().word(), head.outputSize()));
        }
    }

    static void check(String operation, int size, int... tokens) {
        for (int token : tokens) {
            Sizes.checkToken(operation, token, size);
        }
    }

    /**
     * What may follow a prompt.
     *
     * @param prompt one or more tokens; a network that was trained with a token for the beginning wants it here
     * @return what may follow, in a new session that has read all of it but the last
     * @throws IllegalArgumentException where the prompt is empty
     * @throws IndexOutOfBoundsException where there is no such token
     */
    public Continuation after(int... prompt) {
        Sizes.check("after", "length of the prompt", prompt.length);
        check("after", network.inputSize(), prompt);
        Session session = network.newSession();
        float[] logits = new float[network.outputSize()];
        for (int i = 0; i < prompt.length - 1; i++) {
            session.stepToLogits(prompt[i], logits);
        }
        return Continuation.of(session, prompt[prompt.length - 1]);
    }

    /**
     * log p(w_2, ..., w_n | w_1) = Σ_t log p(w_t | w_1, ..., w_(t-1)), t = 2, ..., n. The first token is given, since there is
     * nothing before it to foretell it by; for a longer beginning see {@link #after} and {@link
     * Continuation#logProbability}.
     *
     * @param tokens w_1 to w_n, one or more
     * @return natural logarithm, 0 or less
     * @throws IllegalArgumentException where there are no tokens
     * @throws IndexOutOfBoundsException where there is no such token
     */
    public double logProbability(int... tokens) {
        Sizes.check("logProbability", "number of tokens", tokens.length);
        return after(tokens[0]).logProbability(Arrays.copyOfRange(tokens, 1, tokens.length));
    }

    /**
     * exp(-1/(n-1) Σ_t log p(w_t | w_1, ..., w_(t-1))), t = 2, ..., n: the number of tokens, all alike, that the network is in
     * doubt between.
     *
     * @param tokens w_1 to w_n, two or more
     * @return 1 or more
     * @throws IllegalArgumentException where there are fewer tokens
     * @throws IndexOutOfBoundsException where there is no such token
     */
    public double perplexity(int... tokens) {
        if (tokens.length < 2) {
            throw new IllegalArgumentException(
                    "perplexity: number of tokens is %d; wanted 2 or more".formatted(tokens.length));
        }
        return after(tokens[0]).perplexity(Arrays.copyOfRange(tokens, 1, tokens.length));
    }
}
