package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that are run again give the same gradients as steps that are kept, to the bit. */
class CheckpointingInTimeTest extends OnBackendUnderTest {
    /** With which a block has 50 steps. */
    private static final int BATCH = 41;
    private static final int TIME = 430;

    private static void assertSame(Training plain, Training again, int steps) {
        for (int i = 0; i < steps; i++) {
            assertEquals(plain.step(), again.step(), "step " + i);
        }
        Weights.of(plain.parameters()).assertSame(again.parameters());
    }

    static Stream<Arguments> truncations() {
        return Stream.of(new TruncatedBptt(TIME, TIME), new TruncatedBptt(90, 200), new TruncatedBptt(200, 200))
                .flatMap(bptt -> IntStream.of(1, 21, 100, 170, 1000)
                        .mapToObj(every -> Arguments.of(bptt, every)));
    }

    @ParameterizedTest
    @MethodSource("truncations")
    void aTextTrainsToTheSameBits(TruncatedBptt bptt, int every) {
        int[] tokens = ToyText.random(1, BATCH * TIME + 1);
        try (Network network = Network.builder(ToyText.TOKENS).lstm(5).dropout(0.2).recurrentDropout(0.1).gru(4)
                .variationalDropout(0.2).zoneout(0.1, 0).softmax(ToyText.TOKENS).build(1, kernels)) {
            Trainer trainer = Trainer.of(network).batch(BATCH).bptt(bptt);
            try (Training plain = trainer.start(tokens);
                    Training again = trainer.bptt(bptt.checkpointing(every)).start(tokens)) {
                assertSame(plain, again, 7);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sequencesOfDifferentLengthsTrainToTheSameBits(int threads) {
        Sequences examples = ToySequences.withValues(1, 90, 300);
        try (Kernels some = kernels.backend().open(threads);
                Network network = Network.builder(new Input.Features(ToySequences.FEATURES)).lstm(5).rnn(4)
                        .linear(ToySequences.VALUES).build(1, some)) {
            Trainer trainer = Trainer.of(network).bptt(TruncatedBptt.full());
            try (Training plain = trainer.start(BucketedBatches.shuffled(examples, BATCH, 1));
                    Training again = trainer.bptt(TruncatedBptt.full().checkpointing(1))
                            .start(BucketedBatches.shuffled(examples, BATCH, 1))) {
                assertSame(plain, again, 6);
            }
        }
    }

    /** Each sequence alone has so few rows that it is one block. */
    @Test
    void blocksOfABatchHaveTheLossesAndGradientsOfItsSequencesAlone() {
        int count = 30;
        Sequences examples = ToySequences.withValues(3, count, 300);
        try (Network network = Network.builder(new Input.Features(ToySequences.FEATURES)).gru(5)
                .linear(ToySequences.VALUES).build(1, kernels)) {
            Trainer trainer = Trainer.of(network).loss(new Loss.SquaredError(Loss.Reduction.SUM))
                    .optimizer(Sgd.of(1e-3)).clipNorm(Double.POSITIVE_INFINITY).bptt(TruncatedBptt.full());
            double sum = 0;
            double[] moved = new double[network.parameters().get("layer0.weight").toArray().length];
            float[] before = network.parameters().get("layer0.weight").toArray();
            try (Training together = trainer.start(BucketedBatches.byLength(examples, count))) {
                double loss = together.step().loss();
                for (int i = 0; i < count; i++) {
                    try (Training alone = trainer.start(BucketedBatches.byLength(only(examples, i), 1))) {
                        sum += alone.step().loss();
                        add(alone.parameters().get("layer0.weight").toArray(), before, moved);
                    }
                }
                assertEquals(sum, loss, 1e-5 * sum);
                double[] ours = new double[moved.length];
                add(together.parameters().get("layer0.weight").toArray(), before, ours);
                for (int i = 0; i < ours.length; i++) {
                    assertEquals(moved[i], ours[i], 2e-5, "weight " + i);
                }
            }
        }
    }

    private static void add(float[] after, float[] before, double[] moved) {
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (double) after[i] - before[i];
        }
    }

    private static Sequences only(Sequences examples, int number) {
        return new Sequences() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public int length(int i) {
                return examples.length(number);
            }

            @Override
            public void read(int i, int from, int steps, Window window, int sequence) {
                examples.read(number, from, steps, window, sequence);
            }
        };
    }

    @Test
    void aLayerThatGoesBackwardIsRefused() {
        try (Network network = Network.builder(new Input.Features(ToySequences.FEATURES)).lstm(5).bidirectional()
                .linear(ToySequences.VALUES).build(1, kernels)) {
            Trainer trainer = Trainer.of(network).bptt(TruncatedBptt.full().checkpointing(3));
            String message = assertThrows(IllegalArgumentException.class,
                    () -> trainer.start(BucketedBatches.shuffled(ToySequences.withValues(1, 9, 9), 3, 1))).getMessage();
            assertTrue(message.startsWith("unrolled network: checkpointing in time of a layer that goes backward"),
                    message);
        }
    }

    /** What is dropped must not depend on how a batch is cut for threads. */
    @Test
    void twoThreadsTrainToTheBitsOfOne() {
        int[] tokens = ToyText.random(1, BATCH * TIME + 1);
        Backend backend = kernels.backend() == Backend.OPENBLAS ? Backend.SCALAR : kernels.backend();
        try (Kernels one = backend.open(1);
                Kernels two = backend.open(2);
                Network first = Network.builder(ToyText.TOKENS).lstm(5).dropout(0.2).softmax(5).build(1, one);
                Network second = Network.builder(ToyText.TOKENS).lstm(5).dropout(0.2).softmax(5).build(1, two);
                Training plain = Trainer.of(first).batch(BATCH).truncatedBptt(TIME).start(tokens);
                Training again = Trainer.of(second).batch(BATCH).bptt(new TruncatedBptt(TIME, TIME, 21))
                        .start(tokens)) {
            assertSame(plain, again, 3);
        }
    }
}
