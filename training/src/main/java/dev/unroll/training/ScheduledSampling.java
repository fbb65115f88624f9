package dev.unroll.training;

import dev.unroll.models.Architecture;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.models.Sampler;
import dev.unroll.models.StackState;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Puts tokens that the network draws by itself in the place of some that a window has, before it is trained on: the network
 * runs over the window step by step, nothing dropped, and where the coin says so a step reads what was drawn from the
 * probabilities of the step before it. Only a token that is the class wanted of the step before is ever replaced. No gradient
 * flows through a draw.
 */
final class ScheduledSampling {
    private final TeacherForcing forcing;
    private final NetworkTrace trace;
    private final Optional<SourceReading> source;
    private final float[] logits;

    ScheduledSampling(TeacherForcing forcing, NetworkWeights weights, Arena arena, int batch, int sourceTime) {
        int threads = weights.kernels().threads();
        this.forcing = forcing;
        this.source = SourceReading.of(weights, arena, sourceTime, batch, threads);
        this.trace = new NetworkTrace(weights, arena, 1, batch, threads, source.map(SourceReading::trace));
        this.logits = new float[weights.architecture().head().outputSize()];
    }

    /** Checks that a network reads what it says. */
    static void check(TeacherForcing forcing, Architecture network, TruncatedBptt bptt) {
        Input input = network.input();
        Head head = network.head();
        if (head.kind() != Head.Kind.SOFTMAX || head.reading() != Head.Reading.EACH_STEP || input.channels() != 1
                || input.tokens(0) != head.outputSize() || !network.stack().isCausal()) {
            throw new IllegalArgumentException(
                    "training: %s of a network that reads %s and says %s; wanted layers that go forward, one token a step and at"
                            .formatted(forcing, input, head) + " every step a softmax over as many");
        }
        if (bptt.k1() != bptt.k2()) {
            throw new IllegalArgumentException("training: %s with k1 %d, k2 %d; wanted k1 = k2".formatted(forcing,
                    bptt.k1(), bptt.k2()));
        }
    }

    /**
     * Replaces tokens of a window.
     *
     * @param window of the whole batch
     * @param before the state before its first step, of a decoder written anew
     * @param i number of the training's step, from 0
     * @param seed of the coins and the draws
     */
    void replace(Window window, StackState before, long i, long seed) {
        double probability = forcing.probability(i);
        if (probability >= 1) {
            return;
        }
        SplittableRandom coins = new SplittableRandom(seed);
        Sampler sampler = Sampler.of(coins.nextLong());
        trace.state().copyFrom(before);
        source.ifPresent(s -> s.read(window, 0, Noise.MEAN, trace.state()));
        for (int t = 0; t + 1 < window.count(); t++) {
            trace.input().copyFrom(window.input(), t, 0, 0, 1);
            trace.input().checkTokens("tokens", trace.input().tokens(), 0, trace.batch());
            trace.forward(1);
            Matrix z = trace.logits(0, 1);
            for (int sequence = 0; sequence < trace.batch(); sequence++) {
                if (coins.nextDouble() >= probability) {
                    replace(window, t, sequence, z.row(sequence), sampler);
                }
            }
            trace.carry(1);
        }
    }

    private void replace(Window window, int t, int sequence, Matrix z, Sampler sampler) {
        int said = t * trace.batch() + sequence;
        int read = said + trace.batch();
        if (t + 1 < window.lengths()[sequence] && window.tokens()[read] == window.classes()[said]) {
            z.copyTo(logits);
            if (areFinite()) {
                window.tokens()[read] = sampler.sampleLogits(logits);
            }
        }
    }

    /** If not, the loss will not be either, and the step is skipped. */
    private boolean areFinite() {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                return false;
            }
        }
        return true;
    }
}
