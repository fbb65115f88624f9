package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.training.Loss.BinaryCrossEntropy;
import dev.unroll.training.Loss.CrossEntropy;
import dev.unroll.training.Loss.Reduction;
import dev.unroll.training.Loss.SquaredError;
import dev.unroll.training.TrainingStep.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on batches of sequences of different lengths. */
class SequenceTrainingTest extends OnBackendUnderTest {
    private static final Input FEATURES = new Input.Features(ToySequences.FEATURES);

    @Test
    void aClassAtTheLastStepIsLearntBothWaysThroughTime() {
        Sequences examples = ToySequences.withLastClass(1, 300, 10);
        try (Network network = Network.builder(FEATURES).lstm(8).bidirectional().softmax(2).build(1, kernels);
                Training training = Trainer.of(network).optimizer(Adam.of(0.02)).bptt(TruncatedBptt.full())
                        .start(BucketedBatches.shuffled(examples, 32, 1));
                Evaluation evaluation = training.evaluation(BucketedBatches.byLength(examples, 50))) {
            assertEquals(Math.log(2), evaluation.loss(), 0.1);
            training.run(300);
            assertTrue(evaluation.loss() < 0.1, "loss " + evaluation.loss());
            assertEquals(30, training.epochs());
        }
    }

    /** Which is why it is refused: what goes backward would begin anew in each. */
    @Test
    void sequencesCannotBeCutForALayerThatGoesBackward() {
        try (Network network = Network.builder(FEATURES).lstm(8).bidirectional().softmax(2).build(1, kernels)) {
            assertEquals(
                    "training: a layer goes backward in time, and sequences of up to 10 steps are cut into windows of 4;"
                            + " wanted TruncatedBptt.full()",
                    assertThrows(IllegalArgumentException.class,
                            () -> Trainer.of(network).truncatedBptt(4)
                                    .start(BucketedBatches.byLength(ToySequences.withLastClass(1, 300, 10), 9)))
                            .getMessage());
        }
    }

    @Test
    void windowsWithoutATargetMoveTheStateAndNotTheWeights() {
        float[][][] features = new float[2][9][ToySequences.FEATURES];
        Sequences examples = Sequences.ofFeatures(features).withLastClass(new int[]{0, 1});
        try (Network network = Network.builder(FEATURES).rnn(4).softmax(2).build(1, kernels);
                Training training = Trainer.of(network).truncatedBptt(3)
                        .start(BucketedBatches.byLength(examples, 2))) {
            Weights before = Weights.of(training.parameters());
            assertEquals(Outcome.NO_TARGETS, training.step().outcome());
            assertEquals(Outcome.NO_TARGETS, training.step().outcome());
            before.assertSame(training.parameters());
            assertEquals(0, training.optimizer().steps());
            assertEquals(Outcome.UPDATED, training.step().outcome());
            assertEquals(1, training.optimizer().steps());
        }
    }

    /** The mean is over all steps of all sequences, and not over a batch's padding. */
    @Test
    void anEvaluationIsTheMeanOverTheSequencesOneByOne() {
        Sequences examples = ToySequences.withValues(3, 23, 12);
        try (Network network = Network.builder(FEATURES).gru(5).linear(ToySequences.VALUES).build(1, kernels)) {
            double sum = sum(network, new SquaredError(Reduction.SUM), examples, 1);
            long steps = 0;
            for (int i = 0; i < examples.size(); i++) {
                steps += examples.length(i);
            }
            for (int batch : new int[]{1, 4, 23, 50}) {
                assertEquals(sum, sum(network, new SquaredError(Reduction.SUM), examples, batch), 1e-4 * sum);
                assertEquals(sum / (steps * ToySequences.VALUES),
                        sum(network, new SquaredError(Reduction.MEAN), examples, batch), 1e-5);
            }
        }
    }

    private static double sum(Network network, Loss loss, Sequences examples, int batch) {
        try (Evaluation evaluation = new Evaluation(network.weights(), loss,
                BucketedBatches.byLength(examples, batch))) {
            return evaluation.loss();
        }
    }

    @Test
    void aBatchsMeanLossIsThatOfItsEvaluation() {
        Sequences values = ToySequences.withValues(3, 7, 12);
        try (Network linear = Network.builder(FEATURES).gru(5).linear(ToySequences.VALUES).build(1, kernels);
                Network sigmoid = Network.builder(FEATURES).gru(5).sigmoid(ToySequences.VALUES).build(1, kernels);
                Network softmax = Network.builder(ToyText.TOKENS).gru(5).softmax(ToyText.TOKENS).build(1, kernels)) {
            for (Reduction reduction : Reduction.values()) {
                assertSameLoss(linear, new SquaredError(reduction), values);
                assertSameLoss(sigmoid, new BinaryCrossEntropy(reduction), values);
                assertSameLoss(softmax, new CrossEntropy(reduction).smoothing(0.1).ignoring(2),
                        ToySequences.ofTokens(1, 7, 12));
            }
        }
    }

    private static void assertSameLoss(Network network, Loss loss, Sequences examples) {
        try (Training training = Trainer.of(network).loss(loss).bptt(TruncatedBptt.full())
                .start(BucketedBatches.byLength(examples, 7))) {
            double wanted = sum(network, loss, examples, 3);
            assertEquals(wanted, training.step().loss(), 1e-5 * Math.abs(wanted), loss.toString());
        }
    }

    /** Central differences of the loss itself, of a few weights. */
    @Test
    void gradientsAreTheSlopesOfEachLoss() {
        Sequences values = ToySequences.withValues(3, 7, 12);
        try (Network linear = Network.builder(FEATURES).gru(5).linear(ToySequences.VALUES).build(1, kernels);
                Network sigmoid = Network.builder(FEATURES).gru(5).sigmoid(ToySequences.VALUES).build(1, kernels);
                Network softmax = Network.builder(ToyText.TOKENS).gru(5).softmax(ToyText.TOKENS).build(1, kernels)) {
            assertSlopes(linear, new SquaredError(Reduction.MEAN), values);
            assertSlopes(sigmoid, new BinaryCrossEntropy(Reduction.SUM), values);
            assertSlopes(softmax, new CrossEntropy(Reduction.MEAN).smoothing(0.2).ignoring(1),
                    ToySequences.ofTokens(1, 7, 12));
        }
    }

    private void assertSlopes(Network network, Loss loss, Sequences examples) {
        try (Training training = Trainer.of(network).loss(loss).optimizer(Sgd.of(1)).clipNorm(1e30)
                .bptt(TruncatedBptt.full()).start(BucketedBatches.byLength(examples, 7));
                Training moved = Trainer.of(network).loss(loss).optimizer(Sgd.of(1)).bptt(TruncatedBptt.full())
                        .start(BucketedBatches.byLength(examples, 7));
                Evaluation evaluation = moved.evaluation(BucketedBatches.byLength(examples, 7))) {
            training.step();
            for (String name : List.of("layer0.weight", "head.weight", "head.bias")) {
                float before = network.parameters().get(name).get(0, 1);
                double gradient = before - training.parameters().get(name).get(0, 1);
                moved.parameters().get(name).set(0, 1, before + 0.01f);
                moved.weights().repack();
                double above = evaluation.loss();
                moved.parameters().get(name).set(0, 1, before - 0.01f);
                moved.weights().repack();
                double below = evaluation.loss();
                moved.parameters().get(name).set(0, 1, before);
                double slope = (above - below) / 0.02;
                assertEquals(slope, gradient, 0.01 * Math.abs(slope) + 2e-4, loss + ", " + name);
            }
        }
    }

    @TempDir
    private Path directory;

    @Test
    void aTrainingOnSequencesGoesOnToTheBit() throws IOException {
        Sequences examples = ToySequences.withValues(3, 50, 20);
        Path file = directory.resolve("checkpoint.safetensors");
        try (Network network = Network.builder(FEATURES).lstm(6).linear(ToySequences.VALUES).build(1, kernels)) {
            Trainer trainer = Trainer.of(network).truncatedBptt(3, 7)
                    .schedule(new RateSchedule.ReduceOnPlateau(0.5, 1));
            for (int saved : new int[]{0, 1, 4, 11, 40}) {
                try (Training whole = trainer.start(BucketedBatches.shuffled(examples, 8, 5));
                        Training resumed = trainer.start(BucketedBatches.shuffled(examples, 8, 5))) {
                    whole.run(saved);
                    whole.evaluated(1);
                    whole.evaluated(2);
                    whole.save(file, Map.of());
                    resumed.restore(file);
                    assertEquals(whole.epochs(), resumed.epochs());
                    assertEquals(whole.best(), resumed.best());
                    for (int i = 0; i < 30; i++) {
                        assertEquals(whole.step(), resumed.step(), "saved at " + saved);
                    }
                    Weights.of(whole.parameters()).assertSame(resumed.parameters());
                }
            }
        }
    }

    @Test
    void listenersHearOfEachStepAndEvaluationInOrder() {
        int[] tokens = ToyText.random(1, 200);
        List<String> heard = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onStep(Training training, TrainingStep step) {
                heard.add("step " + step.number());
            }

            @Override
            public void onEvaluation(Training training, double loss) {
                heard.add("evaluation after " + training.steps() + (training.best().since() == 0 ? ", best" : ""));
            }

            @Override
            public void onEnd(Training training) {
                heard.add("end");
            }
        };
        double[] losses = {3, 2, 5, 4};
        int[] next = {0};
        TrainingListener evaluating = (training, step) -> {
            if (step.number() % 2 == 0) {
                training.evaluated(losses[next[0]++]);
            }
        };
        try (Network network = ToyText.network(CellKind.RNN, 1, kernels, 3);
                Training training = Trainer.of(network).batch(2).truncatedBptt(5).start(tokens)) {
            training.run(100, listener, evaluating, new EarlyStopping(2));
        }
        assertEquals(Arrays.asList("step 1", "step 2", "evaluation after 2, best", "step 3", "step 4",
                "evaluation after 4, best", "step 5", "step 6", "evaluation after 6", "step 7", "step 8",
                "evaluation after 8", "end"), heard);
    }

    @Test
    void theScheduleDecidesTheRateOfEachStep() {
        int[] tokens = ToyText.random(1, 200);
        try (Network network = ToyText.network(CellKind.RNN, 1, kernels, 3);
                Training training = Trainer.of(network).optimizer(Sgd.of(0.5)).schedule(new RateSchedule.Step(2, 0.1))
                        .batch(2).truncatedBptt(5).start(tokens)) {
            double[] rates = new double[5];
            Arrays.setAll(rates, i -> training.step().rate());
            assertEquals("[0.5, 0.5, 0.05, 0.05, 0.005000000000000001]", Arrays.toString(rates));
        }
    }
}
