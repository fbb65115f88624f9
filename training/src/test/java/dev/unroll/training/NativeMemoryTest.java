package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What trainings and networks that serve take off the heap they give back when they are closed, by the JVM's own tracking. */
class NativeMemoryTest {
    private static final Pattern OTHER = Pattern.compile("malloc=(\\d+)KB tag=Other #(\\d+)");

    private static final int STREAMS = 100;

    /** What a JVM does with networks. */
    enum Use {
        TRAINING, SERVING
    }

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void whatIsClosedHasNoMemoryLeft(Use use) throws IOException, InterruptedException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:NativeMemoryTracking=summary", "-XX:TieredStopAtLevel=1", "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                NativeMemoryTest.class.getName(), use.name(), directory.toString());
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> {
            try {
                return Files.readString(err);
            } catch (IOException e) {
                return e.toString();
            }
        });
        // Before, while and after each of four rounds; what the JDK keeps for itself is there after the first.
        assertEquals(12, lines.size(), lines::toString);
        for (int round = 1; round < 4; round++) {
            assertEquals(lines.get(3 * round), lines.get(3 * round + 2), lines::toString);
            assertTrue(number(lines.get(3 * round + 1)) > number(lines.get(3 * round)) + 1000, lines::toString);
        }
    }

    private static long number(String line) {
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }

    /** Runs in a JVM of its own: trainings of all kinds, or sessions and a batcher, closed in the end. */
    public static void main(String[] arguments) throws IOException, JMException, InterruptedException {
        Use use = Use.valueOf(arguments[0]);
        Path directory = Path.of(arguments[1]);
        for (int round = 0; round < 4; round++) {
            System.out.println(other());
            try (Kernels kernels = Backend.auto(2)) {
                switch (use) {
                    case TRAINING -> train(directory, kernels);
                    case SERVING -> serve(kernels);
                }
            }
            System.out.println(other());
        }
    }

    /** Streams on threads of their own, alone and in batches; the sessions outlive the network, and hold nothing of it. */
    private static void serve(Kernels kernels) throws JMException, InterruptedException {
        List<Session> sessions = new ArrayList<>();
        try (Network network = Network.builder(new Input.Embedding(ToyText.TOKENS, 8)).lstm(300).gru(200)
                .softmax(ToyText.TOKENS).build(1, kernels);
                StreamBatcher batcher = new StreamBatcher(network, StreamBatcher.Limits.DEFAULT)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                Session session = network.newSession();
                sessions.add(session);
                threads.add(Thread.ofPlatform().start(() -> stream(session, batcher)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            System.out.println(other());
        } finally {
            Reference.reachabilityFence(sessions);
        }
    }

    private static void stream(Session session, StreamBatcher batcher) {
        float[] y = new float[ToyText.TOKENS];
        for (int i = 0; i < 20; i++) {
            session.step(i % ToyText.TOKENS, y);
            try {
                batcher.read(session, new int[]{1, 2, 3}, y);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void train(Path directory, Kernels kernels) throws IOException, JMException {
        Sequences examples = ToySequences.withValues(1, 90, 40);
        try (Network text = Network.builder(new Input.Embedding(ToyText.TOKENS, 8)).lstm(48).dropout(0.1).gru(32)
                .softmax(ToyText.TOKENS).build(1, kernels);
                Network features = Network.builder(new Input.Features(ToySequences.FEATURES)).lstm(40).bidirectional()
                        .linear(ToySequences.VALUES).build(1, kernels);
                Training streams = Trainer.of(text).batch(40).bptt(new TruncatedBptt(50, 120, 60)).replicas(2)
                        .start(ToyText.random(1, 5000));
                Training sequences = Trainer.of(features).bptt(TruncatedBptt.full())
                        .start(BucketedBatches.shuffled(examples, 16, 1));
                Evaluation evaluation = streams.evaluation(Tokens.of(ToyText.random(2, 1000)));
                Probe probe = new Probe(streams)) {
            streams.run(4, new Checkpoints(directory.resolve("checkpoints"), 2, 1), new Evaluations(2, evaluation),
                    (_, _) -> probe.read());
            Checkpoints.resume(streams, directory.resolve("checkpoints"));
            sequences.run(4);
            streams.network().close();
            System.out.println(other());
        }
    }

    /** Kilobytes and number of the allocations of arenas and direct buffers. */
    private static String other() throws JMException {
        String summary = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmNativeMemory",
                new Object[]{new String[]{"summary"}}, new String[]{String[].class.getName()});
        Matcher other = OTHER.matcher(summary);
        return other.find() ? other.group(1) + " KB in " + other.group(2) : "0 KB in 0";
    }
}
