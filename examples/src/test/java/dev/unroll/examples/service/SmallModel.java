package dev.unroll.examples.service;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A network of random weights that writes a few characters, in plain Java: the same bits in whatever batch. */
final class SmallModel implements AutoCloseable {
    static final CompletionService.Limits LIMITS = new CompletionService.Limits(1000, StreamBatcher.Limits.DEFAULT,
            Duration.ofSeconds(10), Duration.ofSeconds(10));

    final Network network;
    private final Kernels kernels = Backend.SCALAR.open(1);

    private SmallModel(Vocabulary vocabulary) {
        int size = vocabulary.size();
        this.network = Network.builder(size).lstm(8).softmax(size).vocabulary(vocabulary).build(3, kernels);
    }

    /** Of characters of one to four bytes. */
    static SmallModel create() {
        return new SmallModel(Vocabulary.ofCharacters("abc é€😀\n"));
    }

    /** That knows an end and what it does not know. */
    static SmallModel withEnd() {
        return new SmallModel(Vocabulary.builder(Tokenizer.characters()).unknown().end().count("abcde").build());
    }

    CompletionService serve(CompletionService.Limits limits) throws IOException {
        ServerProperties.set(limits.streams());
        return CompletionService.start(network, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), limits);
    }

    /** Limits under which a step takes so long, since it waits for others. */
    static CompletionService.Limits slow(int streams, Duration step, Duration grace) {
        return new CompletionService.Limits(streams, new StreamBatcher.Limits(64, step, 1024), Duration.ofSeconds(10),
                grace);
    }

    /** What a session of its own writes. */
    String text(String prompt, int length, double temperature, long seed) {
        Vocabulary vocabulary = network.vocabulary().orElseThrow();
        Session session = network.newSession();
        float[] next = new float[network.outputSize()];
        for (int token : vocabulary.encode(prompt)) {
            session.step(token, next);
        }
        Sampler sampler = new Sampler(temperature, seed).never(vocabulary.unknown().stream().toArray());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int token = sampler.sample(next);
            if (token == vocabulary.end().orElse(-1)) {
                break;
            }
            text.append(vocabulary.token(token));
            session.step(token, next);
        }
        return text.toString();
    }

    @Override
    public void close() {
        network.close();
        kernels.close();
    }
}
